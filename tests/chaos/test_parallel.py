"""Many at the same moment, over HTTP, on SQLite."""

import re
import uuid
from functools import partial

import pytest

from tests.chaos.conftest import RECIPIENTS, assert_ledger_is_true, wait_until

pytestmark = pytest.mark.chaos


def test_parallel_approvals_make_one_send_and_parallel_reports_none_less(start_world, sink, at_once):
    world = start_world(sink)
    approvals_make_one_send(world, sink, at_once)
    reports_are_all_kept(world, at_once)
    a_double_click_makes_one_report(world, at_once)


def approvals_make_one_send(world, sink, at_once) -> None:
    """Ten people, each with a right code, each with a double click."""
    ref, approvers = world.people["notices"][0], world.people["approvers"]
    forms = [world.visitor(person).approval(ref) for person in approvers]

    answers = at_once(
        [
            partial(world.approve, ref, person, form=form)
            for person, form in zip(approvers, forms, strict=True)
            for _click in range(2)
        ]
    )

    assert {answer.status for answer in answers} <= {302, 422}
    assert world.query("SELECT count(*) FROM outbox_batch WHERE purpose = ?", f"notice:{ref}") == [(1,)]
    assert world.query("SELECT count(*) FROM audit_auditentry WHERE event = 'notice.approved'") == [(1,)]
    wait_until(lambda: world.states(ref) == {"sent": RECIPIENTS}, "the mails leave", seconds=45)
    assert_ledger_is_true(sink, world.ledger(ref))


def reports_are_all_kept(world, at_once) -> None:
    """Eight people, five reports each."""
    staff = [world.visitor(person) for person in world.people["staff"]]
    assert len(staff) == 8

    for turn in range(5):
        words = [f"Turn {turn}, reporter {number}" for number in range(len(staff))]
        answers = at_once(
            [
                partial(one.post, "/incidents/new/", {"text": text, "form_key": str(uuid.uuid4())})
                for one, text in zip(staff, words, strict=True)
            ]
        )

        assert [answer.status for answer in answers] == [302] * len(staff)
        numbers = {re.search(r"INC-\d{4}-\d{4}", answer.leads_to)[0] for answer in answers}
        assert len(numbers) == len(staff)
        for one, answer, text in zip(staff, answers, words, strict=True):
            assert text in one.get(answer.leads_to).text
    kept = world.query("SELECT count(*) FROM incidents_incident WHERE report_text LIKE 'Turn %'")
    audited = world.query("SELECT count(*) FROM audit_auditentry WHERE target_label LIKE '%Turn %'")
    assert (kept, audited) == ([(40,)], [(40,)])


def a_double_click_makes_one_report(world, at_once) -> None:
    staff = world.visitor(world.people["staff"][0])
    values = {"text": "Pressed eight times", "form_key": str(uuid.uuid4())}

    answers = at_once([partial(staff.post, "/incidents/new/", values)] * 8)

    assert {(answer.status, answer.leads_to) for answer in answers} == {(302, answers[0].leads_to)}
    assert world.query("SELECT count(*) FROM incidents_incident WHERE report_text = ?", values["text"]) == [(1,)]
