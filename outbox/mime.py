"""A message as bytes. Values are placed, never evaluated; headers cannot be broken by a value."""

import html
import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from core.dates import LANGUAGE_TAGS
from core.text import ascii_address, plain_line
from outbox.models import Content, Message

_FIELD = re.compile(r"\{([a-z_]{1,30})\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values into `{name}`; names that are not given stay as they are. Nothing else has a meaning."""
    return _FIELD.sub(lambda found: str(values.get(found[1], found[0])), text)


def fill_html(source: str, values: Mapping[str, str]) -> str:
    return fill(source, {name: html.escape(str(value)) for name, value in values.items()})


def fields_in(*texts: str) -> set[str]:
    """Names of the fields that texts ask for."""
    return {name for text in texts for name in _FIELD.findall(text)}


def sender(content: Content) -> str:
    """The sender as SMTP carries it. Raises as `build` does, for what is wrong with every mail of the content."""
    for line in (content.from_name, content.from_address, content.reply_to):
        plain_line(line)
    if content.reply_to:
        _mailbox("", content.reply_to)
    return _mailbox(content.from_name, content.from_address).addr_spec


def build(message: Message, content: Content) -> bytes:
    """Bytes for SMTP, with CRLF. The same row gives the same headers on every try.

    Raises ValueError, UnicodeError, MessageError or ValidationError for what cannot be a mail.
    """
    values = message.fields
    subject = fill(content.subject, values)
    files = list(content.attachments.all())
    sender(content)
    for line in (subject, message.name, message.address, *(file.name for file in files)):
        plain_line(line)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _mailbox(content.from_name, content.from_address)
    mail["To"] = _mailbox(message.name, message.address)
    if content.reply_to:
        mail["Reply-To"] = _mailbox("", content.reply_to)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(message.batch.queued_at)
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(fill(content.text, values), cte="quoted-printable")
    if content.html:
        mail.add_alternative(fill_html(content.html, values), subtype="html", cte="quoted-printable")
    for file in files:
        main, _, sub = file.kind.partition("/")
        mail.add_attachment(bytes(file.data), maintype=main, subtype=sub, filename=file.name)
    # Last: setting a content takes away every Content- header that stood before.
    mail["Content-Language"] = LANGUAGE_TAGS.get(content.language, "en")
    raw = mail.as_bytes()
    if _names_of_headers(raw) != mail.keys():
        raise ValueError("the mail would have other headers than were written")
    return raw


def _names_of_headers(raw: bytes) -> list[str]:
    """As they left the library, some versions of which write line breaks that a value holds."""
    lines = raw.partition(b"\r\n\r\n")[0].splitlines()
    return [line.partition(b":")[0].decode() for line in lines if not line.startswith((b" ", b"\t"))]


def _mailbox(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=ascii_address(address))
