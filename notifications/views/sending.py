"""What became of each mail, and what a person can do about it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.roles import Right, may, require
from core import clock, tables
from core.pagination import page_of
from core.submissions import once
from core.views import page
from customers.models import Contact, Customer
from incidents.models import AffectedCustomer
from incidents.views.common import fetch_case, frame
from notifications.audience import Addressee, ToCall, call_list
from notifications.forms import CallForm, WaiveForm
from notifications.models import Notice
from notifications.services import sending as service
from notifications.terms import NoticeState
from notifications.views.notices import as_read, fetch, running_clock
from outbox.selectors import progress, recipients, troubles
from outbox.states import Reason

FINISHED = 286  # tells htmx to stop asking


def _batches(notice: Notice) -> list[object]:
    return [notice.batch_id] if notice.batch_id else []


@require_GET
def sending(request: Request, ref: str) -> HttpResponse:
    """Progress, obstacles and recipients. Asked by htmx, it gives the progress panel alone."""
    notice = fetch(request, ref)
    if notice.state != NoticeState.APPROVED:
        return redirect(notice)
    batches, sums = _batches(notice), progress(_batches(notice))
    calls = call_list(notice.incident)
    context = {
        "notice": notice,
        "incident": notice.incident,
        "progress": sums,
        "parts": _parts(sums.total, [sums.sent, sums.sending, sums.waiting + sums.held, sums.failed]),
        "troubles": troubles(batches),
        "calls": calls,
        "calls_settled": _settled(calls),
        "now": clock.now(),
        "may_pause": may(request.user, Right.APPROVE_NOTICE),
        "may_write": may(request.user, Right.WRITE_NOTICE),
    }
    if request.headers.get("HX-Request"):
        status = FINISHED if sums.is_finished else 200
        return render(request, "notifications/sending/progress.html", context, status=status)
    state = request.GET.get("show", "")
    context |= {
        "line": running_clock(notice),
        "page": page_of(request, recipients(batches, state=state).select_related("content")),
        "customers": dict(Customer.objects.filter(affected_set__incident=notice.incident).values_list("ref", "name")),
        "show": state,
    }
    return render(request, "notifications/sending/index.html", context)


def _settled(calls: list[ToCall]) -> int:
    return sum(call.settlement is not None for call in calls)


def _parts(total: int, counts: list[int]) -> list[tuple[float, float]]:
    """Offset and width of each part of the bar, in per cent."""
    found, offset = [], 0.0
    for count in counts:
        width = round(100 * count / total, 2) if total else 0.0
        found.append((round(offset, 2), width))
        offset += width
    return found


@require_POST
def pause(request: Request, ref: str) -> HttpResponse:
    notice = fetch(request, ref)
    try:
        service.pause(notice, by=request.user)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    return redirect("notice_sending", ref)


@require_POST
def resume(request: Request, ref: str) -> HttpResponse:
    notice = fetch(request, ref)
    try:
        service.resume(notice, by=request.user)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    return redirect("notice_sending", ref)


@require_POST
def retry(request: Request, ref: str) -> HttpResponse:
    notice = fetch(request, ref)
    reason = request.POST.get("reason", "")
    if reason not in Reason.values:
        raise Http404
    try:
        changed = service.retry(notice, reason=reason, by=request.user)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    else:
        words = ngettext("%(n)d mail is tried again now.", "%(n)d mails are tried again now.", changed)
        messages.success(request, words % {"n": changed})
    return redirect("notice_sending", ref)


@require_GET
def results(request: Request, ref: str) -> HttpResponse:
    """Every recipient with state and the server's answer, as CSV."""
    notice = fetch(request, ref)
    names = dict(Customer.objects.filter(affected_set__incident=notice.incident).values_list("ref", "name"))
    header = [
        _("Customer"),
        _("Recipient"),
        _("Language"),
        _("Status"),
        _("Tries"),
        _("Answer of the server"),
        "Message-ID",
    ]
    rows = (
        [
            names.get(message.scope, message.scope),
            message.address,
            message.content.language,
            message.get_state_display(),
            message.attempts,
            message.last_reply,
            message.message_id,
        ]
        for message in recipients(_batches(notice)).select_related("content").iterator()
    )
    response = HttpResponse(tables.write(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{notice.ref}.csv"'
    return response


# --- the call list --------------------------------------------------------------------------------


@require_GET
def calls(request: Request, ref: str) -> HttpResponse:
    """Customers whom mail does not reach, with whom to call."""
    case = fetch_case(request, ref)
    rows = call_list(case.incident)
    context = {
        **frame(case, "notifications"),
        "calls": rows,
        "calls_settled": _settled(rows),
        "may_write": may(request.user, Right.WRITE_NOTICE) and case.incident.is_open,
        "may_waive": may(request.user, Right.DECIDE_WAIVER) and case.incident.is_open,
    }
    return render(request, "notifications/sending/calls.html", context)


def _present(incident: int) -> "QuerySet[AffectedCustomer]":
    return AffectedCustomer.objects.present().filter(incident=incident).select_related("customer")


@require_http_methods(["GET", "POST"])
def call(request: Request, ref: str, customer_ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    row = get_object_or_404(_present(case.incident.pk), customer__ref=customer_ref)
    form = CallForm(request.POST or None, initial={"happened_at": clock.now()})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            service.called(
                case.incident,
                customer=row.customer,
                spoke_with=values["spoke_with"],
                note=values["note"],
                happened_at=values["happened_at"],
                by=request.user,
            )
            return f"{case.incident.get_absolute_url()}calls/"

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    contacts = list(row.customer.contacts.active())
    context = {**frame(case, "notifications"), "row": row, "contacts": contacts, "script": _script(row, contacts)}
    return page(request, "notifications/sending/call.html", context, form)


def _script(row: AffectedCustomer, contacts: list[Contact]) -> list[tuple[str, str]]:
    """What was approved for the others, in the languages of those to call."""
    notice = Notice.objects.left().filter(incident=row.incident_id).select_related("incident").order_by("-pk").first()
    if notice is None:
        return []
    first = {contact.language: Addressee(contact, row.customer, row.people_count) for contact in reversed(contacts)}
    texts = notice.texts.filter(language__in=first)
    return [(text.language, as_read(text, first[text.language])["mail"].text) for text in texts]


@require_http_methods(["GET", "POST"])
def waive(request: Request, ref: str, customer_ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    require(request.user, Right.DECIDE_WAIVER)
    row = get_object_or_404(_present(case.incident.pk), customer__ref=customer_ref)
    form = WaiveForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            service.waive(case.incident, customer=row.customer, reason=form.cleaned_data["reason"], by=request.user)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return redirect("incident_calls", ref)
    return page(request, "notifications/sending/waive.html", {**frame(case, "notifications"), "row": row}, form)
