"""Blocking: record, check, lift."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.roles import Right, may
from core import clock
from core.submissions import once
from core.views import page
from incidents import selectors
from incidents.forms import BlockForm, CheckForm, LiftForm
from incidents.services import actions
from incidents.terms import ActionKind, DeclarationKind
from incidents.views.common import fetch_case, fetch_row, frame


@require_GET
def index(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    declaration = case.incident.declaration_set.filter(
        kind=DeclarationKind.NOTHING_TO_BLOCK, refused_at__isnull=True
    ).select_related("signed_by")
    context = {
        **frame(case, "actions"),
        "actions": selectors.actions(case.incident),
        "declaration": declaration.first(),
        "may_respond": may(request.user, Right.RESPOND) and case.incident.is_open,
        "may_sign": may(request.user, Right.SIGN_DECLARATION) and case.incident.is_open,
    }
    return render(request, "incidents/actions/index.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    form = BlockForm(request.POST or None, initial={"happened_at": clock.now(), "blocked_by": request.user})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            action = actions.record_block(
                case.incident,
                kind=ActionKind(values["kind"]),
                what=values["what"],
                where=values["where"],
                happened_at=values["happened_at"],
                blocked_by=values["blocked_by"],
                undo_plan=values["undo_plan"],
                review_on=values["review_on"],
                by=request.user,
            )
            return action.get_absolute_url()

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    return page(request, "incidents/actions/new.html", frame(case, "actions"), form)


@require_http_methods(["GET", "POST"])
def check(request: Request, ref: str, number: int) -> HttpResponse:
    case = fetch_case(request, ref)
    action = fetch_row(selectors.actions(case.incident), number)
    form = CheckForm(
        request.POST or None,
        initial={"method": action.kind_term.how_to_check, "checked_at": clock.now()},
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            actions.check(
                action,
                method=values["method"],
                is_effective=values["result"] == "yes",
                checked_at=values["checked_at"],
                by=request.user,
            )
            return str(action.get_absolute_url())

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    return page(request, "incidents/actions/check.html", {**frame(case, "actions"), "action": action}, form)


@require_http_methods(["GET", "POST"])
def lift(request: Request, ref: str, number: int) -> HttpResponse:
    case = fetch_case(request, ref)
    action = fetch_row(selectors.actions(case.incident), number)
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.lift(action, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return redirect(action.get_absolute_url())
    return page(request, "incidents/actions/lift.html", {**frame(case, "actions"), "action": action}, form)
