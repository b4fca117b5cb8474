from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.fields import LineField, ProseField
from incidents.models.base import CaseRow, together, who
from incidents.terms import ActionKind


class BlockingActionQuerySet(models.QuerySet["BlockingAction"]):
    def unchecked(self) -> "BlockingActionQuerySet":
        """In force, and nobody has seen that it works."""
        return self.filter(lifted_at__isnull=True).exclude(is_effective=True)

    def to_review(self, day: date) -> "BlockingActionQuerySet":
        return self.filter(lifted_at__isnull=True, review_on__lte=day)


class BlockingAction(CaseRow):
    """What was blocked, where, by whom, when, and how it can be undone (policy 4.1).

    It counts as done only when somebody has checked that it works; the last check stands on the row,
    every check stands in ActionCheck.
    """

    kind = models.CharField(_("Kind"), max_length=10, choices=ActionKind.choices)
    what = LineField(_("What is blocked"), max_length=300)
    where = LineField(_("Where"), max_length=200)
    happened_at = models.DateTimeField()
    blocked_by = who()
    added_by = who()
    undo_plan = ProseField(_("Undo plan"), limit=2_000, blank=True)
    review_on = models.DateField(_("Review on"), null=True, blank=True)

    is_effective = models.BooleanField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    checked_by = who(null=True, blank=True)

    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = who(null=True, blank=True)
    lift_reason = ProseField(limit=2_000, blank=True)

    objects = BlockingActionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="action_number_once"),
            together("is_effective", "checked_at", "checked_by", name="action_checked_by_and_at"),
            together("lifted_at", "lifted_by", name="action_lifted_by_and_at"),
            models.CheckConstraint(condition=Q(kind__in=ActionKind.values), name="action_kind_known"),
        ]

    def __str__(self) -> str:
        return self.what

    def get_absolute_url(self) -> str:
        return reverse("incident_actions", args=[self.incident.ref]) + f"#block-{self.number}"

    @property
    def kind_term(self) -> ActionKind:
        return ActionKind(self.kind)

    @property
    def is_lifted(self) -> bool:
        return self.lifted_at is not None

    @property
    def is_checked(self) -> bool:
        return self.is_effective is True


class ActionCheck(models.Model):
    """Somebody looked whether a block works: how, with what result, when."""

    action = models.ForeignKey(BlockingAction, on_delete=models.PROTECT, related_name="checks")
    method = LineField(_("How it was checked"), max_length=500)
    is_effective = models.BooleanField()
    checked_by = who()
    checked_at = models.DateTimeField()
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["checked_at", "pk"]

    def __str__(self) -> str:
        return self.method
