"""Putting mails into the outbox, and what a person may do to them there."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from core import bell, clock, pdf
from core.text import ascii_address, plain_line
from outbox.models import Attachment, Batch, Content, Message
from outbox.states import OPEN_STATES, Lane, Reason, State

_TASKS = {
    Lane.GENERAL: "outbox.tasks.deliver_messages",
    Lane.AUTHORITY: "outbox.tasks.deliver_authority_messages",
}
_INSERT_AT_ONCE = 2_000
SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Sender:
    name: str
    address: str
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class File:
    name: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Text:
    """A text to freeze, in one language. `{name}` stands for a value of the recipient."""

    language: str
    subject: str
    text: str
    html: str = ""
    is_secret: bool = False
    files: Sequence[File] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    address: str
    language: str
    name: str = ""
    scope: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def queue(
    purpose: str,
    *,
    sender: Sender,
    texts: Sequence[Text],
    recipients: Sequence[Recipient],
    lane: Lane = Lane.GENERAL,
    key: str | None = None,
) -> Batch | None:
    """Freeze the texts and write one row a recipient, in the caller's transaction.

    With a `key` that was queued before, nothing is written and None is returned. A recipient whose
    normalised address repeats within the same scope gets one message. Raises ValidationError when
    an address or a header value cannot be carried.
    """
    batch = Batch(purpose=purpose, lane=lane, key=key)
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError:
        return None
    contents = {text.language: _freeze(batch, sender, text) for text in texts}
    rows: dict[tuple[str, str], Message] = {}
    for recipient in recipients:
        message = _message(batch, contents[recipient.language], recipient)
        rows.setdefault((message.address_norm, message.scope), message)
    Message.objects.bulk_create(rows.values(), batch_size=_INSERT_AT_ONCE)
    bell.ring(_TASKS[lane])
    return batch


def post(
    purpose: str,
    *,
    sender: Sender,
    to: Recipient,
    template: str,
    context: Mapping[str, object],
    key: str | None = None,
    is_secret: bool = False,
) -> Batch | None:
    """Queue one mail from templates/emails/<template>/, rendered in the recipient's language.

    With `is_secret`, values of the recipient's fields are wiped once the mail has left.
    """
    text = render(template, language=to.language, context={**context, "recipient": to})
    return queue(
        purpose,
        sender=sender,
        texts=[Text(to.language, *text, is_secret=is_secret)],
        recipients=[to],
        key=key,
    )


def render(template: str, *, language: str, context: Mapping[str, object]) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a mail, in one language."""
    with translation.override(language):
        full = {**context, "language": language}
        subject = " ".join(render_to_string(f"emails/{template}/subject.txt", full).split())
        text = render_to_string(f"emails/{template}/body.txt", full).strip() + "\n"
        return subject, text, render_to_string(f"emails/{template}/body.html", full)


def message_id(batch: uuid.UUID, address: str, scope: str, domain: str) -> str:
    """The same three always give the same Message-ID, over retries, restores and redeliveries."""
    return f"<{uuid.uuid5(batch, address + SEPARATOR + scope)}@{domain}>"


def _freeze(batch: Batch, sender: Sender, text: Text) -> Content:
    plain_line(text.subject)
    content = Content(
        batch=batch,
        language=text.language,
        from_name=sender.name,
        from_address=sender.address,
        reply_to=sender.reply_to,
        subject=text.subject,
        text=text.text,
        html=text.html,
        is_secret=text.is_secret,
    )
    content.sha256 = content.fingerprint()
    content.save(force_insert=True)
    for file in text.files:
        Attachment.objects.create(
            content=content, name=file.name, kind=file.kind, data=file.data, sha256=pdf.sha256(file.data)
        )
    return content


def _message(batch: Batch, content: Content, recipient: Recipient) -> Message:
    norm = normalise(recipient.address)
    plain_line(recipient.name)
    domain = content.from_address.rpartition("@")[2] or "localhost"
    return Message(
        batch=batch,
        content=content,
        address=recipient.address,
        address_norm=norm,
        name=recipient.name,
        scope=recipient.scope,
        fields=dict(recipient.fields),
        message_id=message_id(batch.id, norm, recipient.scope, domain),
        due_at=clock.now(),
    )


def normalise(address: str) -> str:
    """One spelling of an address: lower case, the domain as ASCII. Raises ValidationError in words."""
    try:
        validate_email(address)
        plain_line(address)
        return ascii_address(address).lower()
    except (ValueError, ValidationError):
        raise ValidationError(
            _("“%(address)s” is not an address that mail can reach.") % {"address": address}, code="address"
        ) from None


# --- what a person may do -------------------------------------------------------------------------


def pause(batch: Batch, *, reason: str, by_system: bool = False) -> bool:
    """Take no more rows of the batch; what is being handed over is finished.

    The word of a person stands above a pause of the system, which would end by itself.
    """
    running = Q(paused_at__isnull=True)
    return bool(
        Batch.objects.filter(running if by_system else running | Q(is_paused_by_system=True), pk=batch.pk).update(
            paused_at=clock.now(), pause_reason=reason[:500], is_paused_by_system=by_system
        )
    )


def resume(batch: Batch) -> bool:
    changed = Batch.objects.filter(pk=batch.pk, paused_at__isnull=False).update(
        paused_at=None, pause_reason="", is_paused_by_system=False
    )
    bell.ring(_TASKS[Lane(batch.lane)])
    return bool(changed)


def retry(batch: Batch, *, reason: str = "", message: int | None = None) -> int:
    """Try now what failed or waits for its next try; what has left is never touched."""
    rows = Message.objects.filter(batch=batch, state__in=(State.FAILED, State.PENDING))
    if reason:
        rows = rows.filter(reason=reason)
    if message:
        rows = rows.filter(pk=message)
    changed = rows.update(state=State.PENDING, due_at=clock.now())
    bell.ring(_TASKS[Lane(batch.lane)])
    return changed


def hold_everything() -> int:
    """Hold every message that has not left: after a restore from a backup, somebody compares with the
    relay's log first (see docs/operator.md)."""
    return Message.objects.filter(state__in=OPEN_STATES).update(state=State.HELD, owner_token=None, lease_until=None)


def release_held() -> int:
    return Message.objects.filter(state=State.HELD).update(state=State.PENDING, due_at=clock.now(), reason=Reason.NONE)
