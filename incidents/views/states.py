"""Moving on, and closing."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.http import Request
from accounts.roles import Right, may, require, who_may
from core.views import page
from incidents import workflow
from incidents.forms import CloseForm, MoveForm
from incidents.services import states
from incidents.terms import Outcome, State
from incidents.views.common import fetch_case, frame
from incidents.workflow import GUARD_WORDS, Guard


@require_GET
def index(request: Request, ref: str) -> HttpResponse:
    """Where the incident may go from here, and what stands in the way."""
    case = fetch_case(request, ref)
    incident = case.incident
    circumstances = case.facts.circumstances(restored_how="asked for", reason="asked for")
    moves = [
        {
            "move": move,
            "may": may(request.user, move.right),
            "who": who_may(move.right),
            "gaps": [GUARD_WORDS[guard] for guard in workflow.missing(move.guards, circumstances)],
        }
        for move in workflow.moves_from(State(incident.state), is_confirmed=incident.is_confirmed)
    ]
    return render(request, "incidents/states/index.html", {**frame(case, "state"), "moves": moves})


@require_http_methods(["GET", "POST"])
def move(request: Request, ref: str, target: str) -> HttpResponse:
    case = fetch_case(request, ref)
    incident = case.incident
    if target not in State.values or target == State.CLOSED:
        raise Http404
    step = workflow.find_move(State(incident.state), State(target), is_confirmed=incident.is_confirmed)
    if step is None:
        return redirect("incident_state", ref)
    require(request.user, step.right)
    form = MoveForm(request.POST or None, initial={"restored_how": incident.restored_how})
    for guard, name in ((Guard.REASON, "reason"), (Guard.RESTORED, "restored_how")):
        if guard not in step.guards:
            del form.fields[name]
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            states.move(
                incident,
                to=State(target),
                reason=values.get("reason", ""),
                restored_how=values.get("restored_how", ""),
                by=request.user,
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, _("The state is “%(state)s” now.") % {"state": State(target).label})
            return redirect(incident)
    return page(request, "incidents/states/move.html", {**frame(case, "state"), "target": State(target)}, form)


@require_http_methods(["GET", "POST"])
def close(request: Request, ref: str) -> HttpResponse:
    """The eight conditions, each gap with its way; then the outcome and a code."""
    case = fetch_case(request, ref)
    form = CloseForm(request.POST or None, user=request.user)
    if request.method == "POST":
        require(request.user, Right.CLOSE)
        if form.is_valid():
            try:
                states.close(case.incident, outcome=Outcome(form.cleaned_data["outcome"]), by=request.user)
            except ValidationError as problem:
                form.add_error(None, problem)
            else:
                messages.success(request, _("The file is closed."))
                return redirect(case.incident)
    conditions = case.conditions
    context = {
        **frame(case, "state"),
        "conditions": conditions,
        "is_ready": all(c.is_met for c in conditions) and case.incident.state == State.REPORTING,
        "may_close": may(request.user, Right.CLOSE),
        "who": who_may(Right.CLOSE),
    }
    return page(request, "incidents/states/close.html", context, form)
