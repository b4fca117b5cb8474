"""What a password may be: long, not common, not made of the names around it (NIST 800-63B-4, 3.1.1)."""

import unicodedata

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from core.text import fold

LEAST = 15
MOST = 1024


def normal(password: str) -> str:
    """The same password however a keyboard composes its characters."""
    return unicodedata.normalize("NFKC", password)


class LengthValidator:
    def validate(self, password: str, user: User | None = None) -> None:
        if len(password) < LEAST:
            raise ValidationError(
                _("Use at least %(least)d characters. A sentence is good.") % {"least": LEAST}, code="too_short"
            )
        if len(password) > MOST:
            raise ValidationError(_("Use at most %(most)d characters.") % {"most": MOST}, code="too_long")

    def get_help_text(self) -> str:
        return _("At least %(least)d characters. A sentence is good.") % {"least": LEAST}


class CommonValidator(CommonPasswordValidator):
    def validate(self, password: str, user: object = None) -> None:
        simple = password.lower().strip()
        halves = {simple, simple[: len(simple) // 2] if simple == simple[: len(simple) // 2] * 2 else simple}
        if any(part in self.passwords for part in halves) or len(set(simple)) < 5:
            raise ValidationError(_("This password is on the lists that attackers try first."), code="too_common")

    def get_help_text(self) -> str:
        return ""


class ContextValidator:
    """Refuses passwords built from the person's or the company's name."""

    def validate(self, password: str, user: User | None = None) -> None:
        folded = fold(password).replace(" ", "")
        words = {"hodisa", *_words(Organisation.current().name)}
        if user is not None:
            words |= {*_words(user.full_name), *_words(user.email.partition("@")[0])}
        for word in words:
            if word in folded and len(folded.replace(word, "")) < LEAST - 5:
                raise ValidationError(
                    _("Do not build the password from your name or the name of the company."), code="context"
                )

    def get_help_text(self) -> str:
        return ""


def _words(name: str) -> list[str]:
    for separator in ".-_@":
        name = name.replace(separator, " ")
    return [word for word in fold(name).split() if len(word) > 3]
