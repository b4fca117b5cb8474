import logging

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
