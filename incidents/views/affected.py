"""Whose data was touched."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.roles import Right, may, require
from core.submissions import once
from core.text import searchable
from core.views import page
from customers.models import Customer, Import
from customers.selectors import checked
from customers.services import imports
from incidents.forms import AffectedForm, AttachForm, DetachForm, TableForm
from incidents.models import AffectedCustomer
from incidents.services import affected
from incidents.services.affected import Choice
from incidents.terms import Flag
from incidents.views.common import fetch_case, fetch_row, frame

MOST_SHOWN = 200


@require_http_methods(["GET", "POST"])
def index(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    incident = case.incident
    form = AffectedForm(
        request.POST or None, initial={"answer": incident.customers_affected, "reason": incident.customers_reason}
    )
    if request.method == "POST" and form.is_valid():
        try:
            affected.decide(
                incident,
                answer=Flag(form.cleaned_data["answer"]),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("Saved."))
            return redirect("incident_customers", ref)
    rows = (
        AffectedCustomer.objects.present()
        .filter(incident=incident)
        .select_related("customer", "added_by")
        .prefetch_related("customer__contacts")
        .order_by("customer__name")
    )
    context = {
        **frame(case, "customers"),
        "rows": rows[:MOST_SHOWN],
        "total": case.facts.affected,
        "may_respond": may(request.user, Right.RESPOND) and incident.is_open,
    }
    return page(request, "incidents/affected/index.html", context, form)


@require_http_methods(["GET", "POST"])
def attach(request: Request, ref: str) -> HttpResponse:
    """Choose from the directory."""
    case = fetch_case(request, ref)
    require(request.user, Right.RESPOND)
    words = searchable(request.GET.get("q", ""))
    present = AffectedCustomer.objects.present().filter(incident=case.incident).values("customer")
    found = Customer.objects.active().exclude(pk__in=present)
    if words:
        found = found.matching(words)
    form = AttachForm(request.POST or None)
    form.fields["customers"].queryset = found  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            choices = [Choice(c, values["people_count"], values["data_kinds"]) for c in values["customers"]]
            affected.attach(case.incident, choices=choices, source=AffectedCustomer.Source.DIRECTORY, by=request.user)
            return f"{case.incident.get_absolute_url()}customers/"

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    form.fields["customers"].queryset = found[:MOST_SHOWN]  # type: ignore[attr-defined]
    context = {**frame(case, "customers"), "words": words, "total": found.count(), "most": MOST_SHOWN}
    return page(request, "incidents/affected/attach.html", context, form)


@require_http_methods(["GET", "POST"])
def detach(request: Request, ref: str, number: int) -> HttpResponse:
    case = fetch_case(request, ref)
    row = fetch_row(
        AffectedCustomer.objects.present().filter(incident=case.incident).select_related("customer", "incident"),
        number,
    )
    form = DetachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            affected.detach(row, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return redirect("incident_customers", ref)
    return page(request, "incidents/affected/detach.html", {**frame(case, "customers"), "row": row}, form)


@require_http_methods(["GET", "POST"])
def upload(request: Request, ref: str) -> HttpResponse:
    """A CSV file: read and checked here, written only after the next page."""
    case = fetch_case(request, ref)
    require(request.user, Right.RESPOND)
    form = TableForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > imports.MOST_BYTES:
                raise ValidationError(
                    _("The file is larger than %(limit)d kB. Split it.") % {"limit": imports.MOST_BYTES // 1024}
                )
            result = imports.check(file.read(), file_name=file.name, by=request.user, scope=case.incident.ref)
        except ValidationError as problem:
            form.add_error("file", problem)
        else:
            return redirect("incident_customers_check", ref, result.pk)
    return page(request, "incidents/affected/upload.html", frame(case, "customers"), form)


@require_http_methods(["GET", "POST"])
def check(request: Request, ref: str, import_id: str) -> HttpResponse:
    """What the file would do, row by row; nothing is written before the button."""
    case = fetch_case(request, ref)
    require(request.user, Right.RESPOND)
    import_ = get_object_or_404(Import, pk=import_id, scope=case.incident.ref, added_by=request.user)
    if request.method == "POST":
        try:
            rows = affected.attach_file(case.incident, import_=import_, by=request.user)
        except ValidationError as problem:
            messages.error(request, problem.messages[0])
        else:
            if rows:
                words = ngettext("%(n)d customer is on the list.", "%(n)d customers are on the list.", len(rows))
                messages.success(request, words % {"n": len(rows)})
        return redirect("incident_customers", ref)
    context = {**frame(case, "customers"), "import": import_, "checked": checked(import_)}
    return render(request, "incidents/affected/check.html", context)


@require_GET
def example(request: Request) -> HttpResponse:
    """An example file that can be filled."""
    body = (
        "\ufeffcustomer,contract,contact,email,phone,language,people,data\n"
        'Zukko Bola,M-204,Madina Sodiqova,m.sodiqova@zukkobola.example,+998 90 000 00 12,uz,46,"names, phones"\n'
    )
    response = HttpResponse(body, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="customers.csv"'
    return response
