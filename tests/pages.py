"""Reading a page as a person does: its words, its error summary, what stands in its fields.

words(response)           the text of the page in one line, without tags
assert_refused(response)  422 with `Error:` in the title, a summary that leads to each wrong field, same words twice
value(response, "name")   what stands in a field; form_of(response) gives every field of the page's main form
"""

import html
import re
from html.parser import HTMLParser
from typing import Any


def words(response: Any) -> str:
    text = re.sub(r"(?s)<(script|style|head).*?</\1>", " ", response.content.decode())
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def assert_refused(response: Any, *fields: str) -> str:
    """Every wrong field is named in the summary and marked where it stands. Gives the words of the page."""
    page = response.content.decode()
    assert response.status_code == 422
    assert re.search(r"<title>\s*Error:", page)
    summary = re.search(r'(?s)<div class="sum" role="alert".*?</div>', page)
    assert summary is not None
    for field in fields:
        link = re.search(rf'(?s)<a href="#(id_{field}(?:_0)?)">(.*?)</a>', summary[0])
        assert link is not None, (field, summary[0])
        assert f'id="{link[1]}"' in page, f"{field}: the link of the summary leads nowhere"
        said = html.unescape(link[2]).partition(": ")[2] or html.unescape(link[2])
        assert html.unescape(page).count(said) >= 2, said
    return words(response)


class _Form(HTMLParser):
    """Fields of every form that is posted, by name; the last one of a name wins."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self._open: str = ""
        self._is_posted = False
        self._select: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {key: value or "" for key, value in attrs}
        if tag == "form":
            self._is_posted = given.get("method") == "post" and given.get("action") not in {"/language/", "/sign-out/"}
        elif self._is_posted:
            self._field(tag, given.get("name", ""), given)

    def _field(self, tag: str, name: str, given: dict[str, str]) -> None:
        match tag, given.get("type", "text"):
            case "textarea", _:
                self._open, self.values[name] = name, ""
            case "select", _:
                self._select = name
            case "option", _ if "selected" in given:
                self.values[self._select] = given.get("value", "")
            case "input", "radio" | "checkbox":
                if "checked" in given:
                    self.values[name] = given.get("value", "on")
            case "input", kind if name and kind != "file":
                self.values[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._open = ""
        elif tag == "form":
            self._is_posted = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.values[self._open] += data


def form_of(response: Any) -> dict[str, Any]:
    parser = _Form()
    parser.feed(response.content.decode())
    # The first newline of a textarea belongs to the tag.
    found = {
        name: value.removeprefix("\n") if isinstance(value, str) else value for name, value in parser.values.items()
    }
    found.pop("csrfmiddlewaretoken", None)
    return found


def value(response: Any, name: str) -> Any:
    return form_of(response).get(name)
