"""A person's own page."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import ChangePasswordForm, ProfileForm
from accounts.http import Request
from accounts.services import factors, people
from core.views import page

_OWN = ("full_name", "phone", "language", "theme")


@require_http_methods(["GET", "POST"])
def profile(request: Request) -> HttpResponse:
    user = request.user
    form = ProfileForm(request.POST or None, initial={name: getattr(user, name) for name in _OWN})
    if request.method == "POST" and form.is_valid():
        people.change_profile(user, by=user, values={name: form.cleaned_data[name] for name in _OWN})
        messages.success(request, _("Saved."))
        return redirect("profile")
    return page(request, "accounts/profile.html", {}, form)


@require_GET
def security(request: Request) -> HttpResponse:
    return render(
        request,
        "accounts/security.html",
        {
            "authenticator": factors.confirmed_authenticator(request.user),
            "left": factors.recovery_codes_left(request.user),
        },
    )


@require_http_methods(["GET", "POST"])
def password(request: Request) -> HttpResponse:
    form = ChangePasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            people.change_password(request.user, password=form.cleaned_data["password"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, _("The password is changed. Other sessions have ended."))
            return redirect("security")
    return page(request, "accounts/password.html", {}, form)
