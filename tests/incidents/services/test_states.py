import os
from datetime import date
from itertools import pairwise

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from incidents import selectors
from incidents.models import CustodyEvent, Declaration, Incident
from incidents.services import (
    actions,
    affected,
    declarations,
    evidence,
    incidents,
    measures,
    notes,
    reports,
    states,
    tasks,
    timeline,
    triage,
)
from incidents.terms import DeclarationKind, Flag, Outcome, Severity, State
from tests.factories import (
    make_affected,
    make_block,
    make_checked_block,
    make_contained_incident,
    make_customer,
    make_incident,
    make_report,
    make_reporting_incident,
    make_user,
)

pytestmark = pytest.mark.django_db

REASON = "A second address was found"
LONG_REASON = "It was a planned test of the provider"


def words_of(error):
    return " ".join(error.value.messages)


def in_state(state, by, *, is_confirmed=True):
    """An incident that came to its state by the product's own services, as far as states allow."""
    match state:
        case State.REPORTED:
            return make_report()
        case State.INVESTIGATING:
            return make_incident(by=by)
        case State.CONTAINED:
            return make_contained_incident(by=by)
        case State.REPORTING:
            return make_reporting_incident(by=by)
        case State.CLOSED if is_confirmed:
            # Closing has its own tests; here only the state counts.
            incident = make_reporting_incident(by=by)
            Incident.objects.filter(pk=incident.pk).update(
                state=State.CLOSED, closed_at=incident.reporting_at, closed_by=by, outcome=Outcome.CONFIRMED
            )
            incident.refresh_from_db()
            return incident
        case _:
            return triage.dismiss(make_report(), reason=LONG_REASON, severity=None, by=by)


# --- the table, at the service -------------------------------------------------------------------

WORKING = {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}
DECIDING = {Role.OFFICER, Role.DEPUTY}
ALLOWED = {
    (State.INVESTIGATING, State.CONTAINED): WORKING,
    (State.CONTAINED, State.INVESTIGATING): WORKING,
    (State.CONTAINED, State.REPORTING): DECIDING,
    (State.REPORTING, State.INVESTIGATING): DECIDING,
    (State.CLOSED, State.INVESTIGATING): DECIDING,
}


@pytest.mark.parametrize("target", State)
@pytest.mark.parametrize("source", State)
def test_every_pair_of_states_moves_or_is_refused_with_words(source, target, olga, audited):
    incident = in_state(source, olga)
    if source is State.INVESTIGATING:
        make_checked_block(incident, by=olga)
    if source is State.CONTAINED:
        affected.decide(incident, answer=Flag.NO, reason="The panel holds no data of customers", by=olga)
    incident.refresh_from_db()
    version, entries = incident.version, incident.timelineentry_set.count()

    def act():
        return states.move(incident, to=target, by=olga, reason=REASON, restored_how="From the backup")

    if (source, target) in ALLOWED:
        act()
        wanted, more = (target, version + 1), 1
    else:
        with pytest.raises(ValidationError) as error:
            act()
        assert str(source.label) in words_of(error)
        assert str(target.label) in words_of(error)
        wanted, more = (source, version), 0
    incident.refresh_from_db()
    assert (incident.state, incident.version) == wanted
    assert incident.timelineentry_set.count() == entries + more
    assert len(audited("incident.state_changed", target=incident.audit_target)) == (
        more + {State.CONTAINED: 1, State.REPORTING: 2, State.CLOSED: 2}.get(source, 0)
    )


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(("source", "target"), ALLOWED)
def test_a_move_is_made_by_those_who_may(source, target, role, olga):
    incident, person = in_state(source, olga), make_user(role)
    if source is State.INVESTIGATING:
        make_checked_block(incident, by=olga)
    if source is State.CONTAINED:
        affected.decide(incident, answer=Flag.NO, reason="The panel holds no data of customers", by=olga)

    def act():
        return states.move(incident, to=target, by=person, reason=REASON, restored_how="From the backup")

    if role in ALLOWED[source, target]:
        assert act().state == target
    else:
        with pytest.raises(PermissionDenied):
            act()


def test_a_dismissed_report_goes_back_to_the_queue_and_not_to_the_investigation(olga):
    dismissed = in_state(State.CLOSED, olga, is_confirmed=False)

    with pytest.raises(ValidationError):
        states.move(dismissed, to=State.INVESTIGATING, by=olga, reason=REASON)
    back = states.move(dismissed, to=State.REPORTED, by=olga, reason=REASON)

    assert (back.state, back.outcome, back.closed_at, back.closed_by) == (State.REPORTED, "", None, None)


