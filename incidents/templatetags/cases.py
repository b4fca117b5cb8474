"""Words of a case in templates; loaded in every template."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, Role, may
from core import clock, dates
from incidents import sentences
from incidents.duties import SOON
from incidents.models import TimelineEntry
from incidents.obligations import ClockLine, Words

register = template.Library()


@register.filter
def sentence(entry: TimelineEntry) -> SafeString:
    """Who did what, the person in bold."""
    words, who = sentences.sentence(entry), str(entry.added_by or "")
    if who and words.startswith(who):
        return format_html("<b>{}</b>{}", who, words.removeprefix(who))
    return format_html("{}", words)


@dataclass(frozen=True, slots=True)
class ClockState:
    """A clock in words, with its icon and tone: three cues that say the same."""

    words: Words
    icon: str
    css: str


@register.simple_tag
def clock_state(line: ClockLine) -> ClockState:
    now = clock.now()
    left = line.left(now)
    if left is None:
        return ClockState(_("running %(span)s") % {"span": dates.span(line.elapsed(now))}, "clock", "run")
    if line.is_late(now):
        return ClockState(_("%(span)s late") % {"span": dates.span(left)}, "triangle-alert", "late")
    words = _("%(span)s left") % {"span": dates.span(left)}
    return ClockState(words, "hourglass", "soon") if line.share(now) >= SOON else ClockState(words, "clock", "ok")


@register.simple_tag
def regroup_days(entries: Iterable[TimelineEntry]) -> list[tuple[str, list[TimelineEntry]]]:
    """Entries under the day on which they were added, in local time."""
    groups: list[tuple[str, list[TimelineEntry]]] = []
    for entry in entries:
        title = _day(entry.added_at)
        if not groups or groups[-1][0] != title:
            groups.append((title, []))
        groups[-1][1].append(entry)
    return groups


def _day(moment: datetime) -> str:
    there = dates.local(moment).date()
    words = dates.day(there)
    return _("Today, %(day)s") % {"day": words} if there == dates.today() else words


@register.filter
def role_words(codes: str) -> str:
    """Roles as the audit trail stores them, in words: `officer,staff`."""
    held = codes.split(",")
    return ", ".join(str(role.label) for role in Role if role in held)


@register.filter(name="may")
def may_(user: User, right: str) -> bool:
    """`{% if user|may:"RESPOND" %}`: whether a link leads anywhere for this person."""
    return may(user, Right[right])


@register.filter
def clock_time(moment: datetime) -> str:
    return f"{dates.local(moment):%H:%M}"


@register.filter
def iso(moment: datetime) -> str:
    return dates.local(moment).isoformat(timespec="seconds")
