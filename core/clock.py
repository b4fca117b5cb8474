"""The one place that knows what time it is.

Everything that records a moment asks `now()`. The demo and volume data are played through the same
services in the past, by `at()`; nothing else moves the clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from django.utils import timezone

_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _moment.get() or timezone.now().astimezone(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Play what is inside as if it happened at `moment` (aware)."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    token = _moment.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _moment.reset(token)
