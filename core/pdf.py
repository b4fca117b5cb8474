"""PDF by typst: our own template files, data as JSON, nothing of the data is ever evaluated."""

import hashlib
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

TEMPLATES: Path = settings.BASE_DIR / "templates"
# Text was refused at the door when it held any of these; names of old files may still have some.
_NOT_PRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def render(template: str, data: dict[str, Any], *, at: datetime) -> bytes:
    """The PDF of a template below templates/, with `data` in `json(bytes(sys.inputs.data))`.

    `at` (aware) becomes the creation date, so that the same data gives the same bytes. Tagged for
    screen readers; the archive profile PDF/A-2a keeps it readable in ten years.
    """
    result = typst.compile(
        str(TEMPLATES / template),
        root=str(TEMPLATES),
        sys_inputs={"data": json.dumps(_printable(data), ensure_ascii=False)},
        pdf_standards=["a-2a"],
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
    )
    assert isinstance(result, bytes)
    return result


def _printable(value: Any) -> Any:
    match value:
        case str():
            return _NOT_PRINTED.sub("", value)
        case dict():
            return {key: _printable(part) for key, part in value.items()}
        case list() | tuple():
            return [_printable(part) for part in value]
        case _:
            return value


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
