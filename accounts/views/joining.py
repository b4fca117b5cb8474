"""The way in by an invitation, and the way back by a new password."""

from django.contrib.auth import login
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.doors import open_to_all
from accounts.forms import AskPasswordForm, FirstOfficerForm, JoinForm, NewPasswordForm
from accounts.models import Organisation, User
from accounts.services import organisation as organisations
from accounts.services import people
from core.views import page


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    invitation = people.find_invitation(token)
    if invitation is None:
        return render(request, "accounts/link_ended.html", status=404)
    kind = JoinForm if invitation.email else FirstOfficerForm
    form = kind(request.POST or None, initial={"language": request.LANGUAGE_CODE or invitation.language})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            user = people.join(
                invitation,
                email=values.get("email", ""),
                full_name=values["full_name"],
                password=values["password"],
                language=values["language"],
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            if company := values.get("company"):
                organisations.change(Organisation.current(), version=0, by=user, values={"name": company})
            login(request, user, backend="accounts.backends.PeopleBackend")
            return redirect("set_up_app")
    return page(request, "accounts/join.html", {"invitation": invitation}, form)


@open_to_all
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    form = AskPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        people.ask_for_password(form.cleaned_data["email"], make_token=default_token_generator.make_token)
        return redirect("password_sent")
    return page(request, "accounts/forgotten.html", {}, form)


@open_to_all
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/password_sent.html")


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def new_password(request: HttpRequest, public_id: str, token: str) -> HttpResponse:
    """A new password by a mailed link, good once and for an hour. The second factor stays as it is."""
    user = User.objects.active().filter(public_id=public_id).first()
    if user is None or not default_token_generator.check_token(user, token):
        return render(request, "accounts/link_ended.html", status=404)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            people.change_password(user, password=form.cleaned_data["password"], by=None)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return redirect("sign_in")
    return page(request, "accounts/new_password.html", {"user_email": user.email}, form)
