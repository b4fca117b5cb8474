"""What pages show of the audit trail."""

import json
import re
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from audit.events import LABELS, Event
from audit.models import AuditEntry, AuditEntryQuerySet
from core import dates

# As `audit.services.canonical` spells a moment.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")


@dataclass(frozen=True, slots=True)
class Change:
    field: str
    before: str
    after: str


def log(*, scope: str = "", actor: str = "", event: str = "") -> AuditEntryQuerySet:
    """Entries newest first, by incident, person or event."""
    entries = AuditEntry.objects.newest_first()
    if scope:
        entries = entries.filter(scope=scope)
    if actor:
        entries = entries.filter(actor=actor)
    if event:
        entries = entries.filter(event=event)
    return entries


def label(event: str) -> str:
    return str(LABELS.get(Event(event), event))


def changes(entry: AuditEntry) -> list[Change]:
    return [
        Change(field=name.replace("_", " "), before=_words(before), after=_words(after))
        for name, (before, after) in json.loads(entry.changes).items()
    ]


def _words(value: object) -> str:
    """A stored value for eyes: moments in local time, the rest as it was written."""
    match value:
        case None | "" | []:
            return "–"
        case bool():
            return _("yes") if value else _("no")
        case list():
            return ", ".join(map(_words, value))
        case str() if _MOMENT.fullmatch(value):
            return dates.exact(datetime.fromisoformat(value))
        case _:
            return str(value)
