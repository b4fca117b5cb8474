"""Files as they were taken: hashed by the server, sealed on arrival, every download on the list."""

import hashlib
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock, files
from core.models import DraftFile
from incidents.models import CustodyEvent, Evidence, Incident
from incidents.services import timeline
from incidents.terms import EntryKind


@transaction.atomic
def seal(
    incident: Incident,
    *,
    file: "File[Any]",
    name: str,
    taken_from: str,
    by: User,
    description: str = "",
    happened_at: datetime | None = None,
    is_in_report: bool = False,
) -> Evidence:
    """Take a file into evidence. Raises ValidationError for its kind or size, or when it is here already."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(incident)
    return _seal(
        locked,
        file=file,
        name=name,
        taken_from=taken_from,
        by=by,
        description=description,
        happened_at=happened_at,
        is_in_report=is_in_report,
    )


def seal_reported(incident: Incident, draft: DraftFile, *, by: User) -> Evidence | None:
    """Take a file that came with a report. The same file sent twice is taken once.

    For services that hold the incident's row.
    """
    with draft.file.open("rb") as file:
        try:
            return _seal(incident, file=file, name=draft.name, taken_from=_("sent with the report"), by=by)
        except _Known:
            return None


class _Known(ValidationError):
    """The same content is in evidence already."""


def _seal(
    incident: Incident,
    *,
    file: "File[Any]",
    name: str,
    taken_from: str,
    by: User,
    description: str = "",
    happened_at: datetime | None = None,
    is_in_report: bool = False,
) -> Evidence:
    # Wrapped, not renamed: the name of a stored file is the way to its bytes.
    file = File(file, name=name)
    seen = files.inspect(file, allowed=files.EVIDENCE)
    known = Evidence.objects.filter(incident=incident, sha256=seen.sha256).first()
    if known:
        raise _Known(
            _("This file is in evidence already, as number %(number)d.") % {"number": known.number}, code="known"
        )
    evidence = Evidence(
        incident=incident,
        number=Evidence.next_number(incident),
        name=seen.name,
        size=seen.size,
        kind=seen.kind,
        sha256=seen.sha256,
        taken_from=taken_from,
        description=description,
        happened_at=happened_at or clock.now(),
        added_at=clock.now(),
        added_by=by,
    )
    evidence.full_clean(exclude=["file"])
    evidence.file.save(seen.name, file, save=False)
    evidence.save()
    CustodyEvent.objects.create(evidence=evidence, what=CustodyEvent.What.SEALED, by=by, at=clock.now())
    timeline.add(
        incident,
        EntryKind.EVIDENCE,
        by=by,
        happened_at=evidence.happened_at,
        is_in_report=is_in_report,
        evidence=evidence,
    )
    record(
        events.EVIDENCE_ADDED,
        by=by,
        on=evidence,
        changes={"sha256": ("", seen.sha256), "size": (0, seen.size), "taken_from": ("", taken_from)},
    )
    return evidence


@transaction.atomic
def note_download(evidence: Evidence, *, by: User) -> None:
    """Put a download on the custody list, before the bytes leave."""
    CustodyEvent.objects.create(evidence=evidence, what=CustodyEvent.What.DOWNLOADED, by=by, at=clock.now())
    record(events.EVIDENCE_DOWNLOADED, by=by, on=evidence)


def is_whole(evidence: Evidence) -> bool:
    """True when the file on disk still has the hash that it was sealed with."""
    digest = hashlib.sha256()
    try:
        with evidence.file.open("rb") as file:
            for chunk in file.chunks():
                digest.update(chunk)
    except OSError:
        return False
    return digest.hexdigest() == evidence.sha256
