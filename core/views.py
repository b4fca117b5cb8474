"""Answers that belong to no wing: error pages, forms with errors, the gallery of components."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import glyphs
from core.gallery import sample_forms


def page(
    request: HttpRequest, template: str, context: dict[str, Any], form: forms.BaseForm | None = None
) -> HttpResponse:
    """A page with a form: 422 when the form came back with errors, so that nobody takes it for done."""
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, template, {**context, "form": form}, status=status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", {"typed": _typed(request)}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: PermissionDenied) -> HttpResponse:
    return render(request, "403.html", {"reason": str(exception)}, status=403)


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    return render(request, "404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last page: it needs no database, and gives back what the person typed."""
    return render(request, "500.html", {"typed": _typed(request)}, status=500)


def _typed(request: HttpRequest) -> list[str]:
    """The longer texts of a form, for copying; never passwords or codes."""
    secret = ("password", "current", "code", "token", "csrf", "key", "secret")
    return [
        value
        for name, value in request.POST.items()
        if isinstance(value, str) and len(value) > 12 and not any(word in name.lower() for word in secret)
    ]


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state; only with DEBUG. `?theme=dark` and `?theme=light` force a display."""
    if not settings.DEBUG:
        raise Http404
    theme = request.GET.get("theme", "")
    context = {"theme": theme if theme in {"light", "dark"} else "", "drawings": glyphs.NAMES, **sample_forms()}
    return render(request, "ui/gallery.html", context)
