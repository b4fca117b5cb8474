from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core import clock
from core.fields import LineField
from incidents.models import Incident
from incidents.selectors import visible
from notifications.models.rules import Authority, together
from notifications.terms import Channel, LetterState, Phase
from outbox.models import Batch, Message
from outbox.states import State as MailState


class LetterQuerySet(models.QuerySet["Letter"]):
    def visible_to(self, user: User) -> "LetterQuerySet":
        return self.filter(incident__in=visible(user))

    def alive(self) -> "LetterQuerySet":
        return self.exclude(state=LetterState.CANCELLED)

    def submitted(self) -> "LetterQuerySet":
        return self.filter(state__in=(LetterState.SUBMITTED, LetterState.ACKNOWLEDGED))

    def with_mail(self) -> "LetterQuerySet":
        """Annotate `mail_state`: what became of the mail that carries the letter, if one does."""
        mail = Message.objects.filter(batch=models.OuterRef("batch")).values("state")[:1]
        return self.annotate(mail_state=models.Subquery(mail))


class Letter(models.Model):
    """A letter to an authority with the incident card as its annex, in one phase and one language.

    Signing freezes the bytes of the PDF. Only a submission with outgoing number and proof counts.
    """

    ref = models.CharField(max_length=20, unique=True)
    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="letters")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="letters")
    phase = models.CharField(max_length=10, choices=Phase.choices)
    language = models.CharField(max_length=8)
    state = models.CharField(max_length=14, choices=LetterState.choices, default=LetterState.DRAFT)
    # key of notifications/card.py -> {"text": …, "is_unknown": …, "source": …}
    card = models.JSONField(default=dict)
    started_at = models.DateTimeField(default=clock.now)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0)

    outgoing_number = LineField(_("Outgoing number"), max_length=60, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    content_sha256 = models.CharField(max_length=64, blank=True)
    pdf = models.BinaryField(null=True, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)

    channel = models.CharField(max_length=10, choices=Channel.choices, blank=True)
    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, null=True, blank=True, related_name="letter")
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    proof_name = models.CharField(max_length=255, blank=True)
    proof_kind = models.CharField(max_length=100, blank=True)
    proof = models.BinaryField(null=True, blank=True)
    proof_sha256 = models.CharField(max_length=64, blank=True)

    incoming_number = LineField(_("Incoming number"), max_length=60, blank=True)
    acknowledged_on = models.DateField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "authority", "phase"],
                condition=~Q(state=LetterState.CANCELLED),
                name="letter_once_a_phase",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True, pdf__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False, pdf__isnull=False) & ~Q(outgoing_number=""),
                name="letter_signed_whole",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True)
                | Q(submitted_at__gte=models.F("signed_at"), proof__isnull=False) & ~Q(channel=""),
                name="letter_submitted_with_proof",
            ),
            together("acknowledged_on", "acknowledged_by", name="letter_acknowledged_by_and_on"),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("letter", args=[self.ref])

    @property
    def state_term(self) -> LetterState:
        return LetterState(self.state)

    @property
    def phase_term(self) -> Phase:
        return Phase(self.phase)

    @property
    def is_draft(self) -> bool:
        return self.state == LetterState.DRAFT

    @property
    def is_submitted(self) -> bool:
        return self.submitted_at is not None

    @property
    def is_on_its_way(self) -> bool:
        return self.state == LetterState.SIGNED and self.batch_id is not None

    @property
    def is_mail_lost(self) -> bool:
        """The mail failed for good, of a row that came through `with_mail`."""
        return self.is_on_its_way and getattr(self, "mail_state", None) == MailState.FAILED

    @property
    def audit_target(self) -> str:
        return f"letter:{self.ref}"

    @property
    def audit_label(self) -> str:
        return self.ref

    @property
    def audit_scope(self) -> str:
        return self.incident.ref
