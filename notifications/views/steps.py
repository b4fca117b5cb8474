"""The steps of a notice and of a letter, as the list beside the page."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import dates
from incidents.obligations import Words
from notifications.audience import Audience
from notifications.card import GROUPS, filled_share
from notifications.models import Letter, Notice, NoticeText
from notifications.models.notices import hash_texts
from notifications.terms import NoticeState, Phase


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
    rows: list[tuple[str, Words, Words, str, bool]] = [
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


def letter_steps(letter: Letter, *, current: str, open_groups: set[str], may_write: bool, may_sign: bool) -> list[Step]:
    """The groups of the card, then check, signature, submission and acknowledgement."""
    filled, whole = filled_share(letter.card, Phase(letter.phase))
    page, is_signed = letter.get_absolute_url(), letter.signed_at is not None
    rows = [
        (
            key,
            title,
            _("Not complete") if key in open_groups else _("Complete"),
            reverse("letter_group", args=[letter.ref, key]) if may_write else f"{page}#card-{key}",
            key not in open_groups,
        )
        for key, title in GROUPS.items()
    ]
    rows += [
        ("check", _("Check"), _("%(part)d of %(whole)d fields") % {"part": filled, "whole": whole}, page, is_signed),
        (
            "sign",
            _("Signature"),
            dates.short(letter.signed_at) if letter.signed_at else _("Not signed yet"),
            reverse("letter_sign", args=[letter.ref]) if may_sign else "",
            is_signed,
        ),
        ("submit", _("Submission"), _submission(letter), "", letter.is_submitted),
        ("acknowledge", _("Acknowledgement"), _acknowledgement(letter), "", letter.acknowledged_on is not None),
    ]
    return [
        Step(key, title, detail, url, *_look(key == current, done, bool(url))) for key, title, detail, url, done in rows
    ]


def _submission(letter: Letter) -> str:
    if letter.submitted_at:
        return dates.short(letter.submitted_at)
    if letter.is_on_its_way:
        return _("Not reached") if letter.is_mail_lost else _("On its way")
    return _("Not submitted yet") if letter.signed_at else _("Cannot start yet")


def _acknowledgement(letter: Letter) -> str:
    if letter.acknowledged_on:
        return dates.day(letter.acknowledged_on)
    return _("Waits for the authority") if letter.is_submitted else _("Cannot start yet")


def _look(is_current: bool, is_done: bool, has_url: bool) -> tuple[str, str]:
    if is_current:
        return "cur", "disc-half"
    if is_done:
        return "done", "disc-check"
    return ("" if has_url else "todo"), "ring"
