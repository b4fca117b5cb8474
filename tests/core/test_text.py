import time
import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from core import text

BIDI = [chr(c) for c in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]
CONTROLS = [chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) == "Cc" and chr(c) not in "\n\t"]
SEPARATORS = ["\u2028", "\u2029"]
SURROGATES = ["\ud800", "\udfff"]
good = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters=BIDI))


@pytest.mark.parametrize("character", [*CONTROLS, *SEPARATORS, *BIDI, *SURROGATES], ids=lambda c: f"U+{ord(c):04X}")
def test_a_control_character_is_refused_and_named(character):
    for validate in (text.plain_line, text.plain_text):
        with pytest.raises(ValidationError) as refused:
            validate(f"Notice{character}Bcc: x")

        assert f"U+{ord(character):04X}" in refused.value.messages[0]
        assert "position 7" in refused.value.messages[0]


@pytest.mark.parametrize("character", ["\n", "\t"])
def test_newline_and_tab_may_stand_in_prose_but_not_in_a_line(character):
    text.plain_text(f"a{character}b")

    with pytest.raises(ValidationError):
        text.plain_line(f"a{character}b")


@pytest.mark.parametrize("value", ["=?utf-8?q?Bank=0D=0ABcc:_x?=", "a =?KOI8-R*ru?B?x", "=??Q?"])
def test_an_encoded_word_is_refused_in_a_line(value):
    with pytest.raises(ValidationError, match="encoded word"):
        text.plain_line(value)
    text.plain_text(value)


@given(good)
def test_every_other_character_may_stand_anywhere(value):
    text.plain_line(value)
    text.plain_text(value)


@given(st.text(st.characters(codec=None)))
def test_what_is_searched_holds_nothing_a_database_refuses(value):
    found = text.searchable(value)

    text.plain_text(found)
    found.encode()
    assert "\0" not in found
    assert len(found) <= 200


@pytest.mark.parametrize(
    "words",
    [
        ("Oʻzbekiston", "O'zbekiston", "Oʼzbekiston", "O`zbekiston", "O‘ZBEKISTON", "Ўзбекистон", "ЎЗБЕКИСТОН"),
        ("gʻoʻza", "ғўза", "g'o'za"),
        ("qaror", "қарор", "QAROR"),
        ("hodisa", "ҳодиса", "Ҳодиса"),
        ("shoshilinch", "шошилинч"),
        ("  mail   server ", "mail server"),
    ],
    ids=lambda words: words[0].strip(),
)
def test_one_word_in_both_scripts_folds_to_one_form(words):
    assert len({text.fold(word) for word in words}) == 1


def test_different_words_stay_different():
    assert text.fold("Toshkent") != text.fold("Samarqand")


@given(st.text())
def test_folding_twice_is_folding_once(value):
    assert text.fold(text.fold(value)) == text.fold(value)


@given(st.text(max_size=300), st.integers(2, 120))
def test_a_shortened_text_is_one_line_that_fits(value, length):
    short = text.shorten(value, length)

    assert len(short) <= length
    assert "\n" not in short


def test_a_shortened_text_ends_at_a_word_and_says_that_more_follows():
    assert text.shorten("Strange sign-ins to the mail panel", 26) == "Strange sign-ins to the…"
    assert text.shorten("Short\nsecond line", 24) == "Short"


@pytest.mark.parametrize("value", ["'" * 100_000, "a" * 100_000, "\u202e" * 100_000, "Ў " * 50_000])
def test_a_hundred_thousand_characters_are_judged_quickly(value):
    started = time.process_time()
    for judge in (text.searchable, text.fold, lambda v: text.shorten(v, 80)):
        judge(value)

    assert time.process_time() - started < 0.5
