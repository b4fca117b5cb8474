"""What pages show of the audit trail."""

import json
from dataclasses import dataclass

from audit.events import LABELS, Event
from audit.models import AuditEntry, AuditEntryQuerySet


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
    if value is None or value == "":
        return "–"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
