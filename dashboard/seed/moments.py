"""Moments of the demo, relative to its beginning, so that it is always of today."""

from datetime import datetime, timedelta

from core import clock, dates


class Moments:
    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or clock.now()

    def ago(self, *, days: int = 0, hours: int = 0, minutes: int = 0) -> datetime:
        return self.now - timedelta(days=days, hours=hours, minutes=minutes)

    def on(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        """A clock time in the company's zone, some whole days ago."""
        day = dates.local(self.now) - timedelta(days=days_ago)
        return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
