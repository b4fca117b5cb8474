"""Whatever values hold, a mail has the headers we wrote and the words that were approved."""

import unicodedata
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from core import clock as house_clock
from core.text import has_controls
from outbox import mime
from outbox.models import Attachment, Batch, Content, Message

HEADERS = [
    "From",
    "To",
    "Reply-To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "X-Auto-Response-Suppress",
    "Content-Language",
    "MIME-Version",
]
any_text = st.text(st.characters(codec=None), max_size=120)
# What core/text.py lets through the door.
lines = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"]), max_size=120)
prose = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp", "Cf"], include_characters="\n\t"))


class _Files(list[Attachment]):
    def all(self) -> "list[Attachment]":
        return self


def build(*, files: list[Attachment] | None = None, **values: object) -> bytes:
    """A mail of rows that no database ever saw."""
    content = {"from_name": "Bulut Mail", "subject": "Subject", "text": "Text\n", "html": "", "language": "uz-cyrl"}
    content |= dict.fromkeys(("from_address", "reply_to"), "security@company.example")
    message = {"name": "", "address": "a@one.example", "fields": {}}
    for given_values in (content, message):
        given_values.update({name: values.pop(name) for name in list(values) if name in given_values})
    assert not values
    row = Content(pk=1, **content)
    row._prefetched_objects_cache = {"attachments": _Files(files or [])}
    batch = Batch(queued_at=house_clock.now())
    return mime.build(Message(batch=batch, message_id="<1@company.example>", **message), row)


