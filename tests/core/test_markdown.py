import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.markdown import _TAGS, to_html, to_text

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](http://plain.example)",
    "[x](//evil.example)",
    "![x](https://evil.example/pixel.png)",
    "<a href='javascript:alert(1)'>x</a>",
    "`<b onmouseover=alert(1)>`",
    "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>",
    "[x]: javascript:alert(1)\n\n[x]",
    "<https://ok.example> <javascript:alert(1)>",
    "> <iframe src=//evil.example>",
    "| a |\n|---|\n| <script>x</script> |",
]


class Reader(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def assert_harmless(source: str) -> None:
    for tag, attributes in Reader(to_html(source)).found:
        assert tag in _TAGS
        assert set(attributes) <= {"href", "rel", "start"}
        if href := attributes.get("href"):
            assert re.match(r"(https:|mailto:|[/#?.\w%-])", href), href
            assert not re.match(r"(?i)\s*(javascript|data|vbscript|http):", href)
            assert attributes["rel"] == "noopener noreferrer nofollow"


@pytest.mark.parametrize("source", ATTACKS)
def test_an_attack_stays_text(source):
    assert_harmless(source)


@given(st.text() | st.lists(st.sampled_from([*ATTACKS, "\n\n", "- ", "> ", "**", "`", "<", "&lt;"])).map("".join))
def test_only_the_allow_list_leaves(source):
    assert_harmless(source)


def test_the_subset_is_drawn():
    html = to_html("# Head\n\n- **bold** and *soft*\n- `code`\n\n[policy](https://ok.example/a)\n\n~~gone~~")

    for part in ("<h3>Head</h3>", "<strong>bold</strong>", "<em>soft</em>", "<code>code</code>", "<s>gone</s>", "<li>"):
        assert part in html
    assert '<a href="https://ok.example/a" rel="noopener noreferrer nofollow">policy</a>' in html


def test_text_that_looks_like_html_can_be_read():
    assert "&lt;script&gt;" in to_html("Found <script> in the page")


def test_a_document_gets_the_words_without_the_marks() -> None:
    source = "# Head\n\nThe **key** `GET /x` [page](https://a.example)\nnext\n\n- one\n- two\n\n```\ncode  <b>\n```"
    assert to_text(source) == "Head\nThe key GET /x page next\n– one\n– two\ncode  <b>"
