"""Words and drawings of pages; loaded in every template."""

from collections import Counter
from datetime import date, datetime
from functools import lru_cache

from django import forms, template
from django.forms import BoundField
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from lucide.templatetags.lucide import lucide

from core import clock, dates, glyphs, markdown, text

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "i") -> SafeString:
    return _icon(str(name), str(css))


@lru_cache(maxsize=256)
def _icon(name: str, css: str) -> SafeString:
    drawing = lucide(name, size=None, **{"class": css, "aria_hidden": "true"})
    for attribute in (' width="24"', ' height="24"', ' fill="none"', ' stroke="currentColor"'):
        drawing = drawing.replace(attribute, "", 1)
    for attribute in (' stroke-width="2"', ' stroke-linecap="round"', ' stroke-linejoin="round"'):
        drawing = drawing.replace(attribute, "", 1)
    lines = "".join(line.strip() + " " for line in drawing.splitlines()).replace("> <", "><").strip()
    return mark_safe(lines)  # noqa: S308 - a constant of the icon package


@register.simple_tag
def glyph(name: str) -> SafeString:
    return glyphs.svg(str(name))


@register.simple_tag
def meter(percent: int) -> SafeString:
    return format_html(
        '<svg class="meter" aria-hidden="true"><rect class="tr" width="100%" height="8" rx="4"/>'
        '<rect class="fl" width="{}%" height="8" rx="4"/></svg>',
        max(0, min(100, percent)),
    )


# --- time ----------------------------------------------------------------------------------------


@register.filter
def moment(value: datetime | None) -> SafeString:
    """`16 Jul 14:18` as <time> with a machine value."""
    return _time(value, dates.short(value)) if value else SafeString("")


@register.filter
def exact(value: datetime | None) -> SafeString:
    """`16.07.2026 14:18:05` as <time>."""
    return _time(value, dates.exact(value)) if value else SafeString("")


@register.filter
def hour(value: datetime | None) -> SafeString:
    """`14:18` as <time>."""
    return _time(value, f"{dates.local(value):%H:%M}") if value else SafeString("")


@register.filter
def words(value: datetime | None) -> str:
    """`16 July 2026, 14:18`, for mails and documents."""
    return dates.full(value) if value else ""


def _time(value: datetime, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', dates.local(value).isoformat(timespec="seconds"), words)


@register.filter
def day(value: date | datetime | None) -> str:
    if value is None:
        return ""
    return dates.day(dates.local(value).date() if isinstance(value, datetime) else value)


@register.filter
def since(value: datetime | None) -> str:
    """How long ago, to the minute."""
    return dates.span(clock.now() - value) if value else ""


@register.simple_tag
def now_in_words() -> str:
    return dates.weekday(clock.now())


# --- text ----------------------------------------------------------------------------------------


@register.filter
def note(source: str) -> SafeString:
    """Markdown of a note as HTML that passed the allow-list."""
    return mark_safe(markdown.to_html(source))  # noqa: S308 - cleaned by nh3


@register.filter
def short(value: str, length: int = 80) -> str:
    return text.shorten(value, length)


@register.filter
def number(value: int | None) -> str:
    """`1 284`, in English `1,284`."""
    if value is None:
        return ""
    grouped = f"{value:,}"
    return grouped if get_language() == "en" else grouped.replace(",", "\u00a0")


@register.filter
def filesize(value: int) -> str:
    size: float = value
    for unit in ("B", "kB", "MB"):
        if size < 1000 or unit == "MB":
            return f"{size:.0f}\u00a0{unit}" if unit == "B" or size >= 10 else f"{size:.1f}\u00a0{unit}"
        size = size / 1000
    return ""


@register.filter
def digest(value: str) -> str:
    """The two ends of a hash, enough for eyes to compare."""
    return f"{value[:6]}…{value[-6:]}" if len(value) > 16 else value


@register.filter
def language_tag(code: str | None) -> str:
    return dates.LANGUAGE_TAGS.get(code or "en", "en")


LANGUAGE_NAMES = {"uz": "Oʻzbekcha", "uz-cyrl": "Ўзбекча", "ru": "Русский", "en": "English"}


@register.filter
def language_name(code: str) -> str:
    return LANGUAGE_NAMES.get(code, code)


# --- forms ---------------------------------------------------------------------------------------


@register.simple_tag
def problems(form: forms.BaseForm) -> list[tuple[str, str]]:
    """Every error of a form as (anchor of its field, words), for the summary on top.

    The words are those at the field; where several fields say the same, the label tells them apart.
    """
    found = [("", str(words)) for words in form.non_field_errors()]
    wrong = [form[name] for name in form.errors if name in form.fields]
    said = Counter(str(words) for field in wrong for words in field.errors)
    for field in wrong:
        for words in map(str, field.errors):
            found.append((anchor(field), words if said[words] == 1 else f"{field.label}: {words}"))
    return found


@register.filter
def anchor(field: BoundField) -> str:
    """The id of the first control of a field."""
    first = "_0" if isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple) else ""
    return f"{field.auto_id}{first}"


@register.filter
def widget_kind(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "tick"
    return "single"


@register.filter
def get(mapping: dict[object, object], key: object) -> object:
    return mapping.get(key)
