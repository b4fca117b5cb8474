import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Right, Role, may
from core.errors import Conflict
from customers.models import Contact, Customer
from customers.services import directory
from tests.factories import make_contact, make_customer, make_user

pytestmark = pytest.mark.django_db

WRITERS = {Role.OFFICER, Role.DEPUTY}
READERS = WRITERS | {Role.AUDITOR}


# --- customers -----------------------------------------------------------------------------------


def test_a_customer_gets_a_number_and_an_audit_entry(olga, audited):
    customer = directory.add_customer(by=olga, values={"name": "Zukko Bola", "tin": "301"})

    assert customer.ref == "CUS-0001"
    [entry] = audited("customer.added")
    assert (entry.target, entry.actor_label) == ("customer:CUS-0001", "Olga Karimova")
    assert "Zukko Bola" in entry.changes


def test_numbers_of_customers_are_never_given_twice(olga):
    refs = [make_customer(by=olga).ref for _ in range(3)]

    assert len(set(refs)) == 3


@pytest.mark.parametrize("again", ["Zukko Bola", "ZUKKO bola"])
def test_a_name_stands_in_the_directory_once_in_any_case(olga, again):
    make_customer(by=olga, name="Zukko Bola")

    with pytest.raises(ValidationError):
        directory.add_customer(by=olga, values={"name": again})

    assert Customer.objects.count() == 1


def test_a_refused_customer_leaves_no_number_behind(olga):
    with pytest.raises(ValidationError):
        directory.add_customer(by=olga, values={"name": "two\nlines"})

    assert make_customer(by=olga).ref == "CUS-0001"


@pytest.mark.parametrize("role", Role)
def test_only_officers_and_deputies_change_the_directory(role):
    person, customer = make_user(role), make_customer()
    contact = make_contact(customer)
    deeds = [
        lambda: directory.add_customer(by=person, values={"name": "New"}),
        lambda: directory.change_customer(customer, version=0, by=person, values={"name": "Other"}),
        lambda: directory.add_contact(
            customer, by=person, values={"name": "A", "email": "a@customer.example", "language": "uz"}
        ),
        lambda: directory.change_contact(contact, by=person, values={"name": "B"}),
    ]

    for deed in deeds:
        if role in WRITERS:
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()


def test_a_change_writes_down_before_and_after(olga, audited):
    customer = make_customer(by=olga, name="Old", contract_number="M-1")

    directory.change_customer(customer, version=0, by=olga, values={"name": "New", "contract_number": "M-1"})

    customer.refresh_from_db()
    assert (customer.name, customer.version) == ("New", 1)
    [entry] = audited("customer.changed")
    assert entry.changes == '{"name":["Old","New"]}'


def test_the_second_of_two_changes_of_one_version_is_a_conflict(olga, oscar, audited):
    customer = make_customer(by=olga, name="First")
    directory.change_customer(customer, version=0, by=olga, values={"name": "Hers"})

    with pytest.raises(Conflict):
        directory.change_customer(Customer.objects.get(pk=customer.pk), version=0, by=oscar, values={"name": "His"})

    assert Customer.objects.get(pk=customer.pk).name == "Hers"
    assert len(audited("customer.changed")) == 1


def test_a_changed_name_is_found_in_both_scripts(olga):
    customer = make_customer(by=olga, name="Old")

    directory.change_customer(customer, version=0, by=olga, values={"name": "Gʻuncha bogʻchasi"})

    for words in ("g'uncha", "Ғунча", "GUNCHA BOGCHASI", customer.ref):
        assert list(Customer.objects.matching(words)) == [customer]
    assert not Customer.objects.matching("old").exists()


def test_signs_of_a_pattern_are_searched_as_they_are(olga):
    make_customer(by=olga, name="Plain")

    assert not Customer.objects.matching("%").exists()
    assert not Customer.objects.matching("_").exists()


# --- contacts ------------------------------------------------------------------------------------


def test_contacts_are_numbered_within_their_customer(olga):
    first, second = make_customer(by=olga), make_customer(by=olga)

    numbers = [make_contact(c, by=olga).number for c in (first, first, second)]

    assert numbers == [1, 2, 1]


def test_a_contact_needs_an_address_or_a_phone(olga):
    customer = make_customer(by=olga)

    with pytest.raises(ValidationError):
        directory.add_contact(customer, by=olga, values={"name": "Nobody", "language": "uz"})

    make_contact(customer, by=olga, email="", phone="+998 90 000 00 12")


def test_the_database_itself_refuses_a_contact_whom_nobody_can_reach(olga):
    contact = make_contact(make_customer(by=olga), by=olga)

    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(email="", phone="")


def test_an_address_stands_at_one_customer_once_in_any_case(olga):
    customer, other = make_customer(by=olga), make_customer(by=olga)
    make_contact(customer, by=olga, email="it@zukko.example")

    with pytest.raises(ValidationError):
        make_contact(customer, by=olga, email="IT@Zukko.example")

    make_contact(other, by=olga, email="it@zukko.example")


def test_customers_may_share_people_without_an_address(olga):
    customer = make_customer(by=olga)

    for _ in range(2):
        make_contact(customer, by=olga, email="", phone="+998 90 000 00 12")

    assert customer.contacts.count() == 2


@pytest.mark.parametrize("address", ["ſam@customer.example", "a@b", "no at sign", "two@at@signs.example"])
def test_an_address_that_mail_cannot_reach_is_refused_at_the_door(olga, address):
    customer = make_customer(by=olga)

    with pytest.raises(ValidationError):
        make_contact(customer, by=olga, email=address)


def test_a_contact_that_was_not_changed_leaves_no_audit_entry(olga, audited):
    contact = make_contact(make_customer(by=olga), by=olga, name="Madina")

    directory.change_contact(contact, by=olga, values={"name": "Madina"})

    assert not audited("contact.changed")


def test_contacts_of_a_customer_who_left_are_not_written_to(olga):
    stays, left = make_customer(by=olga), make_customer(by=olga, is_active=False)
    reached = make_contact(stays, by=olga)
    make_contact(stays, by=olga, is_active=False)
    make_contact(stays, by=olga, email="", phone="+998 90 000 00 12")
    make_contact(left, by=olga)

    assert list(Contact.objects.reachable_by_mail()) == [reached]


# --- who sees it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_the_directory_is_visible_to_officers_deputies_and_auditors(role):
    customer = make_customer()

    seen = Customer.objects.visible_to(make_user(role))

    assert list(seen) == ([customer] if role in READERS else [])
    assert may(make_user(role), Right.READ_CUSTOMERS) is (role in READERS)
