"""One door into the audit trail."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol

from audit.events import LABELS, Event
from audit.models import EPOCH, AuditEntry
from core import clock, context
from core.text import shorten


class Actor(Protocol):
    """Whoever acts: a person by key, name and roles."""

    pk: Any

    @property
    def audit_label(self) -> str: ...
    @property
    def audit_roles(self) -> str: ...


class Target(Protocol):
    """Whatever is acted upon, in public names."""

    @property
    def audit_target(self) -> str: ...
    @property
    def audit_label(self) -> str: ...
    @property
    def audit_scope(self) -> str: ...


Changes = Mapping[str, tuple[Any, Any]]


def record(event: Event, *, by: Actor | None, on: Target, changes: Changes | None = None) -> AuditEntry:
    """Add one entry, as the last statement of the transaction that writes what it tells of.

    `by=None` is the system itself. `changes` maps a field to (before, after). If the entry cannot
    be written the caller's transaction fails with it: no audit, no action.
    """
    if event not in LABELS:
        raise ValueError(f"unknown event {event!r}: add it to audit/events.py")
    request = context.current.get()
    return AuditEntry.objects.create(
        at_us=(clock.now() - EPOCH) // timedelta(microseconds=1),  # exact: no float on the way
        event=event,
        actor=f"user:{by.pk}" if by else "system",
        actor_label=by.audit_label[:200] if by else "Hodisa",
        actor_roles=by.audit_roles[:200] if by else "",
        network=request.network,
        session=request.session,
        request_id=request.request_id,
        target=on.audit_target[:80],
        target_label=shorten(on.audit_label, 300),
        scope=on.audit_scope[:40],
        changes=canonical(changes or {}),
    )


def canonical(changes: Changes) -> str:
    """JSON with one spelling: sorted names, no spaces, moments in UTC."""
    return json.dumps(
        {name: [_plain(before), _plain(after)] for name, (before, after) in changes.items()},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def diff(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What differs, field by field."""
    return {name: (before.get(name), value) for name, value in after.items() if before.get(name) != value}


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value if not isinstance(value, str) else str(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            return [_plain(part) for part in value]
        case _ if hasattr(value, "audit_label"):
            return value.audit_label
        case _:
            return str(value)
