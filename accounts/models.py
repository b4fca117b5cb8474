"""People, their roles and second factors, and the organisation they work for."""

import uuid
from datetime import datetime, timedelta
from functools import cached_property
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP
from django_otp.util import random_hex

from accounts.roles import Role
from core import clock, crypto
from core.context import once_a_request
from core.fields import LineField, ProseField

LANGUAGES = [("uz", "Oʻzbekcha"), ("uz-cyrl", "Ўзбекча"), ("ru", "Русский"), ("en", "English")]


class Organisation(models.Model):
    """The company that runs this installation: one row, printed on letters and under every page."""

    name = LineField(_("Short name"), max_length=120, help_text=_("As customers know you."))
    legal_name = LineField(_("Legal name"), max_length=200, blank=True)
    tin = LineField(_("Taxpayer number"), max_length=30, blank=True)
    address = LineField(_("Address"), max_length=300, blank=True)
    phone = LineField(_("Phone"), max_length=40, blank=True)
    bank_details = LineField(_("Bank details"), max_length=300, blank=True)
    duty_phone = LineField(_("Phone of the duty officer"), max_length=40, blank=True)
    security_email = models.EmailField(
        _("Security e-mail"), blank=True, help_text=_("Mails leave from here, and answers come here.")
    )
    contact_hours = LineField(_("Hours"), max_length=120, blank=True)
    director_name = LineField(_("Name of the director"), max_length=200, blank=True)
    director_post = LineField(_("Position of the director"), max_length=200, blank=True)
    do_responders_see_all = models.BooleanField(_("Responders see every incident"), default=False)
    version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.name

    @property
    def audit_target(self) -> str:
        return "organisation"

    @property
    def audit_label(self) -> str:
        return self.name

    @property
    def audit_scope(self) -> str:
        return ""

    @classmethod
    def current(cls) -> "Organisation":
        """The row, or an unsaved one with a neutral name before set-up."""
        return once_a_request("organisation", lambda: cls.objects.first() or cls(name="Hodisa"))

    @property
    def full_name(self) -> str:
        return self.legal_name or self.name


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def with_role(self, *roles: Role) -> "UserQuerySet":
        return self.filter(Q(holdings__role__in=roles)).distinct()

    def by_email(self, email: str) -> "UserQuerySet":
        # Lower case alone: iexact on PostgreSQL compares upper case, where ı and ſ are I and S.
        return self.alias(lower_email=Lower("email")).filter(lower_email=email.strip().lower())

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.by_email(username or "").get()


