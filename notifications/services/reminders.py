"""Mails that remind the officers: at three quarters of a clock, at its end, and once a day.

Nothing is remembered but the key of the mail: a step that is due is queued once, however often, late
or by however many workers this runs.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.roles import Role
from accounts.services import mail
from core import clock, dates
from incidents.models import Incident
from incidents.obligations import ClockLine
from incidents.selectors import Case, cases, incident_list, reports_to_confirm, with_case_facts
from notifications.selectors import waiting_for

log = logging.getLogger(__name__)

DIGEST_AT = time(8, 30)  # local
STEPS = ((1.0, "late"), (0.75, "soon"))


@dataclass(frozen=True, slots=True)
class Raised:
    clocks: int
    digests: int


def raise_what_is_due() -> Raised:
    """Queue every reminder that is owed by now."""
    officers = list(User.objects.active().with_role(Role.OFFICER, Role.DEPUTY).prefetch_related("holdings"))
    now = clock.now()
    return Raised(clocks=_remind_of_clocks(officers, now), digests=_send_digests(officers, now))


def open_cases() -> list[Case]:
    rows = with_case_facts(Incident.objects.open().confirmed()).select_related("lead", "reporter")
    return cases(list(rows))


def _remind_of_clocks(officers: list[User], now: datetime) -> int:
    sent = 0
    for case in open_cases():
        for line in case.clocks:
            step = _step(line, now)
            if step is None or line.due_at is None:
                continue
            for officer in officers:
                key = f"clock:{line.incident}:{line.code}:{int(line.due_at.timestamp())}:{step}:{officer.pk}"
                context = {"line": line, "step": step, "url": mail.link(line.url)}
                sent += _remind("clock", officer, context, key)
    return sent


def _step(line: ClockLine, now: datetime) -> str | None:
    """The highest step that a running clock has reached."""
    if not line.is_running or line.due_at is None:
        return None
    return next((name for share, name in STEPS if line.share(now) >= share), None)


def _send_digests(officers: list[User], now: datetime) -> int:
    there = dates.local(now)
    if there.time() < DIGEST_AT:
        return 0
    return sum(send_digest(officer, now=now) for officer in officers)


def send_digest(officer: User, *, now: datetime) -> bool:
    """One digest a day and officer; numbers and links only. True when it was queued by this call."""
    day = dates.local(now).date()
    open_incidents = incident_list(viewer=officer, view="open")
    lines = sorted(
        (line for case in open_cases() for line in case.clocks if line.is_running),
        key=lambda line: (line.due_at is None, line.due_at or line.started_at),
    )
    new = list(reports_to_confirm(viewer=officer))
    context = {
        "day": day,
        "open": open_incidents.count(),
        "new": len(new),
        "decisions": len(waiting_for(officer, new_reports=new)),
        "late": sum(line.is_late(now) for line in lines),
        "lines": [(line, line.is_late(now)) for line in lines[:20]],
        "url": mail.link("/dashboard/"),
    }
    return _remind("digest", officer, context, f"digest:{day}:{officer.pk}")


def _remind(template: str, officer: User, context: Mapping[str, object], key: str) -> bool:
    """An officer whom no mail can reach stops no other."""
    try:
        return mail.send(template, to=officer, context=context, key=key) is not None
    except ValidationError:
        log.exception("reminder %s cannot be queued", key)
        return False
