"""A person without a browser: an open session, pages, forms. For systems that run in their own processes."""

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

from django_otp.oath import hotp

# Of a shape that Django takes for a token: the cookie and the form say the same.
_TOKEN = "chaos" * 6 + "12"


def code(seed: str) -> str:
    """The code of this moment from the seed of an authenticator, in hex."""
    return f"{hotp(bytes.fromhex(seed), int(time.time()) // 30):06d}"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def leads_to(self) -> str:
        return self.headers.get("Location", "")


@dataclass
class _Forms(HTMLParser):
    """The fields of every form of a page with what they hold."""

    found: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append({})
        elif tag in {"input", "textarea"} and self.found and values.get("type") not in {"radio", "checkbox", "file"}:
            self.found[-1][values.get("name", "")] = values.get("value", "")


class Visitor:
    """Any number of threads may use one."""

    def __init__(self, address: str, session: str = "") -> None:
        self.host = urlsplit(address).netloc
        self.cookies = f"session={session}; csrf={_TOKEN}; language=en"

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, headers)

    def form(self, path: str, having: str) -> dict[str, str]:
        """What the form with a field `having` holds when the page comes."""
        parser = _Forms()
        parser.feed(self.get(path).text)
        return next(form for form in parser.found if having in form)

    def post(self, path: str, values: Mapping[str, str]) -> Answer:
        body = urlencode({**values, "csrfmiddlewaretoken": _TOKEN})
        return self._ask("POST", path, {"Content-Type": "application/x-www-form-urlencoded"}, body)

    def approval(self, ref: str) -> dict[str, str]:
        """The form that approves a notice, with the hashes of what stands there now."""
        return self.form(f"/notifications/{ref}/approval/", having="content_hash")

    def approve(self, ref: str, code: str, *, form: Mapping[str, str] | None = None) -> Answer:
        return self.post(f"/notifications/{ref}/approval/", {**(form or self.approval(ref)), "code": code})

    def _ask(self, method: str, path: str, headers: Mapping[str, str], body: str | None = None) -> Answer:
        began = time.perf_counter()
        line = http.client.HTTPConnection(self.host, timeout=30)
        try:
            line.request(method, path, body, {**headers, "Cookie": self.cookies})
            response = line.getresponse()
            content = response.read()
        finally:
            line.close()
        return Answer(response.status, response.headers, content, time.perf_counter() - began)
