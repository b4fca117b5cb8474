"""The four duties: read from the record, never ticked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import get_resolver

from core import clock as house_clock
from incidents import duties, selectors
from incidents.case import CaseFacts
from incidents.duties import Status
from incidents.obligations import ClockLine, NotifyFacts, Telling
from incidents.services import actions, declarations, states
from incidents.terms import DeclarationKind, Flag, State
from tests.factories import make_block, make_incident, make_report

T0 = datetime(2027, 7, 16, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _now():
    with house_clock.at(T0 + timedelta(hours=1)):
        yield


FACTS = CaseFacts(
    ref="INC-2027-0001", url="/incidents/INC-2027-0001/", title="x", state=State.INVESTIGATING, lead="Olga",
    reported_at=T0, noticed_at=T0, confirmed_at=T0, notify_from=T0, reporting_at=None, missing_facts=(),
    personal_data=Flag.YES, infrastructure=Flag.NO, customers_affected=Flag.YES, has_cause=False,
    blocks=0, blocks_open=0, first_check_at=None, evidence=0, evidence_unsealed=0, tasks=2, tasks_done=0,
    tasks_required=1, tasks_required_open=1, measures=0, affected=1, nothing_to_block_at=None,
    no_measure_at=None, center_waived_at=None, has_report=False, report_signed_at=None,
)  # fmt: skip
OPEN = Telling(True, False, None, "open", "Write", "/w/")
DONE = Telling(True, True, T0, "done", "Open", "/o/")
NONE = Telling(False, True, None, "none", "Read", "/r/")
WAIVED = Telling(False, True, T0, "signed", "Read", "/r/", is_waived=True)


def strip(facts=FACTS, customers=OPEN, center=OPEN, clocks=()):
    at = house_clock.now()
    return {duty.code: duty for duty in duties.four(facts, NotifyFacts(customers, center), clocks, at=at)}


def line(code, *, minutes=None, stopped_at=None):
    due = T0 + timedelta(minutes=minutes) if minutes else None
    return ClockLine(FACTS.ref, code, code, "Policy", T0, due, stopped_at, "Step", "/s/")


def test_there_are_four_in_the_order_of_the_policy():
    assert list(strip()) == ["record", "block", "notify", "investigate"]


def test_before_the_confirmation_only_the_record_counts():
    found = strip(replace(FACTS, confirmed_at=None, missing_facts=("severity",)))

    assert [duty.status for duty in found.values()] == [
        Status.IN_PROGRESS,
        Status.NOT_STARTED,
        Status.NOT_STARTED,
        Status.NOT_STARTED,
    ]


@pytest.mark.parametrize(("missing", "status"), [((), Status.DONE), (("systems",), Status.IN_PROGRESS)])
def test_the_record_is_done_with_nine_facts(missing, status):
    assert strip(replace(FACTS, missing_facts=missing))["record"].status is status


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, Status.NOT_STARTED),
        ({"blocks": 2, "blocks_open": 1}, Status.IN_PROGRESS),
        ({"blocks": 2}, Status.DONE),
        ({"nothing_to_block_at": T0}, Status.NOT_REQUIRED),
        ({"blocks": 1, "blocks_open": 1, "nothing_to_block_at": T0}, Status.IN_PROGRESS),
    ],
)
def test_the_block_is_done_when_every_one_was_checked(values, status):
    assert strip(replace(FACTS, **values))["block"].status is status


def test_a_block_that_nobody_set_counts_the_time_in_words():
    assert "1 h" in str(strip()["block"].lines[0])


@pytest.mark.parametrize(
    ("customers", "center", "status"),
    [
        (OPEN, OPEN, Status.NOT_STARTED),
        (DONE, OPEN, Status.IN_PROGRESS),
        (OPEN, DONE, Status.IN_PROGRESS),
        (NONE, OPEN, Status.NOT_STARTED),
        (DONE, DONE, Status.DONE),
        (NONE, DONE, Status.DONE),
        (DONE, WAIVED, Status.DONE),
        (NONE, WAIVED, Status.NOT_REQUIRED),
    ],
)
def test_notify_is_done_when_both_sides_are(customers, center, status):
    assert strip(customers=customers, center=center)["notify"].status is status


def test_the_next_step_of_notify_is_that_of_the_side_that_is_open():
    assert strip(customers=DONE, center=OPEN)["notify"].url == "/w/"


@pytest.mark.parametrize(
    ("values", "is_done"),
    [
        ({}, True),
        ({"has_cause": False}, False),
        ({"tasks_required_open": 1}, False),
        ({"report_signed_at": None}, False),
        ({"reporting_at": T0 + timedelta(hours=1)}, False),  # signed before the work was declared finished
    ],
)
def test_the_investigation_ends_with_cause_tasks_and_signature(values, is_done):
    whole = {"has_cause": True, "tasks_required_open": 0, "report_signed_at": T0, "reporting_at": T0}
    facts = replace(FACTS, **{**whole, **values})

    assert (strip(facts)["investigate"].status is Status.DONE) is is_done


@pytest.mark.parametrize(
    ("minutes", "status", "css"),
    [
        (59, Status.LATE, "hot late"),
        (60, Status.NOT_STARTED, "hot"),
        (80, Status.NOT_STARTED, "hot"),
        (81, Status.NOT_STARTED, ""),
        (None, Status.NOT_STARTED, ""),
    ],
)
def test_a_duty_is_late_after_its_minute_and_marked_from_three_quarters_on(minutes, status, css):
    duty = strip(clocks=[line("block", minutes=minutes)])["block"]

    assert (duty.status, duty.css) == (status, css)


def test_a_duty_that_is_done_shows_no_clock():
    found = strip(replace(FACTS, blocks=1), clocks=[line("block", minutes=5)])

    assert (found["block"].status, found["block"].clock) == (Status.DONE, None)


def test_notify_shows_the_clock_that_ends_first_and_one_without_a_figure_last():
    soon, later = line("center", minutes=200), line("customers", minutes=300)

    assert strip(clocks=[later, soon])["notify"].clock is soon
    assert strip(clocks=[line("customers"), soon])["notify"].clock is soon
    assert strip(clocks=[replace(soon, stopped_at=T0), later])["notify"].clock is later


# --- with rows -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_duty_follows_the_rows(olga):
    incident = make_incident(by=olga)

    def status():
        return selectors.case(incident).duties[1].status

    assert status() is Status.NOT_STARTED
    block = make_block(incident, by=olga)
    assert status() is Status.IN_PROGRESS
    actions.check(block, method="Tried", is_effective=True, by=olga)
    assert status() is Status.DONE
    actions.check(block, method="Tried again", is_effective=False, by=olga)
    assert status() is Status.IN_PROGRESS
    actions.lift(block, reason="Wrong address", by=olga)
    assert status() is Status.DONE  # nothing in force is unchecked
    other = make_incident(by=olga)
    declarations.sign(other, kind=DeclarationKind.NOTHING_TO_BLOCK, reason="The disk simply failed today", by=olga)
    assert selectors.case(other).duties[1].status is Status.NOT_REQUIRED


@pytest.mark.django_db
def test_a_complete_incident_has_four_duties_done(olga, ready):
    found = selectors.case(ready(by=olga)).duties

    assert [duty.status for duty in found] == [Status.DONE, Status.DONE, Status.NOT_REQUIRED, Status.DONE]


@pytest.mark.django_db
def test_reopening_opens_the_investigation_again(olga, ready, clock):
    clock.set("2027-07-16 10:00")
    incident = ready(by=olga)
    clock.forward(hours=1)
    states.move(incident, to=State.INVESTIGATING, by=olga, reason="A second address")
    states.move(incident, to=State.CONTAINED, by=olga)
    states.move(incident, to=State.REPORTING, by=olga)

    assert selectors.case(incident).duties[3].status is Status.IN_PROGRESS


def test_no_address_ticks_a_duty():
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]

    assert not [name for name in names if "duty" in name and name != "confirm_duty"]


@pytest.mark.django_db
def test_the_facts_of_many_incidents_are_one_query(olga, django_assert_num_queries):
    for _ in range(3):
        make_report()
        make_incident(by=olga)
    rows = selectors.with_case_facts(selectors.visible(olga)).select_related("lead", "reporter")

    with django_assert_num_queries(1):
        facts = [selectors.facts_of(incident) for incident in rows]

    assert len(facts) == 6
