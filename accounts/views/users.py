"""People and their roles, for administrators."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.doors import for_administration
from accounts.forms import InviteForm, OfficialForm, RolesForm
from accounts.http import Request
from accounts.models import Invitation, User
from accounts.roles import Right, Role, require
from accounts.selectors import invitations, people_table
from accounts.services import people
from core.submissions import once
from core.views import page


@for_administration
@require_GET
def index(request: Request) -> HttpResponse:
    require(request.user, Right.MANAGE_USERS)
    return render(request, "accounts/users.html", {"people": people_table(), "invitations": invitations()})


@for_administration
@require_http_methods(["GET", "POST"])
def invite(request: Request) -> HttpResponse:
    require(request.user, Right.MANAGE_USERS)
    form = InviteForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            people.invite(
                values["email"],
                roles=[Role(role) for role in values["roles"]],
                language=values["language"],
                by=request.user,
            )
            return "/users/"

        try:
            target = once(form.key, sender=str(request.user.pk), act=act)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": values["email"]})
            return redirect(target)
    return page(request, "accounts/invite.html", {}, form)


@for_administration
@require_POST
def revoke(request: Request, public_id: str) -> HttpResponse:
    require(request.user, Right.MANAGE_USERS)
    people.revoke_invitation(get_object_or_404(Invitation, public_id=public_id), by=request.user)
    messages.success(request, _("The invitation is revoked."))
    return redirect("users")


@for_administration
@require_http_methods(["GET", "POST"])
def detail(request: Request, public_id: str) -> HttpResponse:
    """Position, order and roles of one person, each with its own form."""
    require(request.user, Right.MANAGE_USERS)
    person = get_object_or_404(User.objects.prefetch_related("holdings"), public_id=public_id)
    official_names = ("position", "order_number", "order_date")
    is_roles = request.POST.get("which") == "roles"
    roles_form = RolesForm(request.POST if is_roles else None, initial={"roles": sorted(person.roles)}, prefix="roles")
    form = OfficialForm(
        request.POST if request.method == "POST" and not is_roles else None,
        initial={name: getattr(person, name) for name in official_names},
    )
    active = roles_form if is_roles else form
    if request.method == "POST" and active.is_valid():
        try:
            if is_roles:
                chosen = [Role(role) for role in roles_form.cleaned_data["roles"]]
                people.change_roles(person, roles=chosen, by=request.user)
            else:
                values = {name: form.cleaned_data[name] for name in official_names}
                people.change_profile(person, by=request.user, values=values)
        except ValidationError as problem:
            active.add_error(None, problem)
        else:
            messages.success(request, _("Saved."))
            return redirect("user", public_id=person.public_id)
    context = {"person": person, "form": form, "roles_form": roles_form, "failed": active}
    return render(request, "accounts/user.html", context, status=422 if active.errors else 200)


@for_administration
@require_POST
def deactivate(request: Request, public_id: str) -> HttpResponse:
    person = get_object_or_404(User.objects.prefetch_related("holdings"), public_id=public_id)
    try:
        # The button says what it wants: a second click must not turn the first one round.
        if request.POST.get("become") == "active":
            people.reactivate(person, by=request.user)
        else:
            people.deactivate(person, by=request.user)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    return redirect("user", public_id=person.public_id)
