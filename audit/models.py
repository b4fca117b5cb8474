"""What happened, in names and numbers: no foreign keys, so history neither blocks nor dies with live rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import models

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def about(self, scope: str) -> "AuditEntryQuerySet":
        """Entries of one incident, by its public number."""
        return self.filter(scope=scope)

    def newest_first(self) -> "AuditEntryQuerySet":
        return self.order_by("-seq")


class AuditEntry(models.Model):
    """One write, as it was done. Triggers refuse to change or remove it.

    Integers and text only: the entry can be hashed byte for byte, whatever the database does with
    floats and time zones.
    """

    seq = models.BigAutoField(primary_key=True)
    at_us = models.BigIntegerField()  # microseconds since 1970 in UTC
    event = models.CharField(max_length=60)  # audit/events.py
    actor = models.CharField(max_length=40)  # `user:12`, or `system`
    actor_label = models.CharField(max_length=200)  # the name as it was
    actor_roles = models.CharField(max_length=200)  # the roles as they were
    network = models.CharField(max_length=45)
    session = models.CharField(max_length=16)
    request_id = models.CharField(max_length=16)
    target = models.CharField(max_length=80)  # `action:INC-2026-0042/3`
    target_label = models.CharField(max_length=300)
    scope = models.CharField(max_length=40)  # the incident, when there is one
    changes = models.TextField()  # canonical JSON: {"field": [before, after]}

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["scope", "seq"], name="audit_scope"),
            models.Index(fields=["actor", "seq"], name="audit_actor"),
            models.Index(fields=["event", "seq"], name="audit_event"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.event} {self.target}"

    @property
    def at(self) -> datetime:
        return EPOCH + timedelta(microseconds=self.at_us)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError("audit entries cannot be removed")
