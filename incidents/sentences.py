"""What an entry of the timeline says, in one sentence of the reader's language.

The sentence is plain text: pages put it into HTML, the officer's report prints it.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incidents.models import TimelineEntry
from incidents.terms import DeclarationKind, EntryKind, Flag, Kind, Outcome, Severity, State

Facts = dict[str, Any]


def sentence(entry: TimelineEntry) -> str:
    """Who did what. The person stands first; the system is named where nobody acted."""
    who = str(entry.added_by) if entry.added_by else "Hodisa"
    return _SENTENCES[EntryKind(entry.kind)](entry, {**entry.facts, "who": who})


def _extended(entry: TimelineEntry, facts: Facts) -> str:
    return _("%(who)s added to the report") % facts


def _triaged(entry: TimelineEntry, facts: Facts) -> str:
    return _("%(who)s confirmed the incident: %(kind)s, %(severity)s, led by %(lead)s") % {
        **facts,
        "kind": Kind(facts["kind"]).label,
        "severity": Severity(facts["severity"]).label,
    }


def _dismissal(entry: TimelineEntry, facts: Facts) -> str:
    return {
        "asked": _("%(who)s asks for a second opinion: not an incident"),
        "agreed": _("%(who)s closed the report as not an incident"),
        "refused": _("%(who)s gave a second opinion: it stays an open report"),
    }[facts["step"]] % facts


def _changed_facts(entry: TimelineEntry, facts: Facts) -> str:
    words: list[str] = []
    for field in facts["fields"]:
        label = str(FACT_WORDS.get(field, field))
        if label not in words:
            words.append(label)
    return _("%(who)s changed the facts: %(facts)s") % {**facts, "facts": ", ".join(words)}


FACT_WORDS = {
    "title": gettext_lazy("title"),
    "kind": gettext_lazy("kind"),
    "noticed_at": gettext_lazy("noticed"),
    "happened_from": gettext_lazy("happened"),
    "happened_to": gettext_lazy("happened"),
    "is_happened_unknown": gettext_lazy("happened"),
    "systems": gettext_lazy("systems"),
    "personal_data": gettext_lazy("personal data"),
    "infrastructure": gettext_lazy("threat to the infrastructure"),
    "data_kinds": gettext_lazy("kinds of data"),
    "people_count": gettext_lazy("number of people"),
    "is_people_count_estimate": gettext_lazy("number of people"),
    "how_found": gettext_lazy("how it was found"),
    "cause": gettext_lazy("cause"),
    "consequences": gettext_lazy("consequences"),
    "restored_how": gettext_lazy("how it was restored"),
    "lead": gettext_lazy("lead"),
}


def _severity(entry: TimelineEntry, facts: Facts) -> str:
    return _("%(who)s changed the severity: %(before)s → %(after)s") % {
        **facts,
        "before": Severity(facts["before"]).label if facts["before"] else "–",
        "after": Severity(facts["after"]).label,
    }


def _state(entry: TimelineEntry, facts: Facts) -> str:
    if outcome := facts.get("outcome"):
        return _("%(who)s closed the incident: %(outcome)s") % {**facts, "outcome": Outcome(outcome).label}
    return _("%(who)s changed the state: %(before)s → %(after)s") % {
        **facts,
        "before": State(facts["before"]).label,
        "after": State(facts["after"]).label,
    }


def _correction(entry: TimelineEntry, facts: Facts) -> str:
    number = entry.corrects.number if entry.corrects else 0
    return _("%(who)s corrected entry %(number)d") % {**facts, "number": number}


def _block(entry: TimelineEntry, facts: Facts) -> str:
    action = entry.action
    assert action is not None
    return _("%(who)s blocked %(what)s (%(kind)s)") % {
        "who": action.blocked_by,
        "kind": action.kind_term.label,
        "what": action.what,
    }


def _check(entry: TimelineEntry, facts: Facts) -> str:
    assert entry.action is not None
    words = (
        _("%(who)s checked the block of %(what)s: it works")
        if facts["is_effective"]
        else _("%(who)s checked the block of %(what)s: it does not work")
    )
    return words % {**facts, "what": entry.action.what}


def _lift(entry: TimelineEntry, facts: Facts) -> str:
    assert entry.action is not None
    return _("%(who)s lifted the block of %(what)s") % {**facts, "what": entry.action.what}


def _evidence(entry: TimelineEntry, facts: Facts) -> str:
    assert entry.evidence is not None
    return _("%(who)s added evidence %(name)s") % {**facts, "name": entry.evidence.name}


def _task(entry: TimelineEntry, facts: Facts) -> str:
    words = (
        _("%(who)s finished the task: %(title)s") if facts["step"] == "done" else _("%(who)s added a task: %(title)s")
    )
    return words % facts


def _measure(entry: TimelineEntry, facts: Facts) -> str:
    if facts["step"] == "done":
        return _("%(who)s finished the preventive measure: %(title)s") % facts
    return _("%(who)s gave %(owner)s a preventive measure: %(title)s") % facts


def _customers(entry: TimelineEntry, facts: Facts) -> str:
    match facts["step"]:
        case "decided":
            return _("%(who)s decided whether customers are affected: %(answer)s") % {
                **facts,
                "answer": Flag(facts["answer"]).label,
            }
        case "attached":
            return (
                ngettext(
                    "%(who)s marked %(count)d customer as affected",
                    "%(who)s marked %(count)d customers as affected",
                    facts["count"],
                )
                % facts
            )
        case _:
            return _("%(who)s took %(name)s off the affected list") % {**facts, "name": ", ".join(facts["names"])}


def _declaration(entry: TimelineEntry, facts: Facts) -> str:
    words = {
        "asked": _("%(who)s asks the director to sign: %(what)s"),
        "signed": _("%(who)s signed: %(what)s"),
        "refused": _("%(who)s did not sign: %(what)s"),
    }[facts["step"]]
    return words % {**facts, "what": DeclarationKind(facts["kind"]).label}


def _officer_report(entry: TimelineEntry, facts: Facts) -> str:
    return {
        "drafted": _("%(who)s started the report %(ref)s"),
        "signed": _("%(who)s signed the report %(ref)s"),
    }[facts["step"]] % facts


def _notice(entry: TimelineEntry, facts: Facts) -> str:
    if facts["step"] in {"submitted", "approved"}:
        words = {
            "submitted": ngettext(
                "%(who)s sent %(ref)s for approval: %(recipients)d recipient",
                "%(who)s sent %(ref)s for approval: %(recipients)d recipients",
                facts["recipients"],
            ),
            "approved": ngettext(
                "%(who)s approved %(ref)s: it goes to %(recipients)d recipient",
                "%(who)s approved %(ref)s: it goes to %(recipients)d recipients",
                facts["recipients"],
            ),
        }
        return words[facts["step"]] % facts
    return {
        "started": _("%(who)s started the customer notice %(ref)s"),
        "returned": _("%(who)s returned %(ref)s to its author"),
        "cancelled": _("%(who)s cancelled %(ref)s"),
        "paused": _("%(who)s paused the sending of %(ref)s"),
        "resumed": _("%(who)s resumed the sending of %(ref)s"),
    }[facts["step"]] % facts


def _call(entry: TimelineEntry, facts: Facts) -> str:
    if facts["step"] == "waived":
        return _("%(who)s signed that %(customer)s need not be told") % facts
    return _("%(who)s told %(customer)s by phone, speaking with %(with)s") % facts


def _letter(entry: TimelineEntry, facts: Facts) -> str:
    return {
        "started": _("%(who)s started the letter %(ref)s to %(authority)s"),
        "cancelled": _("%(who)s cancelled the letter %(ref)s"),
        "returned": _("%(who)s returned the letter %(ref)s to its author"),
        "signed": _("%(who)s signed the letter %(ref)s to %(authority)s"),
        "sent": _("%(who)s sent the letter %(ref)s to %(authority)s by e-mail"),
        "accepted": _("The mail server took the letter %(ref)s to %(authority)s"),
        "submitted": _("%(who)s submitted the letter %(ref)s to %(authority)s"),
        "acknowledged": _("%(who)s recorded that %(authority)s received the letter %(ref)s"),
    }[facts["step"]] % facts


_SENTENCES: dict[EntryKind, Callable[[TimelineEntry, Facts], str]] = {
    EntryKind.REPORTED: lambda e, f: _("%(who)s reported; recorded in the incident log") % f,
    EntryKind.EXTENDED: _extended,
    EntryKind.TRIAGED: _triaged,
    EntryKind.MERGED: lambda e, f: _("%(who)s closed this report as part of %(into)s") % f,
    EntryKind.ABSORBED: lambda e, f: _("%(who)s joined the report %(ref)s of %(reporter)s to this incident") % f,
    EntryKind.DISMISSAL: _dismissal,
    EntryKind.FACTS: _changed_facts,
    EntryKind.SEVERITY: _severity,
    EntryKind.STATE: _state,
    EntryKind.NOTE: lambda e, f: _("%(who)s wrote a note") % f,
    EntryKind.EVENT: lambda e, f: _("%(who)s noted an event") % f,
    EntryKind.CORRECTION: _correction,
    EntryKind.BLOCK: _block,
    EntryKind.CHECK: _check,
    EntryKind.LIFT: _lift,
    EntryKind.EVIDENCE: _evidence,
    EntryKind.TASK: _task,
    EntryKind.MEASURE: _measure,
    EntryKind.CUSTOMERS: _customers,
    EntryKind.DECLARATION: _declaration,
    EntryKind.OFFICER_REPORT: _officer_report,
    EntryKind.NOTICE: _notice,
    EntryKind.CALL: _call,
    EntryKind.LETTER: _letter,
}
