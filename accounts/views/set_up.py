"""The second factor, set up right after the first password and never skipped."""

import base64
from typing import cast

import segno
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods
from django_otp import login as factor_login

from accounts.doors import open_after_password
from accounts.forms import CodeForm, NewRecoveryCodesForm, ReplaceAuthenticatorForm
from accounts.http import Request, is_verified
from accounts.models import User
from accounts.services import factors
from accounts.views.sign_in import MAY_ENROL, next_page
from core.views import page

WAITING = "waiting_factor"


@open_after_password
@require_http_methods(["GET", "POST"])
def app(request: HttpRequest) -> HttpResponse:
    """Connect an authenticator app. Who has one already needs its code first, or a recovery code."""
    user = cast("User", request.user)
    if factors.confirmed_authenticator(user) is not None and not (
        is_verified(request) and request.session.get(MAY_ENROL)
    ):
        return redirect("code" if not is_verified(request) else "security")
    device = factors.begin_set_up(user, waiting=request.session.get(WAITING))
    request.session[WAITING] = device.pk
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            confirmed = factors.finish_set_up(device, code=form.cleaned_data["code"])
        except ValidationError as problem:
            form.add_error("code", problem)
        else:
            request.session.cycle_key()
            for name in (MAY_ENROL, WAITING):
                request.session.pop(name, None)
            factor_login(request, confirmed)
            return _show_codes(request, user)
    address = factors.set_up_address(device)
    context = {"address": address, "key": factors.set_up_key(device), "qr": _qr(address)}
    return page(request, "accounts/set_up_app.html", context, form)


@require_http_methods(["GET", "POST"])
def replace(request: Request) -> HttpResponse:
    form = ReplaceAuthenticatorForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        request.session[MAY_ENROL] = True
        return redirect("set_up_app")
    return page(request, "accounts/replace.html", {}, form)


@require_http_methods(["GET", "POST"])
def codes(request: Request) -> HttpResponse:
    form = NewRecoveryCodesForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        return _show_codes(request, request.user)
    return page(request, "accounts/new_codes.html", {"left": factors.recovery_codes_left(request.user)}, form)


def _show_codes(request: HttpRequest, user: User) -> HttpResponse:
    """The only page that ever holds the codes: the answer itself, kept nowhere."""
    made = factors.make_recovery_codes(user)
    file = "data:text/plain;base64," + base64.b64encode("\n".join(made).encode()).decode()
    return render(request, "accounts/codes.html", {"codes": made, "file": file, "next": next_page(request)})


def _qr(address: str) -> SafeString:
    drawing = segno.make(address, error="m").svg_inline(
        border=3, svgclass="qr", lineclass=None, omitsize=True, dark="#000", light="#fff"
    )
    return mark_safe(drawing)  # noqa: S308 - squares drawn by segno; the address is not in it as text
