"""When a clock starts, ends and is late. Pure functions, no rows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock as house_clock
from core import dates
from incidents.obligations import NotifyFacts, Telling
from incidents.terms import Flag, State
from notifications import clocks
from notifications.clocks import Rule
from notifications.terms import Basis
from tests.incidents.test_duties import FACTS, T0

HOUR = timedelta(hours=1)
ALWAYS = datetime(2022, 4, 15, tzinfo=UTC)
OPEN = Telling(True, False, None, "", "Write the notice", "/n/", waits_for="an approver")
CODES = ("block", "customers", "center", "center_final", "report")


def rule(
    code="block", *, minutes=None, version=1, valid_from=ALWAYS, valid_to=None, basis=Basis.POLICY, citation="4.1"
):
    return Rule(code, basis, citation, minutes, version, valid_from, valid_to)


def lines(facts=FACTS, *, customers=OPEN, center=OPEN, initial_at=None, rules=None, at=T0 + HOUR):
    by_code = {code: [rule(code)] for code in CODES} | (rules or {})
    notify = NotifyFacts(customers, center, initial_at)
    return {line.code: line for line in clocks.lines(facts, notify, by_code, at=at)}


# --- a clock without a figure --------------------------------------------------------------------


def test_immediately_without_a_figure_counts_up_and_is_never_late():
    line = lines(at=T0 + 900 * HOUR)["block"]

    assert line.due_at is None
    assert line.elapsed(T0 + 900 * HOUR) == 900 * HOUR
    assert not line.is_late(T0 + 900 * HOUR)
    assert line.left(T0) is None
    assert line.share(T0 + 900 * HOUR) == 0.0


def test_no_installed_rule_means_no_clock():
    assert "block" not in lines(rules={"block": []})


# --- a clock with a target -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "is_late"),
    [
        (timedelta(minutes=359, seconds=59), False),
        (timedelta(minutes=360), False),
        (timedelta(minutes=360, microseconds=1), True),
        (timedelta(minutes=361), True),
    ],
)
def test_a_target_is_missed_exactly_at_its_end(after, is_late):
    line = lines(rules={"block": [rule(minutes=360)]})["block"]

    assert line.due_at == T0 + 6 * HOUR
    assert line.is_late(T0 + after) is is_late


@pytest.mark.parametrize(("minutes", "share"), [(0, 0.0), (45, 0.75), (60, 1.0), (90, 1.5)])
def test_the_part_of_the_time_that_is_used(minutes, share):
    line = lines(rules={"block": [rule(minutes=60)]})["block"]

    assert line.share(T0 + timedelta(minutes=minutes)) == share


def test_a_clock_that_stopped_in_time_stays_kept_for_ever():
    facts = replace(FACTS, blocks=1, first_check_at=T0 + HOUR)
    line = lines(facts, rules={"block": [rule(minutes=60)]}, at=T0 + 500 * HOUR)["block"]

    assert (line.is_running, line.is_late(T0 + 500 * HOUR)) == (False, False)
    assert line.elapsed(T0 + 500 * HOUR) == HOUR


def test_a_clock_that_stopped_late_stays_late():
    facts = replace(FACTS, blocks=1, first_check_at=T0 + 2 * HOUR)

    assert lines(facts, rules={"block": [rule(minutes=60)]})["block"].is_late(T0)


@given(
    start=st.datetimes(datetime(2022, 6, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),
    minutes=st.integers(1, 90 * 24 * 60),
)
def test_a_target_is_the_same_length_on_every_day_of_the_year(start, minutes):
    line = lines(replace(FACTS, confirmed_at=start), rules={"block": [rule(minutes=minutes)]}, at=start)["block"]

    assert line.due_at - start == timedelta(minutes=minutes)
    # The zone of the house has no summer time: what is on the wall moves by the same length.
    wall = dates.local(line.due_at).replace(tzinfo=None) - dates.local(start).replace(tzinfo=None)
    assert wall == timedelta(minutes=minutes)


def test_a_zone_with_summer_time_changes_the_wall_and_not_the_length(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    night = datetime(2027, 3, 28, 0, 30, tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)

    line = lines(replace(FACTS, confirmed_at=night), rules={"block": [rule(minutes=360)]}, at=night)["block"]

    assert line.due_at - night == 6 * HOUR
    assert f"{dates.local(line.due_at):%H:%M}" == "07:30"


# --- the version of a rule -----------------------------------------------------------------------

CHANGED_AT = T0 + 10 * HOUR
OLD = rule(minutes=120, valid_to=CHANGED_AT)
NEW = rule(minutes=30, version=2, valid_from=CHANGED_AT)


@pytest.mark.parametrize(
    ("at", "version"),
    [
        (CHANGED_AT - timedelta(microseconds=1), 1),
        (CHANGED_AT, 2),
        (CHANGED_AT + HOUR, 2),
        (ALWAYS - HOUR, 1),
    ],
)
def test_the_version_in_force_at_a_moment(at, version):
    assert clocks.rule_for([NEW, OLD], at=at).version == version


def test_without_a_version_there_is_no_rule():
    assert clocks.rule_for([], at=T0) is None


@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=6), st.integers(-100, 70_000))
def test_at_every_moment_one_version_is_in_force(lengths, minute):
    ends = [T0 + timedelta(minutes=sum(lengths[: n + 1])) for n in range(len(lengths))]
    starts = [T0, *ends[:-1]]
    chain = [
        rule(minutes=n, version=n, valid_from=start, valid_to=end)
        for n, (start, end) in enumerate(zip(starts, [*ends[:-1], None], strict=True), start=1)
    ]
    at = T0 + timedelta(minutes=minute)

    found = clocks.rule_for(chain, at=at)

    holding = [r for r in chain if r.valid_from <= at and (r.valid_to is None or at < r.valid_to)]
    assert found is (holding[0] if holding else chain[0])
    assert len(holding) == (1 if at >= T0 else 0)


def test_a_later_change_never_turns_a_kept_limit_into_a_missed_one():
    facts = replace(FACTS, blocks=1, first_check_at=T0 + HOUR)
    line = lines(facts, rules={"block": [OLD, NEW]}, at=T0 + 50 * HOUR)["block"]

    assert (line.due_at, line.is_late(T0 + 50 * HOUR)) == (T0 + 2 * HOUR, False)
    assert "company target 2 h" in line.basis


def test_a_running_clock_goes_by_the_rule_of_today():
    line = lines(rules={"block": [OLD, NEW]}, at=T0 + 50 * HOUR)["block"]

    assert line.due_at == T0 + timedelta(minutes=30)


# --- what it says --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("basis", "citation", "minutes", "words"),
    [
        (Basis.POLICY, "4.1", 360, "Policy 4.1 · company target 6 h"),
        (Basis.POLICY, "4.1", None, "Policy 4.1 · no figure"),
        (Basis.LAW, "ZRU-764", None, "Law ZRU-764 · no figure"),
        (Basis.LAW, "ZRU-764", 45, "Law ZRU-764 · company target 45 min"),
        (Basis.CONTRACT, "", 2880, "Contract · company target 2 d"),
    ],
)
def test_a_target_of_the_company_never_passes_for_law(basis, citation, minutes, words):
    assert clocks.basis_words(rule(basis=basis, citation=citation, minutes=minutes)) == words


@pytest.mark.parametrize(
    ("minutes", "words"), [(1, "1 min"), (60, "1 h"), (90, "90 min"), (1440, "1 d"), (1500, "25 h"), (4320, "3 d")]
)
def test_a_target_is_told_in_its_largest_whole_unit(minutes, words):
    assert clocks.target_words(minutes) == words


def test_every_clock_has_a_basis_a_step_and_a_way():
    facts = replace(FACTS, reporting_at=T0 + HOUR)

    found = lines(facts, initial_at=T0 + HOUR)

    assert set(found) == set(CODES)
    assert all(line.basis and line.step and line.url for line in found.values())


def test_customers_wait_for_the_approver_and_the_rest_for_the_lead():
    found = lines()

    assert (found["customers"].waits_for, found["block"].waits_for) == ("an approver", "Olga")


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ({}, "Continue the investigation"),
        ({"state": State.REPORTING}, "Continue the investigation"),
        ({"state": State.REPORTING, "has_report": True}, "Read and sign"),
    ],
)
def test_the_next_step_of_the_report(values, step):
    assert lines(replace(FACTS, **values))["report"].step == step


# --- from when to when ---------------------------------------------------------------------------


def span(code, facts, **sides):
    line = lines(facts, **sides).get(code)
    return line and (line.started_at, line.stopped_at)


def test_nothing_runs_before_the_confirmation():
    assert lines(replace(FACTS, confirmed_at=None, notify_from=None)) == {}


@pytest.mark.parametrize(
    ("values", "stopped_at"),
    [
        ({}, None),
        ({"blocks": 1, "blocks_open": 1}, None),
        ({"first_check_at": T0 + HOUR}, T0 + HOUR),
        ({"nothing_to_block_at": T0 + HOUR}, T0 + HOUR),
        ({"first_check_at": T0 + 2 * HOUR, "nothing_to_block_at": T0 + HOUR}, T0 + HOUR),
    ],
)
def test_blocking_runs_until_the_first_check(values, stopped_at):
    assert span("block", replace(FACTS, **values)) == (T0, stopped_at)


@pytest.mark.parametrize("answer", [Flag.YES, Flag.UNKNOWN])
def test_telling_customers_runs_while_they_are_or_may_be_affected(answer):
    facts = replace(FACTS, customers_affected=answer)

    assert span("customers", facts) == (T0, None)
    assert span("customers", facts, customers=replace(OPEN, is_done=True, done_at=T0 + HOUR)) == (T0, T0 + HOUR)


def test_no_affected_customer_means_no_clock():
    assert span("customers", replace(FACTS, customers_affected=Flag.NO)) is None


def test_telling_the_center_runs_from_the_flag_to_the_submission():
    facts = replace(FACTS, notify_from=T0 + HOUR)

    assert span("center", facts) == (T0 + HOUR, None)
    assert span("center", facts, initial_at=T0 + 2 * HOUR) == (T0 + HOUR, T0 + 2 * HOUR)
    assert span("center", replace(facts, center_waived_at=T0 + 3 * HOUR)) == (T0 + HOUR, T0 + 3 * HOUR)
    assert span("center", replace(FACTS, notify_from=None)) is None


def test_the_final_letter_runs_from_the_recovery_on():
    facts = replace(FACTS, reporting_at=T0 + 5 * HOUR)
    done = replace(OPEN, is_done=True, done_at=T0 + 9 * HOUR)

    assert span("center_final", facts) is None
    assert span("center_final", FACTS, initial_at=T0 + HOUR) is None
    assert span("center_final", facts, initial_at=T0 + HOUR) == (T0 + 5 * HOUR, None)
    assert span("center_final", facts, initial_at=T0 + 7 * HOUR) == (T0 + 7 * HOUR, None)
    assert span("center_final", facts, initial_at=T0 + HOUR, center=done) == (T0 + 5 * HOUR, T0 + 9 * HOUR)


def test_the_report_runs_until_it_is_signed_and_again_after_reopening():
    signed = replace(FACTS, report_signed_at=T0 + 4 * HOUR, reporting_at=T0 + 3 * HOUR)

    assert span("report", signed) == (T0, T0 + 4 * HOUR)
    assert span("report", replace(signed, reporting_at=T0 + 5 * HOUR)) == (T0, None)


def test_words_of_a_clock_stay_with_the_moment_of_the_house():
    with house_clock.at(T0):
        assert lines(at=house_clock.now())["block"].started_at == T0
