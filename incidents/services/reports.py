"""The officer's report (policy 4.2): drafted from the record, edited, signed, frozen."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock, pdf
from core.errors import Conflict
from core.text import shorten
from incidents import documents
from incidents.models import Incident, OfficerReport, ReportSection
from incidents.services import timeline
from incidents.terms import EntryKind, State


@transaction.atomic
def start(incident: Incident, *, language: str, by: User) -> OfficerReport:
    """Draft a new version from the record. An open draft is given back as it is."""
    require(by, Right.WRITE_REPORT)
    locked = timeline.lock_open(incident)
    if not locked.is_confirmed:
        raise ValidationError(_("Confirm the report first."))
    if existing := OfficerReport.objects.filter(incident=locked, signed_at__isnull=True).first():
        return existing
    texts, tables = documents.draft(locked, language=language)
    report = OfficerReport(
        incident=locked,
        number=OfficerReport.next_number(locked),
        language=language,
        drafted_by=by,
        added_at=clock.now(),
        record=tables,
        record_read_at=clock.now(),
    )
    report.save()
    ReportSection.objects.bulk_create(
        ReportSection(report=report, key=key, position=position, drafted=texts[key])
        for position, key in enumerate(documents.SECTIONS)
    )
    timeline.add(locked, EntryKind.OFFICER_REPORT, by=by, facts={"step": "drafted", "ref": report.ref})
    record(events.OFFICER_REPORT_DRAFTED, by=by, on=report, changes={"language": ("", language)})
    return report


@transaction.atomic
def read_record_again(report: OfficerReport, *, by: User) -> OfficerReport:
    """Bring tables and drafted texts up to date. What a person edited stays as it is."""
    require(by, Right.WRITE_REPORT)
    current = _lock_draft(report)
    texts, tables = documents.draft(current.incident, language=current.language)
    for section in current.sections.all():
        ReportSection.objects.filter(pk=section.pk).update(drafted=texts[section.key])
    OfficerReport.objects.filter(pk=current.pk).update(
        record=tables, record_read_at=clock.now(), version=F("version") + 1
    )
    record(events.OFFICER_REPORT_DRAFTED, by=by, on=current, changes={"record": ("", "read again")})
    current.refresh_from_db()
    return current


@transaction.atomic
def edit(report: OfficerReport, *, key: str, text: str, version: int, by: User) -> OfficerReport:
    """Write a section. The text of the record again means: not edited. Raises Conflict."""
    require(by, Right.WRITE_REPORT)
    current = _lock_draft(report)
    if current.version != version:
        raise Conflict
    section = ReportSection.objects.get(report=current, key=key)
    before = section.text
    section.edited = None if text == section.drafted else text
    section.edited_by = by if section.is_edited else None
    section.edited_at = clock.now() if section.is_edited else None
    section.full_clean()
    section.save()
    OfficerReport.objects.filter(pk=current.pk).update(version=F("version") + 1)
    record(
        events.OFFICER_REPORT_EDITED,
        by=by,
        on=current,
        changes={key: (shorten(before, 200), shorten(text, 200))},
    )
    current.refresh_from_db()
    return current


def missing_to_sign(report: OfficerReport) -> list[str]:
    """What stands between a draft and its signature, in words."""
    gaps = [
        _("Write the section “%(title)s”.") % {"title": documents.SECTIONS[section.key][0]}
        for section in report.sections.all()
        if documents.SECTIONS[section.key][1] and not section.text.strip()
    ]
    if report.incident.state != State.REPORTING:
        gaps.append(_("Move the incident to “Reporting”: service and data are restored."))
    return gaps


@transaction.atomic
def sign(report: OfficerReport, *, version: int, by: User) -> OfficerReport:
    """Freeze text, tables and the bytes of the PDF. The caller has confirmed a fresh code.

    Raises Conflict when the draft changed since it was read.
    """
    require(by, Right.SIGN_REPORT)
    locked = timeline.lock_open(report.incident)
    current = _lock_draft(report)
    if current.version != version:
        raise Conflict
    current.incident = locked
    if gaps := missing_to_sign(current):
        raise ValidationError(gaps, code="gaps")
    now = clock.now()
    signature = by.signature_lines
    digest = documents.content_hash(current, signature=signature)
    document = documents.report_pdf(current, signer=by, at=now, content_sha256=digest)
    OfficerReport.objects.filter(pk=current.pk, signed_at__isnull=True).update(
        signed_at=now,
        signed_by=by,
        signature=signature,
        content_sha256=digest,
        pdf=document,
        pdf_sha256=pdf.sha256(document),
        version=F("version") + 1,
    )
    timeline.add(locked, EntryKind.OFFICER_REPORT, by=by, facts={"step": "signed", "ref": current.ref})
    record(
        events.OFFICER_REPORT_SIGNED,
        by=by,
        on=current,
        changes={"content_sha256": ("", digest), "pdf_sha256": ("", pdf.sha256(document))},
    )
    current.refresh_from_db()
    return current


def _lock_draft(report: OfficerReport) -> OfficerReport:
    current = OfficerReport.objects.select_for_update(of=("self",)).select_related("incident").get(pk=report.pk)
    if current.is_signed:
        raise ValidationError(_("This version is signed and stays as it is. Start a new version."), code="faster")
    return current
