"""A report comes in: one field, one button, a receipt."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from core import clock, dates
from core.files import discard
from core.pagination import page_of
from core.submissions import once
from core.views import page
from incidents.forms import ExtendForm, ReportForm
from incidents.models import Incident
from incidents.services import incidents
from incidents.terms import Flag, Kind


@require_http_methods(["GET", "POST"])
def report(request: Request) -> HttpResponse:
    owner = f"user:{request.user.pk}"
    form = ReportForm(request.POST or None, request.FILES or None, owner=owner)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        noticed_at, noticed_words = form.when_noticed()

        def act() -> str:
            incident = incidents.report(
                values["text"],
                by=request.user,
                kind=Kind(values["kind"] or Kind.UNKNOWN),
                is_still_happening=Flag(values["still"] or Flag.UNKNOWN),
                noticed_at=noticed_at,
                noticed_words=noticed_words,
                contact=values["contact"],
                files=form.drafts,
            )
            return f"/my-reports/{incident.ref}/"

        target = once(form.key, sender=owner, act=act)
        discard(form.drafts)
        return redirect(target)
    contact = ", ".join(filter(None, [request.user.full_name, request.user.phone or request.user.email]))
    return page(request, "incidents/report.html", {"contact": contact}, form)


@require_GET
def mine(request: Request) -> HttpResponse:
    rows = Incident.objects.reported_by(request.user).order_by("-reported_at")
    return render(request, "incidents/my_reports.html", {"page": page_of(request, rows)})


@require_http_methods(["GET", "POST"])
def receipt(request: Request, ref: str) -> HttpResponse:
    """What the reporter got: number, exact time, and a place to add more."""
    incident = get_object_or_404(Incident.objects.reported_by(request.user), ref=ref)
    owner = f"user:{request.user.pk}"
    form = ExtendForm(request.POST or None, request.FILES or None, owner=owner)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            incidents.extend(incident, text=form.cleaned_data["text"], by=request.user, files=form.drafts)
            return request.path

        try:
            target = once(form.key, sender=owner, act=act)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            discard(form.drafts)
            messages.success(request, _("Added at %(time)s.") % {"time": dates.exact(clock.now())})
            return redirect(target)
    entries = incident.timelineentry_set.filter(added_by=request.user, kind__in=["reported", "extended", "evidence"])
    context = {"incident": incident, "entries": entries.select_related("evidence").order_by("number")}
    return page(request, "incidents/receipt.html", context, form)
