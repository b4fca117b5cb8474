import io
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from core import pdf

AT = datetime(2026, 7, 16, 9, 32, tzinfo=UTC)
TEMPLATE = """#let data = json(bytes(sys.inputs.data))
#set document(title: "Test")
#set text(lang: "en")
= #data.title
#data.text
"""


@pytest.fixture(autouse=True)
def templates(tmp_path, monkeypatch):
    (tmp_path / "letter.typ").write_text(TEMPLATE)
    monkeypatch.setattr(pdf, "TEMPLATES", tmp_path)


def text_of(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize(
    "words", ["Oʻzbekiston gʻoʻza", "Ўзбекистон ҳодиса қарор ғоя", "Уведомление о происшествии", "“Quoted” – text №5"]
)
def test_letters_of_all_four_scripts_can_be_read_back(words):
    found = text_of(pdf.render("letter.typ", {"title": "T", "text": words}, at=AT))

    assert words in found


@pytest.mark.parametrize(
    "words", ["#panic()", '#read("/etc/passwd")', "$x^2$", "= Head", "*bold*", "@label", "\\u{41}"]
)
def test_data_is_printed_and_never_evaluated(words):
    found = text_of(pdf.render("letter.typ", {"title": "T", "text": words}, at=AT))

    assert words in found


def test_the_same_data_gives_the_same_bytes():
    data = {"title": "T", "text": "x"}

    first, second = (pdf.render("letter.typ", data, at=AT) for _ in range(2))

    assert pdf.sha256(first) == pdf.sha256(second)
    assert pdf.sha256(first) != pdf.sha256(pdf.render("letter.typ", {**data, "text": "y"}, at=AT))


def test_invisible_characters_of_old_rows_are_not_printed():
    found = text_of(pdf.render("letter.typ", {"title": "T", "text": ["a\u202eb\x0bc", {"k": "\ud800"}][0]}, at=AT))

    assert "abc" in found


def test_the_document_is_tagged_and_made_for_the_archive():
    reader = PdfReader(io.BytesIO(pdf.render("letter.typ", {"title": "T", "text": "x"}, at=AT)))

    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfaid" in root["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.creation_date == AT
