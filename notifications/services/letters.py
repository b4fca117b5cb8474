"""A letter to an authority: prefilled, checked, signed, submitted with proof, acknowledged."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import transaction
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.roles import Right, require
from accounts.services.mail import sender
from audit import events
from audit.services import record
from core import clock, dates, files, pdf
from core.errors import Conflict
from core.numbers import next_number
from core.text import shorten
from incidents.models import Incident
from incidents.services import timeline
from incidents.terms import EntryKind
from notifications import card, documents
from notifications.models import Authority, Letter
from notifications.terms import Channel, LetterState, Phase
from outbox.models import Message
from outbox.services.queue import File as MailFile
from outbox.services.queue import Recipient, Text, queue, render
from outbox.states import Lane
from outbox.states import State as MailState


@transaction.atomic
def start(incident: Incident, *, authority: Authority, phase: Phase, language: str, by: User) -> Letter:
    """Begin a letter, prefilled from the record. An open one of this phase is given back."""
    require(by, Right.WRITE_LETTER)
    locked = timeline.lock_open(incident)
    if not locked.is_confirmed:
        raise ValidationError(_("Confirm the report first."))
    alive = Letter.objects.alive().filter(incident=locked, authority=authority)
    if existing := alive.filter(phase=phase).first():
        return existing
    earlier = alive.filter(phase=Phase.INITIAL).first()
    if phase is Phase.FINAL and (earlier is None or not earlier.is_submitted):
        raise ValidationError(_("Submit the initial letter first."))
    letter = Letter(
        ref=f"REG-{next_number('REG'):03d}",
        incident=locked,
        authority=authority,
        phase=phase,
        language=language,
        started_at=clock.now(),
        started_by=by,
        card=_prefilled(locked, phase, language, earlier),
    )
    letter.full_clean()
    letter.save()
    _tell(letter, "started", by=by)
    record(events.LETTER_STARTED, by=by, on=letter, changes={"phase": ("", phase), "authority": ("", authority)})
    return letter


def _prefilled(incident: Incident, phase: Phase, language: str, earlier: Letter | None) -> dict[str, dict[str, object]]:
    with translation.override(language):
        return card.prefill(card.Source(incident, Organisation.current(), earlier), phase)


@transaction.atomic
def write(letter: Letter, *, values: Mapping[str, tuple[str, bool]], version: int, by: User) -> Letter:
    """Change fields of the card: key -> (text, is it not known yet). Raises Conflict."""
    require(by, Right.WRITE_LETTER)
    current = _lock_draft(letter)
    if current.version != version:
        raise Conflict
    changes: dict[str, tuple[object, object]] = {}
    for key, (text, is_unknown) in values.items():
        entry = dict(current.card.get(key, {"text": "", "is_unknown": False, "source": ""}))
        if (entry.get("text"), entry.get("is_unknown")) == (text, is_unknown):
            continue
        changes[key] = (shorten(str(entry.get("text", "")), 200), shorten(text, 200))
        source = entry.get("source", "") if entry.get("text") == text else str(by)
        current.card[key] = {"text": text, "is_unknown": is_unknown, "source": source}
    current.version += 1
    current.save(update_fields=["card", "version"])
    record(events.LETTER_WRITTEN, by=by, on=current, changes=changes)
    return current


def missing_to_sign(letter: Letter) -> list[str]:
    """What stands between a draft and its signature, in words."""
    return [
        _("Fill the field “%(label)s”.") % {"label": field.label}
        for field in card.gaps(letter.card, Phase(letter.phase))
    ]


@transaction.atomic
def sign(letter: Letter, *, outgoing_number: str, version: int, by: User) -> Letter:
    """Freeze the card and the bytes of the PDF. The caller has confirmed a fresh code."""
    require(by, Right.SIGN_LETTER)
    current = _lock_draft(letter)
    if current.version != version:
        raise Conflict
    if not outgoing_number.strip():
        raise ValidationError({"outgoing_number": _("Write the outgoing number of your register.")})
    if gaps := missing_to_sign(current):
        raise ValidationError(gaps, code="gaps")
    now = clock.now()
    data = documents.content(current, signer=by, outgoing_number=outgoing_number, at=now)
    document = documents.letter_pdf(current, data, at=now)
    digest = documents.content_hash(data)
    Letter.objects.filter(pk=current.pk, state=LetterState.DRAFT).update(
        state=LetterState.SIGNED,
        outgoing_number=outgoing_number,
        signed_at=now,
        signed_by=by,
        content_sha256=digest,
        pdf=document,
        pdf_sha256=pdf.sha256(document),
        version=F("version") + 1,
    )
    current.refresh_from_db()
    _tell(current, "signed", by=by)
    record(
        events.LETTER_SIGNED,
        by=by,
        on=current,
        changes={"outgoing_number": ("", outgoing_number), "pdf_sha256": ("", current.pdf_sha256)},
    )
    return current


@transaction.atomic
def send_by_email(letter: Letter, *, by: User) -> Letter:
    """Queue the signed letter in the lane of authorities. It counts when the mail server has taken it."""
    require(by, Right.WRITE_LETTER)
    current = _lock_signed(letter)
    authority = current.authority
    if not authority.may_be_mailed:
        raise ValidationError(
            _("The e-mail address of %(name)s is not confirmed. Confirm it first, or submit another way.")
            % {"name": authority}
        )
    if _is_under_way(current):
        raise ValidationError(_("Somebody was faster: the letter is on its way."), code="faster")
    organisation = Organisation.current()
    context = {"letter": current, "organisation": organisation, "date": dates.day(dates.local(clock.now()).date())}
    subject, plain, html = render("letter", language=current.language, context=context)
    attachment = MailFile(f"{current.ref}.pdf", "application/pdf", bytes(current.pdf or b""))
    batch = queue(
        f"letter:{current.ref}",
        sender=sender(),
        texts=[Text(current.language, subject, plain, html, files=[attachment])],
        recipients=[Recipient(authority.email, current.language, "")],
        lane=Lane.AUTHORITY,
        key=f"letter:{current.ref}:{current.version}",
    )
    Letter.objects.filter(pk=current.pk).update(batch=batch, channel=Channel.EMAIL, version=F("version") + 1)
    current.refresh_from_db()
    _tell(current, "sent", by=by)
    record(events.LETTER_SENT, by=by, on=current, changes={"to": ("", authority.email)})
    return current


@transaction.atomic
def note_acceptance(letter: Letter) -> bool:
    """The mail server took the letter: its answer is the proof. True when this call wrote it down."""
    incident = timeline.lock(letter.incident)
    if letter.batch_id is None:
        return False
    message = Message.objects.filter(batch_id=letter.batch_id, state=MailState.SENT).first()
    if message is None or message.sent_at is None:
        return False
    proof = (
        f"Message-ID: {message.message_id}\nTo: {message.address}\nTaken at (UTC): {message.sent_at.isoformat()}\n"
        f"Answer of the mail server: {message.last_reply}\nSHA-256 of the attached PDF: {letter.pdf_sha256}\n"
    ).encode()
    changed = Letter.objects.filter(pk=letter.pk, state=LetterState.SIGNED).update(
        state=LetterState.SUBMITTED,
        submitted_at=message.sent_at,
        proof_name=f"{letter.ref}-mail.txt",
        proof_kind="text/plain",
        proof=proof,
        proof_sha256=pdf.sha256(proof),
        version=F("version") + 1,
    )
    if changed:
        letter.refresh_from_db()
        letter.incident = incident
        _tell(letter, "accepted", by=None, happened_at=message.sent_at)
        record(events.LETTER_SUBMITTED, by=None, on=letter, changes={"channel": ("", Channel.EMAIL)})
    return bool(changed)


def note_acceptances() -> int:
    """Write down every letter that the mail server has taken. Safe to run at any time, by anybody."""
    taken = Letter.objects.filter(state=LetterState.SIGNED, batch__messages__state=MailState.SENT).distinct()
    return sum(note_acceptance(letter) for letter in taken.select_related("incident", "authority"))


@transaction.atomic
def mark_submitted(
    letter: Letter,
    *,
    channel: Channel,
    submitted_at: datetime,
    proof: "File[Any]",
    by: User,
) -> Letter:
    """It went another way: when, and a file that proves it. Raises ValidationError in words."""
    require(by, Right.WRITE_LETTER)
    current = _lock_signed(letter)
    if _is_under_way(current):
        raise ValidationError(_("The letter is on its way by e-mail already."), code="faster")
    assert current.signed_at is not None
    if submitted_at < current.signed_at.replace(second=0, microsecond=0):
        raise ValidationError({"submitted_at": _("A letter cannot be submitted before it was signed.")})
    seen = files.inspect(proof, allowed=files.PROOF)
    proof.seek(0)
    content = proof.read()
    Letter.objects.filter(pk=current.pk, state=LetterState.SIGNED).update(
        state=LetterState.SUBMITTED,
        channel=channel,
        submitted_at=max(submitted_at, current.signed_at),
        submitted_by=by,
        proof_name=seen.name,
        proof_kind=seen.kind,
        proof=content,
        proof_sha256=seen.sha256,
        version=F("version") + 1,
    )
    current.refresh_from_db()
    _tell(current, "submitted", by=by, happened_at=current.submitted_at)
    record(
        events.LETTER_SUBMITTED,
        by=by,
        on=current,
        changes={"channel": ("", channel), "submitted_at": (None, submitted_at), "proof_sha256": ("", seen.sha256)},
    )
    return current


@transaction.atomic
def acknowledge(letter: Letter, *, incoming_number: str, day: date, by: User) -> Letter:
    """The authority gave the letter its own number; also after the file is closed."""
    require(by, Right.WRITE_LETTER)
    timeline.lock(letter.incident)
    changed = Letter.objects.filter(pk=letter.pk, state=LetterState.SUBMITTED).update(
        state=LetterState.ACKNOWLEDGED,
        incoming_number=incoming_number,
        acknowledged_on=day,
        acknowledged_by=by,
        version=F("version") + 1,
    )
    if not changed:
        raise ValidationError(_("Only a submitted letter can be acknowledged."), code="faster")
    letter.refresh_from_db()
    _tell(letter, "acknowledged", by=by)
    record(events.LETTER_ACKNOWLEDGED, by=by, on=letter, changes={"incoming_number": ("", incoming_number)})
    return letter


@transaction.atomic
def cancel(letter: Letter, *, by: User) -> Letter:
    """Throw a draft away; its number stays used."""
    require(by, Right.WRITE_LETTER)
    current = _lock_draft(letter)
    Letter.objects.filter(pk=current.pk).update(state=LetterState.CANCELLED, version=F("version") + 1)
    _tell(current, "cancelled", by=by)
    record(events.LETTER_CANCELLED, by=by, on=current)
    current.refresh_from_db()
    return current


def _tell(letter: Letter, step: str, *, by: User | None, happened_at: datetime | None = None) -> None:
    timeline.add(
        letter.incident,
        EntryKind.LETTER,
        by=by,
        happened_at=happened_at,
        is_in_report=step in {"signed", "accepted", "submitted", "acknowledged"},
        facts={"step": step, "ref": letter.ref, "authority": letter.authority.name(letter.language)},
    )


def _is_under_way(letter: Letter) -> bool:
    """Its mail may still be taken. One that failed for good leaves the way open for another try."""
    if letter.batch_id is None:
        return False
    return Message.objects.filter(batch_id=letter.batch_id).exclude(state=MailState.FAILED).exists()


def _lock(letter: Letter) -> Letter:
    incident = timeline.lock(letter.incident)
    current = Letter.objects.select_for_update(of=("self",)).select_related("authority", "started_by").get(pk=letter.pk)
    current.incident = incident
    return current


def _lock_draft(letter: Letter) -> Letter:
    timeline.lock_open(letter.incident)  # a signed letter may still be on its way when the file closes
    current = _lock(letter)
    if current.state != LetterState.DRAFT:
        raise ValidationError(_("The letter is signed or cancelled and stays as it is."), code="faster")
    return current


def _lock_signed(letter: Letter) -> Letter:
    current = _lock(letter)
    if current.state != LetterState.SIGNED:
        raise ValidationError(_("Only a signed letter that was not submitted can be submitted."), code="faster")
    return current
