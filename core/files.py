"""What an uploaded file may be, judged by its content; its name is only a label."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import puremagic
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.utils.translation import gettext as _

from core.models import DraftFile

# Kinds by content, with the endings that fit them. What is not in the table is refused.
_IMAGES = {"image/png": (".png",), "image/jpeg": (".jpg", ".jpeg"), "image/webp": (".webp",), "image/gif": (".gif",)}
_PDF = {"application/pdf": (".pdf",)}
_ARCHIVES = {
    "application/gzip": (".gz", ".tgz"),
    "application/zip": (".zip", ".docx", ".xlsx", ".pptx", ".odt", ".ods"),
    "application/x-7z-compressed": (".7z",),
}
_CAPTURES = {"application/vnd.tcpdump.pcap": (".pcap", ".cap", ".pcapng")}
# The table of puremagic names these without a media type, or not at all: classic, nanoseconds, pcapng.
_CAPTURE_HEADS = tuple(map(bytes.fromhex, ("d4c3b2a1", "a1b2c3d4", "4d3cb2a1", "a1b23c4d", "0a0d0d0a")))
_TEXTS = {"text/plain": (".txt", ".log", ".csv", ".json", ".md", ".eml", ".xml", ".conf", ".ndjson", ".jsonl")}
EVIDENCE = _IMAGES | _PDF | _ARCHIVES | _CAPTURES | _TEXTS
PROOF = _IMAGES | _PDF

_ALIASES = {
    "application/x-gzip": "application/gzip",
    "image/jpg": "image/jpeg",
    "application/x-zip-compressed": "application/zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "application/zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "application/zip",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "application/zip",
    "application/vnd.oasis.opendocument.text": "application/zip",
    "application/vnd.oasis.opendocument.spreadsheet": "application/zip",
}


@dataclass(frozen=True, slots=True)
class Inspected:
    """An upload that was looked at: a safe label, its size in bytes, its kind by content, its hash."""

    name: str
    size: int
    kind: str
    sha256: str


def safe_name(name: str) -> str:
    """A label that breaks no header, path or page; never used as a path."""
    base = PurePath(name.replace("\\", "/")).name
    clean = "".join(c for c in unicodedata.normalize("NFC", base) if unicodedata.category(c)[0] != "C")
    clean = re.sub(r'[<>:"|?*;/]', "_", clean).strip(" .")
    stem, dot, ending = clean.rpartition(".")
    if dot and len(ending) <= 12:
        return f"{stem[:180] or 'file'}.{ending}"
    return clean[:190] or "file"


def inspect(upload: "File[Any]", *, allowed: dict[str, tuple[str, ...]]) -> Inspected:
    """Size, kind and hash of an upload. Raises ValidationError in words when it may not come in."""
    name, size = safe_name(upload.name or ""), upload.size or 0
    if size > settings.UPLOAD_MAX_BYTES:
        raise ValidationError(
            _("The file is %(size)d MB. The limit is %(limit)d MB.")
            % {"size": -(-size // 1_048_576), "limit": settings.UPLOAD_MAX_BYTES // 1_048_576},
            code="file_too_large",
        )
    if size == 0:
        raise ValidationError(_("The file “%(name)s” is empty.") % {"name": name}, code="file_empty")
    kind = _kind(upload)
    endings = allowed.get(kind)
    if endings is None or not name.lower().endswith(endings):
        raise ValidationError(
            _("“%(name)s” cannot be taken: its content is not one of %(kinds)s. Put it into a ZIP file.")
            if "application/zip" in allowed
            else _("“%(name)s” cannot be taken: its content is not one of %(kinds)s."),
            code="file_kind",
            params={"name": name, "kinds": ", ".join(e[1:].upper() for ends in allowed.values() for e in ends)},
        )
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return Inspected(name=name, size=size, kind=kind, sha256=digest.hexdigest())


def _kind(upload: "File[Any]") -> str:
    """Media type by content; text is what decodes as text and holds no NUL."""
    upload.seek(0)
    head = upload.read(65_536)
    upload.seek(0)
    head = head.encode() if isinstance(head, str) else head
    if head.startswith(_CAPTURE_HEADS):
        return "application/vnd.tcpdump.pcap"
    try:
        found = str(puremagic.from_string(head, mime=True))
    except (puremagic.PureError, ValueError):
        found = ""
    found = _ALIASES.get(found, found)
    if found in EVIDENCE and not found.startswith("text/"):
        return found
    return "text/plain" if _is_text(head) else found or "application/octet-stream"


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    for encoding in ("utf-8", "cp1251"):
        try:
            # A multi-byte character may be cut at the end of what was read.
            text = head[:-4].decode(encoding) if len(head) > 4 else head.decode(encoding)
        except UnicodeDecodeError:
            continue
        controls = sum(1 for c in text if ord(c) < 32 and c not in "\n\r\t\f\x1b")
        return controls <= len(text) // 200
    return False


# --- files of forms that came back with errors ----------------------------------------------------


def keep(upload: "UploadedFile[Any]", *, owner: str, allowed: dict[str, tuple[str, ...]]) -> DraftFile:
    """Keep a good upload for the next try of its form. Raises ValidationError when it is not good."""
    seen = inspect(upload, allowed=allowed)
    draft = DraftFile(owner=owner, name=seen.name, size=seen.size, kind=seen.kind)
    draft.file.save(seen.name, upload, save=False)
    draft.save()
    return draft


def discard(drafts: Iterable[DraftFile]) -> None:
    for draft in drafts:
        draft.file.delete(save=False)
        draft.delete()


def download(file: "File[Any]", *, name: str, kind: str) -> FileResponse:
    """A file as an attachment that no browser opens, sniffs or runs."""
    response = FileResponse(file.open("rb"), as_attachment=True, filename=safe_name(name), content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
