"""The view from above: what is due, what waits, what is new, and whether the system is well."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.roles import Right, may
from core import clock, dates
from core.context import once_a_request
from core.models import Heartbeat
from incidents.duties import SOON
from incidents.models import Incident
from incidents.obligations import ClockLine, Words
from incidents.selectors import Case, cases, visible, with_case_facts
from incidents.terms import Severity, State
from notifications.selectors import Decision, waiting_count, waiting_for
from outbox.selectors import MailHealth, mail_health

STALE_AFTER = timedelta(minutes=2)
NEAR = timedelta(hours=4)
_LONG_TEXTS = ("report_text", "search", "consequences", "restored_how", "customers_reason", "how_found")


def nav_counts(user: User) -> dict[str, int]:
    """The numbers in the side bar, in two queries."""
    if not (may(user, Right.SEE_ALL_INCIDENTS) or may(user, Right.RESPOND)):
        return {}
    asked = Q(state=State.REPORTED, dismissal_asked_by__isnull=False) & ~Q(dismissal_asked_by=user)
    counted = visible(user).aggregate(
        open=Count("pk", filter=~Q(state=State.CLOSED)),
        triage=Count("pk", filter=Q(state=State.REPORTED)),
        opinions=Count("pk", filter=asked),
    )
    opinions = counted["opinions"] if may(user, Right.TRIAGE) else 0
    return {"open": counted["open"], "triage": counted["triage"], "waiting": waiting_count(user) + opinions}


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A running clock as the board shows it."""

    line: ClockLine
    title: str  # of the incident
    is_late: bool
    is_soon: bool
    is_yours: bool
    percent: int
    words: Words

    @property
    def css(self) -> str:
        return "late" if self.is_late else ("soon" if self.is_soon else "")

    @property
    def icon(self) -> str:
        return "triangle-alert" if self.is_late else ("hourglass" if self.is_soon else "clock")


def clock_rows(found: list[Case], *, viewer: User, at: datetime) -> list[ClockRow]:
    """Running clocks: late ones first, then by what is left. Clocks without a figure count up and
    stand above those with more than four hours left: “immediately” is not “some day”."""
    rows = [_row(line, case.incident.title, viewer, at) for case in found for line in case.clocks if line.is_running]
    return sorted(rows, key=lambda row: _urgency(row.line, at))


def _urgency(line: ClockLine, at: datetime) -> tuple[timedelta, float]:
    left = line.left(at)
    return (NEAR if left is None else left, -line.elapsed(at).total_seconds())


def _row(line: ClockLine, title: str, viewer: User, at: datetime) -> ClockRow:
    left = line.left(at)
    late, soon = line.is_late(at), line.share(at) >= SOON
    if left is None:
        words = _("running %(span)s") % {"span": dates.span(line.elapsed(at))}
    elif late:
        words = _("%(span)s late") % {"span": dates.span(left)}
    else:
        words = _("%(span)s left") % {"span": dates.span(left)}
    yours = str(line.waits_for) == viewer.full_name
    return ClockRow(line, title, late, soon and not late, yours, int(100 * min(line.share(at), 1.0)), words)


@dataclass(frozen=True, slots=True)
class Board:
    summary: list[tuple[Words, str]]  # words and tone
    clocks: list[ClockRow]
    clock_count: int
    next_step: ClockRow | None  # the first that waits for the viewer
    decisions: list[Decision]
    new_reports: list[Incident]
    health: "Health"
    last_closed_at: datetime | None


def board(*, viewer: User, most_clocks: int = 8) -> Board:
    """Everything of the dashboard, in a constant number of queries: fifteen at most, with the page around it."""
    now = clock.now()
    rows_open = with_case_facts(visible(viewer).open()).select_related("lead", "reporter", "dismissal_asked_by")
    incidents = list(rows_open.defer(*_LONG_TEXTS).order_by("reported_at"))
    found = cases([incident for incident in incidents if incident.is_confirmed], at=now)
    new = [incident for incident in incidents if not incident.is_confirmed]
    rows = clock_rows(found, viewer=viewer, at=now)
    last = None
    if not found:
        last = (
            visible(viewer)
            .filter(closed_at__isnull=False)
            .order_by("-closed_at")
            .values_list("closed_at", flat=True)
            .first()
        )
    decisions = waiting_for(viewer, new_reports=new)
    # The side bar counts the same rows.
    once_a_request("nav_counts", lambda: {"open": len(incidents), "triage": len(new), "waiting": len(decisions)})
    return Board(
        summary=_summary(found, new, rows, now),
        clocks=rows[:most_clocks],
        clock_count=len(rows),
        next_step=next((row for row in rows if row.is_yours), None),
        decisions=decisions,
        new_reports=[incident for incident in new if incident.dismissal_asked_by_id is None][:6],
        health=health(),
        last_closed_at=last,
    )


def _summary(found: list[Case], new: list[Incident], rows: list[ClockRow], now: datetime) -> list[tuple[Words, str]]:
    total = len(found) + len(new)
    critical = sum(case.incident.severity == Severity.CRITICAL for case in found)
    late = sum(row.is_late for row in rows)
    today = dates.local(now).date()
    ending = sum(
        not row.is_late and row.line.due_at is not None and dates.local(row.line.due_at).date() == today for row in rows
    )
    parts: list[tuple[Words, str]] = [
        (ngettext("%(n)d open incident", "%(n)d open incidents", total) % {"n": total}, "")
    ]
    if critical:
        parts.append((ngettext("%(n)d critical", "%(n)d critical", critical) % {"n": critical}, ""))
    if late:
        parts.append((ngettext("%(n)d deadline missed", "%(n)d deadlines missed", late) % {"n": late}, "t-crit"))
    if ending:
        parts.append((ngettext("%(n)d ends today", "%(n)d end today", ending) % {"n": ending}, ""))
    return parts


# --- health ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Health:
    mail: MailHealth
    worker_seen_at: datetime | None

    @property
    def is_worker_well(self) -> bool:
        return self.worker_seen_at is not None and clock.now() - self.worker_seen_at < STALE_AFTER

    @property
    def mail_words(self) -> Words:
        if not self.mail.is_configured:
            return _("Mail is not set up: set EMAIL_URL")
        if self.mail.paused:
            return ngettext(
                "Sending paused for %(n)d message group", "Sending paused for %(n)d message groups", self.mail.paused
            ) % {"n": self.mail.paused}
        if self.mail.overdue:
            return ngettext("%(n)d mail waits too long", "%(n)d mails wait too long", self.mail.overdue) % {
                "n": self.mail.overdue
            }
        return _("Mail queue clear")


def health() -> Health:
    beat = Heartbeat.objects.filter(component="worker").values_list("last_ok_at", flat=True).first()
    return Health(mail=mail_health(), worker_seen_at=beat)


def alarms() -> list[str]:
    """What monitoring must hear of; empty when all is well."""
    found = health()
    reasons = []
    if not found.is_worker_well:
        reasons.append("worker: no sweep within two minutes")
    if not found.mail.is_configured:
        reasons.append("mail: EMAIL_URL is not set")
    if found.mail.overdue:
        reasons.append(f"mail: {found.mail.overdue} messages wait too long")
    if found.mail.paused:
        reasons.append(f"mail: {found.mail.paused} batches are paused")
    return reasons
