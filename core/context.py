"""Facts of the request at hand, for the audit trail, without passing the request around."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RequestContext:
    request_id: str = ""
    network: str = ""  # address of the client, as text
    session: str = ""  # a digest that tells sessions apart and opens none
    cache: dict[str, Any] = field(default_factory=dict, compare=False)


_OUTSIDE = RequestContext()  # its cache stays empty

current: ContextVar[RequestContext] = ContextVar("request_context", default=_OUTSIDE)


def once_a_request(name: str, read: Callable[[], T]) -> T:
    """What `read` gives, read once within a request; outside of one, each time."""
    request = current.get()
    if not request.request_id:
        return read()
    if name not in request.cache:
        request.cache[name] = read()
    found: T = request.cache[name]
    return found


def forget(name: str) -> None:
    """What was read changed within this request."""
    current.get().cache.pop(name, None)
