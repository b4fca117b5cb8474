"""The directory: who our customers are, whom we write to there, and in which language."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import LANGUAGES, User
from accounts.roles import Right, may
from core import clock
from core.fields import LineField, ProseField
from core.text import fold


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User) -> "CustomerQuerySet":
        return self if may(user, Right.READ_CUSTOMERS) else self.none()

    def active(self) -> "CustomerQuerySet":
        return self.filter(is_active=True)

    def matching(self, words: str) -> "CustomerQuerySet":
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found


class Customer(models.Model):
    """A company that uses our services."""

    ref = models.CharField(max_length=20, unique=True)
    name = LineField(_("Name"), max_length=200)
    contract_number = LineField(_("Contract number"), max_length=60, blank=True)
    tin = LineField(_("Taxpayer number"), max_length=30, blank=True)
    note = ProseField(_("Note"), limit=2_000, blank=True)
    is_active = models.BooleanField(_("Active"), default=True)
    added_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=0)
    search = models.TextField(editable=False, default="")

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="customer_name_once",
                violation_error_message=_("A customer with this name is in the directory already."),
            )
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("customer", args=[self.ref])

    def search_words(self) -> str:
        return fold(f"{self.ref} {self.name} {self.contract_number} {self.tin}")

    @property
    def audit_target(self) -> str:
        return f"customer:{self.ref}"

    @property
    def audit_label(self) -> str:
        return self.name

    @property
    def audit_scope(self) -> str:
        return ""


class ContactQuerySet(models.QuerySet["Contact"]):
    def active(self) -> "ContactQuerySet":
        return self.filter(is_active=True, customer__is_active=True)

    def reachable_by_mail(self) -> "ContactQuerySet":
        return self.active().exclude(email="")


class Contact(models.Model):
    """A person at a customer, with the language we write to them in."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    number = models.PositiveIntegerField()
    name = LineField(_("Name"), max_length=200)
    role = LineField(_("Role"), max_length=120, blank=True)
    email = models.EmailField(_("E-mail"), blank=True)
    phone = LineField(_("Phone"), max_length=40, blank=True)
    language = models.CharField(_("Language"), max_length=8, choices=LANGUAGES)
    is_active = models.BooleanField(_("Active"), default=True)
    added_at = models.DateTimeField(default=clock.now)

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "number"], name="contact_number_once"),
            models.UniqueConstraint(
                "customer",
                Lower("email"),
                condition=~Q(email=""),
                name="contact_address_once_a_customer",
                violation_error_message=_("This customer has a contact with this e-mail address already."),
            ),
            models.CheckConstraint(condition=~Q(email="") | ~Q(phone=""), name="contact_reachable"),
        ]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def audit_target(self) -> str:
        return f"contact:{self.customer.ref}/{self.number}"

    @property
    def audit_label(self) -> str:
        return f"{self.name}, {self.customer.name}"

    @property
    def audit_scope(self) -> str:
        return ""


class Import(models.Model):
    """A customer file that was read and checked, and is written only when somebody confirms it.

    `rows` holds every row of the file as it was understood, with its problems in words codes of
    services/imports.py. An import that nobody confirms is thrown away after a day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=255)
    rows = models.JSONField(default=list)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now, db_index=True)
    # What the file is for: empty for the directory, else the number of an incident.
    scope = models.CharField(max_length=20, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True)
                | Q(done_at__isnull=False, done_by__isnull=False),
                name="import_done_by_and_at",
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def audit_target(self) -> str:
        return f"import:{self.id}"

    @property
    def audit_label(self) -> str:
        return self.file_name

    @property
    def audit_scope(self) -> str:
        return self.scope
