import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from customers.models import Customer
from customers.services import imports
from incidents.models import AffectedCustomer
from incidents.services import affected
from incidents.services.affected import Choice
from incidents.terms import EntryKind, Flag
from tests.factories import make_affected, make_customer, make_incident, make_user

pytestmark = pytest.mark.django_db

REASON = "The panel holds no data of customers"
DIRECTORY = AffectedCustomer.Source.DIRECTORY
FILE = (
    "customer,contact,email,phone,language,people,data\n"
    "Zukko Bola,Madina,m@zukko.example,,uz,46,names\n"
    "Zukko Bola,Anvar,a@zukko.example,,ru,,\n"
    "Guncha,Olim,,+998 90 1,uz-Cyrl,12,phones\n"
)


def present(incident):
    return AffectedCustomer.objects.present().filter(incident=incident).order_by("number")


# --- yes, no, not known yet ----------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "x" * 19, " " * 40])
def test_no_needs_a_reason_of_twenty_characters(olga, reason):
    with pytest.raises(ValidationError) as error:
        affected.decide(make_incident(by=olga), answer=Flag.NO, reason=reason, by=olga)

    assert "reason" in error.value.message_dict


def test_no_keeps_its_reason_and_stands_in_the_log(olga, audited):
    incident = affected.decide(make_incident(by=olga), answer=Flag.NO, reason=REASON, by=olga)

    assert (incident.customers_affected, incident.customers_reason) == (Flag.NO, REASON)
    entry = incident.timelineentry_set.get(kind=EntryKind.CUSTOMERS)
    assert (entry.facts["answer"], entry.facts["reason"], entry.is_in_report) == ("no", REASON, True)
    assert len(audited("customers.decided")) == 1


@pytest.mark.parametrize("answer", [Flag.NO, Flag.UNKNOWN])
def test_while_customers_stand_on_the_list_they_are_affected(olga, answer):
    incident = make_incident(by=olga)
    make_affected(incident, make_customer(), by=olga)

    with pytest.raises(ValidationError):
        affected.decide(incident, answer=answer, reason=REASON, by=olga)

    incident.refresh_from_db()
    assert incident.customers_affected == Flag.YES


def test_yes_forgets_the_reason_of_no(olga):
    incident = affected.decide(make_incident(by=olga), answer=Flag.NO, reason=REASON, by=olga)

    assert affected.decide(incident, answer=Flag.YES, reason=REASON, by=olga).customers_reason == ""


# --- the list ------------------------------------------------------------------------------------


def test_a_customer_on_the_list_answers_the_question(olga, audited):
    incident = make_incident(by=olga)

    affected.attach(incident, choices=[Choice(make_customer(), 46, "names")], source=DIRECTORY, by=olga)

    incident.refresh_from_db()
    assert incident.customers_affected == Flag.YES
    row = present(incident).get()
    assert (row.number, row.people_count, row.data_kinds, row.added_by) == (1, 46, "names", olga)
    assert len(audited("customer.attached")) == 1


def test_a_customer_stands_on_the_list_once_with_the_newer_numbers(olga):
    incident, customer = make_incident(by=olga), make_customer()
    affected.attach(incident, choices=[Choice(customer, 46, "names")], source=DIRECTORY, by=olga)

    affected.attach(incident, choices=[Choice(customer, 50), Choice(make_customer())], source=DIRECTORY, by=olga)

    first, second = present(incident)
    assert (first.people_count, first.data_kinds) == (50, "names")
    assert (second.number, second.people_count) == (2, None)


def test_an_empty_choice_is_refused(olga):
    with pytest.raises(ValidationError):
        affected.attach(make_incident(by=olga), choices=[], source=DIRECTORY, by=olga)


def test_who_is_taken_off_stays_in_the_history(olga, audited):
    incident, customer = make_incident(by=olga), make_customer(name="Zukko")
    [row] = make_affected(incident, customer, by=olga)

    with pytest.raises(ValidationError):
        affected.detach(row, reason=" ", by=olga)
    affected.detach(row, reason="Another tenant", by=olga)
    affected.detach(row, reason="Another tenant", by=olga)

    assert not present(incident).exists()
    row.refresh_from_db()
    assert row.removed_by == olga
    assert len(audited("customer.detached")) == 1
    entry = incident.timelineentry_set.latest("number")
    assert (entry.facts["names"], entry.facts["reason"]) == (["Zukko"], "Another tenant")


def test_who_was_taken_off_may_come_back_under_a_new_number(olga):
    incident, customer = make_incident(by=olga), make_customer()
    [row] = make_affected(incident, customer, by=olga)
    affected.detach(row, reason="Another tenant", by=olga)

    [again] = make_affected(incident, customer, by=olga)

    assert again.number == 2


def test_the_database_holds_a_customer_on_the_list_once(olga):
    incident, customer = make_incident(by=olga), make_customer()
    make_affected(incident, customer, by=olga)

    with pytest.raises(IntegrityError), transaction.atomic():
        AffectedCustomer.objects.create(incident=incident, customer=customer, number=9, source=DIRECTORY, added_by=olga)


@pytest.mark.parametrize("role", Role)
def test_the_list_is_kept_by_those_who_work_on_it(role, olga):
    person, incident = make_user(role), make_incident(by=olga)
    [row] = make_affected(incident, make_customer(), by=olga)
    deeds = [
        lambda: affected.attach(incident, choices=[Choice(make_customer())], source=DIRECTORY, by=person),
        lambda: affected.detach(row, reason="Another tenant", by=person),
        lambda: affected.decide(incident, answer=Flag.YES, reason="", by=person),
    ]

    for deed in deeds:
        if role in {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}:
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()


# --- from a file ---------------------------------------------------------------------------------


def test_a_file_fills_directory_and_list_in_one_step_and_once(rita):
    incident = make_incident(by=rita)
    import_ = imports.check(FILE.encode(), file_name="c.csv", by=rita, scope=incident.ref)

    first = affected.attach_file(incident, import_=import_, by=rita)
    second = affected.attach_file(incident, import_=import_, by=rita)

    assert (len(first), second) == (2, [])
    assert [(row.customer.name, row.people_count, row.data_kinds) for row in present(incident)] == [
        ("Zukko Bola", 46, "names"),
        ("Guncha", 12, "phones"),
    ]
    assert Customer.objects.get(name="Zukko Bola").contacts.count() == 2


def test_a_file_checked_for_one_incident_serves_no_other(olga):
    here, there = make_incident(by=olga), make_incident(by=olga)
    import_ = imports.check(FILE.encode(), file_name="c.csv", by=olga, scope=here.ref)

    with pytest.raises(ValueError):
        affected.attach_file(there, import_=import_, by=olga)

    assert not Customer.objects.exists()
