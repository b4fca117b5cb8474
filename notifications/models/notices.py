import hashlib
import json

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from accounts.models import User
from core import clock
from core.fields import LineField, ProseField
from customers.models import Customer
from incidents.models import Incident
from incidents.selectors import visible
from notifications.models.rules import together
from notifications.terms import PARTS, SUBJECT_LENGTH, NoticeKind, NoticeState
from outbox.models import Batch


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> "NoticeQuerySet":
        return self.filter(incident__in=visible(user))

    def waiting(self) -> "NoticeQuerySet":
        return self.filter(state=NoticeState.WAITING)

    def left(self) -> "NoticeQuerySet":
        """Approved: its mails are in the outbox."""
        return self.filter(state=NoticeState.APPROVED)


class Notice(models.Model):
    """What affected customers are told, in up to four languages.

    An approval binds text and audience by their hashes. The author and whoever changed a word
    cannot approve. What left is frozen in the batch.
    """

    ref = models.CharField(max_length=20, unique=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=8, choices=NoticeKind.choices)
    state = models.CharField(max_length=10, choices=NoticeState.choices, default=NoticeState.DRAFT)
    started_at = models.DateTimeField(default=clock.now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    writers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    content_hash = models.CharField(max_length=64, blank=True)
    audience_hash = models.CharField(max_length=64, blank=True)
    recipient_count = models.PositiveIntegerField(default=0)
    returned_comment = ProseField(limit=2_000, blank=True)
    returned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, null=True, blank=True, related_name="notice")
    version = models.PositiveIntegerField(default=0)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            together("submitted_at", "submitted_by", name="notice_submitted_by_and_at"),
            together("approved_at", "approved_by", name="notice_approved_by_and_at"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("submitted_by")),
                name="notice_author_is_not_approver",
            ),
            models.CheckConstraint(
                condition=~Q(state=NoticeState.APPROVED) | Q(approved_at__isnull=False, submitted_at__isnull=False),
                name="notice_approved_whole",
            ),
        ]
        indexes = [models.Index(fields=["incident", "state"], name="notice_of_incident")]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("notice", args=[self.ref])

    @property
    def state_term(self) -> NoticeState:
        return NoticeState(self.state)

    @property
    def is_draft(self) -> bool:
        return self.state == NoticeState.DRAFT

    @property
    def audit_target(self) -> str:
        return f"notice:{self.ref}"

    @property
    def audit_label(self) -> str:
        return self.ref

    @property
    def audit_scope(self) -> str:
        return self.incident.ref


class NoticeText(models.Model):
    """The parts of a notice in one language. `{customer}` and the like are filled for each recipient."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(max_length=8)
    # The built-in text it started from, for the note about its review.
    source_sha256 = models.CharField(max_length=64)
    subject = LineField(max_length=SUBJECT_LENGTH * 2, blank=True)
    what_happened = ProseField(limit=4_000, blank=True)
    what_data = ProseField(limit=4_000, blank=True)
    what_we_did = ProseField(limit=4_000, blank=True)
    what_to_do = ProseField(limit=4_000, blank=True)
    what_next = ProseField(limit=4_000, blank=True)
    contact = ProseField(limit=2_000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "language"], name="notice_text_once")]
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.notice.ref} ({self.language})"

    @property
    def parts(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in PARTS}

    @property
    def empty_parts(self) -> list[str]:
        return [name for name in ("subject", *PARTS) if not getattr(self, name).strip()]


def hash_texts(texts: list[NoticeText]) -> str:
    """SHA-256 of every part in every language: what an approval is bound to."""
    content = [[t.language, t.subject, *t.parts.values()] for t in sorted(texts, key=lambda t: t.language)]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


class NoticeTest(models.Model):
    """A test mail that somebody sent to themselves, of one version of the texts."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="tests")
    content_hash = models.CharField(max_length=64)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=clock.now)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-sent_at"]

    def __str__(self) -> str:
        return f"{self.notice.ref} {self.sent_at}"


class Settlement(models.Model):
    """An affected customer who was told by phone, or need not be told: who, when, with whom, why."""

    class Kind(models.TextChoices):
        CALLED = "called"
        WAIVED = "waived"

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="settlements")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    spoke_with = LineField(max_length=200, blank=True)
    note = ProseField(limit=2_000, blank=True)
    happened_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "customer"], name="settlement_once"),
            models.CheckConstraint(
                condition=Q(kind="called") & ~Q(spoke_with="") | Q(kind="waived") & ~Q(note=""),
                name="settlement_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident.ref}: {self.customer} {self.kind}"

    @property
    def audit_target(self) -> str:
        return f"settlement:{self.incident.ref}/{self.customer.ref}"

    @property
    def audit_label(self) -> str:
        return self.customer.name

    @property
    def audit_scope(self) -> str:
        return self.incident.ref
