"""Small drawings that say the same as a word and a colour: severity bars and state discs."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_BARS = ("M1 10h2.4v3H1z", "M4.4 7.2h2.4V13H4.4z", "M7.8 4.2h2.4V13H7.8z", "M11.2 1h2.4v12h-2.4z")
_RING = '<circle cx="7" cy="7" r="5.6" fill="none" stroke="currentColor" stroke-width="1.6"/>'
_DRAWINGS = {
    "ring": _RING,
    "ring-dashed": _RING.replace("/>", ' stroke-dasharray="2.6 1.8"/>'),
    "ring-dot": _RING + '<circle cx="7" cy="7" r="3.2" class="f-cur"/>',
    "disc-half": _RING + '<path class="f-cur" d="M7 2.6a4.4 4.4 0 0 1 0 8.800z"/>',
    "disc-most": _RING + '<path class="f-cur" d="M7 2.6a4.4 4.4 0 1 1-4.400 4.400H7z"/>',
    "disc-check": ('<circle cx="7" cy="7" r="6.4" class="f-cur"/><path d="M4.2 7.2l2 2 3.7-4.2" class="g-tick"/>'),
    "dash": '<path d="M3 7h8" stroke="currentColor" stroke-width="1.8" stroke-linecap="round"/>',
    **{
        f"bars-{level}": "".join(
            f'<path class="{"f-cur" if n < level else "f-off"}" d="{bar}"/>' for n, bar in enumerate(_BARS)
        )
        for level in (1, 2, 3, 4)
    },
}
_STAR = (
    '<g fill="none" stroke="#5CC6DA" stroke-width="2" stroke-linejoin="round">'
    '<rect x="5.5" y="5.5" width="17" height="17"/>'
    '<rect x="5.5" y="5.5" width="17" height="17" transform="rotate(45 14 14)"/></g>'
    '<circle cx="14" cy="14" r="3.4" fill="#FFD24D"/>'
)


NAMES = ("star", *_DRAWINGS)


def svg(name: str) -> SafeString:
    """The drawing as inline SVG, hidden from screen readers: a word always stands beside it."""
    if name == "star":
        body, box = _STAR, "0 0 28 28"
    else:
        body, box = _DRAWINGS[name], "0 0 14 14"
    # Both parts are constants of this file.
    return format_html('<svg class="g" viewBox="{}" aria-hidden="true">{}</svg>', box, mark_safe(body))  # noqa: S308
