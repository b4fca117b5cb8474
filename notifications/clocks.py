"""When a clock starts, when it ends, and where its limit comes from: pure functions over facts.

“Immediately” has no figure. Such a clock counts up until the officer sets a company target, and
then the words say that the figure is the company's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import lazy
from django.utils.translation import gettext as _

from incidents.case import CaseFacts
from incidents.obligations import ClockLine, NotifyFacts, Words
from incidents.terms import Flag, State
from notifications.terms import DUTY_TITLES, Basis


@dataclass(frozen=True, slots=True)
class Rule:
    """One version of a duty, as much of it as a clock needs."""

    code: str
    basis: Basis
    citation: str
    target_minutes: int | None
    version: int
    valid_from: datetime
    valid_to: datetime | None


def rule_for(versions: list[Rule], *, at: datetime) -> Rule | None:
    """The version in force at a moment; before the first one, the first."""
    ordered = sorted(versions, key=lambda rule: rule.version)
    in_force = [rule for rule in ordered if rule.valid_from <= at and (rule.valid_to is None or at < rule.valid_to)]
    return in_force[-1] if in_force else (ordered[0] if ordered else None)


def basis_words(rule: Rule) -> str:
    """`Policy 4.1 · company target 6 h`; a law without a figure says so."""
    name = {
        Basis.LAW: _("Law"),
        Basis.POLICY: _("Policy"),
        Basis.CONTRACT: _("Contract"),
    }[rule.basis]
    parts = [f"{name} {rule.citation}".strip()]
    if rule.target_minutes is not None:
        parts.append(_("company target %(span)s") % {"span": target_words(rule.target_minutes)})
    else:
        parts.append(_("no figure"))
    return " · ".join(parts)


# A mail says it in the language of its reader, not of the worker that computed the clock.
_basis = lazy(basis_words, str)


def target_words(minutes: int) -> str:
    if minutes % 1440 == 0:
        return _("%(days)d d") % {"days": minutes // 1440}
    if minutes % 60 == 0:
        return _("%(hours)d h") % {"hours": minutes // 60}
    return _("%(minutes)d min") % {"minutes": minutes}


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a clock runs; `stopped_at` is None while it does."""

    started_at: datetime
    stopped_at: datetime | None


def _block(facts: CaseFacts, notify: NotifyFacts) -> Span | None:
    if facts.confirmed_at is None:
        return None
    ends = [moment for moment in (facts.first_check_at, facts.nothing_to_block_at) if moment]
    return Span(facts.confirmed_at, min(ends, default=None))


def _customers(facts: CaseFacts, notify: NotifyFacts) -> Span | None:
    """Runs while customers are, or may be, affected (policy 4.1)."""
    if facts.confirmed_at is None or facts.customers_affected == Flag.NO:
        return None
    return Span(facts.confirmed_at, notify.customers.done_at)


def _center(facts: CaseFacts, notify: NotifyFacts) -> Span | None:
    """Runs from the moment a flag says yes or may say yes (policy 4.3)."""
    if facts.notify_from is None:
        return None
    return Span(facts.notify_from, notify.center_initial_at or facts.center_waived_at)


def _center_final(facts: CaseFacts, notify: NotifyFacts) -> Span | None:
    """Starts when the consequences are removed, if an initial letter went out."""
    if notify.center_initial_at is None or facts.reporting_at is None:
        return None
    return Span(max(facts.reporting_at, notify.center_initial_at), notify.center.done_at)


def _report(facts: CaseFacts, notify: NotifyFacts) -> Span | None:
    if facts.confirmed_at is None:
        return None
    return Span(facts.confirmed_at, facts.report_signed_at if facts.is_report_signed else None)


_SPANS: dict[str, Callable[[CaseFacts, NotifyFacts], Span | None]] = {
    "block": _block,
    "customers": _customers,
    "center": _center,
    "center_final": _center_final,
    "report": _report,
}


def _step(code: str, facts: CaseFacts, notify: NotifyFacts) -> tuple[Words, str]:
    match code:
        case "block" if facts.blocks:
            return _("Check the block"), f"{facts.url}blocking/"
        case "block":
            return _("Record a block"), f"{facts.url}blocking/new/"
        case "customers":
            return notify.customers.step, notify.customers.url
        case "center" | "center_final":
            return notify.center.step, notify.center.url
        case _ if facts.state == State.REPORTING and facts.has_report:
            return _("Read and sign"), f"{facts.url}report/"
        case _:
            return _("Continue the investigation"), facts.url


def lines(facts: CaseFacts, notify: NotifyFacts, rules: dict[str, list[Rule]], *, at: datetime) -> list[ClockLine]:
    """Every clock of an incident, running or ended.

    A running clock goes by the rule in force now, an ended one by the rule in force when it ended:
    a later change of a rule never turns a kept limit into a missed one.
    """
    found = []
    for code, span_of in _SPANS.items():
        span = span_of(facts, notify)
        rule = rule_for(rules.get(code, []), at=(span.stopped_at or at) if span else at)
        if span is None or rule is None:
            continue
        due = span.started_at + timedelta(minutes=rule.target_minutes) if rule.target_minutes else None
        step, url = _step(code, facts, notify)
        found.append(
            ClockLine(
                incident=facts.ref,
                code=code,
                title=DUTY_TITLES[code],
                basis=_basis(rule),
                started_at=span.started_at,
                due_at=due,
                stopped_at=span.stopped_at,
                step=step,
                url=url,
                waits_for=(notify.customers.waits_for if code == "customers" else "") or facts.lead,
            )
        )
    return found
