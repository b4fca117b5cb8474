"""What every page shows around its content."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts.models import Organisation, User
from accounts.roles import Right, may
from core.context import once_a_request
from dashboard import nav, selectors


@dataclass
class Shell:
    """Read lazily: an error page that needs nothing of it asks the database for nothing."""

    request: HttpRequest
    banners: list[Any] = field(default_factory=list)

    @cached_property
    def user(self) -> User | None:
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated and user.is_verified() else None

    @cached_property
    def organisation(self) -> Organisation:
        return Organisation.current()

    @cached_property
    def nav(self) -> list[nav.Item]:
        user = self.user
        if user is None:
            return []
        counts = once_a_request("nav_counts", lambda: selectors.nav_counts(user))
        return nav.items(user, path=self.request.path, counts=counts)

    @cached_property
    def may_search(self) -> bool:
        return self.user is not None and (may(self.user, Right.SEE_ALL_INCIDENTS) or may(self.user, Right.RESPOND))

    @property
    def is_demo(self) -> bool:
        return bool(settings.DEMO_MARKER.exists())


def shell(request: HttpRequest) -> dict[str, Any]:
    return {"shell": Shell(request)}
