"""How a view comes by its incident, and what every page of it shows."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.http import Request
from incidents import selectors
from incidents.models import Incident


def fetch(request: Request, ref: str) -> Incident:
    """The incident, through what the person may see; else 404, as for one that does not exist."""
    return get_object_or_404(selectors.visible(request.user), ref=ref)


def fetch_case(request: Request, ref: str) -> selectors.Case:
    """The incident with everything computed about it."""
    rows = selectors.with_case_facts(selectors.visible(request.user)).select_related("lead", "reporter")
    return selectors.cases([get_object_or_404(rows, ref=ref)])[0]


def fetch_row(rows: "QuerySet[Any]", number: int) -> Any:
    row = rows.filter(number=number).first()
    if row is None:
        raise Http404
    return row


def frame(case: selectors.Case, current: str) -> dict[str, Any]:
    """Context of every page of an incident: head, duties and sections."""
    return {"case": case, "incident": case.incident, "sections": _sections(case), "current": current}


def _sections(case: selectors.Case) -> list[dict[str, Any]]:
    facts, ref = case.facts, case.incident.ref
    rows: list[tuple[str, str, str]] = [
        ("timeline", _("Timeline"), ""),
        ("actions", _("Blocking"), str(facts.blocks or "")),
        ("notes", _("Notes"), ""),
        ("evidence", _("Evidence"), str(facts.evidence or "")),
        ("customers", _("Customers"), str(facts.affected or "")),
        ("tasks", _("Tasks"), f"{facts.tasks_done}/{facts.tasks}" if facts.tasks else ""),
        ("measures", _("Measures"), str(facts.measures or "")),
        ("notifications", _("Notifications"), ""),
        ("regulator", _("Regulator"), ""),
        ("report", pgettext("officer's report", "Report"), ""),
        ("audit", _("Audit"), ""),
    ]
    return [
        {
            "key": key,
            "label": label,
            "count": count,
            "url": reverse("incident" if key == "timeline" else f"incident_{key}", args=[ref]),
        }
        for key, label, count in rows
    ]
