from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.fields import ProseField
from incidents.models.base import CaseRow, who


class OfficerReport(CaseRow):
    """The officer's report on an incident (policy 4.2). `number` is its version.

    `record` is what the record said when it was last read: tables of the timeline, duties, blocks,
    notices, letters, measures and evidence. Signing freezes everything and the bytes of the PDF.
    """

    language = models.CharField(max_length=8)
    drafted_by = who()
    record = models.JSONField(default=dict)
    record_read_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = who(null=True, blank=True)
    signature = models.JSONField(default=list)  # the lines under the signature
    content_sha256 = models.CharField(max_length=64, blank=True)  # printed in the document
    pdf = models.BinaryField(null=True, blank=True)
    pdf_sha256 = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "number"], name="report_number_once"),
            models.UniqueConstraint(fields=["incident"], condition=Q(signed_at__isnull=True), name="report_one_draft"),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True, signed_by__isnull=True, pdf__isnull=True)
                | Q(signed_at__isnull=False, signed_by__isnull=False, pdf__isnull=False),
                name="report_signed_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        base = self.incident.ref.replace("INC-", "RPT-", 1)
        return base if self.number == 1 else f"{base}-v{self.number}"

    @property
    def audit_target(self) -> str:
        return f"report:{self.ref}"

    @property
    def is_signed(self) -> bool:
        return self.signed_at is not None

    def get_absolute_url(self) -> str:
        return reverse("report", args=[self.ref])


class ReportSection(models.Model):
    """One section in words: what the record says, and what a person made of it."""

    report = models.ForeignKey(OfficerReport, on_delete=models.CASCADE, related_name="sections")
    key = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField()
    drafted = ProseField(blank=True)  # from the record; drafting again changes only this
    edited = ProseField(_("Text"), null=True, blank=True)
    edited_by = who(null=True, blank=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["report", "key"], name="section_once")]

    def __str__(self) -> str:
        return self.key

    @property
    def text(self) -> str:
        return self.drafted if self.edited is None else self.edited

    @property
    def is_edited(self) -> bool:
        return self.edited is not None

    @property
    def has_newer_draft(self) -> bool:
        return self.edited is not None and self.edited != self.drafted
