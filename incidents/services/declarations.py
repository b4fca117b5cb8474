"""Signed reasons in place of a deed. The officer signs her own; the director decides a waiver."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock
from incidents.models import Declaration, Incident
from incidents.services import timeline
from incidents.terms import DeclarationKind, EntryKind, State

# What a director decides is asked for first; the rest is signed by who writes it.
NEEDS_DIRECTOR = frozenset({DeclarationKind.NO_MEASURE_NEEDED})
LEAST_REASON = 20


@transaction.atomic
def sign(incident: Incident, *, kind: DeclarationKind, reason: str, by: User) -> Declaration:
    """Write and sign in one. The caller has confirmed a fresh code. Raises ValidationError."""
    require(by, Right.SIGN_DECLARATION)
    if kind in NEEDS_DIRECTOR:
        raise PermissionDenied(_("The director decides this."))
    locked = timeline.lock_open(incident)
    declaration = _write(locked, kind=kind, reason=reason, by=by)
    return _sign(locked, declaration, by=by)


@transaction.atomic
def ask(incident: Incident, *, kind: DeclarationKind, reason: str, by: User) -> Declaration:
    """Ask the director for a waiver."""
    require(by, Right.SIGN_DECLARATION)
    locked = timeline.lock_open(incident)
    declaration = _write(locked, kind=kind, reason=reason, by=by)
    timeline.add(locked, EntryKind.DECLARATION, by=by, facts={"step": "asked", "kind": kind, "reason": reason})
    record(events.DECLARATION_ASKED, by=by, on=declaration, changes={"reason": ("", reason)})
    return declaration


@transaction.atomic
def decide(declaration: Declaration, *, agrees: bool, by: User) -> Declaration:
    """The director's answer to a waiver. The caller has confirmed a fresh code."""
    require(by, Right.DECIDE_WAIVER)
    locked = timeline.lock_open(declaration.incident)
    current = Declaration.objects.select_for_update().get(pk=declaration.pk)
    if current.signed_at or current.refused_at:
        raise ValidationError(_("Somebody was faster: this is decided already."), code="faster")
    if current.asked_by_id == by.pk:
        raise PermissionDenied(_("Who asked for a waiver cannot decide it."))
    if agrees:
        return _sign(locked, current, by=by)
    Declaration.objects.filter(pk=current.pk).update(refused_at=clock.now(), refused_by=by)
    timeline.add(
        locked, EntryKind.DECLARATION, by=by, facts={"step": "refused", "kind": current.kind, "reason": current.reason}
    )
    record(events.DECLARATION_REFUSED, by=by, on=current, changes={"kind": ("", current.kind)})
    current.refresh_from_db()
    return current


def _write(incident: Incident, *, kind: DeclarationKind, reason: str, by: User) -> Declaration:
    if incident.state == State.REPORTED:
        raise ValidationError(_("Confirm the report first."))
    if len(reason.strip()) < LEAST_REASON:
        raise ValidationError(
            {"reason": _("Write the reason in at least %(least)d characters.") % {"least": LEAST_REASON}}
        )
    if Declaration.objects.in_force().filter(incident=incident, kind=kind).exists():
        raise ValidationError(_("This is signed or asked for already."), code="faster")
    declaration = Declaration(
        incident=incident,
        number=Declaration.next_number(incident),
        kind=kind,
        reason=reason,
        asked_by=by,
        added_at=clock.now(),
    )
    declaration.full_clean()
    declaration.save()
    return declaration


def _sign(incident: Incident, declaration: Declaration, *, by: User) -> Declaration:
    Declaration.objects.filter(pk=declaration.pk).update(signed_at=clock.now(), signed_by=by)
    declaration.refresh_from_db()
    timeline.add(
        incident,
        EntryKind.DECLARATION,
        by=by,
        is_in_report=True,
        facts={"step": "signed", "kind": declaration.kind, "reason": declaration.reason},
    )
    record(
        events.DECLARATION_SIGNED,
        by=by,
        on=declaration,
        changes={"kind": ("", declaration.kind), "reason": ("", declaration.reason)},
    )
    return declaration
