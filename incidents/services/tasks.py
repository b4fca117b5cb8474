"""Pieces of work."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock
from incidents.models import Incident, Task
from incidents.services import timeline
from incidents.terms import EntryKind


@transaction.atomic
def add(
    incident: Incident,
    *,
    title: str,
    by: User,
    is_required: bool = False,
    owner: User | None = None,
    due_on: date | None = None,
) -> Task:
    require(by, Right.RESPOND)
    locked = timeline.lock_open(incident)
    task = write(locked, title=title, is_required=is_required, by=by, owner=owner, due_on=due_on)
    timeline.add(locked, EntryKind.TASK, by=by, facts={"step": "added", "title": title})
    record(
        events.TASK_ADDED,
        by=by,
        on=task,
        changes={
            "title": ("", title),
            "is_required": (None, is_required),
            "owner": (None, owner),
            "due_on": (None, due_on),
        },
    )
    return task


def write(
    incident: Incident,
    *,
    title: str,
    is_required: bool,
    by: User,
    owner: User | None = None,
    due_on: date | None = None,
) -> Task:
    """A row without its own entry, for services that hold the incident and record themselves."""
    task = Task(
        incident=incident,
        number=Task.next_number(incident),
        title=title,
        is_required=is_required,
        owner=owner,
        due_on=due_on,
        added_by=by,
        added_at=clock.now(),
    )
    task.full_clean()
    task.save()
    if owner:
        incident.team.add(owner)
    return task


@transaction.atomic
def assign(task: Task, *, owner: User | None, due_on: date | None, by: User) -> Task:
    """Give a task an owner and a day; the owner then sees the incident."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(task.incident)
    before = {"owner": task.owner, "due_on": task.due_on}
    Task.objects.filter(pk=task.pk).update(owner=owner, due_on=due_on)
    if owner:
        locked.team.add(owner)
    record(
        events.TASK_ASSIGNED,
        by=by,
        on=task,
        changes={"owner": (before["owner"], owner), "due_on": (before["due_on"], due_on)},
    )
    task.refresh_from_db()
    return task


@transaction.atomic
def finish(task: Task, *, note: str, by: User) -> Task:
    """Done, with a word on how. A required task needs the word."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(task.incident)
    if task.is_required and not note.strip():
        raise ValidationError({"note": _("Write what was done: this task is needed to close.")})
    done = Task.objects.filter(pk=task.pk, done_at__isnull=True).update(done_at=clock.now(), done_by=by, done_note=note)
    if not done:
        raise ValidationError(_("Somebody was faster: this task is done already."), code="faster")
    timeline.add(locked, EntryKind.TASK, by=by, facts={"step": "done", "title": task.title, "note": note})
    record(events.TASK_DONE, by=by, on=task, changes={"note": ("", note)})
    task.refresh_from_db()
    return task
