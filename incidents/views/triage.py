"""One new report at a time: an incident, part of another, or not an incident."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.roles import Right, require
from core.pagination import page_of
from core.submissions import once
from core.text import searchable
from core.views import page
from incidents import selectors
from incidents.forms import ConfirmForm, DismissForm, MergeForm, OpinionForm
from incidents.models import Incident
from incidents.services import triage as service
from incidents.terms import Flag, Kind, Severity, State


@require_GET
def queue(request: Request) -> HttpResponse:
    require(request.user, Right.TRIAGE)
    found = page_of(request, selectors.reports_to_confirm(viewer=request.user))
    return render(request, "incidents/triage/queue.html", {"page": found})


def _fetch(request: Request, ref: str) -> Incident:
    require(request.user, Right.TRIAGE)
    return get_object_or_404(selectors.visible(request.user).select_related("reporter", "dismissal_asked_by"), ref=ref)


@require_http_methods(["GET", "POST"])
def confirm(request: Request, ref: str) -> HttpResponse:
    incident = _fetch(request, ref)
    if incident.state != State.REPORTED:
        return redirect(incident)
    form = ConfirmForm(
        request.POST or None,
        initial={
            "title": incident.title,
            "kind": "" if incident.kind == Kind.UNKNOWN else incident.kind,
            "noticed_at": incident.noticed_at,
            "lead": request.user,
        },
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            service.confirm(
                incident,
                title=values["title"],
                kind=Kind(values["kind"]),
                severity=Severity(int(values["severity"])),
                lead=values["lead"],
                personal_data=Flag(values["personal_data"]),
                infrastructure=Flag(values["infrastructure"]),
                noticed_at=values["noticed_at"],
                by=request.user,
            )
            return incident.get_absolute_url()

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    context = {"incident": incident, "similar": selectors.similar(incident, viewer=request.user)}
    return page(request, "incidents/triage/confirm.html", context, form)


@require_http_methods(["GET", "POST"])
def merge(request: Request, ref: str) -> HttpResponse:
    incident = _fetch(request, ref)
    form = MergeForm(request.POST or None, initial={"into": request.GET.get("into", "")})
    if request.method == "POST" and form.is_valid():
        number = searchable(form.cleaned_data["into"]).upper()
        target = selectors.visible(request.user).open().filter(ref=number).first()
        if target is None:
            form.add_error("into", _("There is no open incident with this number."))
        else:
            try:
                service.merge(incident, into=target, by=request.user)
            except ValidationError as problem:
                form.add_error(None, problem)
            else:
                messages.success(request, _("The report is part of %(ref)s now.") % {"ref": target.ref})
                return redirect(target)
    context = {"incident": incident, "similar": selectors.similar(incident, viewer=request.user)}
    return page(request, "incidents/triage/merge.html", context, form)


@require_http_methods(["GET", "POST"])
def dismiss(request: Request, ref: str) -> HttpResponse:
    incident = _fetch(request, ref)
    form = DismissForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        severity = Severity(int(form.cleaned_data["severity"]))
        try:
            done = service.dismiss(incident, reason=form.cleaned_data["reason"], severity=severity, by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            words = _("Closed as not an incident.") if done.closed_at else _("A second person is asked.")
            messages.success(request, words)
            return redirect("triage")
    return page(request, "incidents/triage/dismiss.html", {"incident": incident}, form)


@require_http_methods(["GET", "POST"])
def opinion(request: Request, ref: str) -> HttpResponse:
    """The second person's view on closing a report as not an incident."""
    incident = _fetch(request, ref)
    form = OpinionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service.decide_dismissal(
                incident,
                agrees=form.cleaned_data["agrees"] == "yes",
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("Your opinion is recorded."))
            return redirect("triage")
    return page(request, "incidents/triage/opinion.html", {"incident": incident}, form)
