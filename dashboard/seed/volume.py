"""Many incidents and customers at once, for measuring. Bulk rows, repeatable by their seed.

These rows pass no service, so the audit trail has one entry for the whole run, which says so.
"""

import random
from datetime import timedelta

from django.db import transaction

from accounts.models import User
from accounts.roles import Role
from audit import events
from audit.services import record
from core import clock, dates
from core.models import Counter
from core.numbers import next_number
from customers.models import Contact, Customer
from incidents.models import Incident, TimelineEntry
from incidents.terms import EntryKind, Flag, Kind, Outcome, Severity, State

_OPEN = (State.REPORTED, State.INVESTIGATING, State.CONTAINED, State.REPORTING)
_CHUNK = 500


@transaction.atomic
def fill(*, incidents: int, customers: int, seed: int, by: User) -> None:
    # Not for secrets: the same seed must give the same rows.
    chance = random.Random(seed)  # noqa: S311
    _customers(customers, chance)
    _incidents(incidents, chance, by)
    record(events.VOLUME_ADDED, by=by, on=by, changes={"incidents": (0, incidents), "customers": (0, customers)})


def _customers(count: int, chance: random.Random) -> None:
    first = next_number("CUS") if count else 0
    rows = []
    for number in range(first, first + count):
        row = Customer(ref=f"CUS-{number:04d}", name=f"Volume customer {number}")
        row.search = row.search_words()
        rows.append(row)
    Customer.objects.bulk_create(rows, batch_size=_CHUNK)
    Contact.objects.bulk_create(
        (
            Contact(
                customer=row,
                number=1,
                name=f"Contact of {row.name}",
                email=f"contact{first + place}@volume.example",
                language=chance.choice(["uz", "uz-cyrl", "ru", "en"]),
            )
            for place, row in enumerate(rows)
        ),
        batch_size=_CHUNK,
    )
    _jump("CUS", first + count - 1)


def _incidents(count: int, chance: random.Random, by: User) -> None:
    now = clock.now()
    year = dates.local(now).year
    lead = User.objects.active().with_role(Role.RESPONDER, Role.OFFICER).order_by("pk").first()
    first = next_number(f"INC-{year}") if count else 0
    rows = [_incident(f"INC-{year}-{n:04d}", chance, by=by, lead=lead or by) for n in range(first, first + count)]
    Incident.objects.bulk_create(rows, batch_size=_CHUNK)
    TimelineEntry.objects.bulk_create(
        (
            TimelineEntry(
                incident=row,
                number=1,
                kind=EntryKind.REPORTED,
                added_at=row.reported_at,
                happened_at=row.reported_at,
                added_by=by,
                is_in_report=True,
            )
            for row in rows
        ),
        batch_size=_CHUNK,
    )
    _jump(f"INC-{year}", first + count - 1)


def _incident(ref: str, chance: random.Random, *, by: User, lead: User) -> Incident:
    """Nineteen of twenty are closed, as in the records of a company after some years."""
    reported_at = clock.now() - timedelta(minutes=chance.randrange(60, 3 * 365 * 24 * 60))
    state = chance.choice(_OPEN) if chance.random() < 0.05 else State.CLOSED
    if state in _OPEN:
        reported_at = clock.now() - timedelta(minutes=chance.randrange(60, 20 * 24 * 60))
    kind = chance.choice([k for k in Kind if k is not Kind.UNKNOWN])
    is_confirmed = state is not State.REPORTED
    row = Incident(
        ref=ref,
        title=f"{kind.label} {ref}",
        report_text=f"Volume row {ref}",
        reporter=by,
        reporter_kind=kind,
        kind=kind,
        state=state,
        reported_at=reported_at,
        noticed_at=reported_at - timedelta(minutes=chance.randrange(1, 600)),
        severity=chance.choice(Severity.values) if is_confirmed else None,
        lead=lead if is_confirmed else None,
        confirmed_at=reported_at + timedelta(minutes=20) if is_confirmed else None,
        personal_data=chance.choice(Flag.values),
        infrastructure=Flag.NO,
        outcome=Outcome.CONFIRMED if is_confirmed else "",
        closed_at=reported_at + timedelta(days=6) if state is State.CLOSED else None,
        closed_by=by if state is State.CLOSED else None,
    )
    row.search = row.search_words()
    return row


def _jump(name: str, value: int) -> None:
    """The next number is given out behind the rows that were made."""
    Counter.objects.filter(name=name, value__lt=value).update(value=value)
