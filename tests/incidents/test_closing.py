"""The eight conditions, each by itself (policy 4.1 to 4.3)."""

from dataclasses import replace

import pytest

from incidents import closing
from incidents.obligations import NotifyFacts, Telling
from tests.incidents.test_duties import FACTS, T0

DONE = Telling(True, True, T0, "done", "", "/d/")
OPEN = Telling(True, False, None, "What is open", "", "/open/")
WHOLE = replace(FACTS, blocks=1, tasks_required_open=0, measures=1, report_signed_at=T0, evidence=2)


def unmet(facts=WHOLE, customers=DONE, center=DONE):
    return [c.number for c in closing.conditions(facts, NotifyFacts(customers, center)) if not c.is_met]


def test_eight_conditions_in_order_all_met():
    conditions = closing.conditions(WHOLE, NotifyFacts(DONE, DONE))

    assert [condition.number for condition in conditions] == list(range(1, 9))
    assert unmet() == []


@pytest.mark.parametrize(
    ("number", "values"),
    [
        (1, {"missing_facts": ("severity",)}),
        (1, {"missing_facts": ("flags", "systems")}),
        (2, {"blocks": 0}),
        (2, {"blocks": 2, "blocks_open": 1}),
        (2, {"blocks": 1, "blocks_open": 1, "nothing_to_block_at": T0}),
        (5, {"evidence_unsealed": 1}),
        (6, {"tasks_required_open": 1}),
        (7, {"report_signed_at": None, "has_report": True}),
        (8, {"measures": 0}),
    ],
)
def test_each_fact_alone_holds_it_open(number, values):
    assert unmet(replace(WHOLE, **values)) == [number]


@pytest.mark.parametrize(("number", "sides"), [(3, {"customers": OPEN}), (4, {"center": OPEN})])
def test_each_side_that_is_not_told_holds_it_open_with_its_own_words(number, sides):
    notify = NotifyFacts(**{"customers": DONE, "center": DONE, **sides})

    [condition] = [c for c in closing.conditions(WHOLE, notify) if not c.is_met]

    assert (condition.number, condition.missing, condition.url) == (number, "What is open", "/open/")


@pytest.mark.parametrize(
    "values",
    [
        {"blocks": 0, "nothing_to_block_at": T0},
        {"measures": 0, "no_measure_at": T0},
        {"evidence": 0},
        {"tasks": 0, "tasks_required": 0},
    ],
)
def test_what_may_stand_in_for_a_deed(values):
    assert unmet(replace(WHOLE, **values)) == []


def test_every_gap_has_words_and_a_way():
    nothing = replace(
        WHOLE, missing_facts=("systems",), blocks=0, evidence_unsealed=1, tasks_required_open=1, measures=0,
        report_signed_at=None,
    )  # fmt: skip

    conditions = closing.conditions(nothing, NotifyFacts(OPEN, OPEN))

    assert not any(condition.is_met for condition in conditions)
    assert all(condition.missing and condition.url.startswith("/") for condition in conditions)
    assert "systems" in str(conditions[0].missing)


def test_progress_is_told_in_numbers():
    facts = replace(WHOLE, blocks=3, blocks_open=1, missing_facts=("systems",), tasks_required=4, tasks_required_open=3)

    conditions = closing.conditions(facts, NotifyFacts(DONE, DONE))

    assert [conditions[i].progress for i in (0, 1, 5)] == ["8 of 9", "2 of 3", "1 of 4"]
    assert not closing.conditions(replace(facts, tasks_required_open=4), NotifyFacts(DONE, DONE))[5].has_begun
