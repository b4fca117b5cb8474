"""What the pages of the directory need."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import User
from customers.models import Customer, CustomerQuerySet, Import
from customers.services.imports import Row, rows_of


def directory(*, viewer: User, words: str = "") -> CustomerQuerySet:
    found = Customer.objects.visible_to(viewer).annotate(
        contact_count=Count("contacts", filter=Q(contacts__is_active=True)),
        mail_count=Count("contacts", filter=Q(contacts__is_active=True) & ~Q(contacts__email="")),
    )
    # Grouping drops the order of the model.
    return (found.matching(words) if words else found).order_by("name", "pk")


@dataclass(frozen=True, slots=True)
class Checked:
    """A checked file as its page shows it."""

    to_add: int
    to_change: int
    same: int
    wrong: list[Row]
    good: list[Row]

    @property
    def to_write(self) -> int:
        return len(self.good)


def checked(import_: Import) -> Checked:
    rows = rows_of(import_)
    good = [row for row in rows if row.is_good]
    actions = Counter(row.action for row in good)
    return Checked(
        to_add=actions["add"],
        to_change=actions["change"],
        same=actions["same"],
        wrong=[row for row in rows if not row.is_good],
        good=good,
    )
