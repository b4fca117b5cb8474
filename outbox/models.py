"""How a message leaves: a frozen text, one row a recipient, a state, the server's reply.

    Batch ──< Content (one a language) ──< Attachment
      └────< Message (one a recipient and scope) >── Content

The wing knows nothing of incidents. It guarantees that what was queued leaves once; when an answer
was lost on the way, the message goes again under the same Message-ID.
"""

import hashlib
import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from core import clock
from outbox.states import OPEN_STATES, Lane, Reason, State


class Batch(models.Model):
    """Everything that leaves by one decision."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # What makes the batch unlike any other, such as `digest:2026-07-16:7`; queued twice, sent once.
    key = models.CharField(max_length=120, unique=True, null=True)
    lane = models.CharField(max_length=10, choices=Lane.choices, default=Lane.GENERAL)
    purpose = models.CharField(max_length=60)  # `notice:NTF-118`
    queued_at = models.DateTimeField(default=clock.now)
    paused_at = models.DateTimeField(null=True)
    # The system tries again by itself after a while; a person's pause waits for a person.
    is_paused_by_system = models.BooleanField(default=False)
    pause_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["purpose"], name="batch_purpose")]

    def __str__(self) -> str:
        return self.purpose


class Content(models.Model):
    """A text as it was approved, in one language. Never changed: it is the evidence of what was said."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="contents")
    language = models.CharField(max_length=8)
    from_name = models.CharField(max_length=200)
    from_address = models.EmailField()
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=300)
    text = models.TextField()
    html = models.TextField(blank=True)
    # Values of a secret content (a link that lets in) are wiped once it has left.
    is_secret = models.BooleanField(default=False)
    sha256 = models.CharField(max_length=64, editable=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "language"], name="content_once_a_language")]

    def __str__(self) -> str:
        return f"{self.subject} ({self.language})"

    def fingerprint(self) -> str:
        parts = (self.language, self.from_name, self.from_address, self.reply_to, self.subject, self.text, self.html)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


class Attachment(models.Model):
    """A file that leaves with a content, byte for byte."""

    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="attachments")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=100)
    data = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class MessageQuerySet(models.QuerySet["Message"]):
    def owed(self, lane: str, at: datetime) -> "MessageQuerySet":
        """What a worker may take now: due, or left behind by a worker that died."""
        return self.filter(
            Q(state=State.PENDING, due_at__lte=at) | Q(state__in=(State.CLAIMED, State.SENDING), lease_until__lt=at),
            batch__lane=lane,
            batch__paused_at__isnull=True,
        )

    def open(self) -> "MessageQuerySet":
        return self.filter(state__in=OPEN_STATES)

    def in_doubt(self, at: datetime) -> "MessageQuerySet":
        """Handed over by a worker that died before it wrote down the answer."""
        return self.filter(state=State.SENDING, lease_until__lt=at)


class Message(models.Model):
    """One mail to one recipient."""

    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="messages")
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="messages")
    address = models.EmailField()
    address_norm = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    # Empty when the recipient gets one mail for everything, else what this one is about.
    scope = models.CharField(max_length=60, blank=True)
    fields = models.JSONField(default=dict)  # values of the named fields in the content
    # A function of batch, address and scope: a repeat carries the same one, receivers drop it.
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    lease_until = models.DateTimeField(null=True)
    owner_token = models.UUIDField(null=True)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    last_reply = models.CharField(max_length=500, blank=True)
    last_try_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    was_in_doubt = models.BooleanField(default=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "address_norm", "scope"], name="message_once_a_recipient"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="message_state_known"),
            models.CheckConstraint(
                condition=Q(state=State.SENT, sent_at__isnull=False) | (~Q(state=State.SENT) & Q(sent_at__isnull=True)),
                name="message_sent_with_time",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_at"], name="message_owed"),
            models.Index(fields=["batch", "state"], name="message_progress"),
        ]
        ordering = ["id"]

    def __str__(self) -> str:
        return self.message_id
