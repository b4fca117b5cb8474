"""The Markdown subset of notes: headings, lists, emphasis, code, quotes, links. No raw HTML, no images."""

import nh3
from markdown_it import MarkdownIt

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
