"""Changing the directory."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F, Max

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import diff, record
from core.errors import Conflict
from core.numbers import next_number
from customers.models import Contact, Customer
from outbox.services.queue import normalise


@transaction.atomic
def add_customer(*, by: User, values: Mapping[str, Any]) -> Customer:
    require(by, Right.MANAGE_CUSTOMERS)
    return write_customer(by=by, values=values)


def write_customer(*, by: User, values: Mapping[str, Any]) -> Customer:
    """For services that asked for their own right. Runs in their transaction."""
    customer = Customer(**values)
    customer.ref = f"CUS-{next_number('CUS'):04d}"
    customer.search = customer.search_words()
    customer.full_clean()
    customer.save()
    record(events.CUSTOMER_ADDED, by=by, on=customer, changes=diff({}, values))
    return customer


@transaction.atomic
def change_customer(customer: Customer, *, version: int, by: User, values: Mapping[str, Any]) -> Customer:
    """Raises Conflict when somebody was faster."""
    require(by, Right.MANAGE_CUSTOMERS)
    before = {name: getattr(customer, name) for name in values}
    for name, value in values.items():
        setattr(customer, name, value)
    customer.full_clean()
    changed = Customer.objects.filter(pk=customer.pk, version=version).update(
        **values, search=customer.search_words(), version=F("version") + 1
    )
    if not changed:
        raise Conflict
    record(events.CUSTOMER_CHANGED, by=by, on=customer, changes=diff(before, values))
    return customer


@transaction.atomic
def add_contact(customer: Customer, *, by: User, values: Mapping[str, Any]) -> Contact:
    require(by, Right.MANAGE_CUSTOMERS)
    return write_contact(customer, by=by, values=values)


def write_contact(customer: Customer, *, by: User, values: Mapping[str, Any]) -> Contact:
    """For services that asked for their own right. Runs in their transaction."""
    Customer.objects.select_for_update().get(pk=customer.pk)
    highest = Contact.objects.filter(customer=customer).aggregate(n=Max("number"))["n"] or 0
    contact = Contact(customer=customer, number=highest + 1, **values)
    contact.full_clean()
    _check_address(contact)
    contact.save()
    record(events.CONTACT_ADDED, by=by, on=contact, changes=diff({}, values))
    return contact


@transaction.atomic
def change_contact(contact: Contact, *, by: User, values: Mapping[str, Any]) -> Contact:
    require(by, Right.MANAGE_CUSTOMERS)
    return rewrite_contact(contact, by=by, values=values)


def rewrite_contact(contact: Contact, *, by: User, values: Mapping[str, Any]) -> Contact:
    """For services that asked for their own right. Runs in their transaction."""
    before = {name: getattr(contact, name) for name in values}
    for name, value in values.items():
        setattr(contact, name, value)
    contact.full_clean()
    _check_address(contact)
    contact.save(update_fields=list(values))
    if changes := diff(before, values):
        record(events.CONTACT_CHANGED, by=by, on=contact, changes=changes)
    return contact


def _check_address(contact: Contact) -> None:
    """Mail must be able to reach it, or no notice to anybody could be queued."""
    if contact.email:
        normalise(contact.email)
