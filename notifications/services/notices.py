"""A customer notice from the first word to the approval that sends it."""

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.roles import Right, require
from accounts.services.mail import sender
from audit import events
from audit.services import record
from core import clock, dates
from core.errors import Conflict
from core.numbers import next_number
from core.text import shorten, within_sentence
from incidents.models import Incident
from incidents.services import timeline
from incidents.terms import EntryKind
from notifications import mails, texts
from notifications.audience import audience
from notifications.checks import checks
from notifications.models import Notice, NoticeTest, NoticeText
from notifications.models.notices import hash_texts
from notifications.terms import LANGUAGES, NoticeKind, NoticeState
from outbox.mime import fill
from outbox.services.queue import Recipient, queue


@transaction.atomic
def start(incident: Incident, *, kind: NoticeKind, by: User) -> Notice:
    """Begin a notice from the built-in texts, filled from the record. An open draft of this kind is given back."""
    require(by, Right.WRITE_NOTICE)
    locked = timeline.lock_open(incident)
    if not locked.is_confirmed:
        raise ValidationError(_("Confirm the report first."))
    open_states = (NoticeState.DRAFT, NoticeState.WAITING)
    if existing := Notice.objects.filter(incident=locked, kind=kind, state__in=open_states).first():
        return existing
    notice = Notice(
        ref=f"NTF-{next_number('NTF'):03d}", incident=locked, kind=kind, started_at=clock.now(), started_by=by
    )
    notice.full_clean()
    notice.save()
    notice.writers.add(by)
    for language in LANGUAGES:
        parts = _prefilled(locked, kind, language)
        NoticeText.objects.create(
            notice=notice, language=language, source_sha256=texts.sha256(f"notice/{kind}", language), **parts
        )
    timeline.add(locked, EntryKind.NOTICE, by=by, facts={"step": "started", "ref": notice.ref})
    record(events.NOTICE_STARTED, by=by, on=notice, changes={"kind": ("", kind)})
    return notice


def _prefilled(incident: Incident, kind: NoticeKind, language: str) -> dict[str, str]:
    """The built-in parts with what the record knows; what it does not know stays an open place ‹…›."""
    organisation = Organisation.current()
    with translation.override(language):
        began = incident.happened_from or incident.noticed_at
        blocks = [
            _("On %(time)s we blocked: %(kind)s.")
            % {"time": dates.full(action.happened_at), "kind": within_sentence(str(action.kind_term.label))}
            for action in incident.blockingaction_set.order_by("happened_at")
        ]
        values = {
            "date": dates.day(dates.local(began).date()) if began else _("‹date›"),
            "data_kinds": incident.data_kinds or _("‹kinds of data›"),
            "blocks": "\n".join(blocks) or _("‹what we blocked and when›"),
            "cause": incident.cause or _("‹cause›"),
            "phone": organisation.phone or _("‹phone›"),
            "email": organisation.security_email or _("‹e-mail›"),
            "hours": organisation.contact_hours or _("‹hours›"),
        }
        return {name: fill(text, values) for name, text in texts.notice_parts(kind, language).items()}


@transaction.atomic
def write(notice: Notice, *, language: str, version: int, values: Mapping[str, str], by: User) -> Notice:
    """Change the parts of one language. Whoever writes cannot approve; a waiting approval is cancelled.

    Raises Conflict when somebody was faster.
    """
    require(by, Right.WRITE_NOTICE)
    current = _lock(notice)
    if current.state not in {NoticeState.DRAFT, NoticeState.WAITING}:
        raise ValidationError(_("This notice has left. Write an update."), code="faster")
    if current.version != version:
        raise Conflict
    text = NoticeText.objects.get(notice=current, language=language)
    before = {name: getattr(text, name) for name in values}
    for name, value in values.items():
        setattr(text, name, value)
    text.full_clean()
    text.save()
    current.writers.add(by)
    _back_to_draft(current)
    record(
        events.NOTICE_WRITTEN,
        by=by,
        on=current,
        changes={
            f"{language} {name}": (shorten(before[name], 200), shorten(value, 200))
            for name, value in values.items()
            if before[name] != value
        },
    )
    return current


def _back_to_draft(notice: Notice) -> None:
    notice.state = NoticeState.DRAFT
    notice.submitted_at = notice.submitted_by = None
    notice.content_hash = notice.audience_hash = ""
    notice.version += 1
    notice.save()


@transaction.atomic
def send_test(notice: Notice, *, by: User) -> NoticeTest:
    """Mail every language to oneself, with the values of the first recipient who reads it."""
    require(by, Right.WRITE_NOTICE)
    current = _lock(notice)
    if current.state not in {NoticeState.DRAFT, NoticeState.WAITING}:
        raise ValidationError(_("This notice has left already."), code="faster")
    rows, people = list(current.texts.all()), audience(current)
    organisation = Organisation.current()
    frozen = [mails.render(text, incident=current.incident, organisation=organisation, is_test=True) for text in rows]
    recipients = []
    for text in rows:
        sample = next((a.fields for a in people.addressees if a.contact.language == text.language), None)
        fields = sample or {"customer": "‹customer›", "contact": by.full_name, "count": "0"}
        # The scope keeps four tests to one address apart.
        recipients.append(
            Recipient(
                by.email, text.language, by.full_name, text.language, {**fields, "incident": current.incident.ref}
            )
        )
    batch = queue(f"test:{current.ref}", sender=sender(), texts=frozen, recipients=recipients)
    test = NoticeTest.objects.create(
        notice=current, content_hash=hash_texts(rows), sent_by=by, sent_at=clock.now(), batch=batch
    )
    record(events.NOTICE_TESTED, by=by, on=current, changes={"content_hash": ("", test.content_hash)})
    return test


