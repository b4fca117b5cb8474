from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.fields import LineField, ProseField
from incidents.models.base import CaseRow, together, who
from incidents.terms import DeclarationKind


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> "TaskQuerySet":
        return self.filter(done_at__isnull=True)

    def required(self) -> "TaskQuerySet":
        return self.filter(is_required=True)


class Task(CaseRow):
    """A piece of work; those needed to close hold the incident open."""

    title = LineField(_("Task"), max_length=300)
    owner = who(null=True, blank=True)
    due_on = models.DateField(_("Due"), null=True, blank=True)
    is_required = models.BooleanField(_("Needed to close"), default=False)
    added_by = who(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = who(null=True, blank=True)
    done_note = ProseField(limit=2_000, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="task_number_once"),
            together("done_at", "done_by", name="task_done_by_and_at"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("incident_tasks", args=[self.incident.ref]) + f"#task-{self.number}"

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class MeasureQuerySet(models.QuerySet["Measure"]):
    def overdue(self, day: date) -> "MeasureQuerySet":
        return self.filter(done_at__isnull=True, due_on__lt=day)


class Measure(CaseRow):
    """A measure against a repeat (policy 4.2). It has an owner and a day from the start, and lives on
    after closing."""

    title = LineField(_("Measure"), max_length=300)
    owner = who()
    due_on = models.DateField(_("Due"))
    added_by = who()
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = who(null=True, blank=True)
    done_note = ProseField(limit=2_000, blank=True)

    objects = MeasureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="measure_number_once"),
            together("done_at", "done_by", name="measure_done_by_and_at"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_done(self) -> bool:
        return self.done_at is not None


class DeclarationQuerySet(models.QuerySet["Declaration"]):
    def in_force(self) -> "DeclarationQuerySet":
        """Not refused; “Center not required” counts only for the flags that it was signed on."""
        return self.filter(
            ~Q(kind=DeclarationKind.CENTER_NOT_REQUIRED)
            | Q(signed_at__isnull=True)
            | Q(incident__notify_from__isnull=True)
            | Q(signed_at__gte=models.F("incident__notify_from")),
            refused_at__isnull=True,
        )


class Declaration(CaseRow):
    """A signed reason in place of a deed: nothing to block, no measure needed, Center not required."""

    kind = models.CharField(max_length=20, choices=DeclarationKind.choices)
    reason = ProseField(_("Reason"), limit=2_000)
    asked_by = who()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = who(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    refused_by = who(null=True, blank=True)

    objects = DeclarationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="declaration_number_once"),
            # “Center not required” is signed again when the flags turned; the service keeps it to one in force.
            models.UniqueConstraint(
                fields=["incident", "kind"],
                condition=Q(refused_at__isnull=True) & ~Q(kind=DeclarationKind.CENTER_NOT_REQUIRED),
                name="declaration_once_a_kind",
            ),
            together("signed_at", "signed_by", name="declaration_signed_by_and_at"),
            together("refused_at", "refused_by", name="declaration_refused_by_and_at"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True) | Q(refused_at__isnull=True),
                name="declaration_not_signed_and_refused",
            ),
            models.CheckConstraint(
                condition=~Q(kind=DeclarationKind.NO_MEASURE_NEEDED)
                | Q(signed_by__isnull=True)
                | ~Q(signed_by=models.F("asked_by")),
                name="declaration_director_is_another_person",
            ),
        ]

    def __str__(self) -> str:
        return str(DeclarationKind(self.kind).label)

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None
