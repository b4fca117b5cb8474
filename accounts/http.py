"""Types of requests, so that a view says who is there."""

from django.http import HttpRequest

from accounts.models import User


class Request(HttpRequest):
    """A request of a person who is signed in with both factors."""

    user: User  # type: ignore[assignment]
