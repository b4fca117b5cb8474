"""The record itself: a report comes in, grows, and its facts are filled."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import diff, record
from core import clock, dates
from core.errors import Conflict
from core.models import DraftFile
from core.numbers import next_number
from core.text import shorten
from incidents.models import Incident
from incidents.services import evidence, timeline
from incidents.terms import EntryKind, Flag, Kind, Severity

FACT_FIELDS = (
    "title", "kind", "noticed_at", "happened_from", "happened_to", "is_happened_unknown", "systems",
    "personal_data", "infrastructure", "data_kinds", "people_count", "is_people_count_estimate",
    "how_found", "cause", "consequences", "restored_how", "lead",
)  # fmt: skip


@transaction.atomic
def report(
    text: str,
    *,
    by: User,
    kind: Kind = Kind.UNKNOWN,
    is_still_happening: Flag = Flag.UNKNOWN,
    noticed_at: datetime | None = None,
    noticed_words: str = "",
    contact: str = "",
    files: Iterable[DraftFile] = (),
) -> Incident:
    """Put a report into the incident log (policy 4.1). Only the text is needed.

    This ends the duty *Record*: the moment of the row is the moment on the receipt.
    """
    require(by, Right.REPORT)
    now = clock.now()
    year = dates.local(now).year
    incident = Incident(
        ref=f"INC-{year}-{next_number(f'INC-{year}'):04d}",
        title=shorten(text.replace("\t", " "), 120),
        report_text=text,
        reporter=by,
        reporter_contact=(contact or by.phone or by.email)[:200],
        reporter_kind=kind,
        kind=kind,
        is_still_happening=is_still_happening,
        noticed_at=noticed_at,
        noticed_words=noticed_words,
        reported_at=now,
    )
    incident.search = incident.search_words()
    incident.full_clean()
    incident.save()
    timeline.add(incident, EntryKind.REPORTED, by=by, happened_at=noticed_at or now, is_in_report=True)
    for file in files:
        evidence.seal_reported(incident, file, by=by)
    record(events.INCIDENT_REPORTED, by=by, on=incident, changes={"title": ("", incident.title), "kind": ("", kind)})
    return incident


@transaction.atomic
def extend(incident: Incident, *, text: str, by: User, files: Iterable[DraftFile] = ()) -> None:
    """Add to a report of one's own: more words, a photo. Open until the incident is closed."""
    locked = timeline.lock_open(incident)
    if locked.reporter_id != by.pk:
        require(by, Right.RESPOND)
    if text:
        timeline.add(locked, EntryKind.EXTENDED, by=by, facts={"text": text})
    for file in files:
        evidence.seal_reported(locked, file, by=by)
    record(events.REPORT_EXTENDED, by=by, on=locked, changes={"text": ("", shorten(text, 200))})


@transaction.atomic
def change_facts(incident: Incident, *, version: int, by: User, values: Mapping[str, Any]) -> Incident:
    """Fill or correct facts, if nobody was faster. Raises Conflict or ValidationError.

    A flag that turns from “no” starts the duty *Notify* now; one that was open since the
    confirmation has been running since then.
    """
    require(by, Right.RESPOND)
    locked = timeline.lock_open(incident)
    if locked.version != version:
        raise Conflict
    unknown = set(values) - set(FACT_FIELDS)
    if unknown:
        raise ValueError(f"not facts: {unknown}")
    before = {name: getattr(locked, name) for name in values}
    if before.get("lead") and values.get("lead", before["lead"]) is None:
        raise ValidationError({"lead": _("Somebody must lead. Choose another person.")})
    for name, value in values.items():
        setattr(locked, name, value)
    _check_times(locked)
    locked.full_clean()
    changes = diff(before, values)
    if not changes:
        return locked
    _restart_notify(locked)
    locked.search = locked.search_words()
    locked.version = version + 1
    locked.save()
    if locked.lead:
        locked.team.add(locked.lead)
    timeline.add(locked, EntryKind.FACTS, by=by, facts={"fields": sorted(changes)})
    record(events.INCIDENT_FACTS_CHANGED, by=by, on=locked, changes=changes)
    return locked


def _check_times(incident: Incident) -> None:
    if incident.happened_from and incident.happened_to and incident.happened_to < incident.happened_from:
        raise ValidationError({"happened_to": _("The end lies before the beginning.")})
    if incident.is_happened_unknown:
        incident.happened_from = incident.happened_to = None


def _restart_notify(incident: Incident) -> None:
    if not incident.is_confirmed:
        return
    if incident.personal_data == Flag.NO and incident.infrastructure == Flag.NO:
        incident.notify_from = None
    elif incident.notify_from is None:
        incident.notify_from = clock.now()


@transaction.atomic
def change_severity(incident: Incident, *, severity: Severity, reason: str, by: User) -> Incident:
    """Both values and the reason stay in the timeline."""
    require(by, Right.TRIAGE)
    locked = timeline.lock_open(incident)
    if not locked.is_confirmed:
        raise ValidationError(_("Confirm the report first."))
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason.")})
    before = locked.severity
    if before == severity:
        return locked
    Incident.objects.filter(pk=locked.pk).update(severity=severity, version=F("version") + 1)
    locked.severity = severity
    timeline.add(
        locked,
        EntryKind.SEVERITY,
        by=by,
        is_in_report=True,
        facts={"before": before, "after": int(severity), "reason": reason},
    )
    record(events.INCIDENT_SEVERITY_CHANGED, by=by, on=locked, changes={"severity": (before, int(severity))})
    return locked


@transaction.atomic
def change_team(incident: Incident, *, team: Iterable[User], by: User) -> None:
    """Who works on the incident, and so may see it. The lead is always in it."""
    require(by, Right.TRIAGE)
    locked = timeline.lock_open(incident)
    before = sorted(str(user) for user in locked.team.all())
    members = {user.pk: user for user in team}
    if locked.lead:
        members[locked.lead.pk] = locked.lead
    locked.team.set(members.values())
    after = sorted(str(user) for user in members.values())
    record(events.INCIDENT_TEAM_CHANGED, by=by, on=locked, changes={"team": (before, after)})
