"""The words of an incident: kinds, severities, answers, and how each is drawn.

A word carries its tone and its drawing, so that every badge agrees. Colour never speaks alone.
"""

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What happened (policy 4.1 names data breach, hacking, virus attack and equipment failure)."""

    ACCOUNT = "account", _("Account takeover")
    PHISHING = "phishing", _("Phishing")
    EXPOSURE = "exposure", _("Data breach")
    INTRUSION = "intrusion", _("Break-in")
    MALWARE = "malware", _("Virus or malware")
    DEFACEMENT = "defacement", _("Website defacement")
    OVERLOAD = "overload", _("Denial of service")
    DEVICE = "device", _("Lost or stolen device")
    FAILURE = "failure", _("Equipment or service failure")
    OTHER = "other", _("Something else")
    UNKNOWN = "unknown", _("Not known yet")


# The eight answers of the report form, in the words of somebody who is not a specialist.
REPORTER_KINDS: list[tuple[str, "str | Promise"]] = [
    (Kind.ACCOUNT, _("Strange sign-in or hacked account")),
    (Kind.PHISHING, _("Suspicious message or link")),
    (Kind.EXPOSURE, _("Data sent or shown to the wrong people")),
    (Kind.MALWARE, _("Virus or strange program")),
    (Kind.DEVICE, _("Lost or stolen device")),
    (Kind.FAILURE, _("Equipment or service failure")),
    (Kind.OTHER, _("Something else")),
    (Kind.UNKNOWN, _("I do not know")),
]


class Severity(models.IntegerChoices):
    CRITICAL = 4, _("Critical")
    HIGH = 3, _("High")
    MEDIUM = 2, _("Medium")
    LOW = 1, _("Low")

    @property
    def tone(self) -> str:
        return {4: "crit", 3: "high", 2: "med", 1: "low"}[self.value]

    @property
    def glyph(self) -> str:
        return f"bars-{self.value}"


class Flag(models.TextChoices):
    """An answer that may be open: “not known yet” is written, never left blank."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known yet")


class State(models.TextChoices):
    """How far the work is. What it turned out to be is the outcome."""

    REPORTED = "reported", _("Reported")
    INVESTIGATING = "investigating", _("Investigating")
    CONTAINED = "contained", _("Contained")
    REPORTING = "reporting", _("Reporting")
    CLOSED = "closed", _("Closed")

    @property
    def tone(self) -> str:
        return {"reported": "", "investigating": "info", "contained": "low", "reporting": "med", "closed": "ok"}[
            self.value
        ]

    @property
    def glyph(self) -> str:
        return {
            "reported": "ring-dashed",
            "investigating": "disc-half",
            "contained": "disc-most",
            "reporting": "ring-dot",
            "closed": "disc-check",
        }[self.value]


class Outcome(models.TextChoices):
    CONFIRMED = "confirmed", _("Confirmed incident")
    SIGN_ONLY = "sign_only", _("Sign only, no incident")
    NOT_INCIDENT = "not_incident", _("Not an incident")
    DUPLICATE = "duplicate", _("Part of another incident")


class ActionKind(models.TextChoices):
    """What can be blocked."""

    IP = "ip", _("IP address")
    ACCOUNT = "account", _("Account")
    KEY = "key", _("Key or token")
    SESSION = "session", _("Session")
    URL = "url", _("Web address")
    HOST = "host", _("Host or device")
    MAIL_RULE = "mail_rule", _("Mail rule")
    FEATURE = "feature", _("Feature of the service")
    OTHER = "other", _("Something else")

    @property
    def how_to_check(self) -> "str | Promise":
        """Offered as the method of the check."""
        return _HOW_TO_CHECK[self.value]


_HOW_TO_CHECK: dict[str, "str | Promise"] = {
    "ip": _("Tried to connect from that address, or read the counter of the firewall rule"),
    "account": _("Tried to sign in with the account, and read that its sessions have ended"),
    "key": _("Sent a request with the key and got a refusal"),
    "session": _("Sent a request with the session and got a refusal"),
    "url": _("Opened the address from outside and saw that it does not answer"),
    "host": _("Looked at the network: the host sends and receives nothing"),
    "mail_rule": _("Sent a test mail and saw that the rule stops it"),
    "feature": _("Tried to use the feature and was refused"),
    "other": "",
}


class DeclarationKind(models.TextChoices):
    """What may be signed instead of done."""

    NOTHING_TO_BLOCK = "nothing_to_block", _("Nothing to block")
    NO_MEASURE_NEEDED = "no_measure_needed", _("No preventive measure needed")
    CENTER_NOT_REQUIRED = "center_not_required", _("Notifying the Center is not required")


class EntryKind(models.TextChoices):
    """What an entry of the timeline tells of; each has a template in templates/timeline/."""

    REPORTED = "reported", _("Report")
    EXTENDED = "extended", _("Addition to the report")
    TRIAGED = "triaged", _("Confirmation")
    MERGED = "merged", _("Part of another incident")
    ABSORBED = "absorbed", _("Report of another person")
    DISMISSAL = "dismissal", _("Not an incident")
    FACTS = "facts", _("Facts")
    SEVERITY = "severity", _("Severity")
    STATE = "state", _("State")
    NOTE = "note", _("Note")
    EVENT = "event", _("Event")
    CORRECTION = "correction", _("Correction")
    BLOCK = "block", _("Blocking action")
    CHECK = "check", _("Check of a block")
    LIFT = "lift", _("Lifted block")
    EVIDENCE = "evidence", _("Evidence")
    TASK = "task", _("Task")
    MEASURE = "measure", _("Preventive measure")
    CUSTOMERS = "customers", _("Affected customers")
    DECLARATION = "declaration", _("Declaration")
    OFFICER_REPORT = "officer_report", _("Incident report")
    NOTICE = "notice", _("Customer notice")
    CALL = "call", _("Call to a customer")
    LETTER = "letter", _("Letter to an authority")

    @property
    def icon(self) -> str:
        return _ENTRY_ICONS[self.value]


_ENTRY_ICONS = {
    "reported": "clipboard-list",
    "extended": "clipboard-list",
    "triaged": "arrow-right",
    "merged": "link",
    "absorbed": "link",
    "dismissal": "users",
    "facts": "sliders-horizontal",
    "severity": "arrow-right",
    "state": "arrow-right",
    "note": "sticky-note",
    "event": "clock",
    "correction": "pencil",
    "block": "ban",
    "check": "check",
    "lift": "rotate-cw",
    "evidence": "paperclip",
    "task": "list-checks",
    "measure": "shield-check",
    "customers": "users",
    "declaration": "pen-line",
    "officer_report": "file-text",
    "notice": "mail",
    "call": "phone",
    "letter": "landmark",
}

# Filter chips above the timeline.
ENTRY_GROUPS: dict[str, tuple["str | Promise", frozenset[EntryKind]]] = {
    "blocks": (_("Blocks"), frozenset({EntryKind.BLOCK, EntryKind.CHECK, EntryKind.LIFT})),
    "notes": (_("Notes"), frozenset({EntryKind.NOTE, EntryKind.EVENT, EntryKind.CORRECTION})),
    "evidence": (_("Evidence"), frozenset({EntryKind.EVIDENCE})),
    "sent": (_("Sent"), frozenset({EntryKind.NOTICE, EntryKind.CALL, EntryKind.LETTER})),
    "state": (_("State"), frozenset({EntryKind.TRIAGED, EntryKind.STATE, EntryKind.SEVERITY, EntryKind.DISMISSAL})),
}
