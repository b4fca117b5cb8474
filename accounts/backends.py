"""How a session becomes a person, in as few queries as possible."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from accounts.models import RoleHolding, User
from accounts.passwords import normal
from accounts.roles import Role
from core.text import searchable


class PeopleBackend(BaseBackend):
    def authenticate(
        self, request: HttpRequest | None, email: str = "", password: str = "", **_kwargs: Any
    ) -> User | None:
        """The person of an address and password; the same work is done for unknown addresses."""
        user = User.objects.active().by_email(searchable(email)).first()
        if user is None:
            User().set_password(normal(password))
            return None
        return user if user.check_password(normal(password)) else None

    def get_user(self, user_id: int) -> User | None:
        """The person with their roles, in one query."""
        holdings = list(RoleHolding.objects.select_related("user").filter(user_id=user_id, user__is_active=True))
        if not holdings:
            return None
        user = holdings[0].user
        user.roles = frozenset(Role(holding.role) for holding in holdings)
        return user
