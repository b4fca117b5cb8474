"""The one hook of the house: what the case must know of those who stand above it.

Closing an incident, its duty strip and its report need facts of `notifications`: are the customers
told, is the Center told, which clocks run. That wing registers its answer here when it starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from django.utils.functional import Promise

from incidents.case import CaseFacts

Words = str | Promise


@dataclass(frozen=True, slots=True)
class ClockLine:
    """One clock of one incident. Times in UTC.

    `due_at` is None where nobody has set a figure: such a clock counts up. `basis` says where the
    limit comes from, in words that never let a company target pass for law.
    """

    incident: str  # its number
    code: str
    title: Words
    basis: Words
    started_at: datetime
    due_at: datetime | None
    stopped_at: datetime | None
    step: Words  # words of the one next step
    url: str
    waits_for: Words = ""  # a person or a role

    @property
    def is_running(self) -> bool:
        return self.stopped_at is None

    def is_late(self, at: datetime) -> bool:
        return self.due_at is not None and (self.stopped_at or at) > self.due_at

    def left(self, at: datetime) -> timedelta | None:
        return None if self.due_at is None else self.due_at - (self.stopped_at or at)

    def elapsed(self, at: datetime) -> timedelta:
        return (self.stopped_at or at) - self.started_at

    def share(self, at: datetime) -> float:
        """The part of the time that is used, 0 to 1 and beyond; 0 without a due time."""
        if self.due_at is None:
            return 0.0
        whole = (self.due_at - self.started_at).total_seconds()
        return (self.elapsed(at).total_seconds() / whole) if whole > 0 else 1.0


@dataclass(frozen=True, slots=True)
class Telling:
    """How far one side is told."""

    is_required: bool
    is_done: bool
    done_at: datetime | None
    words: Words
    step: Words
    url: str
    is_waived: bool = False
    waits_for: Words = ""


@dataclass(frozen=True, slots=True)
class NotifyFacts:
    """The duty *Notify* of one incident, for both sides."""

    customers: Telling
    center: Telling
    center_initial_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one incident stands with others."""

    notify: NotifyFacts
    clocks: tuple[ClockLine, ...]


class Obligations(Protocol):
    def standing(self, incidents: Sequence[CaseFacts], *, at: datetime) -> dict[str, Standing]:
        """Where each incident stands, by its number, in a constant number of queries."""

    def report_tables(self, ref: str) -> dict[str, list[dict[str, Any]]]:
        """Rows for the officer's report on an incident, in the active language:

        `notices` and `letters` with `ref` and `words`; `clocks` with `title`, `basis`, `started`,
        `due`, `stopped` (words) and `is_late`.
        """


_registered: list[Obligations] = []


def register(obligations: Obligations) -> None:
    _registered[:] = [obligations]


def current() -> Obligations:
    return _registered[0]
