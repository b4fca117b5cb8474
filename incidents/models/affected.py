from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.fields import LineField
from customers.models import Customer
from incidents.models.base import CaseRow, together, who


class AffectedCustomerQuerySet(models.QuerySet["AffectedCustomer"]):
    def present(self) -> "AffectedCustomerQuerySet":
        return self.filter(removed_at__isnull=True)


class AffectedCustomer(CaseRow):
    """A customer whose data an incident touched, with how many people and which kinds of data."""

    class Source(models.TextChoices):
        DIRECTORY = "directory", _("chosen from the directory")
        FILE = "file", _("from a file")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="affected_set")
    people_count = models.PositiveIntegerField(_("People"), null=True, blank=True)
    data_kinds = LineField(_("Kinds of data"), max_length=300, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    added_by = who()
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = who(null=True, blank=True)

    objects = AffectedCustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="affected_number_once"),
            models.UniqueConstraint(
                fields=["incident", "customer"], condition=Q(removed_at__isnull=True), name="affected_once"
            ),
            together("removed_at", "removed_by", name="affected_removed_by_and_at"),
        ]

    def __str__(self) -> str:
        return self.customer.name
