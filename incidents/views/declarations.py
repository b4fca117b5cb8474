"""Signed reasons in place of a deed."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from accounts.roles import Right, require
from core.views import page
from incidents.forms import AskForm, DecisionForm, DeclarationForm
from incidents.services import declarations
from incidents.terms import DeclarationKind
from incidents.views.common import fetch_case, fetch_row, frame


@require_http_methods(["GET", "POST"])
def sign(request: Request, ref: str, kind: str) -> HttpResponse:
    """Sign, or, where the director decides, ask."""
    case = fetch_case(request, ref)
    if kind not in DeclarationKind.values:
        raise Http404
    what = DeclarationKind(kind)
    asks = what in declarations.NEEDS_DIRECTOR
    require(request.user, Right.SIGN_DECLARATION)
    form = AskForm(request.POST or None) if asks else DeclarationForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        write = declarations.ask if asks else declarations.sign
        try:
            write(case.incident, kind=what, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("The director is asked.") if asks else _("Signed."))
            return redirect(case.incident)
    context = {**frame(case, "timeline"), "what": what, "asks": asks}
    return page(request, "incidents/declarations/sign.html", context, form)


@require_http_methods(["GET", "POST"])
def decide(request: Request, ref: str, number: int) -> HttpResponse:
    """The director's answer."""
    case = fetch_case(request, ref)
    require(request.user, Right.DECIDE_WAIVER)
    row = fetch_row(case.incident.declaration_set.select_related("asked_by", "incident"), number)
    form = DecisionForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            declarations.decide(row, agrees=form.cleaned_data["agrees"] == "yes", by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("Your decision is recorded."))
            return redirect(case.incident)
    context = {**frame(case, "timeline"), "declaration": row, "what": DeclarationKind(row.kind)}
    return page(request, "incidents/declarations/decide.html", context, form)
