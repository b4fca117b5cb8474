"""Blocking the source (policy 4.1): what was blocked, that it works, and when it was lifted."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock
from incidents.models import ActionCheck, BlockingAction, Incident
from incidents.services import timeline
from incidents.terms import ActionKind, EntryKind


@transaction.atomic
def record_block(
    incident: Incident,
    *,
    kind: ActionKind,
    what: str,
    where: str,
    by: User,
    blocked_by: User | None = None,
    happened_at: datetime | None = None,
    undo_plan: str = "",
    review_on: date | None = None,
    is_in_report: bool = True,
) -> BlockingAction:
    """Record that something was blocked. It counts once its effect is checked."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(incident)
    action = BlockingAction(
        incident=locked,
        number=BlockingAction.next_number(locked),
        kind=kind,
        what=what,
        where=where,
        happened_at=happened_at or clock.now(),
        blocked_by=blocked_by or by,
        added_at=clock.now(),
        added_by=by,
        undo_plan=undo_plan,
        review_on=review_on,
    )
    action.full_clean()
    action.save()
    timeline.add(
        locked, EntryKind.BLOCK, by=by, happened_at=action.happened_at, is_in_report=is_in_report, action=action
    )
    record(
        events.ACTION_RECORDED,
        by=by,
        on=action,
        changes={
            "kind": ("", kind),
            "what": ("", what),
            "where": ("", where),
            "happened_at": (None, action.happened_at),
        },
    )
    return action


@transaction.atomic
def check(
    action: BlockingAction,
    *,
    method: str,
    is_effective: bool,
    by: User,
    checked_at: datetime | None = None,
) -> ActionCheck:
    """Record that somebody looked whether a block works, and how. A failed check leaves it open."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(action.incident)
    current = BlockingAction.objects.select_for_update().get(pk=action.pk)
    moment = checked_at or clock.now()
    if current.is_lifted:
        raise ValidationError(_("This block was lifted."), code="lifted")
    if moment < current.happened_at.replace(second=0, microsecond=0):
        raise ValidationError({"checked_at": _("A block cannot be checked before it was made.")})
    done = ActionCheck(
        action=current,
        method=method,
        is_effective=is_effective,
        checked_by=by,
        checked_at=moment,
        added_at=clock.now(),
    )
    done.full_clean()
    done.save()
    before = current.is_effective
    BlockingAction.objects.filter(pk=current.pk).update(is_effective=is_effective, checked_at=moment, checked_by=by)
    timeline.add(
        locked,
        EntryKind.CHECK,
        by=by,
        happened_at=moment,
        is_in_report=True,
        action=current,
        facts={"method": method, "is_effective": is_effective},
    )
    record(
        events.ACTION_CHECKED,
        by=by,
        on=current,
        changes={"is_effective": (before, is_effective), "method": ("", method)},
    )
    return done


@transaction.atomic
def lift(action: BlockingAction, *, reason: str, by: User) -> BlockingAction:
    """Take a block back, with the reason."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(action.incident)
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason.")})
    lifted = BlockingAction.objects.filter(pk=action.pk, lifted_at__isnull=True).update(
        lifted_at=clock.now(), lifted_by=by, lift_reason=reason
    )
    if not lifted:
        raise ValidationError(_("Somebody was faster: this block was lifted already."), code="faster")
    timeline.add(locked, EntryKind.LIFT, by=by, is_in_report=True, action=action, facts={"reason": reason})
    record(events.ACTION_LIFTED, by=by, on=action, changes={"reason": ("", reason)})
    action.refresh_from_db()
    return action
