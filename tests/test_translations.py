"""Every text that a person can read stands in every catalogue, whole, with its placeholders and its letters."""

import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("accounts", "audit", "config", "core", "customers", "dashboard", "incidents", "notifications", "outbox")
LOCALES = ("ru", "uz", "uz_Cyrl")
KEYWORDS = [
    "_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy",
    "npgettext", "npgettext_lazy",
]  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%|\{\w+\}")


@cache
def catalogue(locale: str) -> Catalog:
    with (ROOT / "locale" / locale / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file)


def key(message: Message) -> tuple[str, str]:
    """Context and first form."""
    return message.context or "", message.id[0] if isinstance(message.id, tuple) else message.id


def used() -> Iterator[tuple[str, str]]:
    """Context and first form of every text in code and templates."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield from found_in(path.read_text())
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt"} and "notices" not in path.relative_to(ROOT / "templates").parts[:1]:
            yield from found_in(python_of(path.read_text()))


def python_of(template: str) -> str:
    """A template as calls that a reader of Python understands; its lines are no blocks."""
    return "\n".join(line.strip() for line in templatize(template).splitlines())


def found_in(source: str) -> Iterator[tuple[str, str]]:
    for _line, name, words, _comments in extract_python(io.BytesIO(source.encode()), KEYWORDS, [], {}):
        parts = [part for part in (words if isinstance(words, tuple) else (words,)) if part]
        if "pgettext" in name:
            yield parts[0], parts[1]
        elif parts:
            yield "", parts[0]


def test_the_reader_of_sources_finds_what_stands_in_them() -> None:
    """The rules below would hold for any code if nothing were ever found."""
    source = python_of(
        '{% translate "Save" %} {% blocktranslate trimmed with n=1 %}\n  {{ n }} of us{% endblocktranslate %}'
    )
    assert set(found_in(source)) == {("", "Save"), ("", "%(n)s of us")}
    assert set(found_in('_("a"); ngettext("b", "c", 2); pgettext("x", "d")')) == {("", "a"), ("", "b"), ("x", "d")}


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_is_translated(locale: str) -> None:
    done = {
        key(message)
        for message in catalogue(locale)
        if message.id
        and not message.fuzzy
        and all([message.string] if isinstance(message.string, str) else message.string)
    }
    assert sorted(set(used()) - done) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_translation_keeps_every_placeholder(locale: str) -> None:
    wrong = []
    for message in catalogue(locale):
        if not message.id:
            continue
        forms = message.string if isinstance(message.string, tuple) else (message.string,)
        full = message.id[-1] if isinstance(message.id, tuple) else message.id
        wanted = set(PLACEHOLDER.findall(full))
        # A form for “one” may leave the number out.
        if set(PLACEHOLDER.findall(forms[-1])) != wanted or any(set(PLACEHOLDER.findall(f)) - wanted for f in forms):
            wrong.append(key(message))
    assert wrong == []


def test_uzbek_latin_is_written_with_its_own_letters() -> None:
    """oʻ and gʻ with U+02BB, the tutuq belgisi U+02BC: no apostrophe, no quotation mark."""
    texts = [form for message in catalogue("uz") for form in _forms(message)]
    assert [text for text in texts if re.search(r"(?i)[og]['‘’`]|(?<=\w)['’‘`](?=\w)", text)] == []
    assert any("oʻ" in text for text in texts)


def test_uzbek_cyrillic_holds_no_word_in_latin_that_has_a_uzbek_letter() -> None:
    texts = [form for message in catalogue("uz_Cyrl") for form in _forms(message)]
    assert [text for text in texts if "ʻ" in text or "ʼ" in text] == []
    assert any(letter in "".join(texts) for letter in "ўқғҳ")


def _forms(message: Message) -> tuple[str, ...]:
    if not message.id:
        return ()
    return message.string if isinstance(message.string, tuple) else (message.string,)
