"""Password, then code. The session starts at the password and opens nothing until the code."""

from typing import cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as factor_login
from django_otp.models import Device

from accounts.doors import open_after_password, open_to_all
from accounts.forms import CodeForm, RecoveryForm, SignInForm
from accounts.http import is_verified
from accounts.middleware import SEEN_AT, STARTED_AT
from accounts.models import User
from accounts.services import factors, people
from accounts.services import sign_in as service
from core import dates
from core.context import current
from core.text import searchable
from core.views import page

MAY_ENROL = "may_enrol"


def next_page(request: HttpRequest, fallback: str = "/") -> str:
    """Where the person wanted to go, if it is a page of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}) and target.startswith("/"):
        return target
    return fallback


@open_to_all
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and is_verified(request):
        return redirect(next_page(request))
    if request.headers.get("HX-Request"):  # a part was asked for after the session ended: load the whole page
        return HttpResponse(headers={"HX-Refresh": "true"})
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = searchable(form.cleaned_data["email"]).lower()
        # django-axes counts by `username`; it refuses while the wait lasts, right password or not.
        user = authenticate(request, username=email, email=email, password=form.cleaned_data["password"])
        if user is not None:
            login(request, user)
            return redirect(f"/sign-in/code/?{urlencode({'next': next_page(request)})}")
        service.refused(email, reason="password")
        _explain(form, email)
    return page(request, "accounts/sign_in.html", {"next": next_page(request, "")}, form)


def _explain(form: SignInForm, email: str) -> None:
    until = service.waits_until(email, current.get().network)
    if until is None:
        form.add_error(None, _("E-mail or password is not right."))
    else:
        words = _("Too many tries. Try again after %(time)s.") % {"time": f"{dates.local(until):%H:%M:%S}"}
        form.add_error(None, words)


@open_after_password
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    if factors.confirmed_authenticator(user) is None:
        return redirect("set_up_app")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _let_in(request, service.with_code(user, code=form.cleaned_data["code"]))
        except ValidationError as problem:
            form.add_error("code", problem)
        else:
            return redirect(next_page(request))
    return page(request, "accounts/code.html", {"next": next_page(request, "")}, form)


@open_after_password
@require_http_methods(["GET", "POST"])
def recovery(request: HttpRequest) -> HttpResponse:
    user = cast("User", request.user)
    form = RecoveryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            _let_in(request, service.with_recovery_code(user, code=form.cleaned_data["code"]))
        except ValidationError as problem:
            form.add_error("code", problem)
        else:
            request.session[MAY_ENROL] = True
            return redirect("set_up_app")
    return page(request, "accounts/recovery.html", {"left": factors.recovery_codes_left(user)}, form)


def _let_in(request: HttpRequest, device: Device) -> None:
    """The session gets a new id with the second factor; its age starts again."""
    request.session.cycle_key()
    factor_login(request, device)
    for moment in (STARTED_AT, SEEN_AT):
        request.session.pop(moment, None)


@open_after_password
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    service.ended(cast("User", request.user))
    logout(request)
    response = redirect("sign_in")
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@open_to_all
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose a language: for the person when signed in, else by cookie."""
    chosen = request.POST.get("language", "")
    response = redirect(next_page(request))
    if chosen in dict(settings.LANGUAGES):
        if request.user.is_authenticated and is_verified(request):
            people.change_profile(request.user, by=request.user, values={"language": chosen})
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
