"""Views are closed by default. Those that open earlier say so by name."""

from collections.abc import Callable
from typing import TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http.response import HttpResponseBase

V = TypeVar("V", bound=Callable[..., HttpResponseBase])


def open_to_all(view: V) -> V:
    """Opens without sign-in."""
    login_not_required(view)
    view.second_factor_required = False  # type: ignore[attr-defined]
    return view


def open_after_password(view: V) -> V:
    """Opens after the password, before the second factor."""
    view.second_factor_required = False  # type: ignore[attr-defined]
    return view


def for_administration(view: V) -> V:
    """Opens only from ADMIN_NETWORKS, when they are set."""
    view.for_administration = True  # type: ignore[attr-defined]
    return view