def test_a_dismissed_report_that_comes_back_needs_a_new_second_opinion(olga, oscar):
    report = make_report()
    triage.dismiss(report, reason=LONG_REASON, severity=Severity.HIGH, by=olga)
    closed = triage.decide_dismissal(report, agrees=True, reason="", by=oscar)

    back = states.move(closed, to=State.REPORTED, by=olga, reason=REASON)

    assert (back.dismissal_asked_by, back.dismissal_reason) == (None, "")
    with pytest.raises(ValidationError):
        triage.decide_dismissal(back, agrees=True, reason="", by=oscar)


def test_a_merged_report_that_comes_back_points_to_nothing(olga):
    merged = triage.merge(make_report(), into=make_incident(by=olga), by=olga)

    back = states.move(merged, to=State.REPORTED, by=olga, reason=REASON)

    assert back.merged_into is None


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(State), st.booleans()), min_size=1, max_size=8))
def test_whatever_is_tried_in_whatever_order_each_success_leaves_one_entry(olga, moves):
    with transaction.atomic():
        incident = make_incident(by=olga)
        make_checked_block(incident, by=olga)
        incident.refresh_from_db()
        path = [State.INVESTIGATING]
        entries, version = incident.timelineentry_set.count(), incident.version
        for target, gives_reason in moves:
            reason = REASON if gives_reason else ""
            try:
                states.move(incident, to=target, by=olga, reason=reason, restored_how=reason)
            except ValidationError:
                continue
            path.append(target)
        incident.refresh_from_db()

        assert incident.state == path[-1]
        assert all(step in ALLOWED for step in pairwise(path))
        assert incident.version == version + len(path) - 1
        assert incident.timelineentry_set.count() == entries + len(path) - 1
        transaction.set_rollback(True)


# --- guards --------------------------------------------------------------------------------------


def test_it_is_contained_only_when_every_block_was_checked(olga):
    incident = make_incident(by=olga)
    with pytest.raises(ValidationError) as nothing_blocked:
        states.move(incident, to=State.CONTAINED, by=olga)
    block = make_block(incident, by=olga)
    with pytest.raises(ValidationError):
        states.move(incident, to=State.CONTAINED, by=olga)
    actions.check(block, method="Tried it", is_effective=False, by=olga)
    with pytest.raises(ValidationError):
        states.move(incident, to=State.CONTAINED, by=olga)
    actions.check(block, method="Tried it again", is_effective=True, by=olga)

    moved = states.move(incident, to=State.CONTAINED, by=olga)

    assert "Check every block" in words_of(nothing_blocked)
    assert (moved.state, moved.contained_at is not None) == (State.CONTAINED, True)


def test_a_lifted_block_needs_no_check(olga):
    incident = make_incident(by=olga)
    make_checked_block(incident, by=olga)
    wrong = make_block(incident, by=olga, what="198.51.100.1")
    actions.lift(wrong, reason="This was our own proxy", by=olga)

    assert states.move(incident, to=State.CONTAINED, by=olga).state == State.CONTAINED


def test_a_signed_nothing_to_block_stands_in_for_a_block(olga):
    incident = make_incident(by=olga)
    declarations.sign(incident, kind=DeclarationKind.NOTHING_TO_BLOCK, reason="The disk simply failed today", by=olga)

    assert states.move(incident, to=State.CONTAINED, by=olga).state == State.CONTAINED


def test_the_file_is_written_only_after_flags_customers_and_recovery(olga):
    incident = make_contained_incident(by=olga, personal_data=Flag.UNKNOWN)

    with pytest.raises(ValidationError) as error:
        states.move(incident, to=State.REPORTING, by=olga)

    assert error.value.messages == [
        "Decide whether personal data or the infrastructure is touched: “not known yet” is open.",
        "Decide whether customers are affected.",
        "State how service and data were restored.",
    ]


def test_going_back_needs_a_reason(olga):
    incident = make_contained_incident(by=olga)

    with pytest.raises(ValidationError) as error:
        states.move(incident, to=State.INVESTIGATING, by=olga, reason=" ")

    assert error.value.messages == ["Write the reason."]


def test_the_way_back_is_told_with_its_reason(olga):
    incident = make_contained_incident(by=olga)

    states.move(incident, to=State.INVESTIGATING, by=olga, reason=REASON)

    entry = incident.timelineentry_set.latest("number")
    assert (entry.facts["before"], entry.facts["after"], entry.facts["reason"]) == (
        "contained",
        "investigating",
        REASON,
    )


