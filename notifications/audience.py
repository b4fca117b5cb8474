"""Who gets a notice, computed from the affected list, and bound by a hash at approval."""

import hashlib
import json
from collections import Counter
from dataclasses import asdict, dataclass, field

from accounts.services.mail import sender
from customers.models import Contact, Customer
from incidents.models import AffectedCustomer, Incident
from notifications.models import Notice, Settlement
from notifications.terms import NoticeKind, NoticeState
from outbox.models import Message
from outbox.services.queue import Recipient


@dataclass(frozen=True, slots=True)
class Addressee:
    contact: Contact
    customer: Customer
    people_count: int | None

    @property
    def fields(self) -> dict[str, str]:
        return {
            "customer": self.customer.name,
            "contact": self.contact.name,
            "count": "" if self.people_count is None else str(self.people_count),
        }


@dataclass(slots=True)
class Audience:
    """Addressees with a mail address, and the customers who need a call or were told before."""

    addressees: list[Addressee] = field(default_factory=list)
    by_phone: list[AffectedCustomer] = field(default_factory=list)
    told_before: list[AffectedCustomer] = field(default_factory=list)

    @property
    def languages(self) -> Counter[str]:
        return Counter(a.contact.language for a in self.addressees)

    @property
    def customer_count(self) -> int:
        return len({a.customer.pk for a in self.addressees})

    def fingerprint(self) -> str:
        """SHA-256 of who would send and get the mails, with every value that is filled in."""
        rows = sorted(
            [
                a.customer.ref,
                a.contact.number,
                a.contact.email.lower(),
                a.contact.language,
                *a.fields.values(),
            ]
            for a in self.addressees
        )
        bound = {"sender": asdict(sender()), "rows": rows}
        return hashlib.sha256(json.dumps(bound, ensure_ascii=False).encode()).hexdigest()

    def recipients(self, incident: Incident) -> list[Recipient]:
        """One mail a contact and customer."""
        return [
            Recipient(
                address=a.contact.email,
                language=a.contact.language,
                name=a.contact.name,
                scope=a.customer.ref,
                fields={**a.fields, "incident": incident.ref},
            )
            for a in self.addressees
        ]


def audience(notice: Notice) -> Audience:
    """Present affected customers with their active contacts.

    A first notice leaves out customers who got one already; updates go to everybody affected.
    """
    affected = list(
        AffectedCustomer.objects.present()
        .filter(incident=notice.incident_id)
        .select_related("customer")
        .order_by("customer__name", "pk")
    )
    told = _told_by_first(notice) if notice.kind == NoticeKind.FIRST else set()
    contacts: dict[int, list[Contact]] = {}
    for contact in Contact.objects.reachable_by_mail().filter(customer__in=[row.customer_id for row in affected]):
        contacts.setdefault(contact.customer_id, []).append(contact)
    found = Audience()
    for row in affected:
        if row.customer.ref in told:
            found.told_before.append(row)
        elif mine := contacts.get(row.customer_id):
            found.addressees += [Addressee(contact, row.customer, row.people_count) for contact in mine]
        else:
            found.by_phone.append(row)
    return found


def _told_by_first(notice: Notice) -> set[str]:
    earlier = Notice.objects.filter(
        incident=notice.incident_id, kind=NoticeKind.FIRST, state=NoticeState.APPROVED
    ).exclude(pk=notice.pk)
    mailed = Message.objects.filter(batch__notice__in=earlier).values_list("scope", flat=True)
    return set(mailed)


@dataclass(frozen=True, slots=True)
class ToCall:
    """An affected customer whom mail does not reach."""

    row: AffectedCustomer
    contacts: list[Contact]
    failed: int
    settlement: Settlement | None


def call_list(incident: Incident) -> list[ToCall]:
    """Customers without an address, or with a mail that failed for good; those settled stay on the list."""
    rows = (
        AffectedCustomer.objects.present()
        .filter(incident=incident)
        .select_related("customer")
        .prefetch_related("customer__contacts")
        .order_by("customer__name", "pk")
    )
    failed = Counter(
        Message.objects.filter(batch__notice__incident=incident, state="failed").values_list("scope", flat=True)
    )
    settled = {s.customer_id: s for s in Settlement.objects.filter(incident=incident).select_related("by")}
    found = []
    for row in rows:
        contacts = [contact for contact in row.customer.contacts.all() if contact.is_active]
        has_mail = any(contact.email for contact in contacts)
        if not has_mail or failed[row.customer.ref] or row.customer_id in settled:
            found.append(ToCall(row, contacts, failed[row.customer.ref], settled.get(row.customer_id)))
    return found
