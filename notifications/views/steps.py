"""The six steps of a notice, as the list beside the composer."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incidents.obligations import Words
from notifications.audience import Audience
from notifications.models import Notice, NoticeText
from notifications.models.notices import hash_texts
from notifications.terms import NoticeState


@dataclass(frozen=True, slots=True)
class Step:
    key: str
    title: Words
    detail: Words
    url: str
    css: str  # done, cur, todo or empty
    glyph: str


def steps(notice: Notice, people: Audience, texts: list[NoticeText], *, current: str) -> list[Step]:
    needed = [text for text in texts if people.languages[text.language]]
    complete = sum(not text.empty_parts for text in needed)
    tested = notice.tests.filter(content_hash=hash_texts(texts)).exists()
    count = len(people.addressees)
    is_left = notice.state == NoticeState.APPROVED
    language = needed[0].language if needed else "uz"
    rows = [
        (
            "audience",
            _("Audience"),
            ngettext("%(n)d recipient", "%(n)d recipients", count) % {"n": count},
            reverse("notice_audience", args=[notice.ref]),
            count > 0,
        ),
        (
            "message",
            _("Message"),
            _("%(part)d of %(whole)d languages") % {"part": complete, "whole": len(needed)},
            reverse("notice_message", args=[notice.ref, language]),
            bool(needed) and complete == len(needed),
        ),
        (
            "preview",
            _("Preview and test"),
            _("Test sent") if tested else _("Test not sent yet"),
            reverse("notice_preview", args=[notice.ref]),
            tested,
        ),
        ("time", _("Time"), _("As soon as approved"), "", True),
        (
            "approval",
            _("Approval"),
            notice.state_term.label,
            "" if is_left else reverse("notice_approval", args=[notice.ref]),
            is_left,
        ),
        (
            "sending",
            _("Sending"),
            _("Cannot start yet") if not is_left else _("See the progress"),
            reverse("notice_sending", args=[notice.ref]) if is_left else "",
            False,
        ),
    ]
    return [
        Step(key, title, detail, url, *_look(key == current, done, bool(url))) for key, title, detail, url, done in rows
    ]


def _look(is_current: bool, is_done: bool, has_url: bool) -> tuple[str, str]:
    if is_current:
        return "cur", "disc-half"
    if is_done:
        return "done", "disc-check"
    return ("" if has_url else "todo"), "ring"
