"""What a report turns out to be: an incident, part of another, or not an incident."""

from datetime import datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock
from incidents import playbooks
from incidents.models import Incident
from incidents.services import tasks, timeline
from incidents.terms import EntryKind, Flag, Kind, Outcome, Severity, State

LEAST_REASON = 20


def _lock_reported(incident: Incident) -> Incident:
    locked = timeline.lock(incident)
    if locked.state != State.REPORTED:
        raise ValidationError(
            _("Somebody was faster: this report is “%(state)s” already.") % {"state": locked.state_term.label},
            code="faster",
        )
    return locked


@transaction.atomic
def confirm(
    incident: Incident,
    *,
    title: str,
    kind: Kind,
    severity: Severity,
    lead: User,
    personal_data: Flag,
    infrastructure: Flag,
    by: User,
    noticed_at: datetime | None = None,
) -> Incident:
    """It is an incident. The clocks of the other duties start; the tasks of its kind are added."""
    require(by, Right.TRIAGE)
    locked = _lock_reported(incident)
    if kind == Kind.UNKNOWN:
        raise ValidationError({"kind": _("Choose the kind. It can be changed later.")})
    now = clock.now()
    locked.title = title
    locked.kind = kind
    locked.severity = severity
    locked.lead = lead
    locked.personal_data = personal_data
    locked.infrastructure = infrastructure
    locked.noticed_at = noticed_at or locked.noticed_at
    locked.state = State.INVESTIGATING
    locked.outcome = Outcome.CONFIRMED
    locked.confirmed_at = now
    locked.notify_from = None if personal_data == infrastructure == Flag.NO else now
    locked.dismissal_asked_by, locked.dismissal_reason = None, ""
    locked.search = locked.search_words()
    locked.version += 1
    locked.full_clean()
    locked.save()
    # Whoever confirmed keeps seeing what becomes of it.
    locked.team.add(lead, by)
    _add_playbook(locked, by=by)
    timeline.add(
        locked,
        EntryKind.TRIAGED,
        by=by,
        is_in_report=True,
        facts={"kind": kind, "severity": int(severity), "lead": str(lead)},
    )
    record(
        events.INCIDENT_TRIAGED,
        by=by,
        on=locked,
        changes={
            "state": (State.REPORTED, State.INVESTIGATING),
            "kind": ("", kind),
            "severity": (None, int(severity)),
            "lead": (None, lead),
            "personal_data": (Flag.UNKNOWN, personal_data),
            "infrastructure": (Flag.UNKNOWN, infrastructure),
        },
    )
    return locked


def _add_playbook(incident: Incident, *, by: User) -> None:
    with translation.override(by.language):
        for title, is_required in playbooks.tasks_for(Kind(incident.kind)):
            tasks.write(incident, title=str(title), is_required=is_required, by=by)


@transaction.atomic
def merge(incident: Incident, *, into: Incident, by: User) -> Incident:
    """The report is part of another incident: its text moves there, its number stays and points there."""
    require(by, Right.TRIAGE)
    if incident.pk == into.pk:
        raise ValidationError({"into": _("Choose another incident.")})
    # Always in the order of keys, so that two merges never wait for each other.
    for pk in sorted([incident.pk, into.pk]):
        Incident.objects.select_for_update().get(pk=pk)
    locked, target = _lock_reported(incident), timeline.lock_open(into)
    if locked.dismissal_asked_by_id:
        raise ValidationError(_("This report waits for a second opinion. Give it first."))
    _close(locked, outcome=Outcome.DUPLICATE, by=by, merged_into=target)
    timeline.add(locked, EntryKind.MERGED, by=by, facts={"into": target.ref})
    timeline.add(
        target,
        EntryKind.ABSORBED,
        by=by,
        happened_at=locked.noticed_at or locked.reported_at,
        facts={"ref": locked.ref, "text": locked.report_text, "reporter": str(locked.reporter)},
    )
    record(events.INCIDENT_MERGED, by=by, on=locked, changes={"merged_into": (None, target.ref)})
    return locked


@transaction.atomic
def dismiss(incident: Incident, *, reason: str, severity: Severity | None, by: User) -> Incident:
    """It is not an incident. From High up a second person must agree: this then only asks."""
    require(by, Right.TRIAGE)
    locked = _lock_reported(incident)
    _check_reason(reason)
    # Once somebody thought it grave, a lower word does not spare the second person.
    gravest = max(severity or 0, locked.severity or 0)
    if gravest >= Severity.HIGH:
        Incident.objects.filter(pk=locked.pk).update(
            dismissal_asked_by=by, dismissal_reason=reason, severity=gravest, version=locked.version + 1
        )
        timeline.add(locked, EntryKind.DISMISSAL, by=by, facts={"step": "asked", "reason": reason})
        record(events.INCIDENT_DISMISSAL_ASKED, by=by, on=locked, changes={"reason": ("", reason)})
        locked.refresh_from_db()
        return locked
    _close(locked, outcome=Outcome.NOT_INCIDENT, by=by)
    timeline.add(locked, EntryKind.DISMISSAL, by=by, facts={"step": "agreed", "reason": reason})
    record(events.INCIDENT_DISMISSED, by=by, on=locked, changes={"reason": ("", reason)})
    return locked


@transaction.atomic
def decide_dismissal(incident: Incident, *, agrees: bool, reason: str, by: User) -> Incident:
    """The second opinion. Who asked cannot give it."""
    require(by, Right.TRIAGE)
    locked = _lock_reported(incident)
    if locked.dismissal_asked_by_id is None:
        raise ValidationError(_("Nobody asks for a second opinion."), code="faster")
    if locked.dismissal_asked_by_id == by.pk:
        raise PermissionDenied(_("The second opinion comes from another person."))
    if agrees:
        _close(locked, outcome=Outcome.NOT_INCIDENT, by=by)
        timeline.add(locked, EntryKind.DISMISSAL, by=by, facts={"step": "agreed", "reason": locked.dismissal_reason})
        record(events.INCIDENT_DISMISSED, by=by, on=locked, changes={"reason": ("", locked.dismissal_reason)})
        return locked
    _check_reason(reason)
    Incident.objects.filter(pk=locked.pk).update(
        dismissal_asked_by=None, dismissal_reason="", version=locked.version + 1
    )
    timeline.add(locked, EntryKind.DISMISSAL, by=by, facts={"step": "refused", "reason": reason})
    record(events.INCIDENT_DISMISSAL_REFUSED, by=by, on=locked, changes={"reason": ("", reason)})
    locked.refresh_from_db()
    return locked


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < LEAST_REASON:
        raise ValidationError(
            {"reason": _("Write the reason in at least %(least)d characters.") % {"least": LEAST_REASON}}
        )


def _close(incident: Incident, *, outcome: Outcome, by: User, merged_into: Incident | None = None) -> None:
    incident.state = State.CLOSED
    incident.outcome = outcome
    incident.closed_at = clock.now()
    incident.closed_by = by
    incident.merged_into = merged_into
    incident.version += 1
    incident.save()
