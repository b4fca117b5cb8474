"""What every request passes: a name, a clean address, and headers that keep pages out of caches."""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

from core import context, text
from core.net import client_ip

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestContextMiddleware:
    """Gives the request a number and notes where it came from, for audit and logs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = context.current.set(
            context.RequestContext(request_id=uuid.uuid4().hex[:16], network=client_ip(request))
        )
        try:
            return self.get_response(request)
        finally:
            context.current.reset(token)


class SafeRequestMiddleware:
    """Refuses addresses that a database or a log cannot hold, and notes the session.

    A NUL or a lone surrogate in a query string would end as a database error, that is, as a 500.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        for value in (request.path, *request.GET.keys(), *(v for vs in request.GET.lists() for v in vs[1])):
            if text.has_controls(value):
                raise SuspiciousOperation("control character in the address")
        if key := request.session.session_key:
            known = context.current.get()
            digest = hashlib.sha256(b"session:" + key.encode()).hexdigest()[:16]
            context.current.set(replace(known, session=digest))
        return self.get_response(request)


class NoStoreMiddleware:
    """Pages of signed-in people stay out of every cache; only static files are kept."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response
