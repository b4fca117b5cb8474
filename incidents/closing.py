"""What *Closed* demands (policy 4.1–4.3): eight conditions, each with the way to what is missing."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from incidents.case import CaseFacts
from incidents.obligations import NotifyFacts, Words
from incidents.workflow import FACTS


@dataclass(frozen=True, slots=True)
class Condition:
    number: int
    title: Words
    is_met: bool
    url: str
    progress: str = ""
    missing: Words = ""

    @property
    def glyph(self) -> str:
        return "disc-check" if self.is_met else ("disc-half" if self.has_begun else "ring")

    @property
    def has_begun(self) -> bool:
        return bool(self.progress) and not self.progress.startswith("0 ")


def conditions(facts: CaseFacts, notify: NotifyFacts) -> list[Condition]:
    """All eight, met or not. An incident closes only when every one of them is met."""
    circumstances = facts.circumstances()
    done = facts.tasks_required - facts.tasks_required_open
    return [
        Condition(
            1,
            _("Facts complete"),
            not facts.missing_facts,
            f"{facts.url}facts/",
            _of(9 - len(facts.missing_facts), 9),
            _("Missing: %(facts)s.") % {"facts": ", ".join(str(FACTS[key]) for key in facts.missing_facts)},
        ),
        Condition(
            2,
            _("Every block checked"),
            circumstances.are_blocks_settled,
            f"{facts.url}blocking/",
            _of(facts.blocks - facts.blocks_open, facts.blocks) if facts.blocks else "",
            _("Check every block, or sign that there is nothing to block."),
        ),
        Condition(
            3,
            _("Customers told, failures settled"),
            notify.customers.is_done,
            notify.customers.url,
            missing=notify.customers.words,
        ),
        Condition(
            4, _("Center told: initial, final"), notify.center.is_done, notify.center.url, missing=notify.center.words
        ),
        Condition(
            5,
            _("Evidence sealed"),
            facts.evidence_unsealed == 0,
            f"{facts.url}evidence/",
            _of(facts.evidence - facts.evidence_unsealed, facts.evidence) if facts.evidence else "",
            _("A file has no custody list."),
        ),
        Condition(
            6,
            _("Required tasks done"),
            facts.tasks_required_open == 0,
            f"{facts.url}tasks/",
            _of(done, facts.tasks_required) if facts.tasks_required else "",
            _("Finish the tasks that are needed to close."),
        ),
        Condition(
            7,
            _("Report signed by the officer"),
            facts.is_report_signed and not facts.is_report_outdated,
            f"{facts.url}report/",
            missing=_("The record changed after the report was signed. Sign a new version.")
            if facts.is_report_outdated
            else _("Sign the report; it can be signed once the incident is in “Reporting”."),
        ),
        Condition(
            8,
            _("Preventive measures assigned"),
            facts.measures > 0 or facts.no_measure_at is not None,
            f"{facts.url}measures/",
            str(facts.measures) if facts.measures else "",
            _("Add a measure with owner and day, or have the director sign that none is needed."),
        ),
    ]


def _of(part: int, whole: int) -> str:
    return _("%(part)d of %(whole)d") % {"part": part, "whole": whole}
