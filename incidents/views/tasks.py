"""Tasks and preventive measures."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accounts.http import Request
from accounts.roles import Right, may
from core.dates import today
from core.submissions import once
from core.views import page
from incidents.forms import AssignForm, DoneForm, MeasureForm, TaskForm
from incidents.services import measures as measure_service
from incidents.services import tasks as service
from incidents.terms import DeclarationKind
from incidents.views.common import fetch_case, fetch_row, frame


@require_http_methods(["GET", "POST"])
def tasks(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    form = TaskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            service.add(
                case.incident,
                title=values["title"],
                owner=values["owner"],
                due_on=values["due_on"],
                is_required=values["is_required"],
                by=request.user,
            )
            return request.path

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    context = {
        **frame(case, "tasks"),
        "tasks": case.incident.task_set.select_related("owner", "done_by").order_by(
            "done_at", "-is_required", "number"
        ),
        "today": today(),
        "may_respond": may(request.user, Right.RESPOND) and case.incident.is_open,
    }
    return page(request, "incidents/tasks/index.html", context, form)


@require_http_methods(["GET", "POST"])
def task(request: Request, ref: str, number: int) -> HttpResponse:
    """Finish a task, or give it to somebody."""
    case = fetch_case(request, ref)
    row = fetch_row(case.incident.task_set.select_related("owner", "incident"), number)
    is_assign = request.POST.get("which") == "assign"
    assign = AssignForm(
        request.POST if is_assign else None, initial={"owner": row.owner, "due_on": row.due_on}, prefix="assign"
    )
    form = DoneForm(request.POST if request.method == "POST" and not is_assign else None)
    active = assign if is_assign else form
    if request.method == "POST" and active.is_valid():
        try:
            if is_assign:
                values = assign.cleaned_data
                service.assign(row, owner=values["owner"], due_on=values["due_on"], by=request.user)
            else:
                service.finish(row, note=form.cleaned_data["note"], by=request.user)
        except ValidationError as problem:
            active.add_error(None, problem)
        else:
            return redirect("incident_tasks", ref)
    return page(request, "incidents/tasks/task.html", {**frame(case, "tasks"), "task": row, "assign": assign}, form)


@require_http_methods(["GET", "POST"])
def measures(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    form = MeasureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            measure_service.add(
                case.incident, title=values["title"], owner=values["owner"], due_on=values["due_on"], by=request.user
            )
            return request.path

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    declaration = case.incident.declaration_set.filter(
        kind=DeclarationKind.NO_MEASURE_NEEDED, refused_at__isnull=True
    ).select_related("signed_by", "asked_by")
    context = {
        **frame(case, "measures"),
        "measures": case.incident.measure_set.select_related("owner", "done_by").order_by("done_at", "due_on"),
        "declaration": declaration.first(),
        "today": today(),
        "may_respond": may(request.user, Right.RESPOND) and case.incident.is_open,
        "may_sign": may(request.user, Right.SIGN_DECLARATION) and case.incident.is_open,
    }
    return page(request, "incidents/measures/index.html", context, form)


@require_http_methods(["GET", "POST"])
def measure(request: Request, ref: str, number: int) -> HttpResponse:
    """Finish a measure; also after the incident is closed."""
    case = fetch_case(request, ref)
    row = fetch_row(case.incident.measure_set.select_related("owner", "incident"), number)
    form = DoneForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            measure_service.finish(row, note=form.cleaned_data["note"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return redirect("incident_measures", ref)
    return page(request, "incidents/measures/measure.html", {**frame(case, "measures"), "measure": row}, form)
