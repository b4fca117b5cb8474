"""A letter to an authority as data and as PDF, in the language of the authority's choice."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from core import dates, pdf
from notifications import texts
from notifications.card import GROUPS, fields_of
from notifications.models import Letter
from notifications.terms import Phase


def card_rows(letter: Letter) -> list[dict[str, Any]]:
    """The annex: groups with numbered fields, in the language of the letter."""
    with translation.override(letter.language):
        groups, number = [], 0
        for key, title in GROUPS.items():
            rows = []
            for field in fields_of(Phase(letter.phase), key):
                number += 1
                value = letter.card.get(field.key, {})
                text = _("Not known yet") if value.get("is_unknown") else str(value.get("text", "")).strip()
                rows.append({"number": number, "label": str(field.label), "text": text or "–"})
            groups.append({"title": str(title), "rows": rows})
        return groups


def content(letter: Letter, *, signer: User | None, outgoing_number: str, at: datetime) -> dict[str, Any]:
    """Everything that the letter says, as plain data."""
    organisation = Organisation.current()
    language = letter.language
    with translation.override(language):
        value = {
            key: "" if entry.get("is_unknown") else str(entry.get("text", "")).strip()
            for key, entry in letter.card.items()
        }
        unknown = _("Not known yet")
        return {
            "lang": dates.LANGUAGE_TAGS[language].partition("-")[0],
            "script": dates.LANGUAGE_TAGS[language].partition("-")[2],
            "ref": letter.ref,
            "organisation": {
                "name": organisation.full_name,
                "tin": organisation.tin,
                "address": organisation.address,
                "phone": organisation.phone,
                "email": organisation.security_email,
                "bank": organisation.bank_details,
            },
            "authority": letter.authority.code,
            "addressee": letter.authority.addressee(language),
            "outgoing_number": outgoing_number,
            "date": dates.day(dates.local(at).date()),
            "incident": letter.incident.ref,
            "initial": _initial(letter),
            "value": {f.key: value.get(f.key) or unknown for f in fields_of(Phase(letter.phase))},
            "card": card_rows(letter),
            "signature": signer.signature_lines if signer else [],
            "executor": {"name": letter.started_by.full_name, "phone": letter.started_by.phone or organisation.phone},
            "is_draft": signer is None,
            "is_reviewed": texts.letter_code(Phase(letter.phase)) not in _unreviewed_in(letter),
            "words": {
                "unknown": unknown,
                "draft": _("DRAFT, not signed"),
                "unreviewed": _("Built-in text: not reviewed by a native speaker"),
                "page": _("page"),
                "content": _("SHA-256 of the content"),
                "tin": _("Taxpayer number"),
            },
        }


def _initial(letter: Letter) -> dict[str, str]:
    """Numbers and dates of the initial letter that a final one refers to; empty where there is none."""
    initial = None
    if letter.phase == Phase.FINAL:
        rows = Letter.objects.submitted().filter(phase=Phase.INITIAL, incident=letter.incident)
        initial = rows.filter(authority=letter.authority).first()
    signed_at, received_on = (initial.signed_at, initial.acknowledged_on) if initial else (None, None)
    return {
        "number": initial.outgoing_number if initial else "",
        "date": dates.day(dates.local(signed_at).date()) if signed_at else "",
        "incoming": initial.incoming_number if initial else "",
        "incoming_date": dates.day(received_on) if received_on else "",
    }


def _unreviewed_in(letter: Letter) -> set[str]:
    code = texts.letter_code(Phase(letter.phase))
    return {code} if letter.language in texts.unreviewed(code) else set()


def content_hash(data: dict[str, Any]) -> str:
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def letter_pdf(letter: Letter, data: dict[str, Any], *, at: datetime) -> bytes:
    """The letter with its annex; the words of a lawyer stand in the template of its language."""
    with_hash = {**data, "content_sha256": content_hash(data)}
    return pdf.render(f"letters/{letter.phase}/{letter.language}.typ", with_hash, at=at)