def read(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert isinstance(found, EmailMessage)
    return str(found.get_content())


@given(subject=any_text, name=any_text, from_name=any_text, value=any_text)
@example(subject="Notice\x0b\x0bClick http://evil.example", name="", from_name="", value="")
@example(subject="Notice\x0bBcc: x@evil.example", name="", from_name="", value="")
@example(subject="{contact}", name="", from_name="", value="x\r\nBcc: x@evil.example")
@example(subject="{contact}", name="", from_name="", value="x\u2028Bcc: x@evil.example")
@example(subject="x", name='"; x@evil.example', from_name="<x@evil.example>,", value="")
@example(subject="x", name="a\x1cBcc: y", from_name="a\x85Bcc: y", value="")
def test_no_value_adds_or_breaks_a_header(subject, name, from_name, value):
    try:
        raw = build(subject=subject, name=name, from_name=from_name, fields={"contact": value})
    except ValidationError:
        assert any(has_controls(line) or "\n" in line or "\t" in line for line in (subject, name, from_name, value))
        return

    mail = read(raw)
    assert sorted(set(mail.keys())) == sorted([*HEADERS, "Content-Type", "Content-Transfer-Encoding"])
    assert len(mail.keys()) == len(set(mail.keys()))
    assert [address.addr_spec for address in mail["To"].addresses] == ["a@one.example"]
    assert [address.addr_spec for address in mail["From"].addresses] == ["security@company.example"]
    assert mail.get_content().replace("\r\n", "\n") == "Text\n"
    assert not mail.defects


INJECTIONS = [
    "=?utf-8?q?Bank=0D=0AX-Evil:_yes?=",
    "=?UTF-8?Q?Bank=0D=0A=0D=0APay_here?=",
    "=?utf-8*en?b?QmFuaw0KWC1FdmlsOiB5ZXM=?=",
]


@pytest.mark.parametrize("value", INJECTIONS)
@pytest.mark.parametrize(
    "place", ["subject", "name", "from_name", "address", "from_address", "reply_to", "value", "attachment"]
)
def test_an_encoded_word_never_becomes_a_header(place, value):
    row: dict[str, object] = {
        "subject": {"subject": value},
        "name": {"name": f"Dear {value}"},
        "from_name": {"from_name": f'"{value}"'},
        "address": {"address": f"{value}@one.example"},
        "from_address": {"from_address": f"{value}@one.example"},
        "reply_to": {"reply_to": f"{value}@one.example"},
        "value": {"subject": "=?utf-8?{contact}", "fields": {"contact": value.split("?", 2)[2]}},
        "attachment": {"files": [Attachment(name=value, kind="text/plain", data=b"x")]},
    }[place]

    with pytest.raises(ValidationError, match="encoded word"):
        build(**row)


@pytest.mark.parametrize("value", INJECTIONS[:2])
@pytest.mark.parametrize("place", ["subject", "name", "from_name"])
def test_headers_that_nobody_wrote_are_noticed_when_every_other_guard_fails(place, value, monkeypatch):
    monkeypatch.setattr(mime, "plain_line", lambda line: None)

    with pytest.raises((ValueError, MessageError)):
        build(**{place: value})


@given(subject=lines, name=lines)
@example(subject="Уведомление о происшествии в системе электронной почты компании", name="Ўктам Ғуломов")
@example(subject="Oʻzbekiston " * 12, name="Nargiza Oʻtkirova")
@example(subject="x" * 300, name="")
def test_subject_and_name_arrive_as_they_were_written(subject, name):
    mail = read(build(subject=subject, name=name))

    assert words(mail["Subject"]) == words(subject)
    assert words(mail["To"].addresses[0].display_name) == words(name)


def words(value: str) -> str:
    """Without spaces: where a long header is folded, a space more or less means nothing."""
    return "".join(c for c in str(value) if unicodedata.category(c) != "Zs")


@given(text=prose, html=prose)
def test_the_text_arrives_as_it_was_approved(text, html):
    mail = read(build(text=text + "\n", html="<p>" + html.replace("<", "").replace("&", "")))

    assert part(mail, "plain").replace("\r\n", "\n") == text + "\n"
    assert "<p>" in part(mail, "html")


def test_a_mail_is_plain_ascii_with_crlf_and_short_lines():
    raw = build(text="Ўзбекистон " * 500 + "\n", html="<p>" + "ғ" * 3000, subject="Ҳодиса " * 30)

    raw.decode("ascii")
    lines_of_mail = raw.split(b"\r\n")
    assert b"\n" not in b"".join(lines_of_mail)
    assert max(map(len, lines_of_mail)) <= 998


def test_the_same_row_gives_the_same_headers_on_every_try():
    content = Content(
        pk=1, from_address="s@company.example", from_name="B", subject="S", text="T\n", html="<p>T", language="ru"
    )
    content._prefetched_objects_cache = {"attachments": _Files()}
    message = Message(batch=Batch(queued_at=house_clock.now()), message_id="<1@c.example>", address="a@one.example")

    first, second = (read(mime.build(message, content)) for _ in range(2))

    same = [name for name in first if name != "Content-Type"]  # the boundary is drawn by lot
    assert [first[name] for name in same] == [second[name] for name in same]


def test_headers_ask_robots_not_to_answer():
    mail = read(build())

    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Message-ID"] == "<1@company.example>"


@pytest.mark.parametrize("html", ["", "<p>x"])
@pytest.mark.parametrize(("language", "tag"), [("uz-cyrl", "uz-Cyrl"), ("uz", "uz-Latn"), ("ru", "ru"), ("en", "en")])
def test_a_mail_says_its_language(language, tag, html):
    pdf = Attachment(name="a.pdf", kind="application/pdf", data=b"x")
    for files in ([], [pdf]):
        assert read(build(language=language, html=html, files=files))["Content-Language"] == tag


def test_an_attachment_arrives_byte_for_byte_under_its_name():
    data = bytes(range(256)) * 10
    mail = read(build(files=[Attachment(name="Хат №5.pdf", kind="application/pdf", data=data)]))

    (attached,) = mail.iter_attachments()
    assert isinstance(attached, EmailMessage)
    assert attached.get_content() == data
    assert attached.get_filename() == "Хат №5.pdf"
    assert attached.get_content_type() == "application/pdf"


# --- named fields --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "{{7*7}}",
        "{% debug %}",
        "{x.__class__}",
        "{x[0]}",
        "{0}",
        "%(x)s",
        "{ x }",
        "{X}",
        "{x!r}",
        "{x:>9}",
        "{unknown}",
        "{",
    ],
)
def test_nothing_but_a_given_name_has_a_meaning(source):
    assert mime.fill(source, {"x": "value"}) == source


@given(any_text, any_text)
def test_a_value_is_placed_and_never_read_again(value, other):
    filled = mime.fill("a {x} b {y}", {"x": "{y}" + value, "y": other})

    assert filled == "a {y}" + value + " b " + other


def test_a_value_is_text_also_in_html():
    assert mime.fill_html("<p>{x}</p>", {"x": "<b>&\"'"}) == "<p>&lt;b&gt;&amp;&quot;&#x27;</p>"


def test_the_fields_of_a_text_are_listed():
    assert mime.fields_in("{contact} of {customer}", "{count} {Count} {{contact}}") == {"contact", "customer", "count"}
