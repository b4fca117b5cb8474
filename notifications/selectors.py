"""What pages about telling others need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, may
from core.dates import today
from incidents.models import Declaration, Incident, OfficerReport
from incidents.obligations import Words
from incidents.selectors import second_opinions, visible
from incidents.terms import DeclarationKind, State
from notifications.models import Authority, Duty, Letter, Notice
from notifications.terms import LetterState, NoticeState


def authorities() -> "QuerySet[Authority]":
    return Authority.objects.valid(today()).select_related("email_confirmed_by", "confirmed_by").order_by("pk")  # type: ignore[return-value]


def duties_in_force() -> "QuerySet[Duty]":
    return Duty.objects.filter(valid_to__isnull=True).select_related("changed_by", "confirmed_by").order_by("pk")


def notices(*, viewer: User) -> "QuerySet[Notice]":
    return (
        Notice.objects.visible_to(viewer)
        .exclude(state=NoticeState.CANCELLED)
        .select_related("incident", "started_by", "submitted_by", "approved_by", "batch")
        .order_by("-pk")
    )


def letters(*, viewer: User) -> "QuerySet[Letter]":
    return (
        Letter.objects.visible_to(viewer)
        .alive()
        .with_mail()
        .select_related("incident", "authority", "started_by", "signed_by")
        .defer("pdf", "proof")
        .order_by("-pk")
    )


@dataclass(frozen=True, slots=True)
class Decision:
    """Something that waits for one person's yes or no."""

    icon: str
    title: Words
    detail: Words
    needs: Words
    url: str
    since: datetime


def waiting_for(user: User, *, new_reports: Iterable[Incident]) -> list[Decision]:
    """Everything that a person may decide now, oldest first.

    `new_reports` are those of `reports_to_confirm`, which the caller shows as well.
    """
    opinions = [_opinion(incident) for incident in second_opinions(new_reports, viewer=user)]
    found = [*_notices(user), *_letters(user), *_reports(user), *_declarations(user), *opinions]
    return sorted(found, key=lambda decision: decision.since)


def waiting_count(user: User) -> int:
    """How many decisions `waiting_for` would list, without second opinions; one query."""
    first, *others = (
        rows.order_by().values("pk")
        for rows in (_notices_of(user), _letters_of(user), _reports_of(user), _declarations_of(user))
    )
    return first.union(*others, all=True).count()


def _notices_of(user: User) -> "QuerySet[Notice]":
    if not may(user, Right.APPROVE_NOTICE):
        return Notice.objects.none()
    wrote = Notice.writers.through.objects.filter(notice=OuterRef("pk"), user=user)
    return Notice.objects.visible_to(user).waiting().exclude(submitted_by=user).filter(~Exists(wrote))


def _notices(user: User) -> list[Decision]:
    return [
        Decision(
            "mail",
            _("Customer notice %(ref)s") % {"ref": notice.ref},
            _("%(incident)s · %(recipients)d recipients · sent for approval by %(name)s")
            % {"incident": notice.incident.ref, "recipients": notice.recipient_count, "name": notice.submitted_by},
            _("Needs approval"),
            notice.get_absolute_url(),
            notice.submitted_at or notice.started_at,
        )
        for notice in _notices_of(user).select_related("incident", "submitted_by")
    ]


def _letters_of(user: User) -> "QuerySet[Letter]":
    if not may(user, Right.SIGN_LETTER):
        return Letter.objects.none()
    return Letter.objects.visible_to(user).filter(state=LetterState.DRAFT)


def _letters(user: User) -> list[Decision]:
    rows = _letters_of(user).select_related("incident", "authority", "started_by").defer("pdf", "proof")
    return [
        Decision(
            "landmark",
            _("Letter %(ref)s to %(authority)s") % {"ref": letter.ref, "authority": letter.authority},
            _("%(incident)s · %(phase)s · drafted by %(name)s")
            % {"incident": letter.incident.ref, "phase": letter.phase_term.label, "name": letter.started_by},
            _("Needs signature"),
            letter.get_absolute_url(),
            letter.started_at,
        )
        for letter in rows
    ]


def _reports_of(user: User) -> "QuerySet[OfficerReport]":
    if not may(user, Right.SIGN_REPORT):
        return OfficerReport.objects.none()
    return OfficerReport.objects.filter(
        signed_at__isnull=True, incident__in=visible(user), incident__state=State.REPORTING
    )


def _reports(user: User) -> list[Decision]:
    return [
        Decision(
            "pen-line",
            _("Incident report %(ref)s") % {"ref": report.ref},
            f"{report.incident.ref} · {report.incident.title}",
            _("Needs signature"),
            report.get_absolute_url(),
            report.added_at,
        )
        for report in _reports_of(user).select_related("incident").defer("pdf", "record")
    ]


def _declarations_of(user: User) -> "QuerySet[Declaration]":
    if not may(user, Right.DECIDE_WAIVER):
        return Declaration.objects.none()
    return Declaration.objects.filter(
        signed_at__isnull=True, refused_at__isnull=True, incident__in=visible(user)
    ).exclude(asked_by=user)


def _declarations(user: User) -> list[Decision]:
    return [
        Decision(
            "scale",
            DeclarationKind(declaration.kind).label,
            _("%(incident)s · asked by %(name)s")
            % {"incident": declaration.incident.ref, "name": declaration.asked_by},
            _("Needs your decision"),
            f"{declaration.incident.get_absolute_url()}declarations/{declaration.number}/",
            declaration.added_at,
        )
        for declaration in _declarations_of(user).select_related("incident", "asked_by")
    ]


def _opinion(incident: Incident) -> Decision:
    return Decision(
        "users",
        _("Close as “not an incident”: %(ref)s") % {"ref": incident.ref},
        _("second opinion asked by %(name)s") % {"name": incident.dismissal_asked_by},
        _("Needs second opinion"),
        f"/triage/{incident.ref}/opinion/",
        incident.reported_at,
    )
