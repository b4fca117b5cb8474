import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from incidents.models import Declaration
from incidents.services import declarations
from incidents.terms import DeclarationKind
from tests.factories import make_incident, make_report, make_user

pytestmark = pytest.mark.django_db

REASON = "The disk of the old server simply failed"
OWN = [DeclarationKind.NOTHING_TO_BLOCK, DeclarationKind.CENTER_NOT_REQUIRED]
WAIVER = DeclarationKind.NO_MEASURE_NEEDED


@pytest.mark.parametrize("kind", OWN)
def test_the_officer_signs_her_own_reason(olga, kind, audited):
    incident = make_incident(by=olga)

    signed = declarations.sign(incident, kind=kind, reason=REASON, by=olga)

    assert (signed.signed_by, signed.is_signed, signed.reason) == (olga, True, REASON)
    entry = incident.timelineentry_set.latest("number")
    assert (entry.facts["step"], entry.is_in_report) == ("signed", True)
    assert len(audited("declaration.signed")) == 1


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("kind", OWN)
def test_only_officers_and_deputies_sign(role, kind, olga):
    person, incident = make_user(role), make_incident(by=olga)

    if role in {Role.OFFICER, Role.DEPUTY}:
        declarations.sign(incident, kind=kind, reason=REASON, by=person)
    else:
        with pytest.raises(PermissionDenied):
            declarations.sign(incident, kind=kind, reason=REASON, by=person)


def test_a_waiver_is_not_signed_by_who_wants_it(olga):
    with pytest.raises(PermissionDenied):
        declarations.sign(make_incident(by=olga), kind=WAIVER, reason=REASON, by=olga)


def test_the_director_decides_a_waiver(olga, dan, audited):
    asked = declarations.ask(make_incident(by=olga), kind=WAIVER, reason=REASON, by=olga)

    signed = declarations.decide(asked, agrees=True, by=dan)

    assert (signed.asked_by, signed.signed_by) == (olga, dan)
    assert len(audited("declaration.asked")) == len(audited("declaration.signed")) == 1


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.DIRECTOR])
def test_nobody_but_the_director_decides(role, olga):
    asked = declarations.ask(make_incident(by=olga), kind=WAIVER, reason=REASON, by=olga)

    with pytest.raises(PermissionDenied):
        declarations.decide(asked, agrees=True, by=make_user(role))


def test_who_is_officer_and_director_at_once_cannot_decide_the_own_wish():
    both = make_user(Role.OFFICER, Role.DIRECTOR)
    asked = declarations.ask(make_incident(by=both), kind=WAIVER, reason=REASON, by=both)

    with pytest.raises(PermissionDenied):
        declarations.decide(asked, agrees=True, by=both)
    with pytest.raises(IntegrityError), transaction.atomic():
        Declaration.objects.filter(pk=asked.pk).update(signed_by=both, signed_at=asked.added_at)


def test_a_refused_waiver_may_be_asked_for_again(olga, dan):
    incident = make_incident(by=olga)
    asked = declarations.ask(incident, kind=WAIVER, reason=REASON, by=olga)

    refused = declarations.decide(asked, agrees=False, by=dan)
    again = declarations.ask(incident, kind=WAIVER, reason=REASON, by=olga)

    assert (refused.is_signed, refused.refused_by, again.number) == (False, dan, 2)


def test_a_waiver_is_decided_once(olga, dan):
    asked = declarations.ask(make_incident(by=olga), kind=WAIVER, reason=REASON, by=olga)
    declarations.decide(asked, agrees=False, by=dan)

    with pytest.raises(ValidationError) as error:
        declarations.decide(asked, agrees=True, by=dan)

    assert error.value.code == "faster"


@pytest.mark.parametrize("kind", DeclarationKind)
def test_a_reason_is_given_once_and_with_twenty_characters(olga, kind):
    incident = make_incident(by=olga)
    write = declarations.ask if kind is WAIVER else declarations.sign

    for short in ("", "x" * 19, " " * 30):
        with pytest.raises(ValidationError) as error:
            write(incident, kind=kind, reason=short, by=olga)
        assert "reason" in error.value.message_dict
    write(incident, kind=kind, reason=REASON, by=olga)
    with pytest.raises(ValidationError) as error:
        write(incident, kind=kind, reason=REASON, by=olga)

    assert error.value.code == "faster"


def test_nothing_is_signed_for_a_report_that_nobody_confirmed(olga):
    with pytest.raises(ValidationError):
        declarations.sign(make_report(), kind=OWN[0], reason=REASON, by=olga)
