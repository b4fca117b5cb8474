"""The table of moves, by itself: what ux.md 5.1 says, and nothing besides."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.roles import TABLE, Right, Role
from incidents.terms import Flag, Kind, State
from incidents.workflow import (
    FACTS,
    GUARD_WORDS,
    MOVES,
    Circumstances,
    Guard,
    NineFacts,
    find_move,
    missing,
    moves_from,
)

WORKING = {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}
DECIDING = {Role.OFFICER, Role.DEPUTY}

# (from, to, was it ever confirmed) -> who may, and what must be true. Whatever is not here is refused.
ALLOWED = {
    (State.INVESTIGATING, State.CONTAINED, True): (WORKING, {Guard.BLOCKS_CHECKED}),
    (State.CONTAINED, State.INVESTIGATING, True): (WORKING, {Guard.REASON}),
    (State.CONTAINED, State.REPORTING, True): (
        DECIDING,
        {Guard.FLAGS_DECIDED, Guard.CUSTOMERS_DECIDED, Guard.RESTORED},
    ),
    (State.REPORTING, State.INVESTIGATING, True): (DECIDING, {Guard.REASON}),
    (State.REPORTING, State.CLOSED, True): (DECIDING, {Guard.EIGHT_CONDITIONS}),
    (State.CLOSED, State.INVESTIGATING, True): (DECIDING, {Guard.REASON}),
    (State.CLOSED, State.REPORTED, False): (DECIDING, {Guard.REASON}),
}


@pytest.mark.parametrize(("source", "target"), list(product(State, State)))
@pytest.mark.parametrize("is_confirmed", [True, False])
def test_every_pair_of_states_is_allowed_or_refused_as_written(source, target, is_confirmed):
    move = find_move(source, target, is_confirmed=is_confirmed)

    # An incident that was never confirmed is only ever reported or closed.
    if not is_confirmed and source not in {State.REPORTED, State.CLOSED}:
        return
    expected = ALLOWED.get((source, target, is_confirmed))
    assert (move is not None) is (expected is not None)
    if move and expected:
        assert (set(TABLE[move.right]), set(move.guards)) == expected


def test_a_new_report_leaves_its_state_by_triage_alone():
    assert moves_from(State.REPORTED, is_confirmed=False) == []


def test_every_guard_has_words():
    assert set(GUARD_WORDS) == set(Guard)


def test_no_move_stays_where_it_is_and_none_is_written_twice():
    pairs = [(move.source, move.target) for move in MOVES]

    assert all(source is not target for source, target in pairs)
    assert len(set(pairs)) == len(pairs)


SETTLED = Circumstances(
    blocks=1,
    blocks_open=0,
    is_nothing_to_block_signed=False,
    personal_data=Flag.NO,
    infrastructure=Flag.YES,
    customers_affected=Flag.NO,
    restored_how="Restored from the backup",
    reason="A second address was found",
)


def change(**values):
    return Circumstances(**{**{name: getattr(SETTLED, name) for name in SETTLED.__slots__}, **values})


@pytest.mark.parametrize(
    ("now", "open_guards"),
    [
        (SETTLED, []),
        (change(blocks=0), [Guard.BLOCKS_CHECKED]),
        (change(blocks=2, blocks_open=1), [Guard.BLOCKS_CHECKED]),
        (change(blocks=0, is_nothing_to_block_signed=True), []),
        (change(blocks=1, blocks_open=1, is_nothing_to_block_signed=True), [Guard.BLOCKS_CHECKED]),
        (change(personal_data=Flag.UNKNOWN), [Guard.FLAGS_DECIDED]),
        (change(infrastructure=Flag.UNKNOWN), [Guard.FLAGS_DECIDED]),
        (change(customers_affected=Flag.UNKNOWN), [Guard.CUSTOMERS_DECIDED]),
        (change(restored_how=" \n"), [Guard.RESTORED]),
        (change(reason="  "), [Guard.REASON]),
        (change(blocks=0, reason=""), [Guard.BLOCKS_CHECKED, Guard.REASON]),
    ],
)
def test_a_guard_is_missing_exactly_when_its_fact_is(now, open_guards):
    assert missing(Guard, now) == open_guards


def test_only_the_guards_that_are_asked_for_are_told():
    assert missing([Guard.REASON], change(blocks=0, reason="")) == [Guard.REASON]


# --- the nine facts ------------------------------------------------------------------------------

COMPLETE = {
    "title": "Strange sign-ins",
    "kind": Kind.ACCOUNT.value,
    "is_noticed_known": True,
    "is_happened_answered": True,
    "reporter": "7",
    "systems": "Mail panel",
    "severity": 3,
    "personal_data": "no",
    "infrastructure": "yes",
    "has_lead": True,
}
OPEN = {
    "title": ("title", ""),
    "kind": ("kind", Kind.UNKNOWN.value),
    "is_noticed_known": ("noticed_at", False),
    "is_happened_answered": ("happened", False),
    "reporter": ("reporter", ""),
    "systems": ("systems", "  "),
    "severity": ("severity", None),
    "personal_data": ("flags", "unknown"),
    "infrastructure": ("flags", "unknown"),
    "has_lead": ("lead", False),
}


def test_there_are_nine_facts():
    assert len(FACTS) == 9
    assert NineFacts(**COMPLETE).missing() == []


@given(st.sets(st.sampled_from(sorted(OPEN))))
def test_each_open_fact_is_named_once_and_in_order(names):
    record = {**COMPLETE, **{name: OPEN[name][1] for name in names}}

    expected = {OPEN[name][0] for name in names}
    assert NineFacts(**record).missing() == [key for key in FACTS if key in expected]


def test_the_right_to_close_belongs_to_officers_and_deputies():
    assert TABLE[Right.CLOSE] == DECIDING
