"""What must be right before a notice may be approved; each failure leads to its repair."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Organisation
from core.templatetags.ui import language_name
from incidents.obligations import Words
from notifications.audience import Audience
from notifications.models import Letter, Notice, NoticeText
from notifications.models.notices import hash_texts
from notifications.terms import FIELDS, PARTS, SUBJECT_LENGTH
from outbox.mime import fields_in

GAP = "‹"  # opens a place that a person must fill
_LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
_CARD = re.compile(r"\b(?:\d[ -]?){15}\d\b")
_PHONE = re.compile(r"\+?\d[\d ()-]{8,}\d")


@dataclass(frozen=True, slots=True)
class Check:
    is_met: bool
    words: Words
    url: str = ""


def checks(notice: Notice, audience: Audience, texts: list[NoticeText], organisation: Organisation) -> list[Check]:
    """Every check, met or not, for the languages that recipients read."""
    needed = [text for text in texts if audience.languages[text.language]]
    base = notice.get_absolute_url()
    return [
        _has_recipients(audience, f"{base}audience/"),
        *_complete(needed, base),
        *_gaps(needed, base),
        *_fields(needed, audience, base),
        _no_personal_data(needed, organisation, base),
        _no_links(needed, base),
        *_names(needed, audience),
        _names_the_center_only_when_told(notice, needed, base),
        _tested(notice, texts, f"{base}preview/"),
    ]


def _has_recipients(audience: Audience, url: str) -> Check:
    if not audience.addressees:
        return Check(False, _("Nobody would get this notice. Add affected customers with an e-mail address."), url)
    count = len(audience.addressees)
    return Check(True, ngettext("%(n)d recipient", "%(n)d recipients", count) % {"n": count}, url)


def _complete(texts: list[NoticeText], base: str) -> list[Check]:
    problems = [
        Check(
            False,
            _("%(language)s: “%(part)s” is empty")
            % {"language": language_name(text.language), "part": PARTS.get(part, _("Subject"))},
            f"{base}message/{text.language}/#id_{part}",
        )
        for text in texts
        for part in text.empty_parts
    ]
    problems += [
        Check(
            False,
            _("%(language)s: the subject is longer than %(length)d characters")
            % {"language": language_name(text.language), "length": SUBJECT_LENGTH},
            f"{base}message/{text.language}/#id_subject",
        )
        for text in texts
        if len(text.subject) > SUBJECT_LENGTH
    ]
    return problems or [Check(True, _("All parts are written in every language that is read"))]


def _gaps(texts: list[NoticeText], base: str) -> list[Check]:
    problems = [
        Check(
            False,
            _("%(language)s: fill the place ‹…› in “%(part)s”")
            % {"language": language_name(text.language), "part": PARTS.get(part, _("Subject"))},
            f"{base}message/{text.language}/#id_{part}",
        )
        for text in texts
        for part in ("subject", *PARTS)
        if GAP in getattr(text, part)
    ]
    return problems or [Check(True, _("No place is left open in the texts"))]


def _fields(texts: list[NoticeText], audience: Audience, base: str) -> list[Check]:
    used = {text.language: fields_in(text.subject, *text.parts.values()) for text in texts}
    for text in texts:
        if strange := used[text.language] - FIELDS:
            words = _("%(language)s: {%(field)s} is not a field") % {
                "language": language_name(text.language),
                "field": sorted(strange)[0],
            }
            return [Check(False, words, f"{base}message/{text.language}/")]
    without = {
        a.customer.name
        for a in audience.addressees
        if "count" in used.get(a.contact.language, set()) and a.people_count is None
    }
    if without:
        words = ngettext(
            "The number of people is missing for %(n)d customer: %(names)s",
            "The number of people is missing for %(n)d customers: %(names)s",
            len(without),
        ) % {"n": len(without), "names": ", ".join(sorted(without)[:3])}
        return [Check(False, words, f"{base}audience/")]
    return [Check(True, _("Every field is filled for all recipients"))]


def _names(texts: list[NoticeText], audience: Audience) -> list[Check]:
    """What the texts may not hold, no name may bring in. Every mail greets its contact by name."""
    used = {text.language: {"contact"} | fields_in(text.subject, *text.parts.values()) for text in texts}
    urls = {
        a.fields[name]: a.customer.get_absolute_url()
        for a in audience.addressees
        for name in ("customer", "contact")
        if name in used.get(a.contact.language, set())
    }
    words = _("The name “%(name)s” holds a link, a phone or card number, or a sign such as ‹ or {. Change it.")
    return [Check(False, words % {"name": name}, url) for name, url in urls.items() if _is_strange(name)]


def _is_strange(name: str) -> bool:
    phones = [p for p in _PHONE.findall(name) if len(_digits(p)) >= 9 and not _is_date(p)]
    return bool(phones or _LINK.search(name) or _CARD.search(name) or set(name) & {GAP, "{", "}"})


def _no_personal_data(texts: list[NoticeText], organisation: Organisation, base: str) -> Check:
    own = {_digits(number) for number in (organisation.phone, organisation.duty_phone) if number}
    for text in texts:
        for part, body in text.parts.items():
            phones = [] if part == "contact" else [p for p in _PHONE.findall(body) if _digits(p) not in own]
            phones = [p for p in phones if len(_digits(p)) >= 9 and not _is_date(p)]
            if _CARD.search(body) or phones:
                words = _("%(language)s: a card or phone number stands in “%(part)s”") % {
                    "language": language_name(text.language),
                    "part": PARTS[part],
                }
                return Check(False, words, f"{base}message/{text.language}/#id_{part}")
    return Check(True, _("No card or phone numbers of people in the text"))


def _digits(value: str) -> str:
    return re.sub(r"\D", "", value)


def _is_date(value: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d.*|\d\d[ -]\d\d[ -]\d{4}.*", value.strip()) is not None


def _no_links(texts: list[NoticeText], base: str) -> Check:
    for text in texts:
        if any(_LINK.search(part) for part in (text.subject, *text.parts.values())):
            words = _("%(language)s: take the link out; fake notices use links") % {
                "language": language_name(text.language)
            }
            return Check(False, words, f"{base}message/{text.language}/")
    return Check(True, _("No links in the text"))


def _names_the_center_only_when_told(notice: Notice, texts: list[NoticeText], base: str) -> Check:
    told = {
        letter.authority.code
        for letter in Letter.objects.submitted().filter(incident=notice.incident).select_related("authority")
    }
    if "center" in told:
        return Check(True, _("The Center is told"))
    names = ("kiberxavfsizlik markaz", "киберхавфсизлик марказ", "центр кибербезопасности", "cybersecurity center")
    for text in texts:
        body = " ".join(text.parts.values()).casefold()
        if any(name in body for name in names):
            words = _("%(language)s: the Center is named, but its letter is not submitted") % {
                "language": language_name(text.language)
            }
            return Check(False, words, f"{base}message/{text.language}/#id_what_we_did")
    return Check(True, _("The text does not name an authority that is not told"))


def _tested(notice: Notice, texts: list[NoticeText], url: str) -> Check:
    if notice.tests.filter(content_hash=hash_texts(texts)).exists():
        return Check(True, _("A test of exactly this text was sent"), url)
    return Check(False, _("Send a test of this text to yourself"), url)
