"""The verbs of a scene. Each plays one step of an incident at a moment, through the services."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import segno
from django.core.files.base import ContentFile

from accounts.models import User
from core import clock, dates
from customers.models import Customer
from dashboard.seed import post
from incidents.models import AffectedCustomer, BlockingAction, Incident
from incidents.services import actions, affected, evidence, incidents, measures, notes, reports, states, tasks, triage
from incidents.terms import ActionKind, Flag, Kind, Outcome, Severity, State
from notifications import card
from notifications.audience import audience
from notifications.models import Letter, Notice
from notifications.models.notices import hash_texts
from notifications.selectors import authorities
from notifications.services import letters, notices
from notifications.terms import Channel, NoticeKind, Phase


class Story:
    """One incident from its report on. Every verb takes the moment at which it happens."""

    def __init__(self, text: str, *, at: datetime, by: User, kind: Kind = Kind.UNKNOWN, **details: Any) -> None:
        with self.step(at):
            self.incident = incidents.report(text, by=by, kind=kind, **details)

    @contextmanager
    def step(self, at: datetime) -> Iterator[None]:
        """Play it, then let mails leave, then read the incident again."""
        with clock.at(at):
            yield
            post.go()
        self.incident = Incident.objects.get(pk=self.incident.pk)

    # --- the case ---------------------------------------------------------------------------------

    def confirm(
        self, at: datetime, *, by: User, title: str, kind: Kind, severity: Severity, lead: User,
        personal_data: Flag, infrastructure: Flag, team: Sequence[User] = (), noticed_at: datetime | None = None,
    ) -> None:  # fmt: skip
        with self.step(at):
            triage.confirm(
                self.incident, title=title, kind=kind, severity=severity, lead=lead, personal_data=personal_data,
                infrastructure=infrastructure, by=by, noticed_at=noticed_at,
            )  # fmt: skip
            incidents.change_team(self.incident, team=[*team, lead, by], by=by)

    def facts(self, at: datetime, *, by: User, **values: Any) -> None:
        with self.step(at):
            incidents.change_facts(self.incident, version=self.incident.version, by=by, values=values)

    def severity(self, at: datetime, severity: Severity, *, reason: str, by: User) -> None:
        with self.step(at):
            incidents.change_severity(self.incident, severity=severity, reason=reason, by=by)

    def block(
        self, at: datetime, kind: ActionKind, what: str, where: str, *, by: User, **details: Any
    ) -> BlockingAction:
        with self.step(at):
            return actions.record_block(self.incident, kind=kind, what=what, where=where, by=by, **details)

    def check(self, at: datetime, action: BlockingAction, method: str, *, by: User) -> None:
        with self.step(at):
            actions.check(action, method=method, is_effective=True, by=by)

    def note(self, at: datetime, text: str, *, by: User, **details: Any) -> None:
        with self.step(at):
            notes.add(self.incident, text=text, by=by, **details)

    def evidence(self, at: datetime, name: str, content: str, *, taken_from: str, by: User) -> None:
        with self.step(at):
            file = ContentFile(content.encode(), name=name)
            evidence.seal(self.incident, file=file, name=name, taken_from=taken_from, by=by)

    def finish_tasks(self, at: datetime, *, by: User, most: int | None = None, note: str = "Done.") -> None:
        with self.step(at):
            for task in list(self.incident.task_set.filter(done_at__isnull=True).order_by("number"))[:most]:
                tasks.finish(task, note=note, by=by)

    def measure(self, at: datetime, title: str, *, owner: User, days: int, by: User) -> None:
        with self.step(at):
            due_on = dates.local(clock.now() + timedelta(days=days)).date()
            measures.add(self.incident, title=title, owner=owner, due_on=due_on, by=by)

    def no_customers(self, at: datetime, reason: str, *, by: User) -> None:
        with self.step(at):
            affected.decide(self.incident, answer=Flag.NO, reason=reason, by=by)

    def customers(self, at: datetime, people: Mapping[Customer, int], data: str, *, by: User) -> None:
        with self.step(at):
            choices = [affected.Choice(customer, count, data) for customer, count in people.items()]
            affected.attach(self.incident, choices=choices, source=AffectedCustomer.Source.DIRECTORY, by=by)

    def move(self, at: datetime, to: State, *, by: User, **details: Any) -> None:
        with self.step(at):
            states.move(self.incident, to=to, by=by, **details)

    def report(self, at: datetime, *, language: str, by: User, **texts: str) -> None:
        with self.step(at):
            self.officer_report = reports.start(self.incident, language=language, by=by)
            for key, text in texts.items():
                self.officer_report = reports.edit(
                    self.officer_report, key=key, text=text, version=self.officer_report.version, by=by
                )

    def sign_report(self, at: datetime, *, by: User) -> None:
        with self.step(at):
            self.officer_report = reports.read_record_again(self.officer_report, by=by)
            reports.sign(self.officer_report, version=self.officer_report.version, by=by)

    def close(self, at: datetime, *, by: User) -> None:
        with self.step(at):
            states.close(self.incident, outcome=Outcome.CONFIRMED, by=by)

    # --- telling ----------------------------------------------------------------------------------

    def write_notice(self, at: datetime, words: Mapping[str, Mapping[str, str]], *, by: User) -> Notice:
        """Start the first notice, put the words of this incident into its parts, mail a test to the author."""
        with self.step(at):
            notice = notices.start(self.incident, kind=NoticeKind.FIRST, by=by)
            for language, parts in words.items():
                notice = notices.write(notice, language=language, version=notice.version, values=parts, by=by)
            notices.send_test(notice, by=by)
        with self.step(at + timedelta(minutes=6)):
            return notices.submit(notice, version=notice.version, by=by)

    def approve(self, at: datetime, notice: Notice, *, by: User) -> None:
        with self.step(at):
            rows, people = list(notice.texts.all()), audience(notice)
            notices.approve(notice, content_hash=hash_texts(rows), audience_hash=people.fingerprint(), by=by)

    def letter(self, at: datetime, phase: Phase, *, language: str, by: User, **values: str) -> Letter:
        """Draft the letter; what the record does not know is written here, or marked as not known yet."""
        with self.step(at):
            center = authorities().get(code="center")
            letter = letters.start(self.incident, authority=center, phase=phase, language=language, by=by)
            written = {key: (text, False) for key, text in values.items()}
            for field in card.gaps(letter.card, phase):
                written.setdefault(field.key, ("", True))
            return letters.write(letter, values=written, version=letter.version, by=by)

    def sign_letter(self, at: datetime, letter: Letter, number: str, *, by: User) -> Letter:
        with self.step(at):
            return letters.sign(letter, outgoing_number=number, version=letter.version, by=by)

    def mail_letter(self, at: datetime, letter: Letter, *, by: User) -> None:
        with self.step(at):
            letters.send_by_email(letter, by=by)

    def hand_in(self, at: datetime, letter: Letter, stamp: str, *, by: User) -> None:
        """Brought by courier; the proof is a picture that carries the words of the stamp."""
        with self.step(at):
            picture = io.BytesIO()
            segno.make(stamp).save(picture, kind="png", scale=6)
            proof = ContentFile(picture.getvalue(), name="stamp.png")
            letters.mark_submitted(letter, channel=Channel.COURIER, submitted_at=clock.now(), proof=proof, by=by)

    def acknowledged(self, at: datetime, letter: Letter, number: str, *, by: User) -> None:
        with self.step(at):
            letters.acknowledge(letter, incoming_number=number, day=dates.local(clock.now()).date(), by=by)
