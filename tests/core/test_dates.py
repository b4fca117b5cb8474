from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from core import dates

MOMENT = datetime(2026, 7, 16, 9, 32, 5, tzinfo=UTC)  # 14:32:05 in Tashkent


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "16 July 2026, 14:32"),
        ("ru", "16 июля 2026, 14:32"),
        ("uz", "2026-yil 16-iyul, 14:32"),
        ("uz-cyrl", "2026 йил 16 июль, 14:32"),
    ],
)
def test_a_moment_is_written_as_its_language_writes_it(language, expected):
    assert dates.full(MOMENT, language) == expected
    with translation.override(language):
        assert dates.full(MOMENT) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "1 September 2026"),
        ("ru", "1 сентября 2026"),
        ("uz", "2026-yil 1-sentabr"),
        ("uz-cyrl", "2026 йил 1 сентябрь"),
    ],
)
def test_a_day_is_written_as_its_language_writes_it(language, expected):
    assert dates.day(date(2026, 9, 1), language) == expected


def test_months_of_uzbek_cyrillic_keep_their_soft_sign():
    months = [dates.day(date(2026, month, 1), "uz-cyrl").rpartition(" ")[2] for month in range(1, 13)]

    assert " ".join(months) == ("январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь")


def test_an_unknown_language_is_written_in_english():
    assert dates.day(date(2026, 9, 1), "fr") == "1 September 2026"


def test_a_moment_of_this_year_needs_no_year(clock):
    clock.set("2026-11-21 10:00")

    assert dates.short(MOMENT) == "16 Jul 14:32"
    assert dates.short(MOMENT - timedelta(days=365)) == "16 Jul 2025 14:32"


def test_the_year_is_that_of_the_local_zone(clock):
    clock.set("2026-12-31 23:00")
    after_midnight = datetime(2026, 12, 31, 20, 0, tzinfo=UTC)  # 01:00 of the new year in Tashkent

    assert dates.short(after_midnight) == "1 Jan 2027 01:00"


def test_a_receipt_shows_seconds_in_local_time():
    assert dates.exact(MOMENT) == "16.07.2026 14:32:05"


def test_today_is_the_local_day(clock):
    clock.set(datetime(2026, 7, 16, 20, 30, tzinfo=UTC))

    assert dates.today() == date(2026, 7, 17)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(), "0 min"),
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=59, seconds=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=3, minutes=13), "3 h 13 min"),
        (timedelta(hours=24), "1 day"),
        (timedelta(days=1, hours=3, minutes=59), "1 day 3 h"),
        (timedelta(days=3, hours=23), "3 days 23 h"),
        (timedelta(days=4, hours=23), "4 days"),
        (-timedelta(minutes=5), "5 min"),
    ],
)
def test_a_length_has_at_most_two_units(length, words):
    assert dates.span(length) == words


@pytest.mark.parametrize(
    "written",
    ["16.07.2026 14:32", " 16/7/2026, 14:32 ", "2026-07-16T14:32", "2026-07-16 14.32", "16.07.2026 14:32:59"],
)
def test_a_moment_is_read_as_people_write_it(written):
    assert dates.read_moment(written) == MOMENT.replace(second=0)


def test_an_hour_alone_is_of_today(clock):
    clock.set("2026-07-16 18:00")

    assert dates.read_moment("14:32") == MOMENT.replace(second=0)


@pytest.mark.parametrize("word", ["now", "Now", "сейчас", "hozir", "ҳозир", "ХОЗИР"])
def test_now_is_understood_in_every_language(clock, word):
    clock.set("2026-07-16 14:32:41")

    assert dates.read_moment(word) == MOMENT.replace(second=0)


@pytest.mark.parametrize(
    "written", ["", "yesterday", "31.02.2026 10:00", "16.07.2026 25:00", "16.07.26 14:32", "99:99"]
)
def test_what_is_no_moment_is_refused_with_an_example(written):
    with pytest.raises(ValidationError, match=r"16\.07\.2026 14:32"):
        dates.read_moment(written)


@pytest.mark.parametrize("written", ["29.02.2028", "2028-02-29", "29/02/2028"])
def test_a_day_is_read_as_people_write_it(written):
    assert dates.read_day(written) == date(2028, 2, 29)


@pytest.mark.parametrize("written", ["29.02.2026", "0.1.2026", "tomorrow", "16.07.2026 14:32"])
def test_what_is_no_day_is_refused(written):
    with pytest.raises(ValidationError):
        dates.read_day(written)


@given(st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)))
def test_what_was_shown_is_read_back(naive):
    moment = naive.replace(tzinfo=dates.zone(), second=0, microsecond=0)

    assert dates.read_moment(f"{dates.local(moment):%d.%m.%Y %H:%M}") == moment


@given(st.text(max_size=60))
def test_reading_ends_in_a_moment_or_in_words(written):
    try:
        moment = dates.read_moment(written)
    except ValidationError:
        return
    assert moment.tzinfo is not None
