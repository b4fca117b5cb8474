"""The incident card: the annex of a letter, as the union of what authorities ask for.

No official form was found; these are the core fields that comparable regimes ask for, numbered as in
docs/incident-card.md. Each field is prefilled from the record and says from where.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from core import dates
from core.text import within_sentence
from incidents.models import AffectedCustomer, Incident
from incidents.terms import Flag, Kind, Severity
from notifications.models import Letter
from notifications.terms import Phase

BOTH = frozenset(Phase)
RECORD = "record"  # source of a text that the record filled; else the number of a letter or a person's name
FINAL_ONLY = frozenset({Phase.FINAL})

GROUPS: dict[str, "str | Promise"] = {
    "company": gettext_lazy("Company and contact"),
    "event": gettext_lazy("What happened"),
    "scope": gettext_lazy("Data, systems and people"),
    "measures": gettext_lazy("Measures"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """What prefilling looks at."""

    incident: Incident
    organisation: Organisation
    earlier: Letter | None  # the letter of the phase before, of the same authority


@dataclass(frozen=True, slots=True)
class CardField:
    key: str
    group: str
    label: "str | Promise"
    fill: Callable[[Source], str]
    comes_from: "str | Promise"
    phases: frozenset[Phase] = BOTH
    is_required: bool = False
    rows: int = 2


def _organisation(source: Source) -> str:
    o = source.organisation
    parts = [o.full_name, o.tin and _("taxpayer number %(tin)s") % {"tin": o.tin}, o.address, o.phone]
    return ", ".join(filter(None, parts))


def _contact(source: Source) -> str:
    lead, o = source.incident.lead, source.organisation
    person = ", ".join(filter(None, [lead.full_name, lead.position, lead.phone, lead.email])) if lead else ""
    duty = _("around the clock: %(phone)s") % {"phone": o.duty_phone} if o.duty_phone else ""
    return "; ".join(filter(None, [person, duty, o.security_email]))


def _happened(source: Source) -> str:
    incident = source.incident
    if incident.happened_from is None:
        return ""
    start = dates.full(incident.happened_from)
    return f"{start} – {dates.full(incident.happened_to)}" if incident.happened_to else start


def _severity(source: Source) -> str:
    return str(Severity(source.incident.severity).label) if source.incident.severity else ""


def _people(source: Source) -> str:
    incident = source.incident
    customers = AffectedCustomer.objects.present().filter(incident=incident).count()
    parts = []
    if incident.people_count is not None:
        words = _("%(count)d people (estimate)") if incident.is_people_count_estimate else _("%(count)d people")
        parts.append(words % {"count": incident.people_count})
    if customers:
        parts.append(_("%(count)d customers") % {"count": customers})
    return ", ".join(parts)


def _data(source: Source) -> str:
    incident = source.incident
    answer = _("Personal data: %(answer)s") % {"answer": Flag(incident.personal_data).label}
    return f"{answer}. {incident.data_kinds}".strip()


def _malicious(source: Source) -> str:
    if source.incident.kind == Kind.FAILURE:
        return _("No sign of an unlawful act.")
    return ""


def _measures(source: Source) -> str:
    lines = []
    for action in source.incident.blockingaction_set.order_by("happened_at"):
        words = _("%(time)s: blocked, %(kind)s (%(where)s)") % {
            "time": dates.full(action.happened_at),
            "kind": within_sentence(str(action.kind_term.label)),
            "where": action.where,
        }
        checked = _("checked") if action.is_checked else _("not checked yet")
        lines.append(f"{words}; {checked}.")
    return "\n".join(lines)


def _planned(source: Source) -> str:
    rows = source.incident.measure_set.order_by("due_on")
    return "\n".join(f"{measure.title} ({dates.day(measure.due_on)})" for measure in rows)


def _others(source: Source) -> str:
    letters = Letter.objects.submitted().filter(incident=source.incident).select_related("authority")
    if source.earlier:
        letters = letters.exclude(authority=source.earlier.authority)
    return "; ".join(
        f"{letter.authority}, {dates.full(letter.submitted_at)}" for letter in letters if letter.submitted_at
    )


def _restored(source: Source) -> str:
    incident = source.incident
    when = dates.full(incident.reporting_at) if incident.reporting_at else ""
    return f"{when}. {incident.restored_how}".strip(". ")


def _lessons(source: Source) -> str:
    return _planned(source)


def _empty(source: Source) -> str:
    return ""


FIELDS: tuple[CardField, ...] = (
    CardField(
        "organisation",
        "company",
        gettext_lazy("Organisation: name, number, address"),
        _organisation,
        gettext_lazy("Settings: organisation"),
        is_required=True,
    ),
    CardField("sector", "company", gettext_lazy("Sector and kind of activity"), _empty, "", rows=1),
    CardField(
        "contact",
        "company",
        gettext_lazy("Contact person, e-mail, phone"),
        _contact,
        gettext_lazy("Facts: lead; settings: organisation"),
        is_required=True,
    ),
    CardField(
        "own_number",
        "event",
        gettext_lazy("Our reference number"),
        lambda s: s.incident.ref,
        gettext_lazy("Incident"),
        is_required=True,
        rows=1,
    ),
    CardField(
        "detected",
        "event",
        gettext_lazy("Detected at"),
        lambda s: dates.full(s.incident.noticed_at or s.incident.reported_at),
        gettext_lazy("Facts: noticed"),
        is_required=True,
        rows=1,
    ),
    CardField(
        "occurred", "event", gettext_lazy("Began and ended at"), _happened, gettext_lazy("Facts: happened"), rows=1
    ),
    CardField(
        "type",
        "event",
        gettext_lazy("Kind of incident"),
        lambda s: str(Kind(s.incident.kind).label),
        gettext_lazy("Facts: kind"),
        is_required=True,
        rows=1,
    ),
    CardField(
        "description",
        "event",
        gettext_lazy("Description"),
        lambda s: s.incident.title,
        gettext_lazy("Facts: what happened"),
        is_required=True,
        rows=5,
    ),
    CardField(
        "how_found",
        "event",
        gettext_lazy("How it was found"),
        lambda s: s.incident.how_found,
        gettext_lazy("Facts: how it was found"),
    ),
    CardField(
        "malicious", "event", gettext_lazy("Is an unlawful act suspected?"), _malicious, gettext_lazy("Facts: kind")
    ),
    CardField("severity", "event", gettext_lazy("Severity"), _severity, gettext_lazy("Facts: severity"), rows=1),
    CardField(
        "ended",
        "event",
        gettext_lazy("Ended, service restored"),
        _restored,
        gettext_lazy("State: reporting"),
        FINAL_ONLY,
        is_required=True,
    ),
    CardField(
        "cause",
        "event",
        gettext_lazy("Cause"),
        lambda s: s.incident.cause,
        gettext_lazy("Facts: cause"),
        FINAL_ONLY,
        is_required=True,
        rows=4,
    ),
    CardField(
        "systems",
        "scope",
        gettext_lazy("Affected systems"),
        lambda s: s.incident.systems,
        gettext_lazy("Facts: systems"),
        is_required=True,
    ),
    CardField(
        "people",
        "scope",
        gettext_lazy("Number of people and customers"),
        _people,
        gettext_lazy("Facts: people; affected customers"),
        is_required=True,
    ),
    CardField(
        "data",
        "scope",
        gettext_lazy("Categories of data and of people"),
        _data,
        gettext_lazy("Facts: kinds of data"),
        is_required=True,
    ),
    CardField("services", "scope", gettext_lazy("Affected services and processes"), _empty, ""),
    CardField(
        "impact",
        "scope",
        gettext_lazy("Impact on confidentiality, integrity, availability"),
        lambda s: s.incident.consequences,
        gettext_lazy("Facts: consequences"),
    ),
    CardField("indicators", "scope", gettext_lazy("Indicators of compromise"), _empty, "", rows=3),
    CardField(
        "taken",
        "measures",
        gettext_lazy("Measures taken"),
        _measures,
        gettext_lazy("Blocking actions"),
        is_required=True,
        rows=5,
    ),
    CardField(
        "planned",
        "measures",
        gettext_lazy("Measures planned"),
        _planned,
        gettext_lazy("Preventive measures"),
        rows=4,
    ),
    CardField(
        "lessons",
        "measures",
        gettext_lazy("Lessons and permanent repair"),
        _lessons,
        gettext_lazy("Preventive measures"),
        FINAL_ONLY,
        is_required=True,
        rows=4,
    ),
    CardField("told", "measures", gettext_lazy("Customers told: when, how, how many"), _empty, "", FINAL_ONLY),
    CardField(
        "others",
        "measures",
        gettext_lazy("Other authorities informed"),
        _others,
        gettext_lazy("Letters of this incident"),
    ),
    CardField("help", "measures", gettext_lazy("Help asked for"), _empty, ""),
    CardField("sharing", "measures", gettext_lazy("Sharing limit (TLP)"), lambda s: "TLP:AMBER", "", rows=1),
    CardField("other", "measures", gettext_lazy("Other relevant information"), _empty, ""),
)


def fields_of(phase: Phase, group: str = "") -> list[CardField]:
    return [f for f in FIELDS if phase in f.phases and (not group or f.group == group)]


def prefill(source: Source, phase: Phase) -> dict[str, dict[str, object]]:
    """The card as the record fills it, in the active language. What the last letter said comes first
    where the record itself has no such fact."""
    card: dict[str, dict[str, object]] = {}
    for field in fields_of(phase):
        text, comes_from = field.fill(source), RECORD if field.comes_from else ""
        if not text and source.earlier:
            text = str(source.earlier.card.get(field.key, {}).get("text", ""))
            comes_from = source.earlier.ref
        card[field.key] = {"text": text, "is_unknown": False, "source": comes_from if text else ""}
    return card


def source_words(field: CardField, entry: dict[str, object]) -> str:
    """Where the text of a field comes from, in the reader's language: the record, a letter, a person."""
    source = str(entry.get("source", ""))
    return str(field.comes_from) if source == RECORD else source


def gaps(card: dict[str, dict[str, object]], phase: Phase) -> list[CardField]:
    """Fields that must be filled before signing. In the initial letter “not known yet” fills a field."""
    open_fields = []
    for field in fields_of(phase):
        value = card.get(field.key, {})
        is_filled = bool(str(value.get("text", "")).strip()) or (
            phase is Phase.INITIAL and bool(value.get("is_unknown"))
        )
        if field.is_required and not is_filled:
            open_fields.append(field)
    return open_fields


def filled_share(card: dict[str, dict[str, object]], phase: Phase) -> tuple[int, int]:
    """How many fields hold an answer, of how many."""
    fields = fields_of(phase)
    held = [
        f for f in fields if str(card.get(f.key, {}).get("text", "")).strip() or card.get(f.key, {}).get("is_unknown")
    ]
    return len(held), len(fields)
