"""Every field of every form: what breaks mails, letters and terminals is refused with words."""

from importlib import import_module

import pytest
from django import forms
from django.core.exceptions import ValidationError

from core import forms as fields
from core.forms import BaseForm
from notifications import card
from notifications.forms import CardForm
from notifications.models import Authority, Letter
from notifications.terms import Phase
from tests.dashboard.conftest import GARBAGE, all_forms

for wing in ("accounts", "customers", "incidents", "notifications"):
    import_module(f"{wing}.forms")

# A password may hold anything; a code, a hash and a key of a form are compared and never kept.
KEPT_NOWHERE = {"Password", "Code"}
CONTROLS = {"nul": "\x00", "bell": "\x07", "tab of old": "\x0b", "escape": "\x1b", "next line": "\x85",
            "bidi": "\u202e", "isolate": "\u2066", "mark": "\u200f", "line": "\u2028", "paragraph": "\u2029",
            "surrogate": "\ud800"}  # fmt: skip


def text_fields():
    for form in sorted(all_forms(), key=lambda form: form.__qualname__):
        for name, field in form.base_fields.items():
            is_text = isinstance(field, forms.CharField) and type(field).__name__ not in KEPT_NOWHERE
            if is_text and not field.widget.is_hidden:
                yield pytest.param(field, id=f"{form.__module__.partition('.')[0]}.{form.__name__}.{name}")


def words_about(field, value):
    """What a field says to a value; nothing when it takes it."""
    try:
        field.clean(value)
    except ValidationError as problem:
        return problem.messages
    return []


def refusal(field, value):
    with pytest.raises(ValidationError) as error:
        field.clean(value)
    return error.value.messages


@pytest.mark.parametrize("field", list(text_fields()))
def test_control_characters_are_refused_with_words(field):
    for sign in CONTROLS.values():
        messages = refusal(field, f"name{sign}@company.example")

        assert any(f"U+{ord(sign):04X}" in message or "Null characters" in message for message in messages), messages


@pytest.mark.parametrize("field", list(text_fields()))
def test_a_line_stays_one_line_and_a_text_keeps_its_lines(field):
    if isinstance(field, fields.Prose):
        assert field.clean("one\r\ntwo\tthree\rfour") == "one\ntwo\tthree\nfour"
    else:
        assert refusal(field, "one\ntwo@company.example")
        assert refusal(field, "one\ttwo@company.example")


@pytest.mark.parametrize("field", list(text_fields()))
def test_every_text_has_a_limit_and_says_it(field):
    if isinstance(field, forms.EmailField):
        assert refusal(field, "a" * 300 + "@company.example")
        return

    assert field.clean("x" * field.max_length)
    assert f"{field.max_length}" in refusal(field, "x" * (field.max_length + 1))[0]


@pytest.mark.django_db
@pytest.mark.parametrize("form", sorted(all_forms() - {CardForm}, key=lambda form: form.__qualname__))
def test_every_field_takes_garbage_with_words_or_as_it_is(form):
    """Neither an exception nor a message that a person cannot read."""
    for name, field in form.base_fields.items():
        if isinstance(field, forms.FileField):
            continue
        for garbage in GARBAGE.values():
            value = (
                [garbage] if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField) else garbage
            )
            assert all(message.strip() for message in words_about(field, value)), (name, garbage)


@pytest.mark.parametrize("phase", Phase)
def test_the_card_of_a_letter_refuses_them_too(phase):
    letter = Letter(phase=phase, language="uz", card={}, ref="REG-001")
    for group in card.GROUPS:
        asked = card.fields_of(phase, group)
        data = {field.key: "a\u202eb" for field in asked} | {"version": "0"}
        form = CardForm(data, letter=letter, card_fields=asked)

        assert set(form.errors) == {field.key for field in asked}


def test_not_known_yet_and_a_text_contradict_each_other():
    asked = card.fields_of(Phase.INITIAL, "scope")
    letter = Letter(phase=Phase.INITIAL, language="uz", card={}, ref="REG-001")
    form = CardForm(
        {"version": "0", "people": "46", "people_unknown": "on", "data_unknown": "on"}, letter=letter, card_fields=asked
    )

    assert list(form.errors) == ["people"]


def test_no_form_preselects_a_decision():
    """A default is allowed only where it is harmless and likely (never for a decision or a send)."""
    harmless = {"when": "now", "audience": "team", "kind": "note", "is_active": True}
    chosen = {
        name: field.initial
        for form in all_forms()
        for name, field in form.base_fields.items()
        if field.initial not in (None, "") and not field.widget.is_hidden
    }

    assert chosen == harmless


def test_every_form_carries_a_key_of_its_own():
    assert all(issubclass(form, BaseForm) for form in all_forms())
    assert all("form_key" in form.base_fields for form in all_forms())


@pytest.mark.django_db
@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=list(GARBAGE))
def test_a_row_is_chosen_by_what_it_is_and_not_by_garbage(garbage):
    rows = Authority.objects.all()

    for field, value in (
        (fields.SelectRow(queryset=rows, to_field_name="code"), garbage),
        (fields.SelectRow(queryset=rows), garbage),
        (fields.SelectRows(queryset=rows), [garbage]),
    ):
        assert words_about(field, value)