@transaction.atomic
def submit(notice: Notice, *, version: int, by: User) -> Notice:
    """Ask for approval of exactly this text for exactly these people. Raises ValidationError with the gaps."""
    require(by, Right.WRITE_NOTICE)
    current = _lock(notice)
    if current.state != NoticeState.DRAFT:
        raise ValidationError(_("This notice waits for approval already."), code="faster")
    if current.version != version:
        raise Conflict
    rows, people = list(current.texts.all()), audience(current)
    problems = [str(c.words) for c in checks(current, people, rows, Organisation.current()) if not c.is_met]
    if problems:
        raise ValidationError(problems, code="checks")
    current.state = NoticeState.WAITING
    current.submitted_at, current.submitted_by = clock.now(), by
    current.content_hash, current.audience_hash = hash_texts(rows), people.fingerprint()
    current.recipient_count = len(people.addressees)
    current.returned_comment, current.returned_by = "", None
    current.version += 1
    current.save()
    current.writers.add(by)
    facts = {"step": "submitted", "ref": current.ref, "recipients": current.recipient_count}
    timeline.add(current.incident, EntryKind.NOTICE, by=by, facts=facts)
    record(
        events.NOTICE_SUBMITTED,
        by=by,
        on=current,
        changes={"content_hash": ("", current.content_hash), "recipients": (0, current.recipient_count)},
    )
    return current


@transaction.atomic
def return_to_author(notice: Notice, *, comment: str, by: User) -> Notice:
    """Not approved: the comment says what to change."""
    require(by, Right.APPROVE_NOTICE)
    current = _lock(notice)
    if current.state != NoticeState.WAITING:
        raise ValidationError(_("This notice does not wait for approval any more."), code="faster")
    if not comment.strip():
        raise ValidationError({"comment": _("Write what should be changed.")})
    current.returned_comment, current.returned_by = comment, by
    _back_to_draft(current)
    timeline.add(
        current.incident, EntryKind.NOTICE, by=by, facts={"step": "returned", "ref": current.ref, "text": comment}
    )
    record(events.NOTICE_RETURNED, by=by, on=current, changes={"comment": ("", comment)})
    return current


def may_approve(notice: Notice, user: User) -> bool:
    """Another person: not who sent it for approval, and nobody who changed a word."""
    return notice.submitted_by_id != user.pk and not notice.writers.filter(pk=user.pk).exists()


@transaction.atomic
def approve(notice: Notice, *, content_hash: str, audience_hash: str, by: User) -> Notice:
    """Send it: one outbox row a recipient, in this transaction. The caller has confirmed a fresh code.

    The hashes are those that the approver saw. Raises Conflict when the text is another one,
    ValidationError when the audience changed or somebody was faster.
    """
    require(by, Right.APPROVE_NOTICE)
    current = _lock(notice)
    if current.state != NoticeState.WAITING:
        raise ValidationError(_("Somebody was faster: this notice does not wait any more."), code="faster")
    if not may_approve(current, by):
        raise PermissionDenied(_("You cannot approve a message that you wrote or changed."))
    rows, people = list(current.texts.all()), audience(current)
    if not (current.content_hash == content_hash == hash_texts(rows)):
        raise Conflict
    if not (current.audience_hash == audience_hash == people.fingerprint()):
        raise ValidationError(
            _("The list of recipients changed since this was sent for approval. Return it to its author."),
            code="audience",
        )
    needed = people.languages
    organisation = Organisation.current()
    frozen = [
        mails.render(text, incident=current.incident, organisation=organisation)
        for text in rows
        if needed[text.language]
    ]
    batch = queue(
        f"notice:{current.ref}",
        sender=sender(),
        texts=frozen,
        recipients=people.recipients(current.incident),
        key=f"notice:{current.ref}",
    )
    current.state = NoticeState.APPROVED
    current.approved_at, current.approved_by = clock.now(), by
    current.batch = batch
    current.version += 1
    current.save()
    facts = {"step": "approved", "ref": current.ref, "recipients": current.recipient_count}
    timeline.add(current.incident, EntryKind.NOTICE, by=by, is_in_report=True, facts=facts)
    record(
        events.NOTICE_APPROVED,
        by=by,
        on=current,
        changes={
            "content_hash": ("", content_hash),
            "audience_hash": ("", audience_hash),
            "recipients": (0, current.recipient_count),
        },
    )
    return current


@transaction.atomic
def cancel(notice: Notice, *, by: User) -> Notice:
    """Throw a draft away; nothing of it has left. Its number stays used."""
    require(by, Right.WRITE_NOTICE)
    current = _lock(notice)
    if current.state not in {NoticeState.DRAFT, NoticeState.WAITING}:
        raise ValidationError(_("This notice has left already."), code="faster")
    current.state = NoticeState.CANCELLED
    current.submitted_at = current.submitted_by = None
    current.version += 1
    current.save()
    timeline.add(current.incident, EntryKind.NOTICE, by=by, facts={"step": "cancelled", "ref": current.ref})
    record(events.NOTICE_CANCELLED, by=by, on=current)
    return current


def _lock(notice: Notice) -> Notice:
    """The incident's row first, then the notice: always in this order."""
    incident = timeline.lock_open(notice.incident)
    current = Notice.objects.select_for_update().get(pk=notice.pk)
    current.incident = incident
    return current
