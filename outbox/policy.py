"""Rules of delivery, as tables and pure functions: leases, waits, and what a server's answer means."""

import random
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from outbox.states import Reason

CONNECT_SECONDS = 10
COMMAND_SECONDS = 300
FINAL_DOT_SECONDS = 600  # RFC 5321, 4.5.3.2.6: a shorter wait makes duplicates
CLAIM_LEASE = timedelta(seconds=60)  # nothing was handed over yet: losing it costs nothing
# Every wait of one mail together: MAIL, RCPT, DATA and RSET; the text itself and the answer to the final dot.
SENDING_LEASE = timedelta(seconds=4 * COMMAND_SECONDS + 2 * FINAL_DOT_SECONDS + 60)
GIVE_UP_AFTER = timedelta(hours=48)
PAUSE_BY_SYSTEM = timedelta(minutes=10)  # then one more try: nobody has to come to press a button
BATCH_SIZE = 100  # messages on one connection

_FIRST_WAIT = 60.0
_LONGEST_WAIT = 4 * 3600.0
_GREYLIST_WAIT = 300.0


class Verdict(Enum):
    SENT = "sent"
    RETRY = "retry"
    FAIL = "fail"
    PAUSE = "pause"  # nothing of this batch would pass: stop and call a person


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one try."""

    verdict: Verdict
    reason: Reason
    reply: str
    closes: bool = False  # the connection is of no more use
    greylisted: bool = False
    in_doubt: bool = False  # the text was handed over, and what became of it was not said


_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


def judge(code: int, reply: str) -> Answer:
    """The meaning of an SMTP reply (RFC 5321, 4.2; enhanced codes of RFC 3463 where given)."""
    words = f"{code} {reply}"[:500]
    status = _STATUS.search(reply)
    subject = f"{status[2]}.{status[3]}" if status else ""
    if 200 <= code < 300:
        return Answer(Verdict.SENT, Reason.NONE, words)
    if code in {530, 534, 535, 538} or subject == "7.8":
        return Answer(Verdict.PAUSE, Reason.NOT_ACCEPTED, words, closes=True)
    if code in {452, 552} and subject != "2.2":
        return Answer(Verdict.PAUSE, Reason.NOT_ACCEPTED, words)
    if code == 421:
        return Answer(Verdict.RETRY, Reason.ASKED_TO_WAIT, words, closes=True)
    if 400 <= code < 500:
        reason = Reason.MAILBOX_FULL if subject == "2.2" else Reason.ASKED_TO_WAIT
        return Answer(Verdict.RETRY, reason, words, greylisted=code in {450, 451})
    if 500 <= code < 600:
        return Answer(Verdict.FAIL, _permanent(code, subject), words)
    return Answer(Verdict.RETRY, Reason.UNREACHABLE, f"unreadable answer: {words}"[:500], closes=True)


def _permanent(code: int, subject: str) -> Reason:
    if subject == "2.2":
        return Reason.MAILBOX_FULL
    if subject.startswith("1.") or (not subject and code in {550, 551, 553}):
        return Reason.NO_SUCH_ADDRESS
    return Reason.REFUSED


def wait_before_next(attempts: int, *, greylisted: bool = False) -> timedelta:
    """Full jitter from a minute to four hours, doubling; a greylist is given five minutes at least."""
    longest = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempts, 12))
    least = _GREYLIST_WAIT if greylisted else _FIRST_WAIT
    return timedelta(seconds=random.uniform(least, max(least, longest)))  # noqa: S311 - spread, not secret
