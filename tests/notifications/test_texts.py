"""The built-in legal texts: whole in four languages, with known fields and closed places."""

import re

import pytest

from notifications import texts
from notifications.terms import FIELDS, LANGUAGES, PARTS, SUBJECT_LENGTH, NoticeKind, Phase
from outbox.mime import fields_in, fill

# Filled from the record when a notice begins; the rest is filled for each recipient.
PREFILLED = {"date", "data_kinds", "blocks", "cause", "phone", "email", "hours"}
EACH = [(kind, language) for kind in NoticeKind for language in LANGUAGES]


@pytest.mark.parametrize("code", texts.CODES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_stands_in_every_language(code, language):
    assert len(texts.source(code, language)) > 200


def test_there_is_a_text_for_every_kind_of_notice_and_phase_of_a_letter():
    assert {f"notice/{kind}" for kind in NoticeKind} | {texts.letter_code(phase) for phase in Phase} == set(texts.CODES)


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_a_notice_parses_into_subject_and_six_parts(kind, language):
    parts = texts.notice_parts(kind, language)

    assert list(parts) == ["subject", *PARTS]
    assert all(parts.values())
    assert "\n" not in parts["subject"]
    assert not re.search(r"^\[", "\n".join(parts.values()), re.MULTILINE)


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_a_notice_asks_for_known_fields_only(kind, language):
    used = fields_in(*texts.notice_parts(kind, language).values())

    assert used <= FIELDS | PREFILLED
    assert {"customer", "incident", "phone", "email"} <= used


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_every_open_place_is_closed_again(kind, language):
    for part in texts.notice_parts(kind, language).values():
        assert re.sub(r"‹[^‹›]+›", "", part).count("‹") == 0
        assert re.sub(r"‹[^‹›]+›", "", part).count("›") == 0


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_the_subject_with_a_long_date_fits(kind, language):
    subject = texts.notice_parts(kind, language)["subject"]

    assert len(fill(subject, {"date": "30 September 2026"})) <= SUBJECT_LENGTH


@pytest.mark.parametrize(("kind", "language"), EACH)
def test_a_built_in_text_holds_no_link_and_no_exclamation(kind, language):
    whole = "\n".join(texts.notice_parts(kind, language).values())

    assert not re.search(r"https?://|www\.|!", whole)


@pytest.mark.parametrize("code", texts.CODES)
def test_uzbek_latin_uses_its_own_apostrophes(code):
    letters = re.sub(r"(?m)^(//.*|#.*)$", "", texts.source(code, "uz"))

    assert not re.search(r"[oOgG]['‘’`]", letters)
    assert re.search("[oOgG]ʻ", letters)


@pytest.mark.parametrize("code", texts.CODES)
def test_uzbek_cyrillic_is_uzbek(code):
    assert set("ўқғҳ") <= set(texts.source(code, "uz-cyrl").lower())


def test_the_version_of_a_text_is_the_hash_of_its_file():
    digests = {(code, language): texts.sha256(code, language) for code in texts.CODES for language in LANGUAGES}

    assert len(set(digests.values())) == len(digests)
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests.values())
