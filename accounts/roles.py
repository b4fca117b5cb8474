"""Who may do what, as one table. Code asks `may(user, Right.X)`; nothing else decides."""

from enum import Enum
from typing import Protocol

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Role(models.TextChoices):
    STAFF = "staff", gettext_lazy("Staff")
    RESPONDER = "responder", gettext_lazy("Responder")
    OFFICER = "officer", gettext_lazy("Cybersecurity officer")
    DEPUTY = "deputy", gettext_lazy("Deputy officer")
    DIRECTOR = "director", gettext_lazy("Director")
    AUDITOR = "auditor", gettext_lazy("Auditor")
    ADMINISTRATOR = "administrator", gettext_lazy("Administrator")


class Right(Enum):
    REPORT = "report an incident"
    SEE_ALL_INCIDENTS = "see every incident"
    RESPOND = "add notes, blocks, evidence and tasks"
    TRIAGE = "confirm a report and change its severity"
    WRITE_NOTICE = "write a customer notice"
    APPROVE_NOTICE = "approve a customer notice"
    WRITE_LETTER = "write a letter to an authority"
    SIGN_LETTER = "sign a letter to an authority"
    WRITE_REPORT = "write the officer's report"
    SIGN_REPORT = "sign the officer's report"
    SIGN_DECLARATION = "sign that a duty is not required"
    DECIDE_WAIVER = "decide a waiver"
    MOVE_TO_REPORTING = "move an incident to reporting"
    CLOSE = "close or reopen an incident"
    READ_AUDIT = "read the audit log"
    READ_CUSTOMERS = "read the customer directory"
    MANAGE_CUSTOMERS = "change the customer directory"
    MANAGE_RULES = "change clocks, authorities and built-in texts"
    MANAGE_USERS = "invite people and change roles"
    MANAGE_SETTINGS = "change the details of the organisation"


_WORKING = {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}
_DECIDING = {Role.OFFICER, Role.DEPUTY}
_READING = {Role.OFFICER, Role.DEPUTY, Role.DIRECTOR, Role.AUDITOR}

TABLE: dict[Right, frozenset[Role]] = {
    right: frozenset(roles)
    for right, roles in {
        Right.REPORT: set(Role),
        Right.SEE_ALL_INCIDENTS: _READING,
        Right.RESPOND: _WORKING,
        Right.TRIAGE: _WORKING,
        Right.WRITE_NOTICE: _WORKING,
        Right.APPROVE_NOTICE: _DECIDING | {Role.DIRECTOR},
        Right.WRITE_LETTER: _WORKING,
        Right.SIGN_LETTER: _DECIDING,
        Right.WRITE_REPORT: _WORKING,
        Right.SIGN_REPORT: _DECIDING,
        Right.SIGN_DECLARATION: _DECIDING,
        Right.DECIDE_WAIVER: {Role.DIRECTOR},
        Right.MOVE_TO_REPORTING: _DECIDING,
        Right.CLOSE: _DECIDING,
        Right.READ_AUDIT: _READING,
        Right.READ_CUSTOMERS: _DECIDING | {Role.AUDITOR},
        Right.MANAGE_CUSTOMERS: _DECIDING,
        Right.MANAGE_RULES: _DECIDING,
        Right.MANAGE_USERS: {Role.ADMINISTRATOR},
        Right.MANAGE_SETTINGS: {Role.ADMINISTRATOR, Role.OFFICER},
    }.items()
}


class Holder(Protocol):
    @property
    def roles(self) -> frozenset[Role]: ...


def may(person: Holder, right: Right) -> bool:
    return bool(TABLE[right] & person.roles)


def require(person: Holder, right: Right) -> None:
    """Raise PermissionDenied that names the roles that could do it."""
    if not may(person, right):
        raise PermissionDenied(who_may(right))


def who_may(right: Right) -> str:
    """A sentence for the 403 page."""
    names = ", ".join(str(role.label) for role in Role if role in TABLE[right])
    return _("This can be done by: %(roles)s.") % {"roles": names}
