"""Whose data was touched: yes, no with a reason, or not known yet; and which customers."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock
from customers.models import Customer, Import
from customers.services import imports
from incidents.models import AffectedCustomer, Incident
from incidents.services import timeline
from incidents.terms import EntryKind, Flag


@dataclass(frozen=True, slots=True)
class Choice:
    customer: Customer
    people_count: int | None = None
    data_kinds: str = ""


@transaction.atomic
def decide(incident: Incident, *, answer: Flag, reason: str, by: User) -> Incident:
    """Are customers' data affected? “No” needs a reason; all but “yes” need an empty list."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(incident)
    if answer == Flag.NO and len(reason.strip()) < 20:
        raise ValidationError({"reason": _("Write in at least 20 characters why no customer is affected.")})
    if answer != Flag.YES and AffectedCustomer.objects.present().filter(incident=locked).exists():
        raise ValidationError(_("There are customers on the list. Take them off first."))
    before = locked.customers_affected
    Incident.objects.filter(pk=locked.pk).update(
        customers_affected=answer,
        customers_reason=reason if answer == Flag.NO else "",
        version=F("version") + 1,
    )
    timeline.add(
        locked,
        EntryKind.CUSTOMERS,
        by=by,
        is_in_report=True,
        facts={"step": "decided", "answer": answer, "reason": reason},
    )
    record(
        events.CUSTOMERS_DECIDED,
        by=by,
        on=locked,
        changes={"customers_affected": (before, answer), "reason": ("", reason)},
    )
    locked.refresh_from_db()
    return locked


@transaction.atomic
def attach(
    incident: Incident, *, choices: Iterable[Choice], source: AffectedCustomer.Source, by: User
) -> list[AffectedCustomer]:
    """Put customers on the list; those on it get the newer numbers. The answer becomes “yes”."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(incident)
    return _attach(locked, choices=list(choices), source=source, by=by)


@transaction.atomic
def attach_file(incident: Incident, *, import_: Import, by: User) -> list[AffectedCustomer]:
    """Write a checked file into the directory and its customers onto the list. Once."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(incident)
    if import_.scope != locked.ref:
        raise ValueError("the file was checked for another incident")
    applied = imports.apply(import_, by=by)
    if not applied:
        return []
    choices = [Choice(entry.customer, entry.people, entry.data) for entry in applied]
    return _attach(locked, choices=choices, source=AffectedCustomer.Source.FILE, by=by)


def _attach(
    incident: Incident, *, choices: list[Choice], source: AffectedCustomer.Source, by: User
) -> list[AffectedCustomer]:
    if not choices:
        raise ValidationError(_("Choose at least one customer."))
    present = {row.customer_id: row for row in AffectedCustomer.objects.present().filter(incident=incident)}
    number = AffectedCustomer.next_number(incident)
    rows = []
    for choice in choices:
        if row := present.get(choice.customer.pk):
            row.people_count = choice.people_count if choice.people_count is not None else row.people_count
            row.data_kinds = choice.data_kinds or row.data_kinds
            row.full_clean()
            row.save(update_fields=["people_count", "data_kinds"])
        else:
            row = AffectedCustomer(
                incident=incident,
                number=number,
                customer=choice.customer,
                people_count=choice.people_count,
                data_kinds=choice.data_kinds,
                source=source,
                added_by=by,
                added_at=clock.now(),
            )
            row.full_clean()
            row.save()
            number += 1
        rows.append(row)
    Incident.objects.filter(pk=incident.pk).update(
        customers_affected=Flag.YES, customers_reason="", version=F("version") + 1
    )
    names = sorted(choice.customer.name for choice in choices)
    timeline.add(
        incident,
        EntryKind.CUSTOMERS,
        by=by,
        is_in_report=True,
        facts={"step": "attached", "count": len(rows), "names": names[:5], "source": source},
    )
    record(events.CUSTOMER_ATTACHED, by=by, on=incident, changes={"customers": ([], names)})
    return rows


@transaction.atomic
def detach(row: AffectedCustomer, *, reason: str, by: User) -> None:
    """Take a customer off the list, with the reason."""
    require(by, Right.RESPOND)
    locked = timeline.lock_open(row.incident)
    if not reason.strip():
        raise ValidationError({"reason": _("Write the reason.")})
    if AffectedCustomer.objects.present().filter(pk=row.pk).update(removed_at=clock.now(), removed_by=by):
        timeline.add(
            locked,
            EntryKind.CUSTOMERS,
            by=by,
            facts={"step": "detached", "names": [row.customer.name], "reason": reason},
        )
        record(events.CUSTOMER_DETACHED, by=by, on=row, changes={"reason": ("", reason)})
