"""Moves between states, by the table of workflow.py."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock
from incidents import selectors
from incidents.models import Incident
from incidents.services import evidence, timeline
from incidents.terms import EntryKind, Outcome, State
from incidents.workflow import GUARD_WORDS, find_move, missing


@transaction.atomic
def move(incident: Incident, *, to: State, by: User, reason: str = "", restored_how: str = "") -> Incident:
    """Move on, or back with a reason. Closing has its own verb. Raises ValidationError with what is missing."""
    locked = timeline.lock(incident)
    before = State(locked.state)
    step = find_move(before, to, is_confirmed=locked.is_confirmed)
    if step is None or to is State.CLOSED:
        raise ValidationError(
            _("From “%(before)s” there is no way to “%(after)s”.") % {"before": before.label, "after": to.label},
            code="faster",
        )
    require(by, step.right)
    facts = selectors.case(locked).facts
    how = restored_how or locked.restored_how
    open_guards = missing(step.guards, facts.circumstances(restored_how=how, reason=reason))
    if open_guards:
        raise ValidationError([str(GUARD_WORDS[guard]) for guard in open_guards])
    now = clock.now()
    locked.state = to
    if to is State.CONTAINED:
        locked.contained_at = now
    elif to is State.REPORTING:
        locked.reporting_at, locked.restored_how = now, how
    elif before is State.CLOSED:
        locked.closed_at = locked.closed_by = locked.merged_into = None
        locked.outcome = Outcome.CONFIRMED if locked.is_confirmed else ""
        locked.dismissal_asked_by, locked.dismissal_reason = None, ""
    locked.version += 1
    locked.full_clean()
    locked.save()
    timeline.add(
        locked,
        EntryKind.STATE,
        by=by,
        is_in_report=True,
        facts={"before": before, "after": to, "reason": reason, "restored_how": how if to is State.REPORTING else ""},
    )
    record(events.INCIDENT_STATE_CHANGED, by=by, on=locked, changes={"state": (before, to), "reason": ("", reason)})
    return locked


@transaction.atomic
def close(incident: Incident, *, outcome: Outcome, by: User) -> Incident:
    """Close the file when all eight conditions hold. The caller has confirmed a fresh code.

    Every piece of evidence is hashed once more. Raises ValidationError that lists each gap.
    """
    require(by, Right.CLOSE)
    locked = timeline.lock(incident)
    if locked.state != State.REPORTING:
        raise ValidationError(_("Only an incident in “Reporting” can be closed."), code="faster")
    if outcome not in {Outcome.CONFIRMED, Outcome.SIGN_ONLY}:
        raise ValidationError({"outcome": _("Choose the outcome.")})
    gaps = [str(c.title) for c in selectors.case(locked).conditions if not c.is_met]
    gaps += [
        _("The file “%(name)s” is not what was sealed.") % {"name": item.name}
        for item in locked.evidence_set.all()
        if not evidence.is_whole(item)
    ]
    if gaps:
        raise ValidationError(gaps, code="gaps")
    locked.state = State.CLOSED
    locked.outcome = outcome
    locked.closed_at = clock.now()
    locked.closed_by = by
    locked.version += 1
    locked.save()
    timeline.add(
        locked, EntryKind.STATE, by=by, facts={"before": State.REPORTING, "after": State.CLOSED, "outcome": outcome}
    )
    record(
        events.INCIDENT_CLOSED,
        by=by,
        on=locked,
        changes={"state": (State.REPORTING, State.CLOSED), "outcome": ("", outcome)},
    )
    return locked
