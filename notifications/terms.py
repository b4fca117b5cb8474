"""The words of telling others."""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

LANGUAGES = ("uz", "uz-cyrl", "ru", "en")


class Basis(models.TextChoices):
    """Where a limit comes from. A company target never passes for law."""

    LAW = "law", _("Law")
    POLICY = "policy", _("Policy")
    CONTRACT = "contract", _("Contract")


class Confidence(models.TextChoices):
    HIGH = "H", _("read in the text of the act")
    MEDIUM = "M", _("from a law firm or newspaper")
    LOW = "L", _("one weak source")


class NoticeKind(models.TextChoices):
    FIRST = "first", _("First notice")
    UPDATE = "update", _("Update")
    FINAL = "final", _("Final notice")


class NoticeState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    WAITING = "waiting", _("Waits for approval")
    APPROVED = "approved", _("Approved")
    CANCELLED = "cancelled", _("Cancelled")

    @property
    def tone(self) -> str:
        return {"draft": "", "waiting": "med", "approved": "ok", "cancelled": ""}[self.value]

    @property
    def glyph(self) -> str:
        return {"draft": "ring", "waiting": "ring-dot", "approved": "disc-check", "cancelled": "dash"}[self.value]


# The required parts of a customer notice, in their order; each is a field of NoticeText.
PARTS: dict[str, "str | Promise"] = {
    "what_happened": _("What happened"),
    "what_data": _("What data"),
    "what_we_did": _("What we did"),
    "what_to_do": _("What you should do"),
    "what_next": _("What comes next"),
    "contact": _("Contact"),
}
SUBJECT_LENGTH = 78
# Named fields that a notice may hold; each is filled for every recipient, nothing else is.
FIELDS = frozenset({"customer", "contact", "count", "incident"})


class Phase(models.TextChoices):
    INITIAL = "initial", _("Initial")
    FINAL = "final", _("Final")


class LetterState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SIGNED = "signed", _("Signed")
    SUBMITTED = "submitted", _("Submitted")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    CANCELLED = "cancelled", _("Cancelled")

    @property
    def tone(self) -> str:
        return {"draft": "med", "signed": "info", "submitted": "ok", "acknowledged": "ok", "cancelled": ""}[self.value]

    @property
    def glyph(self) -> str:
        return {
            "draft": "ring",
            "signed": "disc-half",
            "submitted": "disc-most",
            "acknowledged": "disc-check",
            "cancelled": "dash",
        }[self.value]


class Channel(models.TextChoices):
    EMAIL = "email", _("E-mail from here")
    LETTER = "letter", _("Letter by post")
    COURIER = "courier", _("By hand or courier")
    PORTAL = "portal", _("Web portal of the authority")
    PROTECTED = "protected", _("Protected e-mail (E-XAT)")
    OTHER = "other", _("Another way")


DUTY_TITLES: dict[str, "str | Promise"] = {
    "block": _("Block the source"),
    "customers": _("Tell affected customers"),
    "center": _("Tell the State Cybersecurity Center: initial"),
    "center_final": _("Tell the State Cybersecurity Center: final"),
    "report": _("Sign the incident report"),
}