# --- closing -------------------------------------------------------------------------------------


def test_an_incident_closes_when_all_eight_conditions_hold(olga, ready, audited):
    incident = ready(by=olga)

    closed = states.close(incident, outcome=Outcome.CONFIRMED, by=olga)

    assert all(condition.is_met for condition in selectors.case(closed).conditions)
    assert (closed.state, closed.outcome, closed.closed_by) == (State.CLOSED, Outcome.CONFIRMED, olga)
    assert len(audited("incident.closed")) == 1


@pytest.mark.parametrize("role", Role)
def test_only_officers_and_deputies_close(olga, ready, role):
    incident, person = ready(by=olga), make_user(role)

    if role in DECIDING:
        states.close(incident, outcome=Outcome.CONFIRMED, by=person)
    else:
        with pytest.raises(PermissionDenied):
            states.close(incident, outcome=Outcome.CONFIRMED, by=person)


@pytest.mark.parametrize("outcome", [Outcome.NOT_INCIDENT, Outcome.DUPLICATE])
def test_a_file_ends_with_an_outcome_of_an_incident(olga, ready, outcome):
    with pytest.raises(ValidationError):
        states.close(ready(by=olga), outcome=outcome, by=olga)


def test_a_file_closes_once(olga, oscar, ready):
    incident = ready(by=olga)
    states.close(incident, outcome=Outcome.CONFIRMED, by=olga)

    with pytest.raises(ValidationError) as error:
        states.close(incident, outcome=Outcome.SIGN_ONLY, by=oscar)

    assert error.value.code == "faster"
    incident.refresh_from_db()
    assert (incident.outcome, incident.closed_by) == (Outcome.CONFIRMED, olga)


def _sign_again(incident, by):
    """What changes the record asks for a new version of the report as well."""
    report = reports.start(incident, language="en", by=by)
    reports.sign(report, version=report.version, by=by)


def _forget_a_fact(incident, by):
    incidents.change_facts(incident, version=incident.version, by=by, values={"systems": ""})
    _sign_again(incident, by)


def _leave_a_block_unchecked(incident, by):
    make_block(incident, by=by, what="198.51.100.9")
    _sign_again(incident, by)


def _leave_a_customer_untold(incident, by):
    make_affected(incident, make_customer(), by=by)


def _open_the_duty_to_the_center(incident, by):
    Declaration.objects.filter(incident=incident, kind=DeclarationKind.CENTER_NOT_REQUIRED).delete()


def _leave_evidence_unsealed(incident, by):
    item = evidence.seal(
        incident, file=ContentFile(b"line\n", name="a.log"), name="a.log", taken_from="Web server", by=by
    )
    CustodyEvent.objects.filter(evidence=item).delete()


def _add_a_required_task(incident, by):
    tasks.add(incident, title="Read the logs", is_required=True, by=by)


def _start_a_new_version_of_the_report(incident, by):
    reports.start(incident, language="en", by=by)


def _take_the_measure_away(incident, by):
    incident.measure_set.all().delete()


