from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from incidents import selectors
from incidents.models import BlockingAction
from incidents.services import actions
from incidents.terms import ActionKind, EntryKind
from tests.factories import make_block, make_checked_block, make_incident, make_user

pytestmark = pytest.mark.django_db


def test_a_block_says_what_where_who_and_when(olga, rita, clock, audited):
    incident = make_incident(by=olga)
    happened = clock.set("2027-07-16 14:00")
    added = clock.set("2027-07-16 14:32")

    block = actions.record_block(
        incident,
        kind=ActionKind.IP,
        what="203.0.113.7",
        where="edge firewall",
        by=olga,
        blocked_by=rita,
        happened_at=happened,
        undo_plan="Delete the rule",
        review_on=date(2027, 8, 1),
    )

    block.refresh_from_db()
    assert (block.number, block.blocked_by, block.added_by) == (1, rita, olga)
    assert (block.happened_at, block.added_at) == (happened, added)
    entry = incident.timelineentry_set.get(kind=EntryKind.BLOCK)
    assert (entry.happened_at, entry.added_at, entry.action, entry.is_in_report) == (happened, added, block, True)
    assert len(audited("action.recorded")) == 1


@pytest.mark.parametrize(
    "values", [{"what": ""}, {"where": ""}, {"what": "a\nb"}, {"kind": "moon"}, {"what": "x" * 301}]
)
def test_a_block_that_says_too_little_is_refused(olga, values):
    with pytest.raises(ValidationError):
        make_block(make_incident(by=olga), by=olga, **values)


def test_a_block_counts_only_once_its_effect_was_seen(olga, rita):
    incident = make_incident(by=olga)
    block = make_block(incident, by=olga)

    assert selectors.case(incident).facts.blocks_open == 1
    actions.check(block, method="Tried to connect", is_effective=False, by=rita)
    assert selectors.case(incident).facts.blocks_open == 1
    actions.check(block, method="Tried again", is_effective=True, by=rita)
    assert selectors.case(incident).facts.blocks_open == 0


def test_every_check_stands_in_its_own_line_and_the_last_one_counts(olga, rita, clock, audited):
    clock.set("2027-07-16 14:00")
    block = make_block(make_incident(by=olga), by=olga)
    clock.forward(minutes=5)
    actions.check(block, method="Tried to connect", is_effective=True, by=rita)
    clock.forward(minutes=5)
    actions.check(block, method="It is open again", is_effective=False, by=olga)

    block.refresh_from_db()
    assert [(c.method, c.is_effective, c.checked_by) for c in block.checks.all()] == [
        ("Tried to connect", True, rita),
        ("It is open again", False, olga),
    ]
    assert (block.is_effective, block.checked_by, block.checked_at) == (False, olga, clock.now)
    assert len(audited("action.checked")) == 2


@pytest.mark.parametrize(("moment", "is_taken"), [("2027-07-16 13:59", False), ("2027-07-16 14:00", True)])
def test_a_block_cannot_be_checked_before_it_was_made(olga, clock, moment, is_taken):
    clock.set("2027-07-16 14:00:40")
    block = make_block(make_incident(by=olga), by=olga)
    checked_at = clock.set(moment)
    clock.set("2027-07-16 15:00")

    if is_taken:
        actions.check(block, method="Tried", is_effective=True, checked_at=checked_at, by=olga)
    else:
        with pytest.raises(ValidationError) as error:
            actions.check(block, method="Tried", is_effective=True, checked_at=checked_at, by=olga)
        assert "checked_at" in error.value.message_dict


def test_a_check_says_how(olga):
    block = make_block(make_incident(by=olga), by=olga)

    with pytest.raises(ValidationError):
        actions.check(block, method="", is_effective=True, by=olga)


def test_a_lifted_block_keeps_its_reason_and_takes_no_check(olga, audited):
    block = make_checked_block(make_incident(by=olga), by=olga)

    lifted = actions.lift(block, reason="The address is our own", by=olga)

    assert (lifted.lifted_by, lifted.lift_reason) == (olga, "The address is our own")
    with pytest.raises(ValidationError):
        actions.check(lifted, method="Tried", is_effective=True, by=olga)
    assert len(audited("action.lifted")) == 1


def test_a_block_is_lifted_once_and_with_a_reason(olga):
    block = make_block(make_incident(by=olga), by=olga)

    with pytest.raises(ValidationError):
        actions.lift(block, reason=" ", by=olga)
    actions.lift(block, reason="First", by=olga)
    with pytest.raises(ValidationError) as error:
        actions.lift(block, reason="Second", by=olga)

    assert error.value.code == "faster"
    block.refresh_from_db()
    assert block.lift_reason == "First"


@pytest.mark.parametrize("role", Role)
def test_blocks_are_made_by_those_who_work_on_it(role, olga):
    person, incident = make_user(role), make_incident(by=olga)
    block = make_block(incident, by=olga)
    deeds = [
        lambda: make_block(incident, by=person),
        lambda: actions.check(block, method="Tried", is_effective=True, by=person),
        lambda: actions.lift(block, reason="Over", by=person),
    ]

    for deed in deeds:
        if role in {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}:
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()


def test_blocks_to_review_are_those_in_force_whose_day_has_come(olga):
    incident = make_incident(by=olga)
    due = make_block(incident, by=olga, review_on=date(2027, 7, 1))
    make_block(incident, by=olga, review_on=date(2027, 7, 2))
    make_block(incident, by=olga)
    actions.lift(make_block(incident, by=olga, review_on=date(2027, 7, 1)), reason="Over", by=olga)

    assert list(BlockingAction.objects.to_review(date(2027, 7, 1))) == [due]


@pytest.mark.parametrize(
    "values", [{"is_effective": True}, {"checked_by": 1}, {"lifted_by": 1}, {"kind": "moon"}, {"number": 2}]
)
def test_the_database_refuses_a_block_that_contradicts_itself(olga, values):
    incident = make_incident(by=olga)
    block = make_block(incident, by=olga)
    make_block(incident, by=olga)
    values = {name: olga if name.endswith("_by") else value for name, value in values.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        BlockingAction.objects.filter(pk=block.pk).update(**values)


@pytest.mark.django_db(transaction=True)
def test_eight_blocks_at_once_get_eight_numbers(olga, in_threads):
    incident = make_incident(by=olga)

    numbers = in_threads(8, lambda _n: make_block(incident, by=olga).number)

    assert sorted(numbers) == list(range(1, 9))
    entries = list(incident.timelineentry_set.values_list("number", flat=True))
    assert len(entries) == len(set(entries))
