import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation

from accounts.roles import TABLE, Right, Role, may, require, who_may
from accounts.selectors import people_with
from tests import factories

S, R, O, D = Role.STAFF, Role.RESPONDER, Role.OFFICER, Role.DEPUTY  # noqa: E741 - the heads of the table
DIR, AUD, ADM = Role.DIRECTOR, Role.AUDITOR, Role.ADMINISTRATOR

EXPECTED = {
    Right.REPORT: {S, R, O, D, DIR, AUD, ADM},
    Right.SEE_ALL_INCIDENTS: {O, D, DIR, AUD},
    Right.RESPOND: {R, O, D},
    Right.TRIAGE: {R, O, D},
    Right.WRITE_NOTICE: {R, O, D},
    Right.APPROVE_NOTICE: {O, D, DIR},
    Right.WRITE_LETTER: {R, O, D},
    Right.SIGN_LETTER: {O, D},
    Right.WRITE_REPORT: {R, O, D},
    Right.SIGN_REPORT: {O, D},
    Right.SIGN_DECLARATION: {O, D},
    Right.DECIDE_WAIVER: {DIR},
    Right.MOVE_TO_REPORTING: {O, D},
    Right.CLOSE: {O, D},
    Right.READ_AUDIT: {O, D, DIR, AUD},
    Right.READ_CUSTOMERS: {O, D, AUD},
    Right.MANAGE_CUSTOMERS: {O, D},
    Right.MANAGE_RULES: {O, D},
    Right.MANAGE_USERS: {ADM},
    Right.MANAGE_SETTINGS: {ADM, O},
}


class Person:
    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_a_role_has_exactly_the_rights_of_the_table(role, right):
    person = Person(role)

    assert may(person, right) == (role in EXPECTED[right])
    if role in EXPECTED[right]:
        require(person, right)
    else:
        with pytest.raises(PermissionDenied) as refused:
            require(person, right)
        assert str(refused.value) == who_may(right)


def test_every_right_stands_in_the_table():
    assert set(TABLE) == set(Right) == set(EXPECTED)


@pytest.mark.parametrize("right", Right)
def test_somebody_without_a_role_may_nothing(right):
    assert not may(Person(), right)


def test_several_roles_add_up_and_take_nothing_away():
    both = Person(Role.STAFF, Role.ADMINISTRATOR)

    assert {right for right in Right if may(both, right)} == {
        right for right in Right if may(Person(Role.STAFF), right) or may(Person(Role.ADMINISTRATOR), right)
    }


def test_an_administrator_and_staff_see_no_case():
    for role in (Role.ADMINISTRATOR, Role.STAFF):
        for right in (Right.SEE_ALL_INCIDENTS, Right.RESPOND, Right.READ_AUDIT, Right.READ_CUSTOMERS):
            assert not may(Person(role), right)


def test_who_only_reads_changes_nothing():
    changing = set(Right) - {Right.REPORT, Right.SEE_ALL_INCIDENTS, Right.READ_AUDIT, Right.READ_CUSTOMERS}

    assert not any(may(Person(Role.AUDITOR), right) for right in changing)


def test_the_sentence_of_a_refusal_names_who_could():
    with translation.override("en"):
        assert who_may(Right.SIGN_REPORT) == "This can be done by: Cybersecurity officer, Deputy officer."


def test_people_with_a_right_are_active_and_listed_once(olga, dora, rita):
    factories.make_user(Role.OFFICER, Role.DEPUTY, full_name="Aziz Both")
    factories.make_user(Role.OFFICER, is_active=False)

    names = [person.full_name for person in people_with(Right.SIGN_REPORT)]

    assert names == ["Aziz Both", "Dora Sattorova", "Olga Karimova"]
