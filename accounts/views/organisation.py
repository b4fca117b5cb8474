"""The company's own details."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.doors import for_administration
from accounts.forms import OrganisationForm
from accounts.http import Request
from accounts.models import Organisation
from accounts.roles import Right, require
from accounts.services import organisation as service
from core.errors import Conflict
from core.views import page


@for_administration
@require_http_methods(["GET", "POST"])
def organisation(request: Request) -> HttpResponse:
    require(request.user, Right.MANAGE_SETTINGS)
    present = Organisation.current()
    form = OrganisationForm.of(present, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            service.change(present, version=version, by=request.user, values=form.values())
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict:
            theirs = Organisation.current()
            context = form.against(form.stored(theirs), version=theirs.version)
            return render(request, "conflict.html", context, status=409)
        else:
            messages.success(request, _("Saved."))
            return redirect("organisation")
    return page(request, "accounts/organisation.html", {}, form)
