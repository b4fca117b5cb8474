"""The built-in legal texts: what they say, in which version, and who has read them.

A notice is one file a language, `templates/notices/<kind>/<language>.txt`, with a line `[part]`
before each part. A letter is one typst file a phase and language. The version of a text is the hash
of its file, so that no edit keeps an old review.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.pdf import TEMPLATES
from notifications.models import TextReview
from notifications.terms import LANGUAGES, PARTS, NoticeKind, Phase

CODES: dict[str, "str | Promise"] = {
    "notice/first": _("Customer notice: first"),
    "notice/update": _("Customer notice: update"),
    "notice/final": _("Customer notice: final"),
    "letter/initial": _("Letter to an authority: initial"),
    "letter/final": _("Letter to an authority: final"),
}


@dataclass(frozen=True, slots=True)
class BuiltIn:
    code: str
    language: str
    sha256: str
    review: TextReview | None

    @property
    def label(self) -> "str | Promise":
        return CODES[self.code]

    @property
    def slug(self) -> str:
        """The code as it stands in an address."""
        return self.code.replace("/", "-")

    @property
    def version(self) -> str:
        return self.sha256[:8]


@lru_cache(maxsize=64)
def source(code: str, language: str) -> str:
    """The file of a text as it is installed."""
    kind, _sep, name = code.partition("/")
    path = f"notices/{name}/{language}.txt" if kind == "notice" else f"letters/{name}/{language}.typ"
    return (TEMPLATES / path).read_text(encoding="utf-8")


def sha256(code: str, language: str) -> str:
    return hashlib.sha256(source(code, language).encode()).hexdigest()


def notice_parts(kind: NoticeKind, language: str) -> dict[str, str]:
    """Subject and parts of a built-in notice."""
    parts: dict[str, list[str]] = {}
    for line in source(f"notice/{kind}", language).splitlines():
        if line.startswith("[") and line.rstrip().endswith("]"):
            parts[line.strip()[1:-1]] = current = []
        elif parts:
            current.append(line)
    return {name: "\n".join(parts.get(name, [])).strip() for name in ("subject", *PARTS)}


def all_texts() -> list[BuiltIn]:
    """Every built-in text in every language, with its review if this version has one."""
    reviews = {(r.code, r.language, r.sha256): r for r in TextReview.objects.select_related("confirmed_by")}
    found = []
    for code in CODES:
        for language in LANGUAGES:
            digest = sha256(code, language)
            found.append(BuiltIn(code, language, digest, reviews.get((code, language, digest))))
    return found


def unreviewed(code: str) -> list[str]:
    """Languages in which nobody has confirmed the present version."""
    reviewed = set(TextReview.objects.filter(code=code).values_list("language", "sha256"))
    return [language for language in LANGUAGES if (language, sha256(code, language)) not in reviewed]


def letter_code(phase: Phase) -> str:
    return f"letter/{phase}"
