from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core import clock as house_clock
from core.models import Submission


def test_now_is_aware_and_in_utc():
    before = datetime.now(UTC)

    now = house_clock.now()

    assert now.tzinfo is UTC
    assert timedelta(0) <= now - before < timedelta(seconds=5)


def test_what_is_played_at_a_moment_happens_at_it():
    moment = datetime(2026, 7, 16, 14, 32, tzinfo=ZoneInfo("Asia/Tashkent"))

    with house_clock.at(moment):
        inside = house_clock.now()

    assert inside == datetime(2026, 7, 16, 9, 32, tzinfo=UTC)
    assert house_clock.now() > inside


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"), house_clock.at(datetime(2026, 7, 16)):
        pass


def test_an_error_inside_sets_the_clock_right_again():
    with pytest.raises(RuntimeError), house_clock.at(datetime(2020, 1, 1, tzinfo=UTC)):
        raise RuntimeError

    assert house_clock.now().year > 2020


def test_moments_within_moments_return_in_order():
    outer, inner = datetime(2025, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)

    with house_clock.at(outer):
        with house_clock.at(inner):
            assert house_clock.now() == inner
        assert house_clock.now() == outer


@pytest.mark.django_db
def test_rows_take_their_moment_from_the_clock(clock):
    clock.set("2026-07-16 14:32")

    row = Submission.objects.create(key="00000000-0000-4000-8000-000000000001", sender="1")

    assert row.sent_at == clock.now == datetime(2026, 7, 16, 9, 32, tzinfo=UTC)
