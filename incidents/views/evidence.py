"""Files in evidence: sealed, listed, downloaded."""

from django.core.exceptions import ValidationError
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.http import Request
from accounts.roles import Right, may, require
from core import clock
from core.files import discard, download
from core.submissions import once
from core.views import page
from incidents.forms import EvidenceForm
from incidents.models import Incident
from incidents.services import evidence
from incidents.views.common import fetch, fetch_case, fetch_row, frame


@require_GET
def index(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    context = {
        **frame(case, "evidence"),
        "items": case.incident.evidence_set.select_related("added_by")
        .prefetch_related("custody__by")
        .order_by("-number"),
        "may_respond": may(request.user, Right.RESPOND) and case.incident.is_open,
    }
    return render(request, "incidents/evidence/index.html", context)


@require_http_methods(["GET", "POST"])
def new(request: Request, ref: str) -> HttpResponse:
    case = fetch_case(request, ref)
    require(request.user, Right.RESPOND)
    owner = f"user:{request.user.pk}"
    form = EvidenceForm(request.POST or None, request.FILES or None, owner=owner, initial={"happened_at": clock.now()})
    if request.method == "POST" and form.is_valid():
        try:
            target = once(form.key, sender=owner, act=lambda: _seal(case.incident, form, request))
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            discard(form.drafts)
            return redirect(target)
    return page(request, "incidents/evidence/new.html", frame(case, "evidence"), form)


def _seal(incident: Incident, form: EvidenceForm, request: Request) -> str:
    values = form.cleaned_data
    for draft in form.drafts:
        with draft.file.open("rb") as file:
            evidence.seal(
                incident,
                file=file,
                name=draft.name,
                taken_from=values["taken_from"],
                description=values["description"],
                happened_at=values["happened_at"],
                by=request.user,
            )
    return f"{incident.get_absolute_url()}evidence/"


@require_POST
def get(request: Request, ref: str, number: int) -> FileResponse:
    """The bytes as an attachment; the download stands on the custody list before they leave."""
    incident = fetch(request, ref)
    item = fetch_row(incident.evidence_set.all(), number)
    evidence.note_download(item, by=request.user)
    return download(item.file, name=item.name, kind=item.kind)
