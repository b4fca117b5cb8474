"""Measures against a repeat (policy 4.2). They live on after the incident is closed."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock
from incidents.models import Incident, Measure
from incidents.services import timeline
from incidents.terms import EntryKind


@transaction.atomic
def add(incident: Incident, *, title: str, owner: User, due_on: date, by: User) -> Measure:
    require(by, Right.RESPOND)
    locked = timeline.lock_open(incident)
    measure = Measure(
        incident=locked,
        number=Measure.next_number(locked),
        title=title,
        owner=owner,
        due_on=due_on,
        added_by=by,
        added_at=clock.now(),
    )
    measure.full_clean()
    measure.save()
    locked.team.add(owner)
    timeline.add(locked, EntryKind.MEASURE, by=by, facts={"step": "added", "title": title, "owner": str(owner)})
    record(
        events.MEASURE_ADDED,
        by=by,
        on=measure,
        changes={"title": ("", title), "owner": (None, owner), "due_on": (None, due_on)},
    )
    return measure


@transaction.atomic
def finish(measure: Measure, *, note: str, by: User) -> Measure:
    """Done, with a word on how; also after the incident is closed."""
    require(by, Right.RESPOND)
    locked = timeline.lock(measure.incident)
    if not note.strip():
        raise ValidationError({"note": _("Write what was done.")})
    done = Measure.objects.filter(pk=measure.pk, done_at__isnull=True).update(
        done_at=clock.now(), done_by=by, done_note=note
    )
    if not done:
        raise ValidationError(_("Somebody was faster: this measure is done already."), code="faster")
    timeline.add(locked, EntryKind.MEASURE, by=by, facts={"step": "done", "title": measure.title, "note": note})
    record(events.MEASURE_DONE, by=by, on=measure, changes={"note": ("", note)})
    measure.refresh_from_db()
    return measure
