"""What rows of a case have in common."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Max, Q

from core import clock
from incidents.models.incident import Incident


def who(**kwargs: Any) -> Any:
    """A person in the history of a case: protected, without a way back."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **kwargs)


def together(*names: str, name: str) -> models.CheckConstraint:
    """All of these fields are set, or none: who and when belong together."""
    return models.CheckConstraint(
        condition=Q(**{f"{field}__isnull": True for field in names})
        | Q(**{f"{field}__isnull": False for field in names}),
        name=name,
    )


class CaseRow(models.Model):
    """A row of one incident, numbered within it, with the public name `INC-2026-0042/3`."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="%(class)s_set")
    number = models.PositiveIntegerField()
    added_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True

    @classmethod
    def next_number(cls, incident: Incident) -> int:
        """The next number; call it while the incident's row is locked."""
        highest = cls._default_manager.filter(incident=incident).aggregate(n=Max("number"))["n"]
        return (highest or 0) + 1

    @property
    def audit_target(self) -> str:
        return f"{self._meta.model_name}:{self.incident.ref}/{self.number}"

    @property
    def audit_label(self) -> str:
        return str(self)

    @property
    def audit_scope(self) -> str:
        return self.incident.ref
