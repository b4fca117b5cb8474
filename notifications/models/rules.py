from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.fields import LineField, ProseField
from notifications.terms import DUTY_TITLES, Basis, Confidence


def together(*names: str, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True for field in names})
        | Q(**{f"{field}__isnull": False for field in names}),
        name=name,
    )


class DatedQuerySet(models.QuerySet["models.Model"]):
    def valid(self, day: date) -> "DatedQuerySet":
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day), valid_from__lte=day)


class Authority(models.Model):
    """A body that may have to be told, as it is known today, with the source of that knowledge.

    Installed unconfirmed and without an e-mail address: nothing leaves before a named person has
    entered and confirmed one. The addressee stands in the dative, as letters need it.
    """

    code = models.SlugField(max_length=30)
    names = models.JSONField()  # language -> name
    addressees = models.JSONField()  # language -> “to whom”, in the case that the letter needs
    email = models.EmailField(_("E-mail"), blank=True)
    email_confirmed_at = models.DateTimeField(null=True, blank=True)
    email_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    address = LineField(_("Postal address"), max_length=300, blank=True)
    phone = LineField(_("Phone"), max_length=60, blank=True)
    source = ProseField(_("Source"), limit=1_000)
    confidence = models.CharField(max_length=1, choices=Confidence.choices)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=0)

    objects = DatedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="authority_once_a_day"),
            together("email_confirmed_at", "email_confirmed_by", name="authority_email_confirmed_by_and_at"),
            together("confirmed_at", "confirmed_by", name="authority_confirmed_by_and_at"),
            models.CheckConstraint(
                condition=Q(email_confirmed_at__isnull=True) | ~Q(email=""), name="authority_confirmed_has_email"
            ),
        ]

    def __str__(self) -> str:
        return self.name(get_language() or "en")

    def name(self, language: str) -> str:
        return str(self.names.get(language) or self.names["en"])

    def addressee(self, language: str) -> str:
        return str(self.addressees.get(language) or self.name(language))

    @property
    def may_be_mailed(self) -> bool:
        return bool(self.email) and self.email_confirmed_at is not None

    @property
    def audit_target(self) -> str:
        return f"authority:{self.code}"

    @property
    def audit_label(self) -> str:
        return self.name("en")

    @property
    def audit_scope(self) -> str:
        return ""


class Duty(models.Model):
    """A rule: what must be done, by which source, and within which time.

    `target_minutes` is the company's own figure; without one the clock counts up, for no figure is
    invented. A change ends the row and starts a new version: the past keeps the rule it had.
    """

    code = models.SlugField(max_length=30)
    basis = models.CharField(max_length=10, choices=Basis.choices)
    citation = LineField(_("Citation"), max_length=300, blank=True)
    demand = models.JSONField()  # language -> what the source says, such as “immediately”
    source = ProseField(_("Source"), limit=1_000, blank=True)
    confidence = models.CharField(max_length=1, choices=Confidence.choices)
    authority_code = models.SlugField(max_length=30, blank=True)
    target_minutes = models.PositiveIntegerField(_("Company target"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="duty_version_once"),
            models.UniqueConstraint(fields=["code"], condition=Q(valid_to__isnull=True), name="duty_one_in_force"),
            models.CheckConstraint(condition=~Q(basis=Basis.LAW) | ~Q(citation=""), name="duty_law_has_citation"),
            models.CheckConstraint(
                condition=Q(target_minutes__isnull=True) | Q(target_minutes__gt=0), name="duty_target_positive"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="duty_ends_after_it_began"
            ),
            together("confirmed_at", "confirmed_by", name="duty_confirmed_by_and_at"),
        ]

    def __str__(self) -> str:
        return str(DUTY_TITLES[self.code])

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    def demand_in(self, language: str | None) -> str:
        return str(self.demand.get(language or "en") or self.demand["en"])

    @property
    def audit_target(self) -> str:
        return f"duty:{self.code}/{self.version}"

    @property
    def audit_label(self) -> str:
        return str(DUTY_TITLES[self.code])

    @property
    def audit_scope(self) -> str:
        return ""


class TextReview(models.Model):
    """Somebody whose language it is has read a built-in text, in one version."""

    code = models.CharField(max_length=40)  # `notice/first`, `letter/initial`
    language = models.CharField(max_length=8)
    sha256 = models.CharField(max_length=64)  # of the text that was read
    reviewer = LineField(_("Who read it"), max_length=200)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "language", "sha256"], name="text_review_once")]

    def __str__(self) -> str:
        return f"{self.code} ({self.language})"

    @property
    def audit_target(self) -> str:
        return f"text:{self.code}/{self.language}"

    @property
    def audit_label(self) -> str:
        return str(self)

    @property
    def audit_scope(self) -> str:
        return ""
