import csv
import io
import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from core import tables

LIMITS = {"most_bytes": 10_000, "most_rows": 5, "most_columns": 4}


@given(st.text(min_size=1))
@example("=1+1")
@example(" =1+1")
@example('"=1+1"')
@example("'=1+1")
@example("\t=1+1")
@example("\r=1+1")
@example("\n=1+1")
@example("\u00a0=1+1")
@example("\ufeff=1+1")
@example("＝1+1")
def test_no_cell_is_taken_for_a_formula(value):
    cell = tables.cell(value)

    assert not re.match(r"[\s\"\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]", cell)
    assert cell in {value, f"'{value}"}


def test_a_plain_cell_stays_as_it_is():
    assert [tables.cell(v) for v in ("Bulut", 42, "a=b", "", "Ўзбекистон")] == ["Bulut", "42", "a=b", "", "Ўзбекистон"]


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs"])), min_size=1, max_size=4), max_size=5))
def test_what_was_written_is_read_back_by_a_spreadsheet(rows):
    written = tables.write(["a"], rows)

    assert written.startswith("\ufeff")
    found = list(csv.reader(io.StringIO(written.removeprefix("\ufeff"))))
    assert found == [["a"], *([tables.cell(value) for value in row] for row in rows)]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_value_stays_one_cell_whatever_a_spreadsheet_takes_for_a_separator(delimiter):
    written = tables.write(["a"], [[f"x{delimiter}=1+1"], [42]])

    assert written.splitlines() == ['\ufeff"a"', f'"x{delimiter}=1+1"', '"42"']


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_is_read_whatever_separates_its_columns(delimiter):
    content = f"name{delimiter}email\r\nBulut{delimiter} a@b.example \r\n".encode("utf-8-sig")

    assert tables.read(content, **LIMITS) == [["name", "email"], ["Bulut", "a@b.example"]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"x" * 10_001, "larger than"),
        (b"a,b\0c", "not a text table"),
        ("имя,адрес".encode("cp1251"), "not in UTF-8"),
        (b"a,b\n" * 7, "more than 5 rows"),
        (b"1,2,3,4,5", "more than 4 columns"),
        (b'a,"b\nc', "quotation mark"),
    ],
)
def test_what_is_no_good_table_is_refused_in_words(content, words):
    with pytest.raises(ValidationError, match=words):
        tables.read(content, **LIMITS)


@given(st.binary(max_size=200))
def test_any_content_ends_in_rows_or_in_words(content):
    try:
        rows = tables.read(content, **LIMITS)
    except ValidationError:
        return
    assert len(rows) <= LIMITS["most_rows"] + 1
    assert all(len(row) <= LIMITS["most_columns"] for row in rows)
