import uuid

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core import clock
from core.fields import LineField
from incidents.models.base import CaseRow, who


def _path(evidence: "Evidence", _filename: str) -> str:
    """A random name: nothing of the client's file name reaches the disk."""
    return f"evidence/{clock.now():%Y}/{uuid.uuid4().hex}"


class Evidence(CaseRow):
    """A file as it was taken: hashed by the server, sealed on arrival, read only as an attachment."""

    name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=100)  # media type, by content
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to=_path, max_length=120)
    taken_from = LineField(_("Taken from"), max_length=300)
    description = LineField(_("What it shows"), max_length=500, blank=True)
    happened_at = models.DateTimeField()
    added_by = who()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="evidence_number_once"),
            models.UniqueConstraint(fields=["incident", "sha256"], name="evidence_content_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("incident_evidence", args=[self.incident.ref]) + f"#evidence-{self.number}"


class CustodyEvent(models.Model):
    """Who had a piece of evidence in hand, when, and what for."""

    class What(models.TextChoices):
        SEALED = "sealed", _("sealed")
        DOWNLOADED = "downloaded", _("downloaded")
        VERIFIED = "verified", _("hash verified")

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="custody")
    what = models.CharField(max_length=10, choices=What.choices)
    by = who()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.what} {self.at}"
