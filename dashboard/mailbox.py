"""Mails on disk, as the demo's SMTP server wrote them: one file a mail, named by the order of arrival."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

_NAME = re.compile(r"[0-9]{8,20}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class File:
    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    name: str
    sender: str
    to: str
    reply_to: str
    subject: str
    date: str
    language: str
    message_id: str
    text: str
    html: str
    files: list[File]

    @property
    def received_at(self) -> datetime:
        """The name of the file begins with the nanoseconds since 1970."""
        return datetime.fromtimestamp(int(self.name.partition("-")[0]) / 1e9, tz=UTC)


def folder() -> Path:
    path: Path = settings.DATA_DIR / "mailbox"
    path.mkdir(parents=True, exist_ok=True)
    return path


def names() -> list[str]:
    """Newest first."""
    return sorted((path.stem for path in folder().glob("*.eml")), reverse=True)


def read(name: str) -> Mail | None:
    path = folder() / f"{name}.eml"
    if not _NAME.fullmatch(name) or not path.is_file():
        return None
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    return Mail(
        name=name,
        sender=str(message["From"]),
        to=str(message["To"]),
        reply_to=str(message["Reply-To"] or ""),
        subject=str(message["Subject"]),
        date=str(message["Date"]),
        language=str(message["Content-Language"] or ""),
        message_id=str(message["Message-ID"]),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        files=[
            File(part.get_filename() or "file", part.get_content_type(), part.get_payload(decode=True))  # type: ignore[arg-type]
            for part in message.iter_attachments()
        ],
    )


def _part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body is not None else ""
