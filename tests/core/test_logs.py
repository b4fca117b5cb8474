import logging

import pytest
from django.test import Client

from core import context
from core.logs import LineFormatter


def line(message: str, *args: object) -> str:
    return LineFormatter().format(logging.LogRecord("wing", logging.WARNING, __file__, 1, message, args, None))


def test_a_newline_in_a_value_forges_no_second_entry():
    written = line("refused %s", "x\r\n2026-07-16 INFO audit all is well")

    assert "\n" not in written
    assert "\r" not in written
    assert r"x\r\n2026" in written


def test_an_entry_names_its_request():
    context.current.set(context.RequestContext(request_id="abc123"))

    assert line("hello").endswith("hello request=abc123")


@pytest.mark.parametrize(
    "path",
    ["/invitation/s3cret-tok_en/", "/password/new/6f1c/d2x-s3cret/", "/invitation/s3cret", "/invitation/s3%63ret/"],
)
@pytest.mark.parametrize("words", ["Not Found: %s", "Forbidden (Referer http://a.example%s is wrong.)", "GET %s?x=1"])
def test_a_link_that_lets_somebody_in_is_no_part_of_an_entry(path, words):
    written = line(words, path)

    assert "s3" not in written and "***" in written
    assert path.split("/")[1] in written


@pytest.mark.django_db
def test_the_entries_of_the_framework_are_masked_too(visitor, caplog):
    visitor.get("/invitation/s3cret/")
    guarded = Client(enforce_csrf_checks=True)
    guarded.post("/invitation/s3cret/", {})

    assert {record.name for record in caplog.records} >= {"django.request", "django.security.csrf"}
    assert not any("s3cret" in LineFormatter().format(record) for record in caplog.records)
