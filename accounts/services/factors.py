"""The second factor: set-up, codes, and the fresh confirmation before what cannot be undone."""

import base64
import secrets
import time
from datetime import timedelta
from urllib.parse import quote

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django_otp import verify_token
from django_otp.models import Device, ThrottlingMixin

from accounts.models import Authenticator, Organisation, RecoveryCode, RecoveryKit, User
from accounts.services import mail
from audit import events
from audit.services import record
from core import clock

CODES = 10
SET_UP_LIFETIME = timedelta(minutes=15)


def confirmed_authenticator(user: User) -> Authenticator | None:
    return Authenticator.objects.filter(user=user, confirmed=True).first()


@transaction.atomic
def begin_set_up(user: User, *, waiting: int | None = None) -> Authenticator:
    """The authenticator to set up: the one with the id `waiting` while it is fresh, else a new one.

    The id belongs to one session: a seed that another session was shown is never confirmed here.
    """
    unconfirmed = Authenticator.objects.filter(user=user, confirmed=False)
    unconfirmed.filter(added_at__lte=clock.now() - SET_UP_LIFETIME).delete()
    found: Authenticator | None = unconfirmed.filter(pk=waiting).first()
    return found or Authenticator.objects.create(user=user, confirmed=False, name="app")


def set_up_address(device: Authenticator) -> str:
    """The otpauth:// address that an app reads from the QR code."""
    issuer = quote(Organisation.current().name)
    seed = base64.b32encode(device.seed).decode()
    return f"otpauth://totp/{issuer}:{quote(device.user.email)}?secret={seed}&issuer={issuer}&digits=6&period=30"


def set_up_key(device: Authenticator) -> str:
    """The seed in groups of four, for typing."""
    seed = base64.b32encode(device.seed).decode()
    return " ".join(seed[i : i + 4] for i in range(0, len(seed), 4))


def finish_set_up(waiting: Authenticator, *, code: str) -> Authenticator:
    """Confirm the new authenticator with its first code; every other one ends. Raises ValidationError."""
    user = waiting.user
    device = verify_token(user, waiting.persistent_id, code)
    if not isinstance(device, Authenticator):
        raise ValidationError(_wrong_code_words(), code="code")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # of two sessions, one is first
        if not Authenticator.objects.filter(pk=device.pk, confirmed=False).update(confirmed=True):
            raise ValidationError(_wrong_code_words(), code="code")
        device.confirmed = True
        Authenticator.objects.filter(user=user).exclude(pk=device.pk).delete()
        mail.send("security_change", to=user, context={"change": "factor", "at": clock.now()})
        record(events.FACTOR_ADDED, by=user, on=user, changes={"factor": ("", "authenticator app")})
    return device


@transaction.atomic
def make_recovery_codes(user: User) -> list[str]:
    """Ten new codes, shown once; the earlier ones end."""
    RecoveryKit.objects.filter(user=user).delete()
    kit = RecoveryKit.objects.create(user=user, confirmed=True, name="recovery codes")
    codes = [_new_code() for _number in range(CODES)]
    RecoveryCode.objects.bulk_create(RecoveryCode(kit=kit, code_hash=RecoveryCode.digest(c)) for c in codes)
    record(events.RECOVERY_CODES_MADE, by=user, on=user)
    return codes


@transaction.atomic
def remove_lost(user: User, *, by: User | None) -> None:
    """Take away a factor whose phone and codes are lost; the next sign-in connects a new one.

    For the operator of the system, who has made sure by a call who asks. The owner gets a mail.
    """
    Authenticator.objects.filter(user=user).delete()
    RecoveryKit.objects.filter(user=user).delete()
    mail.send("security_change", to=user, context={"change": "factor_removed", "at": clock.now()})
    record(events.FACTOR_REMOVED, by=by, on=user)


def recovery_codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(kit__user=user, used_at__isnull=True).count()


def verify(user: User, *, code: str) -> Device:
    """The authenticator that accepts the code. Raises ValidationError in words.

    Runs in its own transaction, so that a wrong try is counted whatever the caller does next.
    """
    device = confirmed_authenticator(user)
    if device is None:
        raise ValidationError(_("Set up an authenticator app first."), code="no_factor")
    _refuse_when_throttled(device)
    verified: Device | None = verify_token(user, device.persistent_id, code)
    if verified is not None:
        return verified
    device.refresh_from_db()
    if device.was_used(code):
        seconds = Authenticator.STEP - int(time.time()) % Authenticator.STEP
        raise ValidationError(
            _("This code was used already. The next one comes in %(seconds)d s.") % {"seconds": seconds},
            code="code_used",
        )
    raise ValidationError(_wrong_code_words(), code="code")


def spend_recovery_code(user: User, *, code: str) -> Device:
    """The recovery kit, with one code less. Raises ValidationError in words."""
    kit = RecoveryKit.objects.filter(user=user, confirmed=True).first()
    if kit is not None:
        _refuse_when_throttled(kit)
        verified: Device | None = verify_token(user, kit.persistent_id, code)
        if verified is not None:
            return verified
    raise ValidationError(_("This recovery code is not valid or was used already."), code="code")


def confirm(user: User, *, code: str, purpose: str) -> None:
    """A fresh code for one decision, such as signing. Raises ValidationError in words.

    Call it before the transaction of the decision: a refused code must stay counted.
    """
    try:
        verify(user, code=code)
    except ValidationError:
        record(events.FACTOR_REFUSED, by=user, on=user, changes={"purpose": ("", purpose)})
        raise
    record(events.FACTOR_CONFIRMED, by=user, on=user, changes={"purpose": ("", purpose)})


def _refuse_when_throttled(device: ThrottlingMixin) -> None:
    allowed, reason = device.verify_is_allowed()
    if allowed:
        return
    until = (reason or {}).get("locked_until")
    seconds = max(1, int((until - clock.now()).total_seconds()) + 1) if until else 1
    raise ValidationError(
        _("Too many wrong codes. Wait %(seconds)d s and try again.") % {"seconds": seconds}, code="throttled"
    )


def _wrong_code_words() -> str:
    return _("The code is old or mistyped. Check that the clock of the phone is automatic.")


def _new_code() -> str:
    raw = base64.b32encode(secrets.token_bytes(10)).decode()
    return "-".join(raw[i : i + 4] for i in range(0, 16, 4))
