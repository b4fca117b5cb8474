"""What a text may hold, and how two texts are compared.

Control, bidirectional and separator characters break mails, letters and terminals, or make a text
look like another one. They are refused at the door with words, never removed in silence.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Every C0 and C1 control but newline and tab, line and paragraph separators, all characters with
# the property Bidi_Control, and lone surrogates.
_REFUSED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_REFUSED_IN_LINE = re.compile(_REFUSED.pattern[:-1] + "\n\t]")
# RFC 2047. What reads a mail decodes it, line breaks and all: a line that ends and a header that begins.
_ENCODED_WORD = re.compile(r"=\?[^?]*\?[bBqQ]\?")


def refuse_controls(value: str, *, one_line: bool = False) -> None:
    """Raise ValidationError that names the first character a text may not hold."""
    if found := (_REFUSED_IN_LINE if one_line else _REFUSED).search(value):
        raise ValidationError(
            _("An invisible control character (%(code)s) stands at position %(position)d. Delete it and send again."),
            code="control_character",
            params={"code": f"U+{ord(found[0]):04X}", "position": found.start() + 1},
        )


def has_controls(value: str) -> bool:
    return _REFUSED.search(value) is not None


def plain_line(value: str) -> None:
    """Validator of fields of one line."""
    refuse_controls(value, one_line=True)
    if found := _ENCODED_WORD.search(value):
        raise ValidationError(
            _("An encoded word (%(start)s…) stands at position %(position)d. Write the text itself."),
            code="encoded_word",
            params={"start": found[0][:40], "position": found.start() + 1},
        )


def plain_text(value: str) -> None:
    """Validator of fields of many lines."""
    refuse_controls(value)


def ascii_address(address: str) -> str:
    """The address as SMTP carries it: an international domain by IDNA, the local part plain ASCII.

    Raises UnicodeError or ValueError when there is none.
    """
    local, _at, domain = address.rpartition("@")
    if not local or not local.isascii():
        raise ValueError("local part is not plain ASCII")
    return f"{local}@{domain.encode('idna').decode()}"


def reachable(address: str) -> None:
    """Validator of addresses: Django's takes letters that become ASCII by case alone, such as `ı`."""
    try:
        ascii_address(address)
    except ValueError:
        raise ValidationError(
            _("“%(address)s” is not an address that mail can reach.") % {"address": address}, code="address"
        ) from None


def searchable(value: str) -> str:
    """What a person typed into a search box or an address, without what cannot be searched."""
    return _REFUSED.sub("", value).strip()[:200]


def shorten(value: str, length: int) -> str:
    """The first line of a text, cut at a word, with an ellipsis when something is missing."""
    line = value.strip().split("\n", 1)[0].strip()
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut).rstrip(" ,;:.") + "…"


def within_sentence(label: str) -> str:
    """A label as it stands inside a sentence: `Account` becomes `account`, `IP address` stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


# --- folding: one spelling for Uzbek Latin, Uzbek Cyrillic and every kind of apostrophe -----------

_APOSTROPHES = dict.fromkeys(map(ord, "ʻʼ'’‘`´ʹ"), None)
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ё": "yo", "ж": "j",
    "з": "z", "и": "i", "й": "y", "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n", "о": "o",
    "ў": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f", "х": "x", "ҳ": "h",
    "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ы": "i", "ь": "", "э": "e", "ю": "yu",
    "я": "ya",
}  # fmt: skip
_TO_LATIN = str.maketrans(_CYRILLIC)


def fold(value: str) -> str:
    """A form in which the same word in both Uzbek scripts is the same string.

    Only for finding: `oʻ` and `o'` both become `o`. Texts are stored as people wrote them.
    """
    lower = unicodedata.normalize("NFKC", value).casefold().translate(_APOSTROPHES)
    plain = lower.translate(_TO_LATIN)
    return " ".join(plain.split())
