from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outbox import policy
from outbox.policy import Verdict, judge, wait_before_next
from outbox.states import Reason


@pytest.mark.parametrize(
    ("code", "reply", "verdict", "reason"),
    [
        (250, "2.0.0 Ok: queued", Verdict.SENT, Reason.NONE),
        (251, "User not local; will forward", Verdict.SENT, Reason.NONE),
        (421, "4.3.2 Shutting down", Verdict.RETRY, Reason.ASKED_TO_WAIT),
        (450, "4.2.0 Greylisted", Verdict.RETRY, Reason.ASKED_TO_WAIT),
        (451, "4.7.1 Try again later", Verdict.RETRY, Reason.ASKED_TO_WAIT),
        (452, "4.2.2 Mailbox full", Verdict.RETRY, Reason.MAILBOX_FULL),
        (452, "4.3.1 Insufficient system storage", Verdict.PAUSE, Reason.NOT_ACCEPTED),
        (552, "5.2.2 Mailbox full", Verdict.FAIL, Reason.MAILBOX_FULL),
        (552, "Quota exceeded", Verdict.PAUSE, Reason.NOT_ACCEPTED),
        (535, "5.7.8 Authentication failed", Verdict.PAUSE, Reason.NOT_ACCEPTED),
        (530, "5.7.0 Must issue STARTTLS first", Verdict.PAUSE, Reason.NOT_ACCEPTED),
        (454, "4.7.8 Temporary authentication failure", Verdict.PAUSE, Reason.NOT_ACCEPTED),
        (550, "5.1.1 No such user", Verdict.FAIL, Reason.NO_SUCH_ADDRESS),
        (550, "No such user", Verdict.FAIL, Reason.NO_SUCH_ADDRESS),
        (550, "5.7.1 Rejected as spam", Verdict.FAIL, Reason.REFUSED),
        (551, "User not local", Verdict.FAIL, Reason.NO_SUCH_ADDRESS),
        (553, "5.1.3 Bad address", Verdict.FAIL, Reason.NO_SUCH_ADDRESS),
        (554, "5.7.1 Refused", Verdict.FAIL, Reason.REFUSED),
        (554, "Transaction failed", Verdict.FAIL, Reason.REFUSED),
        (-1, "garbage", Verdict.RETRY, Reason.UNREACHABLE),
        (354, "Go ahead", Verdict.RETRY, Reason.UNREACHABLE),
        (999, "", Verdict.RETRY, Reason.UNREACHABLE),
    ],
)
def test_the_meaning_of_a_reply(code, reply, verdict, reason):
    answer = judge(code, reply)

    assert (answer.verdict, answer.reason) == (verdict, reason)
    assert reply in answer.reply


@pytest.mark.parametrize(("code", "closes"), [(421, True), (535, True), (-1, True), (550, False), (450, False)])
def test_a_connection_of_no_more_use_is_closed(code, closes):
    assert judge(code, "x").closes is closes


@given(st.integers(-1, 999), st.text(max_size=2000))
def test_every_reply_has_a_meaning_that_fits_its_column(code, reply):
    answer = judge(code, reply)

    assert len(answer.reply) <= 500
    assert (answer.verdict is Verdict.SENT) == (200 <= code < 300)


@given(st.integers(0, 10_000))
def test_a_wait_grows_from_a_minute_to_four_hours(attempts):
    wait = wait_before_next(attempts)

    assert timedelta(minutes=1) <= wait <= timedelta(hours=4)
    assert wait <= timedelta(minutes=1) * 2 ** min(attempts, 12)


@given(st.integers(0, 20))
def test_a_greylist_is_given_five_minutes(attempts):
    assert wait_before_next(attempts, greylisted=True) >= timedelta(minutes=5)


def test_waits_are_spread_so_that_not_all_come_back_at_once():
    assert len({wait_before_next(6) for _ in range(50)}) > 40


def test_a_lease_is_longer_than_the_longest_wait_for_an_answer():
    # MAIL, RCPT, DATA and RSET; the text itself and the answer to the final dot.
    waits = 4 * policy.COMMAND_SECONDS + 2 * policy.FINAL_DOT_SECONDS
    assert timedelta(seconds=waits) < policy.SENDING_LEASE
    assert policy.FINAL_DOT_SECONDS >= 600
    assert policy.COMMAND_SECONDS >= 300