@pytest.mark.parametrize(
    ("number", "breaks"),
    [
        (number, breaks)
        for number, breaks in enumerate(
            [
                _forget_a_fact,
                _leave_a_block_unchecked,
                _leave_a_customer_untold,
                _open_the_duty_to_the_center,
                _leave_evidence_unsealed,
                _add_a_required_task,
                _start_a_new_version_of_the_report,
                _take_the_measure_away,
            ],
            start=1,
        )
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_each_condition_alone_holds_the_file_open(olga, ready, number, breaks):
    incident = ready(by=olga)
    breaks(incident, olga)

    with pytest.raises(ValidationError) as error:
        states.close(incident, outcome=Outcome.CONFIRMED, by=olga)

    unmet = [condition for condition in selectors.case(incident).conditions if not condition.is_met]
    assert [condition.number for condition in unmet] == [number]
    assert error.value.messages == [str(unmet[0].title)]
    assert unmet[0].missing
    assert unmet[0].url.startswith("/")
    incident.refresh_from_db()
    assert incident.state == State.REPORTING


def test_a_director_may_sign_that_no_measure_is_needed(olga, dan, ready):
    incident = ready(by=olga)
    incident.measure_set.all().delete()
    waiver = declarations.ask(
        incident, kind=DeclarationKind.NO_MEASURE_NEEDED, reason="The system was switched off for good", by=olga
    )
    with pytest.raises(ValidationError):
        states.close(incident, outcome=Outcome.CONFIRMED, by=olga)
    declarations.decide(waiver, agrees=True, by=dan)

    assert states.close(incident, outcome=Outcome.CONFIRMED, by=olga).state == State.CLOSED


def test_evidence_that_changed_on_the_disk_holds_the_file_open(olga, ready, upload):
    incident = ready(by=olga)
    item = evidence.seal(incident, file=upload(), name="log.txt", taken_from="Web server", by=olga)
    path = item.file.path
    os.chmod(path, 0o600)
    with open(path, "ab") as file:
        file.write(b"another line\n")

    with pytest.raises(ValidationError) as error:
        states.close(incident, outcome=Outcome.CONFIRMED, by=olga)

    assert error.value.messages == ["The file “log.txt” is not what was sealed."]


def test_a_signed_report_counts_only_for_the_record_that_it_was_read_from(olga, ready, clock):
    clock.set("2026-07-16 09:00")
    incident = ready(by=olga)
    assert selectors.case(incident).conditions[6].is_met
    clock.forward(hours=1)
    notes.add(incident, text="A call from the provider", by=olga)
    assert selectors.case(incident).conditions[6].is_met

    incidents.change_facts(incident, version=incident.version, by=olga, values={"cause": "Another cause"})

    seventh = selectors.case(incident).conditions[6]
    assert (seventh.is_met, str(seventh.missing)) == (
        False,
        "The record changed after the report was signed. Sign a new version.",
    )
    _sign_again(incident, olga)
    assert selectors.case(incident).conditions[6].is_met


def test_a_reopened_file_closes_only_with_a_new_version_of_the_report(olga, ready, clock):
    clock.set("2026-07-16 09:00")
    incident = ready(by=olga)
    states.close(incident, outcome=Outcome.CONFIRMED, by=olga)
    first = incident.officerreport_set.get()
    frozen = bytes(first.pdf)
    clock.forward(days=2)

    states.move(incident, to=State.INVESTIGATING, by=olga, reason=REASON)
    states.move(incident, to=State.CONTAINED, by=olga)
    states.move(incident, to=State.REPORTING, by=olga)
    with pytest.raises(ValidationError) as error:
        states.close(incident, outcome=Outcome.CONFIRMED, by=olga)
    second = reports.start(incident, language="en", by=olga)
    reports.sign(second, version=second.version, by=olga)
    states.close(incident, outcome=Outcome.CONFIRMED, by=olga)

    assert error.value.messages == ["Report signed by the officer"]
    first.refresh_from_db()
    assert bytes(first.pdf) == frozen
    assert (first.number, second.number) == (1, 2)
    assert second.ref == f"{first.ref}-v2"


def test_a_closed_file_takes_nothing_more(olga, ready, upload):
    incident = ready(by=olga)
    block, task = incident.blockingaction_set.get(), incident.task_set.first()
    entry, report = incident.timelineentry_set.first(), incident.officerreport_set.get()
    states.close(incident, outcome=Outcome.CONFIRMED, by=olga)
    incident.refresh_from_db()
    deeds = [
        lambda: incidents.extend(incident, text="More", by=incident.reporter),
        lambda: incidents.change_facts(incident, version=incident.version, by=olga, values={"cause": "Other"}),
        lambda: incidents.change_severity(incident, severity=1, reason=REASON, by=olga),
        lambda: incidents.change_team(incident, team=[], by=olga),
        lambda: actions.record_block(incident, kind="ip", what="x", where="y", by=olga),
        lambda: actions.check(block, method="x", is_effective=False, by=olga),
        lambda: actions.lift(block, reason=REASON, by=olga),
        lambda: affected.decide(incident, answer=Flag.UNKNOWN, reason="", by=olga),
        lambda: evidence.seal(incident, file=upload(), name="log.txt", taken_from="x", by=olga),
        lambda: notes.add(incident, text="x", by=olga),
        lambda: notes.correct(entry, text="x", by=olga),
        lambda: timeline.mark(entry, is_in_report=False, by=olga),
        lambda: tasks.add(incident, title="x", by=olga),
        lambda: tasks.assign(task, owner=olga, due_on=date(2027, 1, 1), by=olga),
        lambda: measures.add(incident, title="x", owner=olga, due_on=date(2027, 1, 1), by=olga),
        lambda: declarations.sign(incident, kind=DeclarationKind.NOTHING_TO_BLOCK, reason=LONG_REASON, by=olga),
        lambda: reports.start(incident, language="en", by=olga),
        lambda: reports.sign(report, version=report.version, by=olga),
    ]

    for deed in deeds:
        with pytest.raises(ValidationError) as error, transaction.atomic():
            deed()
        assert "closed" in words_of(error)
