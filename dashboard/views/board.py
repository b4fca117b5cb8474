"""Home by role, the dashboard, the queue of decisions, all clocks."""

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.doors import for_administration
from accounts.http import Request
from accounts.roles import Right, may, require
from audit import triggers
from audit.models import AuditEntry
from audit.selectors import changes, label, log
from core import clock, context
from core.pagination import page_of
from core.text import searchable
from dashboard import selectors
from incidents.models import Incident
from incidents.selectors import cases, reports_to_confirm, visible, with_case_facts
from notifications.selectors import waiting_for
from notifications.services import sending
from outbox.models import Batch


def _sees_cases(request: Request) -> bool:
    return may(request.user, Right.SEE_ALL_INCIDENTS) or may(request.user, Right.RESPOND)


@require_GET
def home(request: Request) -> HttpResponse:
    """The first page, by role."""
    if _sees_cases(request):
        return redirect("dashboard")
    mine = Incident.objects.reported_by(request.user).order_by("-reported_at")[:10]
    return render(request, "dashboard/home.html", {"mine": mine})


@require_GET
def board(request: Request) -> HttpResponse:
    if not _sees_cases(request):
        return redirect("home")
    found = selectors.board(viewer=request.user)
    context_ = {
        "board": found,
        "may_triage": may(request.user, Right.TRIAGE),
        "may_see_system": may(request.user, Right.SEE_ALL_INCIDENTS),
    }
    return render(request, "dashboard/board.html", context_)


@require_GET
def approvals(request: Request) -> HttpResponse:
    if not _sees_cases(request):
        raise PermissionDenied
    new = list(reports_to_confirm(viewer=request.user)[:200])
    return render(request, "dashboard/approvals.html", {"decisions": waiting_for(request.user, new_reports=new)})


@require_GET
def clocks(request: Request) -> HttpResponse:
    if not _sees_cases(request):
        raise PermissionDenied
    now = clock.now()
    rows = with_case_facts(visible(request.user).open().confirmed()).select_related("lead", "reporter")
    found = selectors.clock_rows(cases(list(rows), at=now), viewer=request.user, at=now)
    return render(request, "dashboard/clocks.html", {"page": page_of(request, found)})


@require_GET
def settings(request: Request) -> HttpResponse:
    if not (may(request.user, Right.MANAGE_SETTINGS) or may(request.user, Right.MANAGE_RULES)):
        raise PermissionDenied
    pages = {"organisation": Right.MANAGE_SETTINGS, "rules": Right.MANAGE_RULES}
    return render(request, "dashboard/settings.html", {name: may(request.user, right) for name, right in pages.items()})


@require_GET
def audit_log(request: Request) -> HttpResponse:
    """Who did what, newest first."""
    require(request.user, Right.READ_AUDIT)
    scope = searchable(request.GET.get("incident", ""))
    found = page_of(request, log(scope=scope.upper()))
    rows = [(entry, label(entry.event), changes(entry)) for entry in found.object_list]
    oldest = AuditEntry.objects.order_by("seq").first()
    context_ = {"page": found, "rows": rows, "scope": scope, "oldest": oldest}
    return render(request, "dashboard/audit_log.html", context_)


@require_GET
def system(request: Request) -> HttpResponse:
    """Is the system well? Mail, worker, audit trail."""
    if not (may(request.user, Right.SEE_ALL_INCIDENTS) or may(request.user, Right.MANAGE_SETTINGS)):
        raise PermissionDenied
    paused = Batch.objects.filter(paused_at__isnull=False).order_by("paused_at")[:50]
    return render(
        request,
        "dashboard/system.html",
        {
            "health": selectors.health(),
            "paused": paused,
            "missing_triggers": triggers.missing(connection),
            "may_resume": may(request.user, Right.MANAGE_SETTINGS),
            "network": context.current.get().network,
        },
    )


@for_administration
@require_POST
def resume_mail(request: Request) -> HttpResponse:
    """Let everything leave again that the mail server's refusal had stopped."""
    sending.resume_mail(by=request.user)
    return redirect("system")
