"""One line for everything that happens in a case. Every write that a reader should see adds one entry."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock
from incidents.models import Incident, TimelineEntry
from incidents.models.timeline import Audience
from incidents.terms import EntryKind, State


def lock(incident: Incident) -> Incident:
    """The incident's row, held until the transaction ends: numbers and states are given out one by one."""
    return Incident.objects.select_for_update().get(pk=incident.pk)


def lock_open(incident: Incident) -> Incident:
    """The same, refused in words when the incident is closed."""
    locked = lock(incident)
    if locked.state == State.CLOSED:
        raise ValidationError(_("The incident is closed. Reopen it first."), code="closed")
    return locked


def add(
    incident: Incident,
    kind: EntryKind,
    *,
    by: User | None,
    happened_at: datetime | None = None,
    audience: Audience = Audience.TEAM,
    is_in_report: bool = False,
    facts: dict[str, Any] | None = None,
    **about: Any,
) -> TimelineEntry:
    """Add an entry. The caller holds the incident's row and its transaction.

    `facts` are names and numbers as they are now; `about` may be note, action, evidence or corrects.
    """
    return TimelineEntry.objects.create(
        incident=incident,
        number=TimelineEntry.next_number(incident),
        kind=kind,
        added_at=clock.now(),
        happened_at=happened_at or clock.now(),
        added_by=by,
        audience=audience,
        is_in_report=is_in_report,
        facts=facts or {},
        **about,
    )


@transaction.atomic
def mark(entry: TimelineEntry, *, is_in_report: bool, by: User) -> None:
    """Choose whether the officer's report tells of the entry."""
    require(by, Right.RESPOND)
    lock_open(entry.incident)
    if TimelineEntry.objects.filter(pk=entry.pk, is_in_report=not is_in_report).update(is_in_report=is_in_report):
        record(events.ENTRY_MARKED, by=by, on=entry, changes={"is_in_report": (not is_in_report, is_in_report)})
