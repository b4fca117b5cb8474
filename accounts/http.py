"""Types of requests, so that a view says who is there."""

from django.http import HttpRequest

from accounts.models import User


class Request(HttpRequest):
    """A request of a person who is signed in with both factors."""

    user: User


def is_verified(request: HttpRequest) -> bool:
    """Whether this session passed the second factor, as the middleware of django_otp found."""
    return bool(request.user.is_verified())  # type: ignore[union-attr]
