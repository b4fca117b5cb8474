from django.db import models
from django.urls import reverse

from core.fields import ProseField
from incidents.models.base import CaseRow, who
from incidents.terms import EntryKind


class Audience(models.TextChoices):
    TEAM = "team"
    OFFICERS = "officers"


class TimelineEntryQuerySet(models.QuerySet["TimelineEntry"]):
    def for_officers(self, *, is_officer: bool) -> "TimelineEntryQuerySet":
        """Entries for officers only are hidden from everybody else."""
        return self if is_officer else self.filter(audience=Audience.TEAM)

    def in_report(self) -> "TimelineEntryQuerySet":
        return self.filter(is_in_report=True)


class TimelineEntry(CaseRow):
    """One thing that happened, with two times: when it happened, and when it was added.

    Entries are never edited. A correction is a new entry that points to the old one. Only the mark
    *use in report* may change.
    """

    kind = models.CharField(max_length=16, choices=EntryKind.choices)
    happened_at = models.DateTimeField()
    added_by = who(null=True, blank=True)
    audience = models.CharField(max_length=8, choices=Audience.choices, default=Audience.TEAM)
    is_in_report = models.BooleanField(default=False)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrections")
    # What the sentence of this kind needs: names and numbers as they were.
    facts = models.JSONField(default=dict)

    note = models.ForeignKey("incidents.Note", on_delete=models.PROTECT, null=True, blank=True, related_name="entries")
    action = models.ForeignKey(
        "incidents.BlockingAction", on_delete=models.PROTECT, null=True, blank=True, related_name="entries"
    )
    evidence = models.ForeignKey(
        "incidents.Evidence", on_delete=models.PROTECT, null=True, blank=True, related_name="entries"
    )

    # Numbers of later entries that correct this one; filled by the selectors.
    corrected_by: tuple[int, ...] = ()

    objects = TimelineEntryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="entry_number_once")]
        indexes = [models.Index(fields=["incident", "-added_at"], name="entry_newest")]

    def __str__(self) -> str:
        return f"{self.incident.ref}/{self.number} {self.kind}"

    def get_absolute_url(self) -> str:
        return f"{self.incident.get_absolute_url()}#entry-{self.number}"

    @property
    def kind_term(self) -> EntryKind:
        return EntryKind(self.kind)

    @property
    def template(self) -> str:
        return f"timeline/{self.kind}.html"

    @property
    def was_added_later(self) -> bool:
        return abs((self.added_at - self.happened_at).total_seconds()) >= 60


class Note(CaseRow):
    """A finding in words, in a Markdown subset. Kept as written; corrected by another note."""

    text = ProseField(limit=20_000)
    written_by = who()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "number"], name="note_number_once")]

    def __str__(self) -> str:
        return f"{self.incident.ref} note {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("incident_notes", args=[self.incident.ref]) + f"#note-{self.number}"
