"""What pages about incidents need, in a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.roles import Right, Role, may
from core import clock
from incidents import closing, duties, obligations
from incidents.case import CaseFacts
from incidents.models import (
    ActionCheck,
    AffectedCustomer,
    BlockingAction,
    Declaration,
    Evidence,
    Incident,
    IncidentQuerySet,
    Measure,
    OfficerReport,
    Task,
    TimelineEntry,
)
from incidents.obligations import ClockLine, NotifyFacts
from incidents.terms import ENTRY_GROUPS, DeclarationKind, EntryKind, Flag, State


def visible(user: User) -> IncidentQuerySet:
    """Incidents that a person may see, by role and by the setting for responders."""
    sees_all = user.has_role(Role.RESPONDER) and Organisation.current().do_responders_see_all
    return Incident.objects.visible_to(user, do_responders_see_all=sees_all)


# --- the case in numbers --------------------------------------------------------------------------


def _count(rows: "QuerySet[Any]") -> Coalesce:
    counted = rows.filter(incident=OuterRef("pk")).order_by().values("incident").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _first(rows: "QuerySet[Any]", field: str) -> Subquery:
    return Subquery(rows.filter(incident=OuterRef("pk")).values(field)[:1])


def with_case_facts(incidents: IncidentQuerySet) -> IncidentQuerySet:
    """Annotate everything that CaseFacts needs: one query for any number of incidents."""
    signed = Declaration.objects.filter(signed_at__isnull=False)
    center_waived = signed.in_force().filter(kind=DeclarationKind.CENTER_NOT_REQUIRED).order_by("-number")
    checks = (
        ActionCheck.objects.filter(action__incident=OuterRef("pk"), is_effective=True)
        .order_by()
        .values("action__incident")
        .annotate(at=Min("checked_at"))
        .values("at")
    )
    changes = TimelineEntry.objects.filter(
        kind__in=(EntryKind.FACTS, EntryKind.SEVERITY, EntryKind.BLOCK, EntryKind.CHECK)
    ).order_by("-added_at")
    newest_report = OfficerReport.objects.order_by("-number")
    return incidents.annotate(
        n_blocks=_count(BlockingAction.objects.all()),
        n_blocks_open=_count(BlockingAction.objects.unchecked()),
        first_check_at=Subquery(checks),
        n_evidence=_count(Evidence.objects.all()),
        n_evidence_unsealed=_count(Evidence.objects.exclude(custody__what="sealed")),
        n_tasks=_count(Task.objects.all()),
        n_tasks_done=_count(Task.objects.filter(done_at__isnull=False)),
        n_tasks_required=_count(Task.objects.required()),
        n_tasks_required_open=_count(Task.objects.required().open()),
        n_measures=_count(Measure.objects.all()),
        n_affected=_count(AffectedCustomer.objects.present()),
        nothing_to_block_at=_first(signed.filter(kind=DeclarationKind.NOTHING_TO_BLOCK), "signed_at"),
        no_measure_at=_first(signed.filter(kind=DeclarationKind.NO_MEASURE_NEEDED), "signed_at"),
        center_waived_at=_first(center_waived, "signed_at"),
        report_number=_first(newest_report, "number"),
        report_signed_at=_first(newest_report, "signed_at"),
        record_changed_at=_first(changes, "added_at"),
    )


def facts_of(incident: Any) -> CaseFacts:
    """CaseFacts of a row that came through `with_case_facts`."""
    return CaseFacts(
        ref=incident.ref,
        url=incident.get_absolute_url(),
        title=incident.title,
        state=incident.state,
        lead=str(incident.lead or ""),
        reported_at=incident.reported_at,
        noticed_at=incident.noticed_at,
        confirmed_at=incident.confirmed_at,
        notify_from=incident.notify_from,
        reporting_at=incident.reporting_at,
        missing_facts=tuple(incident.nine_facts.missing()),
        personal_data=Flag(incident.personal_data),
        infrastructure=Flag(incident.infrastructure),
        customers_affected=Flag(incident.customers_affected),
        has_cause=bool(incident.cause.strip()),
        blocks=incident.n_blocks,
        blocks_open=incident.n_blocks_open,
        first_check_at=incident.first_check_at,
        evidence=incident.n_evidence,
        evidence_unsealed=incident.n_evidence_unsealed,
        tasks=incident.n_tasks,
        tasks_done=incident.n_tasks_done,
        tasks_required=incident.n_tasks_required,
        tasks_required_open=incident.n_tasks_required_open,
        measures=incident.n_measures,
        affected=incident.n_affected,
        nothing_to_block_at=incident.nothing_to_block_at,
        no_measure_at=incident.no_measure_at,
        center_waived_at=incident.center_waived_at,
        has_report=incident.report_number is not None,
        report_signed_at=incident.report_signed_at,
        record_changed_at=incident.record_changed_at,
    )


@dataclass(frozen=True, slots=True)
class Case:
    """An incident with everything that is computed about it."""

    incident: Incident
    facts: CaseFacts
    notify: NotifyFacts
    clocks: tuple[ClockLine, ...]
    duties: list[duties.Duty]

    @property
    def conditions(self) -> list[closing.Condition]:
        return closing.conditions(self.facts, self.notify)

    @property
    def conditions_met(self) -> str:
        met = sum(condition.is_met for condition in self.conditions)
        return _("%(part)d of %(whole)d") % {"part": met, "whole": len(self.conditions)}

    @property
    def next_clock(self) -> ClockLine | None:
        return soonest(self.clocks)


def soonest(clocks: Iterable[ClockLine]) -> ClockLine | None:
    """The running clock that ends first; those without a figure come after, the oldest first."""
    running = [clock for clock in clocks if clock.is_running]
    return min(running, key=lambda c: (c.due_at is None, c.due_at or c.started_at), default=None)


def cases(incidents: Sequence[Incident], *, at: datetime | None = None) -> list[Case]:
    """Cases of rows that came through `with_case_facts`, in their order."""
    moment = at or clock.now()
    facts = [facts_of(incident) for incident in incidents]
    standing = obligations.current().standing(facts, at=moment)
    found = []
    for incident, numbers in zip(incidents, facts, strict=True):
        above = standing[incident.ref]
        strip = duties.four(numbers, above.notify, above.clocks, at=moment)
        found.append(Case(incident, numbers, above.notify, above.clocks, strip))
    return found


def case(incident: Incident) -> Case:
    """One incident, read again with its facts."""
    row = with_case_facts(Incident.objects.filter(pk=incident.pk)).select_related("lead", "reporter").get()
    return cases([row])[0]


# --- lists ----------------------------------------------------------------------------------------

VIEWS = ("open", "triage", "mine", "personal", "closed", "all")


def incident_list(*, viewer: User, view: str, words: str = "") -> IncidentQuerySet:
    found = visible(viewer).select_related("lead")
    if words:
        found = found.matching(words)
    match view:
        case "triage":
            return found.filter(state=State.REPORTED).order_by("reported_at")
        case "mine":
            return found.open().filter(Q(lead=viewer) | Q(team=viewer)).distinct().order_by("-reported_at")
        case "personal":
            return found.open().filter(personal_data=Flag.YES).order_by("-reported_at")
        case "closed":
            return found.filter(state=State.CLOSED).order_by("-closed_at")
        case "all":
            return found.order_by("-reported_at")
        case _:
            return found.open().order_by("-reported_at")


def list_counts(*, viewer: User) -> dict[str, int]:
    """The numbers on the tabs, in one query."""
    rows = visible(viewer).aggregate(
        open=Count("pk", filter=~Q(state=State.CLOSED), distinct=True),
        triage=Count("pk", filter=Q(state=State.REPORTED), distinct=True),
        mine=Count("pk", filter=~Q(state=State.CLOSED) & (Q(lead=viewer) | Q(team=viewer)), distinct=True),
        personal=Count("pk", filter=~Q(state=State.CLOSED) & Q(personal_data=Flag.YES), distinct=True),
        closed=Count("pk", filter=Q(state=State.CLOSED), distinct=True),
        all=Count("pk", distinct=True),
    )
    return {name: int(rows[name]) for name in VIEWS}


def similar(incident: Incident, *, viewer: User, most: int = 4) -> list[Incident]:
    """Open incidents that share words with a new report, for “is it part of another?”."""
    words = {word for word in incident.search.split() if len(word) > 4}
    others = visible(viewer).open().exclude(pk=incident.pk).order_by("-reported_at")[:200]
    scored = [(len(words & set(other.search.split())), other) for other in others]
    return [other for score, other in sorted(scored, key=lambda pair: -pair[0]) if score >= 2][:most]


# --- the workspace --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timeline:
    entries: list[TimelineEntry]
    counts: dict[str, int]
    total: int
    has_more: bool


def timeline(incident: Incident, *, viewer: User, group: str = "", most: int = 50) -> Timeline:
    """Newest first, with what each entry shows; three queries for any length."""
    rows = incident.timelineentry_set.for_officers(is_officer=sees_officer_notes(viewer))
    tally = {row["kind"]: row["n"] for row in rows.values("kind").annotate(n=Count("pk")).order_by()}
    counts = {name: sum(tally.get(kind, 0) for kind in kinds) for name, (_label, kinds) in ENTRY_GROUPS.items()}
    if group in ENTRY_GROUPS:
        rows = rows.filter(kind__in=ENTRY_GROUPS[group][1])
    shown = list(
        rows.select_related(
            "added_by", "note", "corrects", "evidence", "action", "action__blocked_by", "action__checked_by"
        ).order_by("-added_at", "-number")[: most + 1]
    )
    _point_to_corrections(incident, shown)
    return Timeline(shown[:most], counts, sum(tally.values()), has_more=len(shown) > most)


def _point_to_corrections(incident: Incident, entries: list[TimelineEntry]) -> None:
    """Corrections are younger than what they correct, so they stand in the same list."""
    by: dict[int, list[int]] = {}
    for entry in entries:
        entry.incident = incident
        if entry.evidence is not None:
            entry.evidence.incident = incident  # its address names the incident
        if entry.corrects_id:
            by.setdefault(entry.corrects_id, []).append(entry.number)
    for entry in entries:
        entry.corrected_by = tuple(sorted(by.get(entry.pk, [])))


def sees_officer_notes(user: User) -> bool:
    return user.has_role(Role.OFFICER, Role.DEPUTY, Role.DIRECTOR, Role.AUDITOR)


def entry(incident: Incident, number: int, *, viewer: User) -> "QuerySet[TimelineEntry]":
    rows = incident.timelineentry_set.for_officers(is_officer=sees_officer_notes(viewer))
    return rows.filter(number=number).select_related("incident", "note", "added_by")


def actions(incident: Incident) -> "QuerySet[BlockingAction]":
    return (
        incident.blockingaction_set.select_related("blocked_by", "checked_by", "lifted_by")
        .prefetch_related("checks__checked_by")
        .order_by(F("lifted_at").desc(nulls_first=True), "-happened_at")
    )


def notes(incident: Incident, *, viewer: User) -> list[TimelineEntry]:
    rows = (
        incident.timelineentry_set.for_officers(is_officer=sees_officer_notes(viewer))
        .filter(kind__in=(EntryKind.NOTE, EntryKind.EVENT, EntryKind.CORRECTION))
        .select_related("note", "added_by", "corrects")
        .order_by("-added_at")
    )
    found = list(rows)
    _point_to_corrections(incident, found)
    return found


def reports_to_confirm(*, viewer: User) -> IncidentQuerySet:
    return visible(viewer).new().select_related("reporter", "dismissal_asked_by")


def second_opinions(reports: Iterable[Incident], *, viewer: User) -> list[Incident]:
    """Of new reports, those that somebody else wants to close as not an incident."""
    if not may(viewer, Right.TRIAGE):
        return []
    return [r for r in reports if r.dismissal_asked_by_id not in {None, viewer.pk}]
