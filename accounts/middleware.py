"""The doors every request passes: language, age of the session, second factor, network."""

import ipaddress
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from accounts.http import is_verified
from accounts.services.factors import confirmed_authenticator
from core import clock, net
from core.context import current

GetResponse = Callable[[HttpRequest], HttpResponse]
STARTED_AT, SEEN_AT = "started_at", "seen_at"
_PASSWORD_STEP_SECONDS = 15 * 60


class LanguageMiddleware:
    """The person's language, else that of the cookie or the browser."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        language = user.language if user.is_authenticated else translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.setdefault("Content-Language", language)
        return response


class SessionLifetimeMiddleware:
    """Ends sessions after half an hour of silence, twelve hours in all, or a quarter of an hour
    between password and code."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(clock.now().timestamp())
            started = request.session.setdefault(STARTED_AT, now)
            seen = request.session.setdefault(SEEN_AT, now)
            longest = settings.SESSION_ABSOLUTE_SECONDS
            if not is_verified(request):
                longest = _PASSWORD_STEP_SECONDS
            if now - started > longest or now - seen > settings.SESSION_IDLE_SECONDS:
                logout(request)
            elif now - seen > 60 and not request.headers.get("HX-Request"):  # a part that reloads is nobody's click
                request.session[SEEN_AT] = now
        return self.get_response(request)


class SecondFactorMiddleware:
    """Behind the password stands the code, on every path, in every mode of running."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view, "second_factor_required", True) or is_verified(request):
            return None
        assert request.user.is_authenticated  # LoginRequiredMiddleware stands before
        has_factor = confirmed_authenticator(request.user) is not None
        target = "/sign-in/code/" if has_factor else "/2fa/set-up/app/"
        return redirect(f"{target}?{urlencode({'next': request.get_full_path()})}")


class AdminNetworkMiddleware:
    """Administration opens only from the networks of ADMIN_NETWORKS (policy 3.2)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any) -> None:
        if not settings.ADMIN_NETWORKS or not getattr(view, "for_administration", False):
            return
        address = ipaddress.ip_address(current.get().network or net.UNKNOWN)
        if not any(address in network for network in settings.ADMIN_NETWORKS):
            raise PermissionDenied(_("This page opens only from the networks set for administration."))
