"""The moves of an incident, as a table (who may, and what must be true).

reported ──> investigating <──> contained ──> reporting ──> closed
   └─> closed (not an incident, or part of another) ──> reported     └─> investigating (reopened)
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from django.utils.translation import gettext_lazy as _

from accounts.roles import Right
from incidents.terms import Flag, Kind, State


class Guard(Enum):
    """What must be true before a move; the words are what is missing."""

    BLOCKS_CHECKED = "blocks"
    FLAGS_DECIDED = "flags"
    CUSTOMERS_DECIDED = "customers"
    RESTORED = "restored"
    REASON = "reason"
    EIGHT_CONDITIONS = "closing"


GUARD_WORDS = {
    Guard.BLOCKS_CHECKED: _("Check every block, or sign that there is nothing to block."),
    Guard.FLAGS_DECIDED: _("Decide whether personal data or the infrastructure is touched: “not known yet” is open."),
    Guard.CUSTOMERS_DECIDED: _("Decide whether customers are affected."),
    Guard.RESTORED: _("State how service and data were restored."),
    Guard.REASON: _("Write the reason."),
    Guard.EIGHT_CONDITIONS: _("Meet the eight conditions of closing."),
}


@dataclass(frozen=True, slots=True)
class Move:
    source: State
    target: State
    right: Right
    guards: frozenset[Guard] = field(default_factory=frozenset)


MOVES: tuple[Move, ...] = (
    Move(State.INVESTIGATING, State.CONTAINED, Right.RESPOND, frozenset({Guard.BLOCKS_CHECKED})),
    Move(State.CONTAINED, State.INVESTIGATING, Right.RESPOND, frozenset({Guard.REASON})),
    Move(
        State.CONTAINED,
        State.REPORTING,
        Right.MOVE_TO_REPORTING,
        frozenset({Guard.FLAGS_DECIDED, Guard.CUSTOMERS_DECIDED, Guard.RESTORED}),
    ),
    Move(State.REPORTING, State.INVESTIGATING, Right.MOVE_TO_REPORTING, frozenset({Guard.REASON})),
    Move(State.REPORTING, State.CLOSED, Right.CLOSE, frozenset({Guard.EIGHT_CONDITIONS})),
    Move(State.CLOSED, State.INVESTIGATING, Right.CLOSE, frozenset({Guard.REASON})),
    Move(State.CLOSED, State.REPORTED, Right.CLOSE, frozenset({Guard.REASON})),
)


def moves_from(state: State, *, is_confirmed: bool) -> list[Move]:
    """What may come next. A closed file goes back to where it was judged: a confirmed incident to
    the investigation, a dismissed report to the queue."""
    back = State.INVESTIGATING if is_confirmed else State.REPORTED
    return [move for move in MOVES if move.source is state and (state is not State.CLOSED or move.target is back)]


def find_move(source: State, target: State, *, is_confirmed: bool) -> Move | None:
    return next((move for move in moves_from(source, is_confirmed=is_confirmed) if move.target is target), None)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the guards look at."""

    blocks: int
    blocks_open: int
    is_nothing_to_block_signed: bool
    personal_data: Flag
    infrastructure: Flag
    customers_affected: Flag
    restored_how: str = ""
    reason: str = ""

    @property
    def are_blocks_settled(self) -> bool:
        if self.blocks_open:
            return False
        return self.blocks > 0 or self.is_nothing_to_block_signed


def missing(guards: Iterable[Guard], now: Circumstances) -> list[Guard]:
    """Guards that do not hold. The eight conditions of closing are judged in closing.py."""
    held = {
        Guard.BLOCKS_CHECKED: now.are_blocks_settled,
        Guard.FLAGS_DECIDED: Flag.UNKNOWN not in {now.personal_data, now.infrastructure},
        Guard.CUSTOMERS_DECIDED: now.customers_affected is not Flag.UNKNOWN,
        Guard.RESTORED: bool(now.restored_how.strip()),
        Guard.REASON: bool(now.reason.strip()),
        Guard.EIGHT_CONDITIONS: True,
    }
    return [guard for guard in Guard if guard in set(guards) and not held[guard]]


FACTS = {
    "title": _("what happened"),
    "kind": _("kind"),
    "noticed_at": _("when it was noticed"),
    "happened": _("when it happened"),
    "reporter": _("who reported it"),
    "systems": _("systems"),
    "severity": _("severity"),
    "flags": _("personal data and infrastructure"),
    "lead": _("lead"),
}


@dataclass(frozen=True, slots=True)
class NineFacts:
    """The nine facts of a complete record."""

    title: str
    kind: str
    is_noticed_known: bool
    is_happened_answered: bool
    reporter: str
    systems: str
    severity: int | None
    personal_data: str
    infrastructure: str
    has_lead: bool

    def missing(self) -> list[str]:
        """Keys of FACTS that are still open."""
        held = {
            "title": bool(self.title),
            "kind": self.kind != Kind.UNKNOWN,
            "noticed_at": self.is_noticed_known,
            "happened": self.is_happened_answered,
            "reporter": bool(self.reporter),
            "systems": bool(self.systems.strip()),
            "severity": self.severity is not None,
            "flags": Flag.UNKNOWN not in {self.personal_data, self.infrastructure},
            "lead": self.has_lead,
        }
        return [key for key in FACTS if not held[key]]
