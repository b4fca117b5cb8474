"""The officer's report as data: what the record says, ready for page and PDF, in one language."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation, User
from core import clock, dates, markdown, pdf
from incidents import duties, obligations, selectors
from incidents.models import Incident, OfficerReport
from incidents.sentences import sentence
from incidents.terms import DeclarationKind, Flag, Kind, Severity

# Sections in words, in their order; those that must not be empty at signing are marked.
SECTIONS: dict[str, tuple["str | Promise", bool]] = {
    "summary": (gettext_lazy("Summary"), True),
    "scope": (gettext_lazy("What was affected"), True),
    "cause": (gettext_lazy("Cause"), True),
    "consequences": (gettext_lazy("Consequences"), True),
    "recovery": (gettext_lazy("How service and data were restored"), True),
    "delays": (gettext_lazy("Missed deadlines and their reasons"), False),
    "conclusions": (gettext_lazy("Conclusions"), False),
}


def draft(incident: Incident, *, language: str) -> tuple[dict[str, str], dict[str, Any]]:
    """The texts of the sections and the tables, as the record has them now."""
    with translation.override(language):
        case = selectors.case(incident)
        record = _tables(case)
        return _texts(case, record), record


def _texts(case: selectors.Case, record: dict[str, Any]) -> dict[str, str]:
    incident = case.incident
    severity = Severity(incident.severity).label if incident.severity else _("Not known yet")
    opening = _(
        "On %(noticed)s %(reporter)s reported: %(title)s. Kind: %(kind)s. Severity: %(severity)s."
        " The investigation was led by %(lead)s."
    ) % {
        "noticed": dates.full(incident.noticed_at or incident.reported_at),
        "reporter": incident.reporter,
        "title": incident.title.rstrip("."),
        "kind": Kind(incident.kind).label,
        "severity": severity,
        "lead": incident.lead or "–",
    }
    scope = [
        _("Systems: %(systems)s") % {"systems": incident.systems or _("Not known yet")},
        _("Personal data: %(answer)s") % {"answer": Flag(incident.personal_data).label},
        _("Threat to the infrastructure: %(answer)s") % {"answer": Flag(incident.infrastructure).label},
    ]
    if incident.data_kinds:
        scope.append(_("Kinds of data: %(kinds)s") % {"kinds": incident.data_kinds})
    if incident.people_count is not None:
        words = _("People: about %(count)d (estimate)") if incident.is_people_count_estimate else _("People: %(count)d")
        scope.append(words % {"count": incident.people_count})
    if case.facts.affected:
        scope.append(_("Affected customers: %(count)d") % {"count": case.facts.affected})
    late = [row for row in record["clocks"] if row["is_late"]]
    delays = [
        _("%(title)s: due %(due)s, done %(done)s. Reason:") % {**row, "done": row["stopped"] or "–"} for row in late
    ]
    return {
        "summary": opening,
        "scope": "\n".join(scope),
        "cause": incident.cause,
        "consequences": incident.consequences,
        "recovery": incident.restored_how,
        "delays": "\n".join(delays),
        "conclusions": "",
    }


def _tables(case: selectors.Case) -> dict[str, Any]:
    incident = case.incident
    above = obligations.current().report_tables(incident.ref)
    # The report is read when it is signed: for its own duty that moment is now.
    signed = replace(case.facts, report_signed_at=clock.now(), has_report=True)
    strip = duties.four(signed, case.notify, case.clocks, at=clock.now())
    return {
        "facts": _facts(incident),
        "timeline": _timeline(incident),
        "duties": [
            {"title": str(duty.title), "status": str(duty.status.words), "words": " ".join(map(str, duty.lines))}
            for duty in strip
        ],
        "blocks": _blocks(incident),
        "declarations": [
            {
                "title": str(DeclarationKind(d.kind).label),
                "reason": d.reason,
                "signed": _("%(name)s, %(time)s") % {"name": d.signed_by, "time": dates.short(d.signed_at)},
            }
            for d in incident.declaration_set.filter(signed_at__isnull=False).select_related("signed_by")
            if d.signed_at
        ],
        "measures": [
            {"title": m.title, "owner": str(m.owner), "due": dates.day(m.due_on)}
            for m in incident.measure_set.select_related("owner").order_by("due_on", "number")
        ],
        "evidence": [
            {"number": e.number, "name": e.name, "size": e.size, "taken_from": e.taken_from, "sha256": e.sha256}
            for e in incident.evidence_set.order_by("number")
        ],
        **above,
    }


def _facts(incident: Incident) -> list[list[str]]:
    unknown = _("Not known yet")

    def at(moment: datetime | None) -> str:
        return dates.full(moment) if moment else unknown

    happened = at(incident.happened_from)
    if incident.happened_from and incident.happened_to:
        happened = f"{at(incident.happened_from)} – {at(incident.happened_to)}"
    rows = [
        (_("Number"), incident.ref),
        (_("Reported"), at(incident.reported_at)),
        (_("Reported by"), str(incident.reporter)),
        (_("Noticed"), at(incident.noticed_at)),
        (_("Happened"), happened),
        (_("Confirmed"), at(incident.confirmed_at)),
        (_("Contained"), at(incident.contained_at)),
        (_("How it was found"), incident.how_found or unknown),
    ]
    return [[str(label), value] for label, value in rows]


def _timeline(incident: Incident) -> list[dict[str, str]]:
    rows = (
        incident.timelineentry_set.in_report()
        .for_officers(is_officer=False)  # whoever sees the incident reads the report
        .select_related("added_by", "note", "action__blocked_by", "evidence", "corrects")
        .order_by("happened_at", "number")
    )
    return [
        {
            "happened": dates.short(entry.happened_at),
            "added": dates.short(entry.added_at) if entry.was_added_later else "",
            "words": sentence(entry),
            "text": markdown.to_text(entry.note.text) if entry.note else "",
        }
        for entry in rows
    ]


def _blocks(incident: Incident) -> list[dict[str, str]]:
    rows = []
    for action in selectors.actions(incident).order_by("happened_at"):
        checked = _("not checked")
        if action.checked_at:
            words = _("%(name)s, %(time)s") if action.is_effective else _("%(name)s, %(time)s: does not work")
            checked = words % {"name": action.checked_by, "time": dates.short(action.checked_at)}
        rows.append(
            {
                "what": f"{action.kind_term.label}: {action.what}",
                "where": action.where,
                "blocked": _("%(name)s, %(time)s")
                % {"name": action.blocked_by, "time": dates.short(action.happened_at)},
                "checked": checked,
                "undo": action.undo_plan,
                "lifted": dates.short(action.lifted_at) if action.lifted_at else "",
            }
        )
    return rows


# --- the document ---------------------------------------------------------------------------------


def content_hash(report: OfficerReport, *, signature: Sequence[str]) -> str:
    """SHA-256 of what the report says: sections, tables, language, number and signature."""
    content = {
        "ref": report.ref,
        "language": report.language,
        "sections": [[section.key, section.text] for section in report.sections.all()],
        "record": report.record,
        "signature": list(signature),
    }
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def report_pdf(report: OfficerReport, *, signer: User | None, at: datetime, content_sha256: str = "") -> bytes:
    """The report as PDF; without a signer it is a draft and says so on every page."""
    organisation = Organisation.current()
    with translation.override(report.language):
        data = {
            "lang": dates.LANGUAGE_TAGS[report.language].partition("-")[0],
            "ref": report.ref,
            "incident": report.incident.ref,
            "title": report.incident.title,
            "organisation": {
                "name": organisation.full_name,
                "tin": organisation.tin,
                "address": organisation.address,
                "phone": organisation.phone,
            },
            "date": dates.full(at),
            "is_draft": signer is None,
            "signature": signer.signature_lines if signer else [],
            "content_sha256": content_sha256,
            "sections": [
                {"key": s.key, "title": str(SECTIONS[s.key][0]), "text": s.text}
                for s in report.sections.all()
                if s.text.strip()
            ],
            "record": report.record,
            "words": _labels(),
        }
    return pdf.render("reports/officer.typ", data, at=at)


def _labels() -> dict[str, str]:
    return {
        "kind": _("Incident report"),
        "draft": _("DRAFT, not signed"),
        "tin": _("Taxpayer number"),
        "facts": _("Facts"),
        "timeline": _("Course of events"),
        "duties": _("The four duties (policy 4.1)"),
        "clocks": _("Clocks"),
        "due": _("Due"),
        "started": _("Started"),
        "stopped": _("Ended"),
        "late": _("late"),
        "basis": _("Basis"),
        "blocks": _("Blocking actions"),
        "what": _("What"),
        "where": _("Where"),
        "blocked": _("Blocked"),
        "checked": _("Checked"),
        "notices": _("Customer notices"),
        "letters": _("Letters to authorities"),
        "declarations": _("Signed declarations"),
        "measures": _("Preventive measures"),
        "owner": _("Owner"),
        "evidence": _("Evidence"),
        "taken_from": _("Taken from"),
        "none": _("None."),
        "added": _("added"),
        "signed": _("Signed"),
        "content": _("SHA-256 of the content"),
        "page": _("page"),
        "confidential": _("Internal, confidential"),
    }
