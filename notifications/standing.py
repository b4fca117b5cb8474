"""The answer of this wing to the case's one question: are the customers told, is the Center told?

Everything is computed from rows: nobody ticks a duty.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import clock, dates
from incidents.case import CaseFacts
from incidents.models import AffectedCustomer, Incident
from incidents.obligations import ClockLine, NotifyFacts, Standing, Telling
from incidents.selectors import facts_of, with_case_facts
from incidents.terms import Flag
from notifications import clocks
from notifications.clocks import Rule
from notifications.models import Duty, Letter, Notice, Settlement
from notifications.terms import Basis, LetterState, NoticeKind, NoticeState, Phase
from outbox.models import Message
from outbox.selectors import progress
from outbox.states import State as MailState

CENTER = "center"  # code of the authority that the final condition of closing names


@dataclass(slots=True)
class _Tellings:
    """Rows about telling, by incident number."""

    affected: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    mails: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)  # (incident, customer)
    settled: dict[tuple[str, str], datetime] = field(default_factory=dict)
    notices: dict[str, list[Notice]] = field(default_factory=lambda: defaultdict(list))
    letters: dict[str, dict[str, Letter]] = field(default_factory=lambda: defaultdict(dict))


class Answer:
    def standing(self, incidents: Sequence[CaseFacts], *, at: datetime) -> dict[str, Standing]:
        rows, rules = _read(incidents), rules_by_code()
        found = {}
        for facts in incidents:
            initial = rows.letters[facts.ref].get(Phase.INITIAL)
            notify = NotifyFacts(
                customers=_customers(facts, rows),
                center=_center(facts, rows.letters[facts.ref]),
                center_initial_at=initial.submitted_at if initial else None,
            )
            found[facts.ref] = Standing(notify, tuple(clocks.lines(facts, notify, rules, at=at)))
        return found

    def report_tables(self, ref: str) -> dict[str, list[dict[str, Any]]]:
        notices = Notice.objects.filter(incident__ref=ref).left().select_related("approved_by").order_by("approved_at")
        letters = Letter.objects.filter(incident__ref=ref).alive().select_related("authority").order_by("started_at")
        return {
            "notices": [{"ref": notice.ref, "words": _notice_words(notice)} for notice in notices],
            "letters": [{"ref": letter.ref, "words": letter_words(letter)} for letter in letters],
            "clocks": [_clock_row(line, clock.now()) for line in _lines_of(ref)],
        }


def rules_by_code() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = defaultdict(list)
    for duty in Duty.objects.all():
        found[duty.code].append(
            Rule(
                duty.code,
                Basis(duty.basis),
                duty.citation,
                duty.target_minutes,
                duty.version,
                duty.valid_from,
                duty.valid_to,
            )
        )
    return found


def _read(incidents: Sequence[CaseFacts]) -> _Tellings:
    """Only what can exist is asked for: most incidents touch no customer and no authority."""
    rows = _Tellings()
    told = [facts.ref for facts in incidents if facts.customers_affected == Flag.YES]
    if told:
        _read_customers(rows, told)
    confirmed = [facts.ref for facts in incidents if facts.confirmed_at]
    letters = Letter.objects.alive().filter(incident__ref__in=confirmed, authority__code=CENTER)
    for letter in (
        letters.with_mail().select_related("incident").defer("pdf", "proof").order_by("pk") if confirmed else ()
    ):
        rows.letters[letter.incident.ref][letter.phase] = letter
    return rows


def _read_customers(rows: _Tellings, refs: list[str]) -> None:
    settled = Settlement.objects.filter(incident=OuterRef("incident"), customer=OuterRef("customer"))
    affected = AffectedCustomer.objects.present().filter(incident__ref__in=refs)
    for ref, customer, moment in affected.annotate(settled_at=Subquery(settled.values("happened_at")[:1])).values_list(
        "incident__ref", "customer__ref", "settled_at"
    ):
        rows.affected[ref].add(customer)
        if moment:
            rows.settled[ref, customer] = moment
    mails = (
        Message.objects.filter(batch__notice__incident__ref__in=refs, batch__notice__state=NoticeState.APPROVED)
        .values("batch__notice__incident__ref", "scope")
        .annotate(n=Count("pk"), sent=Count("pk", filter=Q(state=MailState.SENT)), last=Max("sent_at"))
        .order_by()
    )
    for mail in mails:
        rows.mails[mail["batch__notice__incident__ref"], mail["scope"]] = dict(mail)
    notices = Notice.objects.filter(incident__ref__in=refs).exclude(state=NoticeState.CANCELLED)
    for notice in notices.select_related("incident").order_by("pk"):
        rows.notices[notice.incident.ref].append(notice)


# --- customers ------------------------------------------------------------------------------------


def _customers(facts: CaseFacts, rows: _Tellings) -> Telling:
    url = f"{facts.url}customers/"
    if facts.customers_affected == Flag.NO:
        return Telling(False, True, None, _("Customers: none affected."), _("Read the reason"), url)
    if facts.customers_affected == Flag.UNKNOWN:
        words = _("Customers: not known yet whether any is affected.")
        return Telling(True, False, None, words, _("Decide who is affected"), url)
    affected = rows.affected[facts.ref]
    if not affected:
        return Telling(True, False, None, _("Customers: the list is empty."), _("Add affected customers"), url)
    told = {customer: _told_at(facts.ref, customer, rows) for customer in affected}
    moments = [moment for moment in told.values() if moment]
    words = ngettext("Customers: %(told)d of %(n)d told.", "Customers: %(told)d of %(n)d told.", len(affected)) % {
        "told": len(moments),
        "n": len(affected),
    }
    if len(moments) == len(affected):
        return Telling(True, True, max(moments), words, _("Open the customers"), url)
    return _open_customers(facts, rows.notices[facts.ref], words)


def _told_at(ref: str, customer: str, rows: _Tellings) -> datetime | None:
    """When a customer was told: every mail to them left, or somebody called, or it was waived."""
    if moment := rows.settled.get((ref, customer)):
        return moment
    mail = rows.mails.get((ref, customer))
    if mail and mail["sent"] == mail["n"]:
        moment = mail["last"]
        assert isinstance(moment, datetime)
        return moment
    return None


def _open_customers(facts: CaseFacts, notices: list[Notice], words: str) -> Telling:
    waiting = next((n for n in notices if n.state == NoticeState.WAITING), None)
    if waiting:
        text = _("Customers: %(ref)s waits for approval.") % {"ref": waiting.ref}
        step = _("Review and approve")
        return Telling(True, False, None, text, step, waiting.get_absolute_url(), waits_for=_("an approver"))
    sent = [n for n in notices if n.state == NoticeState.APPROVED]
    if sent:
        step = _("Settle who was not reached")
        return Telling(True, False, None, words, step, f"{sent[-1].get_absolute_url()}sending/", waits_for=facts.lead)
    draft = next((n for n in notices if n.state == NoticeState.DRAFT), None)
    if draft:
        text = _("Customers: %(ref)s is a draft.") % {"ref": draft.ref}
        return Telling(
            True, False, None, text, _("Continue the notice"), draft.get_absolute_url(), waits_for=facts.lead
        )
    return Telling(True, False, None, words, _("Write the notice"), f"{facts.url}notifications/", waits_for=facts.lead)


# --- the Center -----------------------------------------------------------------------------------


def _center(facts: CaseFacts, letters: dict[str, Letter]) -> Telling:
    url = f"{facts.url}regulator/"
    if facts.center_waived_at:
        words = _("Center: signed as not required.")
        return Telling(False, True, facts.center_waived_at, words, _("Read the reason"), url, is_waived=True)
    initial, final = letters.get(Phase.INITIAL), letters.get(Phase.FINAL)
    if initial and initial.is_submitted and final and final.is_submitted:
        return Telling(
            True, True, final.submitted_at, _("Center: initial and final submitted."), _("Open the letters"), url
        )
    if not facts.confirmed_at or (facts.notify_from is None and initial is None):
        words = _("Center: not required by the flags, not signed yet.")
        return Telling(False, False, None, words, _("Sign that it is not required"), url)
    current = initial if not (initial and initial.is_submitted) else final
    phase = Phase.INITIAL if not (initial and initial.is_submitted) else Phase.FINAL
    if current is None:
        words = {
            Phase.INITIAL: _("Center: initial letter not started."),
            Phase.FINAL: _("Center: initial submitted, final not started."),
        }[phase]
        return Telling(True, False, None, words, _("Write the letter"), url)
    words, step = {
        LetterState.DRAFT: (_("Center: %(ref)s is a draft."), _("Continue the letter")),
        LetterState.SIGNED: (_("Center: %(ref)s is signed, not submitted."), _("Submit the letter")),
    }[LetterState(current.state)]
    if current.is_mail_lost:
        words, step = _("Center: %(ref)s did not reach the authority by e-mail."), _("Submit the letter")
    elif current.is_on_its_way:
        words, step = _("Center: %(ref)s is on its way by e-mail."), _("Open the letter")
    return Telling(True, False, None, words % {"ref": current.ref}, step, current.get_absolute_url())


# --- rows of the officer's report -----------------------------------------------------------------


def _notice_words(notice: Notice) -> str:
    sums = progress([notice.batch_id] if notice.batch_id else [])
    return _(
        "%(kind)s, approved %(time)s by %(name)s. Recipients: %(total)d, handed to the mail server: %(sent)d,"
        " not reached: %(failed)d."
    ) % {
        "kind": NoticeKind(notice.kind).label,
        "time": dates.short(notice.approved_at or notice.started_at),
        "name": notice.approved_by,
        "total": sums.total,
        "sent": sums.sent,
        "failed": sums.failed,
    }


def letter_words(letter: Letter) -> str:
    head = _("%(phase)s, to: %(authority)s.") % {"phase": letter.phase_term.label, "authority": letter.authority}
    if letter.submitted_at is None:
        return f"{head} {letter.state_term.label}."
    words = _("Submitted %(time)s, outgoing number %(number)s.") % {
        "time": dates.short(letter.submitted_at),
        "number": letter.outgoing_number,
    }
    return f"{head} {words}"


def _lines_of(ref: str) -> Sequence[ClockLine]:
    facts = facts_of(with_case_facts(Incident.objects.filter(ref=ref)).select_related("lead").get())
    # The report is read when it is signed: for its own clock that moment is now.
    signed = replace(facts, report_signed_at=clock.now())
    return Answer().standing([signed], at=clock.now())[ref].clocks


def _clock_row(line: ClockLine, at: datetime) -> dict[str, Any]:
    return {
        "title": str(line.title),
        "basis": str(line.basis),
        "started": dates.short(line.started_at),
        "due": dates.short(line.due_at) if line.due_at else "–",
        "stopped": dates.short(line.stopped_at) if line.stopped_at else "",
        "is_late": line.is_late(at),
    }
