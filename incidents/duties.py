"""The four immediate duties of policy 4.1, computed from the record and never ticked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core import dates
from incidents.case import CaseFacts
from incidents.obligations import ClockLine, NotifyFacts, Telling, Words

SOON = 0.75  # from this part of its time on, a clock is marked


class Status(Enum):
    """Each with its words, its drawing and the class of its box."""

    NOT_STARTED = (gettext_lazy("Not started"), "ring", "")
    IN_PROGRESS = (gettext_lazy("In progress"), "disc-half", "part")
    DONE = (gettext_lazy("Done"), "disc-check", "done")
    NOT_REQUIRED = (gettext_lazy("Not required"), "dash", "done")
    LATE = (gettext_lazy("Late"), "ring-dot", "hot late")

    @property
    def words(self) -> Words:
        return self.value[0]

    @property
    def glyph(self) -> str:
        return self.value[1]

    @property
    def css(self) -> str:
        return self.value[2]


@dataclass(frozen=True, slots=True)
class Duty:
    code: str
    title: Words
    status: Status
    lines: tuple[Words, ...]
    step: Words = ""
    url: str = ""
    clock: ClockLine | None = None
    is_soon: bool = False

    @property
    def css(self) -> str:
        return "hot" if self.is_soon and self.status is not Status.LATE else self.status.css


RECORD, BLOCK, NOTIFY, INVESTIGATE = "record", "block", "notify", "investigate"


def four(facts: CaseFacts, notify: NotifyFacts, clocks: Sequence[ClockLine], *, at: datetime) -> list[Duty]:
    """Record, Block, Notify, Investigate, in that order."""
    by_code = {clock.code: clock for clock in clocks}
    tell = [by_code[code] for code in ("customers", "center") if code in by_code and by_code[code].is_running]
    pairs = [
        (_record(facts), None),
        (_block(facts), by_code.get("block")),
        (_notify(facts, notify), min(tell, key=_urgency, default=None)),
        (_investigate(facts), by_code.get("report")),
    ]
    return [_with_clock(duty, clock, at) for duty, clock in pairs]


def _urgency(clock: ClockLine) -> tuple[bool, datetime]:
    return (clock.due_at is None, clock.due_at or clock.started_at)


def _with_clock(duty: Duty, clock: ClockLine | None, at: datetime) -> Duty:
    if clock is None or duty.status in {Status.DONE, Status.NOT_REQUIRED}:
        return duty
    late = clock.is_running and clock.is_late(at)
    return Duty(
        duty.code,
        duty.title,
        Status.LATE if late else duty.status,
        duty.lines,
        duty.step,
        duty.url,
        clock if clock.is_running else None,
        is_soon=clock.is_running and clock.share(at) >= SOON,
    )


def _record(facts: CaseFacts) -> Duty:
    took = facts.reported_at - facts.noticed_at if facts.noticed_at else None
    lines: list[Words] = [
        _("In %(span)s, at %(time)s.") % {"span": dates.span(took), "time": f"{dates.local(facts.reported_at):%H:%M}"}
        if took is not None and took.total_seconds() >= 60
        else _("At %(time)s.") % {"time": dates.short(facts.reported_at)}
    ]
    if not facts.missing_facts:
        lines.append(_("All 9 facts filled."))
        return Duty(RECORD, _("Record"), Status.DONE, tuple(lines), _("Open the facts"), f"{facts.url}facts/")
    open_facts = len(facts.missing_facts)
    lines.append(ngettext("%(n)d of 9 facts is open.", "%(n)d of 9 facts are open.", open_facts) % {"n": open_facts})
    return Duty(RECORD, _("Record"), Status.IN_PROGRESS, tuple(lines), _("Fill the facts"), f"{facts.url}facts/")


def _block(facts: CaseFacts) -> Duty:
    title, url = _("Block the source"), f"{facts.url}blocking/"
    if facts.confirmed_at is None:
        return Duty(BLOCK, title, Status.NOT_STARTED, (_("Starts when the report is confirmed."),))
    if facts.nothing_to_block_at and not facts.blocks:
        return Duty(BLOCK, title, Status.NOT_REQUIRED, (_("Signed: nothing to block."),), _("Read the reason"), url)
    if not facts.blocks:
        span = dates.span_since(facts.confirmed_at)
        return Duty(
            BLOCK,
            title,
            Status.NOT_STARTED,
            (_("Nothing blocked yet. Running for %(span)s.") % {"span": span},),
            _("Record a block"),
            f"{url}new/",
        )
    checked = facts.blocks - facts.blocks_open
    lines = (
        ngettext("%(checked)d of %(n)d block checked.", "%(checked)d of %(n)d blocks checked.", facts.blocks)
        % {"checked": checked, "n": facts.blocks},
    )
    if facts.blocks_open:
        return Duty(BLOCK, title, Status.IN_PROGRESS, lines, _("Check what is not checked"), url)
    return Duty(BLOCK, title, Status.DONE, lines, _("Open the blocks"), url)


def _notify(facts: CaseFacts, notify: NotifyFacts) -> Duty:
    title = _("Notify")
    if facts.confirmed_at is None:
        return Duty(NOTIFY, title, Status.NOT_STARTED, (_("Starts when the report is confirmed."),))
    sides = (notify.customers, notify.center)
    lines = tuple(side.words for side in sides)
    open_side = next((side for side in sides if not side.is_done), None)
    if open_side is None:
        waived = all(side.is_waived or not side.is_required for side in sides)
        status = Status.NOT_REQUIRED if waived else Status.DONE
        return Duty(NOTIFY, title, status, lines, notify.customers.step, notify.customers.url)
    status = Status.IN_PROGRESS if _has_begun(sides) else Status.NOT_STARTED
    return Duty(NOTIFY, title, status, lines, open_side.step, open_side.url)


def _has_begun(sides: tuple[Telling, ...]) -> bool:
    return any(side.is_done and side.is_required for side in sides)


def _investigate(facts: CaseFacts) -> Duty:
    title = _("Investigate")
    if facts.confirmed_at is None:
        return Duty(INVESTIGATE, title, Status.NOT_STARTED, (_("Starts when the report is confirmed."),))
    cause = _("Cause found.") if facts.has_cause else _("Cause not known yet.")
    work = ngettext("%(done)d of %(n)d task done.", "%(done)d of %(n)d tasks done.", facts.tasks) % {
        "done": facts.tasks_done,
        "n": facts.tasks,
    }
    if facts.is_report_signed:
        report, step = _("Report signed."), _("Open the report")
    elif facts.has_report:
        report, step = _("Report is a draft."), _("Continue the report")
    else:
        report, step = _("Report not started."), _("Start the report")
    done = facts.has_cause and not facts.tasks_required_open and facts.is_report_signed
    status = Status.DONE if done else Status.IN_PROGRESS
    return Duty(INVESTIGATE, title, status, (f"{cause} {work}", report), step, f"{facts.url}report/")
