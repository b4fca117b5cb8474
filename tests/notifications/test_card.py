"""The incident card: where its words come from."""

from django.utils import translation

from notifications import card
from notifications.terms import Phase


def test_the_source_of_a_field_is_told_in_the_language_of_the_reader_not_of_the_letter() -> None:
    field = next(f for f in card.fields_of(Phase.INITIAL) if f.key == "detected")
    entry: dict[str, object] = {"text": "2026-yil 16-iyul, 09:07", "source": card.RECORD}

    with translation.override("en"):
        assert card.source_words(field, entry) == "Facts: noticed"
    with translation.override("ru"):
        assert card.source_words(field, entry) != "Facts: noticed"


def test_a_person_or_an_earlier_letter_is_a_source_by_name() -> None:
    field = card.fields_of(Phase.FINAL)[0]

    assert card.source_words(field, {"text": "x", "source": "REG-001"}) == "REG-001"
    assert card.source_words(field, {"text": "x", "source": "Rita Yusupova"}) == "Rita Yusupova"
