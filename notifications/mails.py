"""A notice as a mail: the same parts as plain text and as HTML, in one language.

Fields such as `{customer}` stay in the text; the outbox fills them for each recipient.
"""

from collections.abc import Mapping

from django.template.loader import render_to_string
from django.utils import translation

from accounts.models import Organisation
from incidents.models import Incident
from notifications.models import NoticeText
from notifications.terms import PARTS
from outbox.mime import fill, fill_html
from outbox.services.queue import Text


def render(text: NoticeText, *, incident: Incident, organisation: Organisation, is_test: bool = False) -> Text:
    """Frozen-to-be subject, plain text and HTML of one language."""
    with translation.override(text.language):
        context = {
            "parts": [(str(PARTS[name]), body) for name, body in text.parts.items()],
            "subject": text.subject,
            "organisation": organisation,
            "incident": incident,
            "language": text.language,
            "is_test": is_test,
        }
        subject = f"[TEST] {text.subject}" if is_test else text.subject
        plain = render_to_string("emails/notice/body.txt", context).strip() + "\n"
        return Text(text.language, subject, plain, render_to_string("emails/notice/body.html", context))


def filled(text: Text, values: Mapping[str, str]) -> Text:
    """What one recipient reads, for the preview."""
    return Text(text.language, fill(text.subject, values), fill(text.text, values), fill_html(text.html, values))
