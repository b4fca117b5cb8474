"""Moments as people read and write them: stored in UTC, shown in the zone of the settings."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_timezone_location
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import clock

LOCALES = {"en": "en_GB", "ru": "ru", "uz": "uz_Latn", "uz-cyrl": "uz_Cyrl"}
# As BCP 47 writes them: for the lang attribute of pages and mails.
LANGUAGE_TAGS = {"en": "en", "ru": "ru", "uz": "uz-Latn", "uz-cyrl": "uz-Cyrl"}


def zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)


def local(moment: datetime) -> datetime:
    return moment.astimezone(zone())


def today() -> date:
    return local(clock.now()).date()


def _locale(language: str | None) -> str:
    return LOCALES.get(language or get_language() or "en", "en_GB")


def short(moment: datetime, language: str | None = None) -> str:
    """`16 Jul 14:18`, with the year when it is another one."""
    there = local(moment)
    pattern = "d MMM HH:mm" if there.year == today().year else "d MMM y HH:mm"
    return str(format_datetime(there.replace(tzinfo=None), pattern, locale=_locale(language)))


def full(moment: datetime, language: str | None = None) -> str:
    """`16 July 2026, 14:18`, for documents and mails."""
    there = local(moment).replace(tzinfo=None)
    return f"{day(there.date(), language)}, {there:%H:%M}"


def exact(moment: datetime) -> str:
    """`16.07.2026 14:32:05`, for receipts and evidence."""
    return f"{local(moment):%d.%m.%Y %H:%M:%S}"


def day(value: date, language: str | None = None) -> str:
    """`16 July 2026`; in Uzbek by the form of official letters, `2026-yil 16-iyul`."""
    locale = _locale(language)
    month = format_date(value, "MMMM", locale=locale)
    if locale == "uz_Latn":
        return f"{value.year}-yil {value.day}-{month}"
    if locale == "uz_Cyrl":
        # Babel leaves out the soft sign: `июл` is spelled `июль`.
        return f"{value.year} йил {value.day} {month}{'ь' if month[-1] in 'рлн' else ''}"
    return str(format_date(value, "d MMMM y", locale=locale))


def weekday(moment: datetime, language: str | None = None) -> str:
    """`Thursday 16 July 2026, 14:32 Tashkent`, for the head of the dashboard: the one place that names the zone."""
    locale = _locale(language)
    there = local(moment).replace(tzinfo=None)
    name = format_date(there, "EEEE", locale=locale)
    comma = "," if locale.startswith("uz") else ""
    city = get_timezone_location(zone(), locale=locale, return_city=True)
    return f"{name}{comma} {day(there.date(), language)}, {there:%H:%M} {city}"


def span(length: timedelta) -> str:
    """A length to the minute, in at most two units: `40 min`, `3 h 13 min`, `1 day 3 h`."""
    minutes = int(abs(length.total_seconds()) // 60)
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        if not minutes:
            return _("%(hours)d h") % {"hours": hours}
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes}
    days, hours = divmod(hours, 24)
    if not hours or days >= 4:
        return ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    return ngettext("%(days)d day %(hours)d h", "%(days)d days %(hours)d h", days) % {
        "days": days,
        "hours": hours,
    }


def span_since(moment: datetime) -> str:
    return span(clock.now() - moment)


# --- reading -------------------------------------------------------------------------------------

_NOW = {"now", "hozir", "ҳозир", "хозир", "сейчас"}
_DAY = r"(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4})"
_ISO_DAY = r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
_CLOCK = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::\d{2})?"
_MOMENTS = [re.compile(p) for p in (rf"{_DAY},?\s+{_CLOCK}", rf"{_ISO_DAY}[T\s]+{_CLOCK}", _CLOCK)]
_DAYS = [re.compile(_DAY), re.compile(_ISO_DAY)]


def read_moment(raw: str) -> datetime:
    """`16.07.2026 14:32`, `14:32` (today) or “now”, in the local zone.

    Raises ValidationError in words when it cannot be read.
    """
    written = raw.strip()
    if written.casefold() in _NOW:
        return clock.now().replace(second=0, microsecond=0)
    for pattern in _MOMENTS:
        if found := pattern.fullmatch(written):
            part = {name: int(value) for name, value in found.groupdict().items()}
            try:
                moment = datetime.combine(
                    date(part["year"], part["month"], part["day"]) if "year" in part else today(),
                    time(part["hour"], part["minute"]),
                    tzinfo=zone(),
                )
                moment.astimezone(UTC)  # at the edge of the calendar there is none
            except (ValueError, OverflowError):
                break
            return moment
    raise ValidationError(_("Write day and time as 16.07.2026 14:32, or the time alone."), code="moment")


def read_day(raw: str) -> date:
    """`16.07.2026` or `2026-07-16`. Raises ValidationError in words."""
    for pattern in _DAYS:
        if found := pattern.fullmatch(raw.strip()):
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                break
    raise ValidationError(_("Write the day as 16.07.2026."), code="day")
