"""The officer's report: draft, sections, preview, signature."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.roles import Right, may, require
from core import clock
from core.errors import Conflict
from core.pagination import page_of
from core.views import page
from incidents import documents, selectors
from incidents.forms import SectionForm, SignReportForm, StartReportForm
from incidents.models import OfficerReport
from incidents.services import reports
from incidents.views.common import fetch_case, frame


def _fetch(request: Request, ref: str) -> OfficerReport:
    rows = OfficerReport.objects.select_related("incident", "signed_by", "drafted_by")
    reachable = rows.filter(incident__in=selectors.visible(request.user))
    number = ref.replace("RPT-", "INC-", 1)
    base, _sep, version = number.partition("-v")
    if version and not (version.isascii() and version.isdigit() and len(version) <= 4):
        raise Http404
    return get_object_or_404(reachable, incident__ref=base, number=int(version or 1))


@require_GET
def index(request: Request) -> HttpResponse:
    rows = (
        OfficerReport.objects.filter(incident__in=selectors.visible(request.user))
        .select_related("incident", "signed_by", "drafted_by")
        .defer("pdf", "record")
        .order_by("-added_at")
    )
    return render(request, "incidents/reports/index.html", {"page": page_of(request, rows)})


@require_http_methods(["GET", "POST"])
def of_incident(request: Request, ref: str) -> HttpResponse:
    """Versions of the report on one incident, and the start of the next."""
    case = fetch_case(request, ref)
    form = StartReportForm(request.POST or None, initial={"language": request.user.language})
    if request.method == "POST" and form.is_valid():
        try:
            report = reports.start(case.incident, language=form.cleaned_data["language"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return redirect(report)
    versions = case.incident.officerreport_set.select_related("signed_by", "drafted_by", "incident").order_by("-number")
    context = {
        **frame(case, "report"),
        "versions": versions.defer("pdf", "record"),
        "may_write": may(request.user, Right.WRITE_REPORT) and case.incident.is_open,
    }
    return page(request, "incidents/reports/of_incident.html", context, form)


@require_GET
def detail(request: Request, ref: str) -> HttpResponse:
    report = _fetch(request, ref)
    case = fetch_case(request, report.incident.ref)
    newer = case.incident.timelineentry_set.in_report().filter(added_at__gt=report.record_read_at)
    context = {
        **frame(case, "report"),
        "report": report,
        "sections_": [(s, *documents.SECTIONS[s.key]) for s in report.sections.select_related("edited_by")],
        "gaps": [] if report.is_signed else reports.missing_to_sign(report),
        "newer": 0 if report.is_signed else newer.count(),
        "may_write": may(request.user, Right.WRITE_REPORT),
        "may_sign": may(request.user, Right.SIGN_REPORT),
    }
    return render(request, "incidents/reports/detail.html", context)


@require_http_methods(["GET", "POST"])
def section(request: Request, ref: str, key: str) -> HttpResponse:
    report = _fetch(request, ref)
    case = fetch_case(request, report.incident.ref)
    row = report.sections.filter(key=key).first()
    if row is None or report.is_signed:
        raise Http404
    form = SectionForm(request.POST or None, initial={"text": row.text, "version": report.version})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            reports.edit(report, key=key, text=values["text"], version=values["version"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict:
            theirs = _fetch(request, ref)
            saved = {"text": theirs.sections.get(key=key).text}
            return render(request, "conflict.html", form.against(saved, version=theirs.version), status=409)
        else:
            return redirect(report)
    context = {**frame(case, "report"), "report": report, "section": row, "title": documents.SECTIONS[key][0]}
    return page(request, "incidents/reports/section.html", context, form)


@require_POST
def read_again(request: Request, ref: str) -> HttpResponse:
    report = _fetch(request, ref)
    try:
        reports.read_record_again(report, by=request.user)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    else:
        messages.success(request, _("The record was read again. What you edited stays."))
    return redirect(report)


@require_GET
def document(request: Request, ref: str) -> HttpResponse:
    """The signed PDF as it was frozen, or a draft that says so."""
    report = _fetch(request, ref)
    content = bytes(report.pdf) if report.pdf else documents.report_pdf(report, signer=None, at=clock.now())
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{report.ref}.pdf"'
    return response


@require_http_methods(["GET", "POST"])
def sign(request: Request, ref: str) -> HttpResponse:
    report = _fetch(request, ref)
    require(request.user, Right.SIGN_REPORT)
    case = fetch_case(request, report.incident.ref)
    form = SignReportForm(request.POST or None, user=request.user, initial={"version": report.version})
    if request.method == "POST" and form.is_valid():
        try:
            reports.sign(report, version=form.cleaned_data["version"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict:
            messages.error(request, _("The report changed while you were reading. Read it again before you sign."))
            return redirect(report)
        else:
            messages.success(request, _("Signed."))
            return redirect(report)
    context = {**frame(case, "report"), "report": report, "gaps": reports.missing_to_sign(report)}
    return page(request, "incidents/reports/sign.html", context, form)
