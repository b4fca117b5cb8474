"""Findings and events in words. Nothing is edited in place: a correction is a new entry."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock
from core.text import shorten
from incidents.models import Incident, Note, TimelineEntry
from incidents.models.timeline import Audience
from incidents.services import timeline
from incidents.terms import EntryKind


@transaction.atomic
def add(
    incident: Incident,
    *,
    text: str,
    by: User,
    happened_at: datetime | None = None,
    audience: Audience = Audience.TEAM,
    is_in_report: bool = False,
    is_event: bool = False,
) -> Note:
    """Write a note; with `is_event`, something that happened outside (a call, a restart)."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(incident)
    note = _write(locked, text=text, by=by)
    timeline.add(
        locked,
        EntryKind.EVENT if is_event else EntryKind.NOTE,
        by=by,
        happened_at=happened_at,
        audience=audience,
        is_in_report=is_in_report,
        note=note,
    )
    record(events.NOTE_ADDED, by=by, on=note, changes={"text": ("", shorten(text, 200))})
    return note


@transaction.atomic
def correct(entry: TimelineEntry, *, text: str, by: User, happened_at: datetime | None = None) -> Note:
    """Say what was wrong with an earlier entry. The old one stays and points here."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(entry.incident)
    note = _write(locked, text=text, by=by)
    timeline.add(
        locked,
        EntryKind.CORRECTION,
        by=by,
        happened_at=happened_at or entry.happened_at,
        audience=Audience(entry.audience),
        is_in_report=entry.is_in_report,
        note=note,
        corrects=entry,
    )
    record(events.NOTE_CORRECTED, by=by, on=note, changes={"corrects": (None, entry.number)})
    return note


def _write(incident: Incident, *, text: str, by: User) -> Note:
    if not text.strip():
        raise ValidationError({"text": _("Write what you found or did.")})
    note = Note(incident=incident, number=Note.next_number(incident), text=text, written_by=by, added_at=clock.now())
    note.full_clean()
    note.save()
    return note
