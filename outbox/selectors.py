"""Sums that add up."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet

from core import clock
from outbox.models import Message
from outbox.states import Reason, State


@dataclass(frozen=True, slots=True)
class Progress:
    """Recipients of a batch by what became of them; the parts add up to `total`."""

    total: int
    sent: int
    waiting: int
    sending: int
    failed: int
    held: int
    retrying: int  # those of `waiting` that were tried before

    @property
    def is_finished(self) -> bool:
        return self.waiting + self.sending + self.held == 0

    @property
    def percent_sent(self) -> int:
        return 100 * self.sent // self.total if self.total else 100


def progress(batch_ids: Iterable[object]) -> Progress:
    """The sums over one or more batches, in one query."""
    rows = (
        Message.objects.filter(batch_id__in=list(batch_ids))
        .values("state", "attempts")
        .annotate(n=Count("pk"))
        .order_by()
    )
    by_state: dict[str, int] = dict.fromkeys(State.values, 0)
    retrying = 0
    for row in rows:
        by_state[row["state"]] += row["n"]
        if row["state"] in {State.PENDING, State.CLAIMED} and row["attempts"]:
            retrying += row["n"]
    return Progress(
        total=sum(by_state.values()),
        sent=by_state[State.SENT],
        waiting=by_state[State.PENDING] + by_state[State.CLAIMED],
        sending=by_state[State.SENDING],
        failed=by_state[State.FAILED],
        held=by_state[State.HELD],
        retrying=retrying,
    )


@dataclass(frozen=True, slots=True)
class Trouble:
    """Messages of a batch that met the same obstacle."""

    reason: Reason
    count: int
    is_final: bool
    next_try_at: datetime | None
    last_reply: str


def troubles(batch_ids: Iterable[object]) -> list[Trouble]:
    """What keeps messages from leaving, grouped by what a person can do about it."""
    rows = (
        Message.objects.filter(batch_id__in=list(batch_ids), state__in=(State.FAILED, State.PENDING))
        .exclude(reason="")
        .values("reason", "state")
        .annotate(n=Count("pk"), next_try_at=Min("due_at"), last_reply=Max("last_reply"))
        .order_by("state", "-n")
    )
    return [
        Trouble(
            reason=Reason(row["reason"]),
            count=row["n"],
            is_final=row["state"] == State.FAILED,
            next_try_at=None if row["state"] == State.FAILED else row["next_try_at"],
            last_reply=row["last_reply"],
        )
        for row in rows
    ]


def recipients(batch_ids: Iterable[object], *, state: str = "") -> "QuerySet[Message]":
    rows = Message.objects.filter(batch_id__in=list(batch_ids)).order_by("pk")
    return rows.filter(state__in=_FILTERS[state]) if state in _FILTERS else rows


_FILTERS = {
    "sent": (State.SENT,),
    "waiting": (State.PENDING, State.CLAIMED, State.HELD),
    "sending": (State.SENDING,),
    "failed": (State.FAILED,),
}


@dataclass(frozen=True, slots=True)
class MailHealth:
    """Whether mail leaves: for the health line and the alarm address."""

    is_configured: bool
    overdue: int  # messages that should have left two minutes ago or more
    paused: int  # batches that a person must look at
    last_reply: str

    @property
    def is_well(self) -> bool:
        return self.is_configured and not self.overdue and not self.paused


def mail_health() -> MailHealth:
    """Read in one query."""
    late = clock.now() - timedelta(minutes=2)
    is_late = Q(batch__queued_at__lt=late, batch__paused_at__isnull=True)
    sums = Message.objects.open().aggregate(
        overdue=Count("pk", filter=is_late & ~Q(reason__in=[Reason.MAILBOX_FULL, Reason.ASKED_TO_WAIT])),
        paused=Count("batch", filter=Q(batch__paused_at__isnull=False), distinct=True),
        reply=Max("last_reply", filter=is_late),
        pause_reason=Max("batch__pause_reason"),
    )
    return MailHealth(
        is_configured=settings.EMAIL_SERVER is not None,
        overdue=sums["overdue"],
        paused=sums["paused"],
        last_reply=sums["reply"] or sums["pause_reason"] or "",
    )
