"""The list, the workspace, and the facts of an incident."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.roles import Right, may, who_may
from audit.selectors import changes, label, log
from core import clock
from core.errors import Conflict
from core.pagination import page_of
from core.submissions import once
from core.text import searchable
from core.views import page
from incidents import selectors
from incidents.forms import ComposerForm, FactsForm, SeverityForm, TeamForm
from incidents.models import Incident
from incidents.services import actions, incidents, notes, timeline
from incidents.terms import ENTRY_GROUPS, ActionKind, Severity
from incidents.views.common import fetch, fetch_case, frame


@require_GET
def index(request: Request) -> HttpResponse:
    view = request.GET.get("view", "")
    words = searchable(request.GET.get("q", ""))
    if view not in selectors.VIEWS:
        view = "all" if words else "open"
    rows = selectors.incident_list(viewer=request.user, view=view, words=words)
    found = page_of(request, selectors.with_case_facts(rows))
    return render(
        request,
        "incidents/list.html",
        {
            "page": found,
            "cases": selectors.cases(list(found.object_list)),
            "view": view,
            "words": words,
            "tabs": _tabs(selectors.list_counts(viewer=request.user)),
        },
    )


def _tabs(counts: dict[str, int]) -> list[tuple[str, str, int]]:
    labels = {
        "open": _("Open"),
        "triage": _("Needs triage"),
        "mine": _("Mine"),
        "personal": _("Personal data"),
        "closed": _("Closed"),
        "all": _("All"),
    }
    return [(view, labels[view], counts[view]) for view in selectors.VIEWS]


@require_http_methods(["GET", "POST"])
def workspace(request: Request, ref: str) -> HttpResponse:
    """The timeline with its composer; a new report leads to triage."""
    case = fetch_case(request, ref)
    form = ComposerForm(request.POST or None, initial={"happened_at": clock.now()})
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(
                once(form.key, sender=str(request.user.pk), act=lambda: _compose(case.incident, form, request))
            )
        except ValidationError as problem:
            form.add_error(None, problem)
    group = request.GET.get("show", "")
    most = 500 if request.GET.get("all") else 50
    line = selectors.timeline(case.incident, viewer=request.user, group=group, most=most)
    context = {
        **frame(case, "timeline"),
        "timeline": line,
        "groups": [(key, words, line.counts[key]) for key, (words, _kinds) in ENTRY_GROUPS.items()],
        "group": group,
        "may_respond": may(request.user, Right.RESPOND) and case.incident.is_open,
        "measures": case.incident.measure_set.select_related("owner").order_by("due_on")[:5],
    }
    return page(request, "incidents/workspace.html", context, form)


def _compose(incident: Incident, form: ComposerForm, request: Request) -> str:
    """A block, with a note when words were written beside it; else a note or an event."""
    values = form.cleaned_data
    if values["kind"] == "block":
        actions.record_block(
            incident,
            kind=ActionKind(values["block_kind"]),
            what=values["what"],
            where=values["where"],
            happened_at=values["happened_at"],
            undo_plan=values["undo_plan"],
            by=request.user,
        )
    if values["text"]:
        notes.add(
            incident,
            text=values["text"],
            happened_at=values["happened_at"],
            is_in_report=values["is_in_report"],
            is_event=values["kind"] == "event",
            by=request.user,
        )
    return incident.get_absolute_url()


@require_POST
def mark(request: Request, ref: str, number: int) -> HttpResponse:
    """Choose whether an entry stands in the report."""
    incident = fetch(request, ref)
    entry = selectors.entry(incident, number, viewer=request.user).first()
    if entry is not None:
        try:
            timeline.mark(entry, is_in_report=request.POST.get("use") == "yes", by=request.user)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
    return redirect(f"{incident.get_absolute_url()}#entry-{number}")


@require_http_methods(["GET", "POST"])
def facts(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    incident = case.incident
    form = FactsForm(request.POST or None, initial=FactsForm.stored(incident))
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"]
        try:
            incidents.change_facts(incident, version=version, by=request.user, values=form.values())
        except ValidationError as problem:
            form.add_error(None, problem)
        except Conflict:
            theirs = Incident.objects.get(pk=incident.pk)
            context = form.against(FactsForm.stored(theirs), version=theirs.version)
            return render(request, "conflict.html", context, status=409)
        else:
            messages.success(request, _("Saved."))
            return redirect(incident)
    return page(request, "incidents/facts.html", frame(case, "facts"), form)


@require_http_methods(["GET", "POST"])
def severity(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    form = SeverityForm(request.POST or None, initial={"severity": case.incident.severity})
    if request.method == "POST" and form.is_valid():
        try:
            incidents.change_severity(
                case.incident,
                severity=Severity(int(form.cleaned_data["severity"])),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return redirect(case.incident)
    return page(request, "incidents/severity.html", frame(case, "facts"), form)


@require_http_methods(["GET", "POST"])
def team(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    form = TeamForm(request.POST or None, initial={"team": case.incident.team.all()})
    if request.method == "POST" and form.is_valid():
        try:
            incidents.change_team(case.incident, team=form.cleaned_data["team"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("Saved."))
            return redirect(case.incident)
    return page(request, "incidents/team.html", frame(case, "facts"), form)


@require_GET
def audit(request: Request, ref: str) -> HttpResponse:
    """Who did what to this incident, as the audit trail has it."""
    case = fetch_case(request, ref)
    if not may(request.user, Right.READ_AUDIT):
        raise PermissionDenied(who_may(Right.READ_AUDIT))
    found = page_of(request, log(scope=case.incident.ref))
    rows = [(entry, label(entry.event), changes(entry)) for entry in found.object_list]
    return render(request, "incidents/audit.html", {**frame(case, "audit"), "page": found, "rows": rows})
