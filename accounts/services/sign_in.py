"""Coming in and going out. Sessions belong to the views; here is what is checked and recorded."""

from datetime import datetime

from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import ValidationError
from django_otp.models import Device

from accounts.models import User
from accounts.services import factors
from audit import events
from audit.services import record
from core import clock


def refused(email: str, *, reason: str) -> None:
    """Record a refused try. The address may be nobody's, so it stands as the target."""
    record(events.SIGN_IN_REFUSED, by=None, on=_Address(email), changes={"reason": ("", reason)})


def waits_until(email: str, network: str) -> datetime | None:
    """The end of the wait after too many failures of this address from this network."""
    attempt = AccessAttempt.objects.filter(
        username=email, ip_address=network, failures_since_start__gte=settings.AXES_FAILURE_LIMIT
    ).first()
    return attempt.attempt_time + settings.AXES_COOLOFF_TIME if attempt else None


def with_code(user: User, *, code: str) -> Device:
    """The second step by the authenticator app. Raises ValidationError in words."""
    return _second_step(user, code=code, recovery=False)


def with_recovery_code(user: User, *, code: str) -> Device:
    """The second step by a recovery code. Raises ValidationError in words."""
    return _second_step(user, code=code, recovery=True)


def _second_step(user: User, *, code: str, recovery: bool) -> Device:
    try:
        device = factors.spend_recovery_code(user, code=code) if recovery else factors.verify(user, code=code)
    except ValidationError:
        record(events.SIGN_IN_REFUSED, by=user, on=user, changes={"reason": ("", "second factor")})
        raise
    User.objects.filter(pk=user.pk).update(last_seen_at=clock.now())
    record(
        events.SIGN_IN_SUCCEEDED,
        by=user,
        on=user,
        changes={"factor": ("", "recovery code" if recovery else "authenticator app")},
    )
    return device


def ended(user: User) -> None:
    record(events.SIGN_IN_ENDED, by=user, on=user)


class _Address:
    """An address that somebody tried, as the audit trail names it."""

    audit_scope = ""

    def __init__(self, email: str) -> None:
        self.audit_label = email[:200]
        self.audit_target = "sign-in"
