"""Mails to the people of this installation and, for the wings above, in the company's name."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import Organisation, User
from outbox.models import Batch
from outbox.services.queue import Recipient, Sender, post


def sender() -> Sender:
    """The company as sender; before set-up, an address of this host."""
    organisation = Organisation.current()
    fallback = f"hodisa@{urlsplit(settings.BASE_URL).hostname or 'localhost'}"
    return Sender(
        name=organisation.name,
        address=organisation.security_email or fallback,
        reply_to=organisation.security_email,
    )


def link(path: str) -> str:
    """The public address of a page, for mails."""
    return f"{settings.BASE_URL}{path}"


def send(
    template: str,
    *,
    to: User,
    context: Mapping[str, object] | None = None,
    key: str | None = None,
) -> Batch | None:
    """One mail to a person, in their language. Bodies hold numbers and links, no incident details."""
    return send_to(
        template,
        address=to.email,
        name=to.full_name,
        language=to.language,
        context={**(context or {}), "user": to},
        key=key,
    )


def send_to(
    template: str,
    *,
    address: str,
    name: str,
    language: str,
    context: Mapping[str, object],
    key: str | None = None,
    secret: Mapping[str, str] | None = None,
) -> Batch | None:
    """One mail to an address. `secret` values stand as `{name}` in the text and are wiped after sending."""
    return post(
        template,
        sender=sender(),
        to=Recipient(address=address, language=language, name=name, fields=dict(secret or {})),
        template=template,
        context={**context, "organisation": Organisation.current()},
        key=key,
        is_secret=bool(secret),
    )
