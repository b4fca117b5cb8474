"""Notes, and corrections of any entry."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.roles import Right, may
from core import clock
from core.submissions import once
from core.views import page
from incidents import selectors
from incidents.forms import CorrectionForm, NoteForm
from incidents.models.timeline import Audience
from incidents.services import notes
from incidents.views.common import fetch_case, frame


@require_GET
def index(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    context = {
        **frame(case, "notes"),
        "entries": selectors.notes(case.incident, viewer=request.user),
        "may_respond": may(request.user, Right.RESPOND) and case.incident.is_open,
    }
    return render(request, "incidents/notes/index.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    form = NoteForm(request.POST or None, initial={"happened_at": clock.now()})
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            note = notes.add(
                case.incident,
                text=values["text"],
                happened_at=values["happened_at"],
                audience=Audience(values["audience"]),
                is_in_report=values["is_in_report"],
                by=request.user,
            )
            return note.get_absolute_url()

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    return page(request, "incidents/notes/new.html", frame(case, "notes"), form)


@require_http_methods(["GET", "POST"])
def correct(request: Request, ref: str, number: int) -> HttpResponse:
    """A new entry that points to the old one; the old one stays."""
    case = fetch_case(request, ref)
    entry = selectors.entry(case.incident, number, viewer=request.user).first()
    if entry is None:
        raise Http404
    form = CorrectionForm(
        request.POST or None,
        initial={"text": entry.note.text if entry.note else "", "happened_at": entry.happened_at},
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data

        def act() -> str:
            notes.correct(entry, text=values["text"], happened_at=values["happened_at"], by=request.user)
            return case.incident.get_absolute_url()

        try:
            return redirect(once(form.key, sender=str(request.user.pk), act=act))
        except ValidationError as problem:
            form.add_error(None, problem)
    return page(request, "incidents/notes/correct.html", {**frame(case, "timeline"), "entry": entry}, form)
