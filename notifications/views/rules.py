"""Settings that lawyers and officers read: clocks, authorities, built-in texts."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.roles import Right, may, require
from core.errors import Conflict
from core.views import page
from notifications import clocks, selectors, texts
from notifications.forms import AuthorityForm, ConfirmAuthorityForm, ReviewForm, TargetForm
from notifications.services import rules
from notifications.terms import DUTY_TITLES, LANGUAGES


@require_GET
def duties(request: Request) -> HttpResponse:
    """Where every limit comes from, for everybody who works here."""
    rows = [
        (
            duty,
            clocks.target_words(duty.target_minutes) if duty.target_minutes else "",
            duty.demand_in(request.LANGUAGE_CODE),
        )
        for duty in sorted(selectors.duties_in_force(), key=lambda duty: list(DUTY_TITLES).index(duty.code))
    ]
    context = {"rows": rows, "may_change": may(request.user, Right.MANAGE_RULES)}
    return render(request, "notifications/rules/duties.html", context)


@require_http_methods(["GET", "POST"])
def target(request: Request, code: str) -> HttpResponse:
    require(request.user, Right.MANAGE_RULES)
    duty = get_object_or_404(selectors.duties_in_force(), code=code)
    minutes = duty.target_minutes
    unit = next((u for u in (1440, 60, 1) if minutes and minutes % u == 0), 60)
    form = TargetForm(request.POST or None, initial={"amount": minutes // unit if minutes else None, "unit": str(unit)})
    if request.method == "POST" and form.is_valid():
        try:
            rules.set_target(duty, minutes=form.minutes(), by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict:
            form.add_error(None, _("Somebody was faster. Load the page again."))
        else:
            messages.success(request, _("Saved. Clocks that ended keep the rule they had."))
            return redirect("clocks_settings")
    return page(request, "notifications/rules/target.html", {"duty": duty}, form)


@require_POST
def confirm_duty(request: Request, code: str) -> HttpResponse:
    duty = get_object_or_404(selectors.duties_in_force(), code=code)
    rules.confirm_duty(duty, by=request.user)
    messages.success(request, _("Confirmed in your name."))
    return redirect("clocks_settings")


@require_GET
def authorities(request: Request) -> HttpResponse:
    require(request.user, Right.MANAGE_RULES)
    return render(request, "notifications/rules/authorities.html", {"authorities": selectors.authorities()})


@require_http_methods(["GET", "POST"])
def authority(request: Request, code: str) -> HttpResponse:
    """How an authority is reached, and the confirmation of its e-mail address."""
    require(request.user, Right.MANAGE_RULES)
    row = get_object_or_404(selectors.authorities(), code=code)
    is_confirm = request.POST.get("which") == "confirm"
    confirm = ConfirmAuthorityForm(
        request.POST if is_confirm else None, user=request.user, initial={"email": row.email}, prefix="confirm"
    )
    form = AuthorityForm(
        request.POST if request.method == "POST" and not is_confirm else None, initial=AuthorityForm.stored(row)
    )
    active = confirm if is_confirm else form
    if request.method == "POST" and active.is_valid():
        try:
            if is_confirm:
                rules.confirm_authority(row, email=confirm.cleaned_data["email"], by=request.user)
            else:
                values = form.cleaned_data
                rules.change_authority(
                    row,
                    email=values["email"],
                    address=values["address"],
                    phone=values["phone"],
                    version=values["version"],
                    by=request.user,
                )
        except ValidationError as problem:
            active.add_error(None, problem)
        except Conflict:
            theirs = get_object_or_404(selectors.authorities(), code=code)
            context = form.against(AuthorityForm.stored(theirs), version=theirs.version)
            return render(request, "conflict.html", context, status=409)
        else:
            messages.success(request, _("Confirmed in your name.") if is_confirm else _("Saved."))
            return redirect("authority", code)
    context = {"authority": row, "confirm": confirm, "form": form}
    status = 422 if active.is_bound and active.errors else 200
    return render(request, "notifications/rules/authority.html", context, status=status)


@require_GET
def built_in(request: Request) -> HttpResponse:
    require(request.user, Right.MANAGE_RULES)
    return render(request, "notifications/rules/texts.html", {"texts": texts.all_texts()})


@require_http_methods(["GET", "POST"])
def text(request: Request, code: str, language: str) -> HttpResponse:
    """A built-in text whole, and the confirmation that somebody has read it."""
    require(request.user, Right.MANAGE_RULES)
    name = code.replace("-", "/", 1)
    if name not in texts.CODES or language not in LANGUAGES:
        raise Http404
    row = next(t for t in texts.all_texts() if (t.code, t.language) == (name, language))
    form = ReviewForm(request.POST or None, initial={"sha256": row.sha256})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            rules.review_text(
                name, language=language, sha256=values["sha256"], reviewer=values["reviewer"], by=request.user
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict:
            form.add_error(None, _("The text is another version now. Read it again."))
        else:
            messages.success(request, _("Recorded."))
            return redirect("texts")
    return page(request, "notifications/rules/text.html", {"text": row, "source": texts.source(name, language)}, form)
