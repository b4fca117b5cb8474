"""Names of lanes, states and reasons, with the words that people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Lane(models.TextChoices):
    """Ways to the relay that do not wait for each other."""

    GENERAL = "general", _("general")
    AUTHORITY = "authority", _("authorities")


class State(models.TextChoices):
    PENDING = "pending", _("waiting")
    CLAIMED = "claimed", _("waiting")
    SENDING = "sending", _("on its way")
    SENT = "sent", _("handed to the mail server")
    FAILED = "failed", _("not reached")
    HELD = "held", _("held")


OPEN_STATES = (State.PENDING, State.CLAIMED, State.SENDING)


class Reason(models.TextChoices):
    """Why the last try did not end well, by what a person can do about it."""

    NONE = "", ""
    NO_SUCH_ADDRESS = "no_such_address", _("Address does not exist")
    MAILBOX_FULL = "mailbox_full", _("Mailbox full")
    REFUSED = "refused", _("Refused by the receiving server")
    ASKED_TO_WAIT = "asked_to_wait", _("Server asks to wait")
    UNREACHABLE = "unreachable", _("Mail server does not answer")
    NOT_ACCEPTED = "not_accepted", _("Our mail server does not accept our mail")
    UNREADABLE = "unreadable", _("The mail could not be built")
    GAVE_UP = "gave_up", _("Tried for two days without success")
