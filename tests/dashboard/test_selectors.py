"""What is due, what waits, what is counted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from accounts.roles import Role
from core.models import Heartbeat
from dashboard import nav, selectors
from incidents.services import declarations, incidents, states, triage
from incidents.services import reports as report_service
from incidents.terms import DeclarationKind, Flag, Outcome, Severity
from notifications.models import Authority
from notifications.selectors import waiting_for
from notifications.services import letters, notices
from notifications.terms import NoticeKind, Phase
from outbox.models import Batch, Message
from tests.factories import (
    make_block,
    make_checked_block,
    make_incident,
    make_report,
    make_reporting_incident,
    make_user,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]

REASON = "It was our own test of the provider"


def words(rows):
    return [(row.line.incident, str(row.line.title), row.words) for row in rows]


# --- clocks --------------------------------------------------------------------------------------


def test_late_clocks_come_first_and_immediate_ones_before_those_with_time(olga, set_target, clock):
    clock.set("2027-07-16 02:00")
    set_target("report", 24 * 60)
    clock.set("2027-07-16 06:00")
    one = make_incident(by=olga)
    set_target("block", 60)
    clock.set("2027-07-16 09:30")
    make_checked_block(one, by=olga)
    clock.set("2027-07-16 10:00")
    two = make_incident(by=olga)
    clock.set("2027-07-16 11:01")

    board = selectors.board(viewer=olga)

    assert words(board.clocks) == [
        (two.ref, "Block the source", "1 min late"),
        (one.ref, "Tell affected customers", "running 5 h 1 min"),
        (two.ref, "Tell affected customers", "running 1 h 1 min"),
        (one.ref, "Sign the incident report", "18 h 59 min left"),
        (two.ref, "Sign the incident report", "22 h 59 min left"),
    ]
    assert [row.is_late for row in board.clocks] == [True, False, False, False, False]
    assert board.clock_count == 5


@pytest.mark.parametrize(
    ("minute", "words_", "css"),
    [
        ("10:44", "16 min left", ""),
        ("10:45", "15 min left", "soon"),
        ("11:00", "0 min left", "soon"),
        ("11:01", "1 min late", "late"),
    ],
)
def test_a_clock_is_marked_from_three_quarters_and_late_after_its_minute(
    olga,
    set_target,
    clock,
    minute,
    words_,
    css,
):
    clock.set("2027-07-16 09:00")
    set_target("block", 60)
    clock.set("2027-07-16 10:00")
    make_incident(by=olga)
    clock.set(f"2027-07-16 {minute}")

    row = next(row for row in selectors.board(viewer=olga).clocks if row.line.code == "block")

    assert (row.words, row.css) == (words_, css)


def test_a_person_sees_the_clocks_of_what_the_person_may_see(olga, rita):
    make_incident(by=olga)
    mine = make_incident(by=olga, lead=rita)

    assert {row.line.incident for row in selectors.board(viewer=rita).clocks} == {mine.ref}


def test_the_first_step_of_the_board_is_one_that_waits_for_the_viewer(olga, oscar, clock):
    clock.set("2027-07-16 09:00")
    make_incident(by=oscar)
    clock.set("2027-07-16 10:00")
    mine = make_incident(by=olga)

    assert selectors.board(viewer=olga).next_step.line.incident == mine.ref


def test_the_summary_counts_what_is_open_critical_late_and_ends_today(olga, set_target, clock):
    clock.set("2027-07-16 09:00")
    set_target("block", 60)
    set_target("report", 120)
    clock.set("2027-07-16 10:00")
    make_incident(by=olga, severity=Severity.CRITICAL)
    make_report()
    clock.set("2027-07-16 11:30")

    summary = [str(part) for part, _tone in selectors.board(viewer=olga).summary]

    assert summary == ["2 open incidents", "1 critical", "1 deadline missed", "1 ends today"]


def test_with_nothing_open_the_board_tells_when_the_last_file_was_closed(olga, ready, clock):
    assert selectors.board(viewer=olga).last_closed_at is None
    incident = ready(by=olga)
    closed = clock.forward(minutes=5)

    states.close(incident, outcome=Outcome.CONFIRMED, by=olga)

    board = selectors.board(viewer=olga)
    assert (board.clocks, board.last_closed_at) == ([], closed)


# --- decisions -----------------------------------------------------------------------------------


def urls(user, new=()):
    return [decision.url for decision in waiting_for(user, new_reports=new)]


def test_a_notice_waits_for_approvers_who_wrote_nothing_of_it(waiting, olga, rita, dan, dora):
    assert urls(olga) == urls(dan) == urls(dora) == [waiting.get_absolute_url()]
    assert urls(rita) == []
    waiting.writers.add(olga)
    assert urls(olga) == []


def test_letters_and_reports_wait_for_those_who_sign(olga, rita, dan):
    incident = make_reporting_incident(by=olga, personal_data=Flag.YES)
    incidents.change_team(incident, team=[rita], by=olga)
    center = Authority.objects.get(code="center")
    letter = letters.start(incident, authority=center, phase=Phase.INITIAL, language="uz", by=rita)
    report = report_service.start(incident, language="en", by=rita)

    assert sorted(urls(olga)) == sorted([letter.get_absolute_url(), report.get_absolute_url()])
    assert urls(rita) == urls(dan) == []


def test_a_waiver_waits_for_the_director(olga, dan):
    incident = make_incident(by=olga)
    declarations.ask(incident, kind=DeclarationKind.NO_MEASURE_NEEDED, reason=REASON, by=olga)

    assert urls(dan) == [f"/incidents/{incident.ref}/declarations/1/"]
    assert urls(olga) == []


def test_a_second_opinion_waits_for_somebody_else_and_is_no_new_report_any_more(olga, oscar):
    report = make_report()
    triage.dismiss(report, reason=REASON, severity=Severity.HIGH, by=olga)

    theirs, mine = selectors.board(viewer=oscar), selectors.board(viewer=olga)

    assert [decision.url for decision in theirs.decisions] == [f"/triage/{report.ref}/opinion/"]
    assert (mine.decisions, theirs.new_reports) == ([], [])


def test_nothing_waits_for_those_who_decide_nothing(waiting, sam, aud, adam):
    assert urls(sam) == urls(aud) == urls(adam) == []


# --- the side bar --------------------------------------------------------------------------------


def names(person):
    return [item.url.strip("/") for item in nav.items(person, path="/", counts={})]


SEEN = ["dashboard", "incidents"]
LATER = ["notifications", "regulator", "reports", "my-reports"]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.STAFF, ["my-reports"]),
        (Role.RESPONDER, [*SEEN, "triage", *LATER, "clocks"]),
        (Role.OFFICER, [*SEEN, "triage", "approvals", *LATER, "customers", "clocks", "audit", "settings"]),
        (Role.DEPUTY, [*SEEN, "triage", "approvals", *LATER, "customers", "clocks", "audit", "settings"]),
        (Role.DIRECTOR, [*SEEN, "approvals", *LATER, "clocks", "audit"]),
        (Role.AUDITOR, [*SEEN, *LATER, "customers", "clocks", "audit"]),
        (Role.ADMINISTRATOR, ["my-reports", "users", "settings"]),
    ],
)
def test_the_side_bar_leads_where_a_role_may_go(role, expected):
    assert names(make_user(role)) == expected


def test_the_side_bar_counts_what_a_person_may_see(waiting, olga, rita, rolf, sam, dan):
    make_report()

    def counts(person):
        return selectors.nav_counts(person)

    assert counts(olga) == {"open": 2, "triage": 1, "waiting": 1}
    assert counts(rita) == {"open": 2, "triage": 1, "waiting": 0}
    assert counts(rolf) == {"open": 1, "triage": 1, "waiting": 0}
    assert counts(dan)["waiting"] == 1
    assert counts(sam) == {}


def test_only_what_waits_for_the_viewer_is_hot(olga):
    items = {item.url: item for item in nav.items(olga, path="/triage/", counts={"open": 3, "triage": 1, "waiting": 0})}

    assert (items["/triage/"].is_hot, items["/triage/"].is_current) == (True, True)
    assert items["/incidents/"].is_hot is False
    assert items["/approvals/"].is_hot is False


# --- health --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "is_well"), [(0, True), (119, True), (120, False), (9999, False)])
def test_a_worker_is_well_by_work_done_within_two_minutes(clock, settings, seconds, is_well):
    settings.EMAIL_SERVER = {"host": "127.0.0.1"}
    clock.set("2027-07-16 10:00")
    Heartbeat.objects.beat("worker")
    clock.forward(seconds=seconds)

    assert selectors.health().is_worker_well is is_well
    assert (selectors.alarms() == []) is is_well


def test_a_worker_that_never_worked_is_not_well(settings):
    settings.EMAIL_SERVER = {"host": "127.0.0.1"}

    assert selectors.alarms() == ["worker: no sweep within two minutes"]


def test_a_mail_that_waits_too_long_and_a_paused_batch_are_alarms(waiting, rita, settings, clock):
    settings.EMAIL_SERVER = {"host": "127.0.0.1"}
    Heartbeat.objects.beat("worker")
    assert selectors.alarms() == []
    Batch.objects.update(queued_at=clock.now - timedelta(minutes=3))

    assert selectors.alarms() == ["mail: 4 messages wait too long"]
    Batch.objects.update(paused_at=clock.now, pause_reason="535 no")
    assert selectors.alarms() == ["mail: 1 batches are paused"]
    Message.objects.update(state="failed")
    assert selectors.alarms() == []


def test_without_a_mail_server_the_alarm_says_what_to_set(settings):
    settings.EMAIL_SERVER = None
    Heartbeat.objects.beat("worker")

    assert selectors.alarms() == ["mail: EMAIL_URL is not set"]
    assert str(selectors.health().mail_words) == "Mail is not set up: set EMAIL_URL"


def test_a_clock_row_without_a_figure_has_no_bar(olga):
    make_block(make_incident(by=olga), by=olga)
    row = selectors.board(viewer=olga).clocks[0]

    assert (row.percent, row.line.due_at) == (0, None)
    assert replace(row, is_late=True).icon == "triangle-alert"


def test_a_notice_of_an_update_counts_like_a_first_one(told, rita, olga):
    notices.start(told.incident, kind=NoticeKind.UPDATE, by=rita)

    assert selectors.nav_counts(olga)["waiting"] == 0
