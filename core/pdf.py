"""PDF by typst: our own template files, data as JSON, nothing of the data is ever evaluated."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

TEMPLATES: Path = settings.BASE_DIR / "templates"
# Text was refused at the door when it held any of these; names of old files may still have some.
_NOT_PRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Outside of these ranges the fonts inside typst have gaps: Chinese, emoji, private letters.
_MAYBE_NOT_DRAWN = re.compile(
    "[^\n\t -~\xa0-\u0377\u0400-\u0482\u048a-\u04ff\u1e00-\u1eff\u2010-\u2027\u2030-\u2040\u20a0-\u20bf"
    "\u2116\u2122\u2190-\u22ff]"
)


def render(template: str, data: dict[str, Any], *, at: datetime) -> bytes:
    """The PDF of a template below templates/, with `data` in `json(bytes(sys.inputs.data))`.

    `at` (aware) becomes the creation date, so that the same data gives the same bytes. Tagged for
    screen readers; the archive profile PDF/A-2a keeps it readable in ten years. That profile refuses
    a letter without a drawing: such a letter is printed by its number, `[U+4E2D]`, so nothing is lost.
    """
    printable = _mapped(data, lambda text: _NOT_PRINTED.sub("", text))
    try:
        return _compile(template, printable, at=at)
    except typst.TypstError:
        drawn = _mapped(printable, lambda text: _MAYBE_NOT_DRAWN.sub(lambda found: f"[U+{ord(found[0]):04X}]", text))
        return _compile(template, drawn, at=at)


def _compile(template: str, data: Any, *, at: datetime) -> bytes:
    result = typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=["a-2a"],
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
    )
    assert isinstance(result, bytes)
    return result


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """The same data with every text in it changed."""
    match value:
        case str():
            return change(value)
        case dict():
            return {key: _mapped(part, change) for key, part in value.items()}
        case list() | tuple():
            return [_mapped(part, change) for part in value]
        case _:
            return value


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
