"""The Markdown subset of notes: headings, lists, emphasis, code, quotes, links. No raw HTML, no images."""

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_reader = (
    MarkdownIt("commonmark", {"html": False, "linkify": False})
    .disable(["image", "html_block", "html_inline", "reference"])
    .enable(["table", "strikethrough"])
)
_TAGS = {
    "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "strong", "em", "s", "code", "pre",
    "blockquote", "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def to_html(source: str) -> str:
    """Safe HTML of a note. Headings start at h3: a note stands inside a page that has its own."""
    tokens = _reader.parse(source)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{min(int(token.tag[1]) + 2, 6)}"
    html = str(_reader.renderer.render(tokens, _reader.options, {}))
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )


def to_text(source: str) -> str:
    """The words of a note without its marks, for documents: a line a paragraph, row or list item."""
    lines: list[str] = []
    depth = 0
    for token in _reader.parse(source):
        depth += {"list_item_open": 1, "list_item_close": -1}.get(token.type, 0)
        if token.type in {"fence", "code_block"}:
            lines.append(token.content.rstrip("\n"))
        elif token.type == "inline":
            words = "".join(_plain(child) for child in token.children or ())
            lines.append(f"{'  ' * (depth - 1)}– {words}" if depth else words)
    return "\n".join(lines)


def _plain(token: Token) -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return " "
    return token.content
