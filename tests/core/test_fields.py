import pytest
from django.core.exceptions import ValidationError

from core.fields import LineField, ProseField
from customers.models import Customer


def test_a_line_holds_no_newline_and_no_control_character():
    field = LineField(max_length=20)

    assert field.clean("Bulut Mail", None) == "Bulut Mail"
    for value in ("a\nb", "a\x0bb", "a\u202eb", "x" * 21):
        with pytest.raises(ValidationError):
            field.clean(value, None)


def test_prose_holds_newlines_and_as_many_characters_as_its_limit():
    field = ProseField(limit=10)

    assert field.clean("a\n\tb", None) == "a\n\tb"
    for value in ("a\0b", "x" * 11):
        with pytest.raises(ValidationError):
            field.clean(value, None)


def test_the_limit_of_prose_is_part_of_its_migration():
    _name, _path, args, kwargs = ProseField(limit=2_000).deconstruct()

    assert kwargs["limit"] == 2_000
    assert ProseField(*args, **kwargs).limit == 2_000
    assert "limit" not in ProseField().deconstruct()[3]


def test_a_model_refuses_what_its_form_would_refuse():
    with pytest.raises(ValidationError) as refused:
        Customer(ref="CUS-0001", name="Bulut\x1cMail").clean_fields()

    assert "name" in refused.value.message_dict