class User(AbstractBaseUser):
    """A person who can sign in. Leaving is deactivating: history keeps the name."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("E-mail"), unique=True)
    full_name = LineField(_("Name"), max_length=200)
    position = LineField(_("Position"), max_length=200, blank=True)
    phone = LineField(_("Phone"), max_length=40, blank=True)
    order_number = LineField(_("Number of the appointing order"), max_length=60, blank=True)
    order_date = models.DateField(_("Date of the appointing order"), null=True, blank=True)
    language = models.CharField(_("Language"), max_length=8, choices=LANGUAGES, default="en")
    theme = models.CharField(
        _("Display"),
        max_length=6,
        choices=[("", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
        blank=True,
    )
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=clock.now)
    password_changed_at = models.DateTimeField(default=clock.now)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects = UserQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.full_name

    @cached_property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(holding.role) for holding in self.holdings.all())

    def has_role(self, *roles: Role) -> bool:
        return bool(self.roles & set(roles))

    def role_words(self) -> str:
        return ", ".join(str(role.label) for role in Role if role in self.roles)

    @property
    def audit_label(self) -> str:
        return self.full_name

    @property
    def audit_roles(self) -> str:
        return ",".join(sorted(self.roles))

    @property
    def audit_target(self) -> str:
        return f"user:{self.public_id}"

    @property
    def audit_scope(self) -> str:
        return ""

    @property
    def signature_lines(self) -> list[str]:
        """Name, position and order, as they stand under a signature."""
        order = ""
        if self.order_number and self.order_date:
            order = _("appointed by order %(number)s of %(date)s") % {
                "number": self.order_number,
                "date": f"{self.order_date:%d.%m.%Y}",
            }
        return [line for line in (self.full_name, self.position, str(order)) if line]


class RoleHolding(models.Model):
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="holdings")
    role = models.CharField(max_length=20, choices=Role.choices)
    granted_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="role_held_once"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, at: datetime) -> "InvitationQuerySet":
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=at)


class Invitation(models.Model):
    """A single-use link that lets one person in. Only the hash of its token is kept."""

    LIFETIME: ClassVar[timedelta] = timedelta(hours=24)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.EmailField(blank=True)  # empty for the first officer, who writes it herself
    roles = models.JSONField(default=list)
    language = models.CharField(max_length=8, choices=LANGUAGES, default="en")
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.OneToOneField(User, on_delete=models.PROTECT, null=True, related_name="invitation")
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by__isnull=True)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_and_at",
            )
        ]

    def __str__(self) -> str:
        return self.email or "first officer"

    @property
    def role_words(self) -> str:
        return ", ".join(str(Role(role).label) for role in self.roles)

    @property
    def audit_target(self) -> str:
        return f"invitation:{self.public_id}"

    @property
    def audit_label(self) -> str:
        return str(self)

    @property
    def audit_scope(self) -> str:
        return ""


def _new_seed() -> str:
    return crypto.seal(random_hex(20).encode())


class Authenticator(ThrottlingMixin, Device):
    """An authenticator app (TOTP, RFC 6238). The seed is encrypted with FIELD_KEYS.

    Verify only through `django_otp.verify_token`, which locks the row: a code is taken once, also
    when it arrives in a hundred requests at the same moment.
    """

    STEP: ClassVar[int] = 30  # seconds
    TOLERANCE: ClassVar[int] = 1  # steps before and after

    sealed_seed = ProseField(default=_new_seed, editable=False)
    last_step = models.BigIntegerField(default=-1)  # the step of the last code: codes serve once
    added_at = models.DateTimeField(default=clock.now)

    class Meta(Device.Meta):
        abstract = False

    @property
    def seed(self) -> bytes:
        return bytes.fromhex(crypto.unseal(self.sealed_seed).decode())

    def _oath(self) -> TOTP:
        return TOTP(self.seed, step=self.STEP)

    def verify_token(self, token: str) -> bool:
        allowed, _reason = self.verify_is_allowed()
        if not allowed:
            return False
        code = "".join(token.split())
        oath = self._oath()
        if code.isascii() and code.isdigit() and oath.verify(int(code), self.TOLERANCE, self.last_step + 1):
            self.last_step = oath.t()
            self.throttle_reset(commit=False)
            self.save(update_fields=["last_step", "throttling_failure_timestamp", "throttling_failure_count"])
            return True
        self.throttle_increment(commit=True)
        return False

    def was_used(self, token: str) -> bool:
        """True for a code that is right by the clock, of a step that was spent."""
        code = "".join(token.split())
        oath = self._oath()
        is_right = code.isascii() and code.isdigit() and oath.verify(int(code), self.TOLERANCE)
        return bool(is_right and oath.t() <= self.last_step)

    def current_code(self) -> str:
        """The code of this moment. For `make totp` in a demo, and for tests."""
        return f"{self._oath().token():06d}"

    def get_throttle_factor(self) -> int:
        return 1


class RecoveryKit(ThrottlingMixin, Device):
    """Ten codes for the day the phone is lost; each serves once."""

    class Meta(Device.Meta):
        abstract = False

    def verify_token(self, token: str) -> bool:
        allowed, _reason = self.verify_is_allowed()
        if not allowed:
            return False
        spent = RecoveryCode.objects.filter(
            kit=self, code_hash=RecoveryCode.digest(token), used_at__isnull=True
        ).update(used_at=clock.now())
        if spent:
            self.throttle_reset(commit=True)
        else:
            self.throttle_increment(commit=True)
        return bool(spent)

    def get_throttle_factor(self) -> int:
        return 1


class RecoveryCode(models.Model):
    kit = models.ForeignKey(RecoveryKit, on_delete=models.CASCADE, related_name="codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kit", "code_hash"], name="recovery_code_once")]

    def __str__(self) -> str:
        return "used" if self.used_at else "unused"

    @staticmethod
    def digest(code: str) -> str:
        """SHA-256 is enough: a code has 80 random bits, nobody can try them all."""
        from_person = "".join(c for c in code.upper() if c.isalnum())
        return crypto.digest(from_person)
