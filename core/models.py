"""Technical rows that know no noun of the product."""

import uuid
from datetime import datetime, timedelta

from django.db import models

from core import clock


class Counter(models.Model):
    """The last number given out for a name such as `INC-2026`. Numbers are never used twice."""

    name = models.CharField(max_length=40, primary_key=True)
    value = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class Submission(models.Model):
    """A form that was sent, by the key that stood in it, and where it led."""

    key = models.UUIDField(primary_key=True)
    sender = models.CharField(max_length=40)
    led_to = models.CharField(max_length=300)
    sent_at = models.DateTimeField(default=clock.now, db_index=True)

    def __str__(self) -> str:
        return str(self.key)


class HeartbeatQuerySet(models.QuerySet["Heartbeat"]):
    def beat(self, component: str) -> None:
        self.update_or_create(component=component, defaults={"last_ok_at": clock.now()})

    def stale(self, component: str, *, after: timedelta) -> bool:
        """True when the component did its work longer ago than `after`, or never."""
        return not self.filter(component=component, last_ok_at__gte=clock.now() - after).exists()


class Heartbeat(models.Model):
    """When a part of the system last did its work: liveness by work done, not by a process that is up."""

    component = models.CharField(max_length=40, primary_key=True)
    last_ok_at = models.DateTimeField()

    objects = HeartbeatQuerySet.as_manager()

    def __str__(self) -> str:
        return self.component


def _draft_path(draft: "DraftFile", _filename: str) -> str:
    return f"drafts/{draft.id.hex}"


class DraftFileQuerySet(models.QuerySet["DraftFile"]):
    def of(self, owner: str) -> "DraftFileQuerySet":
        return self.filter(owner=owner)

    def expired(self, at: datetime) -> "DraftFileQuerySet":
        return self.filter(added_at__lt=at - timedelta(hours=24))


class DraftFile(models.Model):
    """A file of a form that came back with errors: it stays attached, nobody uploads it twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=100)
    file = models.FileField(upload_to=_draft_path)
    added_at = models.DateTimeField(default=clock.now, db_index=True)

    objects = DraftFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
