from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Right, Role, may
from core import clock
from core.fields import LineField, ProseField
from core.text import fold
from incidents.terms import Flag, Kind, Outcome, Severity, State
from incidents.workflow import NineFacts

if TYPE_CHECKING:
    from django.db.models.fields.related_descriptors import RelatedManager

    from incidents.models import BlockingAction, Task


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: User, *, do_responders_see_all: bool = False) -> "IncidentQuerySet":
        """The only way to a row, for pages, lists, counts, charts, exports and files.

        Officers, deputies, the director and auditors see every incident; responders those they work
        on and new reports; staff none here (their own reports have their own pages); administrators
        none.
        """
        if may(user, Right.SEE_ALL_INCIDENTS):
            return self
        if not user.has_role(Role.RESPONDER):
            return self.none()
        if do_responders_see_all:
            return self
        mine = Q(state=State.REPORTED) | Q(lead=user) | Q(pk__in=user.incidents.values("pk"))
        return self.filter(mine)

    def reported_by(self, user: User) -> "IncidentQuerySet":
        return self.filter(reporter=user)

    def open(self) -> "IncidentQuerySet":
        return self.exclude(state=State.CLOSED)

    def confirmed(self) -> "IncidentQuerySet":
        return self.filter(confirmed_at__isnull=False)

    def new(self) -> "IncidentQuerySet":
        """Reports that nobody has judged yet, oldest first."""
        return self.filter(state=State.REPORTED).order_by("reported_at")

    def matching(self, words: str) -> "IncidentQuerySet":
        """Incidents whose number or text holds every word, in either Uzbek script."""
        found = self
        for word in fold(words).split():
            found = found.filter(search__contains=word)
        return found

    def closed_between(self, start: datetime, end: datetime) -> "IncidentQuerySet":
        return self.filter(closed_at__gte=start, closed_at__lt=end)


class Incident(models.Model):
    """One security incident, from the first sign to the closed file."""

    ref = models.CharField(max_length=20, unique=True)
    title = LineField(_("What happened"), max_length=200)
    report_text = ProseField(limit=20_000)  # as the reporter wrote it
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reported_incidents")
    reporter_contact = LineField(max_length=200, blank=True)
    reporter_kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.UNKNOWN)
    is_still_happening = models.CharField(max_length=8, choices=Flag.choices, default=Flag.UNKNOWN)

    state = models.CharField(max_length=14, choices=State.choices, default=State.REPORTED)
    outcome = models.CharField(max_length=14, choices=Outcome.choices, blank=True)
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind.choices, default=Kind.UNKNOWN)
    severity = models.PositiveSmallIntegerField(_("Severity"), choices=Severity.choices, null=True, blank=True)
    personal_data = models.CharField(_("Personal data"), max_length=8, choices=Flag.choices, default=Flag.UNKNOWN)
    infrastructure = models.CharField(
        _("Threat to the infrastructure"), max_length=8, choices=Flag.choices, default=Flag.UNKNOWN
    )
    customers_affected = models.CharField(max_length=8, choices=Flag.choices, default=Flag.UNKNOWN)
    customers_reason = ProseField(limit=2_000, blank=True)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="led_incidents"
    )
    team = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="incidents")

    noticed_at = models.DateTimeField(null=True, blank=True)
    noticed_words = LineField(max_length=200, blank=True)  # when the reporter could not say exactly
    happened_from = models.DateTimeField(null=True, blank=True)
    happened_to = models.DateTimeField(null=True, blank=True)
    is_happened_unknown = models.BooleanField(default=False)
    systems = ProseField(limit=2_000, blank=True)
    data_kinds = ProseField(limit=2_000, blank=True)
    people_count = models.PositiveIntegerField(null=True, blank=True)
    is_people_count_estimate = models.BooleanField(default=True)
    how_found = ProseField(limit=2_000, blank=True)
    cause = ProseField(limit=20_000, blank=True)
    consequences = ProseField(limit=20_000, blank=True)
    restored_how = ProseField(limit=5_000, blank=True)

    reported_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    notify_from = models.DateTimeField(null=True, blank=True)  # since when a flag asks to tell others
    contained_at = models.DateTimeField(null=True, blank=True)
    reporting_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged")
    dismissal_asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    dismissal_reason = ProseField(limit=2_000, blank=True)

    version = models.PositiveIntegerField(default=0)
    search = models.TextField(editable=False, default="")

    blockingaction_set: "RelatedManager[BlockingAction]"
    task_set: "RelatedManager[Task]"

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_at__isnull=False, closed_by__isnull=False)
                | (~Q(state=State.CLOSED) & Q(closed_at__isnull=True, closed_by__isnull=True)),
                name="incident_closed_by_and_at",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[State.REPORTED, State.CLOSED])
                | Q(confirmed_at__isnull=False, severity__isnull=False, lead__isnull=False),
                name="incident_worked_on_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(happened_from__isnull=True)
                | Q(happened_to__isnull=True)
                | Q(happened_to__gte=models.F("happened_from")),
                name="incident_ends_after_it_began",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "reported_at"], name="incident_queue"),
            models.Index(fields=["-reported_at"], name="incident_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("incident", args=[self.ref])

    # --- words and drawings -----------------------------------------------------------------------

    @property
    def state_term(self) -> State:
        return State(self.state)

    @property
    def severity_term(self) -> Severity | None:
        return Severity(self.severity) if self.severity else None

    @property
    def is_open(self) -> bool:
        return self.state != State.CLOSED

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def nine_facts(self) -> NineFacts:
        return NineFacts(
            title=self.title,
            kind=self.kind,
            is_noticed_known=self.noticed_at is not None,
            is_happened_answered=self.happened_from is not None or self.is_happened_unknown,
            reporter=str(self.reporter_id or ""),
            systems=self.systems,
            severity=self.severity,
            personal_data=self.personal_data,
            infrastructure=self.infrastructure,
            has_lead=self.lead_id is not None,
        )

    def search_words(self) -> str:
        return fold(f"{self.ref} {self.title} {self.report_text} {self.systems}")[:30_000]

    # --- audit ------------------------------------------------------------------------------------

    @property
    def audit_target(self) -> str:
        return f"incident:{self.ref}"

    @property
    def audit_label(self) -> str:
        return self.title

    @property
    def audit_scope(self) -> str:
        return self.ref
