"""Taking messages out of the database and handing them to the relay, so that a crash loses nothing.

    claim   one statement gives rows an owner and a short lease
    begin   one row becomes `sending`, with a lease longer than the wait for the final dot; commit
    hand    SMTP, with no transaction open
    finish  the answer is written; commit

Every write after the claim asks “is it still mine, in the state I left it?”. A worker that was
frozen and comes back changes nothing. A worker that died leaves at most one row in doubt; it goes
again under the same Message-ID.
"""

import logging
import time
import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from core import clock
from core.models import Heartbeat
from outbox import mime, policy
from outbox.channels.email import Relay, Unreachable
from outbox.models import Batch, Message
from outbox.policy import Answer, Verdict
from outbox.services.queue import pause
from outbox.states import Lane, Reason, State

log = logging.getLogger(__name__)


def deliver(lane: Lane, *, seconds: float = 30.0) -> int:
    """Hand over what is owed for about `seconds`; returns how many rows got an answer."""
    ends = time.monotonic() + seconds
    handled = 0
    while time.monotonic() < ends:
        token = uuid.uuid4()
        messages = claim(lane, token=token)
        if not messages:
            break
        done = _deliver_claimed(messages, token=token)
        handled += done
        if not done:  # no connection, or every row was taken over: leave the rest to the next sweep
            break
    return handled


@transaction.atomic
def claim(lane: Lane, *, token: uuid.UUID, limit: int = policy.BATCH_SIZE) -> list[Message]:
    """Give up to `limit` rows an owner. Two workers never get the same row."""
    now = clock.now()
    Batch.objects.filter(is_paused_by_system=True, paused_at__lt=now - policy.PAUSE_BY_SYSTEM).update(
        paused_at=None, is_paused_by_system=False
    )
    owed = Message.objects.owed(lane, now).order_by("due_at", "pk")
    Message.objects.in_doubt(now).filter(batch__lane=lane).update(was_in_doubt=True)
    taken = Message.objects.filter(
        pk__in=owed.select_for_update(skip_locked=True, of=("self",)).values("pk")[:limit]
    ).update(state=State.CLAIMED, owner_token=token, lease_until=now + policy.CLAIM_LEASE)
    if not taken:
        return []
    return list(
        Message.objects.filter(owner_token=token, state=State.CLAIMED)
        .select_related("batch", "content")
        .prefetch_related("content__attachments")
        .order_by("due_at", "pk")
    )


def _deliver_claimed(messages: list[Message], *, token: uuid.UUID) -> int:
    handled, is_mail_taken = 0, False
    try:
        with Relay() as relay:
            for message in messages:
                if not _begin(message, token):
                    continue
                answer = _hand_over(relay, message)
                _finish(message, token, answer)
                handled += 1
                is_mail_taken |= answer.verdict is Verdict.SENT
                if answer.closes:
                    break
    except Unreachable as problem:
        _give_back(messages, token, problem.answer)
        return 0
    _release(token)
    if is_mail_taken:
        Heartbeat.objects.beat("mail")  # once a connection: for every mail it would be a third commit
    return handled


def _begin(message: Message, token: uuid.UUID) -> bool:
    now = clock.now()
    changed = Message.objects.filter(
        pk=message.pk, owner_token=token, state=State.CLAIMED, batch__paused_at__isnull=True
    ).update(
        state=State.SENDING,
        lease_until=now + policy.SENDING_LEASE,
        attempts=message.attempts + 1,
        last_try_at=now,
    )
    message.attempts += changed
    return bool(changed)


def _hand_over(relay: Relay, message: Message) -> Answer:
    """The answer for one message. Whatever is wrong with it becomes an answer, never an exception."""
    try:
        sender = mime.sender(message.content)
    except Exception as error:  # nothing of this batch could be built
        return Answer(Verdict.PAUSE, Reason.NOT_ACCEPTED, f"sender: {type(error).__name__}: {error}"[:500])
    try:
        mail = mime.build(message, message.content)
    except Exception as error:  # an error nobody thought of costs this row, never the batch
        log.warning("message %s cannot be built", message.message_id, exc_info=True)
        return Answer(Verdict.FAIL, Reason.UNREADABLE, f"{type(error).__name__}: {error}"[:500])
    return relay.send(sender, message.address_norm, mail)


def _finish(message: Message, token: uuid.UUID, answer: Answer) -> None:
    mine = Message.objects.filter(pk=message.pk, owner_token=token, state=State.SENDING)
    now = clock.now()
    common: dict[str, Any] = {
        "owner_token": None,
        "lease_until": None,
        "reason": answer.reason,
        "last_reply": answer.reply,
    }
    if answer.in_doubt:
        common["was_in_doubt"] = True
    match _verdict(message, answer, now):
        case Verdict.SENT:
            if message.content.is_secret:
                common["fields"] = {}
            written = mine.update(state=State.SENT, sent_at=now, **common)
        case Verdict.FAIL:
            if answer.verdict is Verdict.RETRY:
                common["reason"] = Reason.GAVE_UP
            written = mine.update(state=State.FAILED, **common)
        case Verdict.PAUSE:
            written = mine.update(state=State.PENDING, due_at=now, **common)
            pause(message.batch, reason=answer.reply, by_system=True)
            log.error("batch %s is paused: %s", message.batch.purpose, answer.reply)
        case _:
            wait = policy.wait_before_next(message.attempts, greylisted=answer.greylisted)
            written = mine.update(state=State.PENDING, due_at=now + wait, **common)
    if not written:
        log.warning("message %s was taken over while its answer was on the way", message.message_id)


def _verdict(message: Message, answer: Answer, now: datetime) -> Verdict:
    too_old = now - message.batch.queued_at > policy.GIVE_UP_AFTER
    if answer.verdict is Verdict.RETRY and too_old and message.attempts > 1:
        return Verdict.FAIL
    return answer.verdict


def _give_back(messages: list[Message], token: uuid.UUID, answer: Answer) -> None:
    """No connection: nothing was tried, so nothing is counted; a refusal of us stops the batches."""
    now = clock.now()
    Message.objects.filter(owner_token=token, state=State.CLAIMED).update(
        state=State.PENDING,
        owner_token=None,
        lease_until=None,
        due_at=now + policy.wait_before_next(0),
        reason=answer.reason,
        last_reply=answer.reply,
        last_try_at=now,
    )
    if answer.verdict in {Verdict.PAUSE, Verdict.FAIL}:
        for batch in Batch.objects.filter(pk__in={message.batch_id for message in messages}):
            pause(batch, reason=answer.reply, by_system=True)
    log.warning("mail server does not take mail: %s", answer.reply)


def _release(token: uuid.UUID) -> None:
    """Rows that this connection did not reach are free again at once."""
    Message.objects.filter(owner_token=token, state=State.CLAIMED).update(
        state=State.PENDING, owner_token=None, lease_until=None
    )
