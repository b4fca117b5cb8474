from datetime import UTC, datetime

import pytest
from django.utils import translation

from core.templatetags import ui


def test_a_moment_carries_its_machine_value(clock):
    clock.set("2026-11-21 10:00")

    assert ui.moment(datetime(2026, 7, 16, 9, 32, tzinfo=UTC)) == (
        '<time datetime="2026-07-16T14:32:00+05:00">16 Jul 14:32</time>'
    )
    assert ui.moment(None) == ui.exact(None) == ui.hour(None) == ui.day(None) == ui.words(None) == ""


def test_numbers_are_grouped_as_the_language_does():
    with translation.override("en"):
        assert ui.number(18402) == "18,402"
    with translation.override("ru"):
        assert ui.number(18402) == "18\u00a0402"
    assert ui.number(None) == ""


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 B"), (999, "999 B"), (1200, "1.2 kB"), (45_000, "45 kB"), (26_214_400, "26 MB")]
)
def test_a_size_is_short(size, words):
    assert ui.filesize(size).replace("\u00a0", " ") == words


def test_a_note_is_drawn_safely():
    assert "<script" not in ui.note("<script>alert(1)</script> **x**")


@pytest.mark.parametrize("percent", [-5, 0, 40, 100, 900])
def test_a_meter_never_leaves_its_frame(percent):
    drawn = ui.meter(percent)

    assert f'width="{max(0, min(100, percent))}%"' in drawn
    assert "style=" not in drawn


def test_icons_and_drawings_hold_no_inline_style():
    for drawing in (ui.icon("clock"), ui.icon("triangle-alert"), ui.glyph("bars-3"), ui.glyph("star")):
        assert drawing.startswith("<svg")
        assert "style=" not in drawing
        assert 'aria-hidden="true"' in drawing
