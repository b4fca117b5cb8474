"""Where incidents stand with others, in a constant number of queries."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incidents import selectors
from incidents.models import Incident
from incidents.services import declarations, incidents
from incidents.terms import DeclarationKind, Flag
from notifications.standing import Answer
from tests.factories import make_affected, make_contact, make_customer, make_incident

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]

REASON = "No personal data and no threat to the infrastructure"


def center_of(incident):
    return selectors.case(incident).notify.center


def test_by_two_times_no_the_center_is_not_told_but_somebody_signs_it(olga):
    incident = make_incident(by=olga)

    found = center_of(incident)

    assert (found.is_required, found.is_done) == (False, False)
    declarations.sign(incident, kind=DeclarationKind.CENTER_NOT_REQUIRED, reason=REASON, by=olga)
    assert (center_of(incident).is_done, center_of(incident).is_waived) == (True, True)


@pytest.mark.parametrize("flags", [(Flag.YES, Flag.NO), (Flag.NO, Flag.YES), (Flag.UNKNOWN, Flag.NO)])
def test_a_flag_that_may_be_yes_asks_for_the_center(olga, flags):
    incident = make_incident(by=olga, personal_data=flags[0], infrastructure=flags[1])

    found = center_of(incident)

    assert (found.is_required, found.is_done, str(found.words)) == (
        True,
        False,
        "Center: initial letter not started.",
    )
    clocks = {line.code: line for line in selectors.case(incident).clocks}
    assert clocks["center"].is_running


def test_a_flag_that_turns_to_no_ends_the_clock(olga):
    incident = make_incident(by=olga, personal_data=Flag.YES)

    incidents.change_facts(incident, version=incident.version, by=olga, values={"personal_data": Flag.NO})

    assert "center" not in {line.code for line in selectors.case(incident).clocks}


def many(count, by):
    customer = make_customer(by=by)
    make_contact(customer, by=by)
    for _ in range(count):
        make_affected(make_incident(by=by, personal_data=Flag.YES), customer, by=by, people_count=1)


def test_the_answer_costs_the_same_for_three_and_for_twelve(olga):
    def cost():
        rows = selectors.with_case_facts(Incident.objects.all()).select_related("lead")
        facts = [selectors.facts_of(row) for row in rows]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = Answer().standing(facts, at=facts[0].reported_at)
        assert len(found) == len(facts)
        return len(queries)

    many(3, olga)
    few = cost()
    many(9, olga)

    assert cost() == few <= 6


def test_the_tables_of_the_report_tell_of_notices_and_clocks(told, sent, mail_server, deliver):
    mail_server.refuse(told.addresses["ru"])
    deliver()

    tables = Answer().report_tables(told.incident.ref)

    [row] = tables["notices"]
    assert row["ref"] == sent.ref
    assert "Recipients: 4, handed to the mail server: 3, not reached: 1." in row["words"]
    assert "Olga Karimova" in row["words"]
    assert {clock["title"] for clock in tables["clocks"]} >= {"Block the source", "Tell affected customers"}
    assert all(clock["due"] == "–" and not clock["is_late"] for clock in tables["clocks"])


def test_a_missed_clock_says_so_in_the_tables_of_the_report(told, set_target, clock):
    set_target("block", 60)
    clock.forward(days=400)

    tables = Answer().report_tables(told.incident.ref)

    late = {row["title"]: row["is_late"] for row in tables["clocks"]}
    assert late["Block the source"] is True
    assert late["Tell affected customers"] is False


def test_a_signature_counts_only_for_the_facts_that_it_was_given_on(olga, clock):
    clock.set("2027-07-16 13:00")
    incident = make_incident(by=olga)
    declarations.sign(incident, kind=DeclarationKind.CENTER_NOT_REQUIRED, reason=REASON, by=olga)
    with pytest.raises(ValidationError):
        declarations.sign(incident, kind=DeclarationKind.CENTER_NOT_REQUIRED, reason=REASON, by=olga)
    turned = clock.forward(hours=1)
    incident.refresh_from_db()
    incidents.change_facts(incident, version=incident.version, by=olga, values={"personal_data": Flag.YES})

    case = selectors.case(incident)
    center = {line.code: line for line in case.clocks}["center"]
    assert (case.notify.center.is_required, case.notify.center.is_done) == (True, False)
    assert (center.started_at, center.is_running) == (turned, True)
    assert not case.conditions[3].is_met

    clock.forward(hours=1)
    declarations.sign(incident, kind=DeclarationKind.CENTER_NOT_REQUIRED, reason=REASON, by=olga)
    with pytest.raises(ValidationError):
        declarations.sign(incident, kind=DeclarationKind.CENTER_NOT_REQUIRED, reason=REASON, by=olga)
    assert selectors.case(incident).notify.center.is_waived
