"""Authorities, duties and built-in texts: what is installed is confirmed by named people."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock
from core.errors import Conflict
from notifications import texts
from notifications.models import Authority, Duty, TextReview
from outbox.services.queue import normalise

LONGEST_TARGET = 90 * 24 * 60  # minutes


@transaction.atomic
def change_authority(
    authority: Authority, *, email: str, address: str, phone: str, version: int, by: User
) -> Authority:
    """Enter how an authority is reached. A changed e-mail address is unconfirmed again."""
    require(by, Right.MANAGE_RULES)
    if email:
        normalise(email)
    before = {"email": authority.email, "address": authority.address, "phone": authority.phone}
    values: dict[str, object] = {"email": email, "address": address, "phone": phone}
    if email != authority.email:
        values |= {"email_confirmed_at": None, "email_confirmed_by": None}
    changed = Authority.objects.filter(pk=authority.pk, version=version).update(**values, version=F("version") + 1)
    if not changed:
        raise Conflict
    authority.refresh_from_db()
    after = {"email": email, "address": address, "phone": phone}
    record(
        events.AUTHORITY_CHANGED,
        by=by,
        on=authority,
        changes={name: (before[name], after[name]) for name in after if before[name] != after[name]},
    )
    return authority


@transaction.atomic
def confirm_authority(authority: Authority, *, email: str, by: User) -> Authority:
    """A named person vouches for the address; the caller has confirmed a fresh code.

    `email` is the address that the person saw: it must still be the present one.
    """
    require(by, Right.MANAGE_RULES)
    if not email:
        raise ValidationError(_("Enter the e-mail address first."))
    changed = Authority.objects.filter(pk=authority.pk, email=email).update(
        email_confirmed_at=clock.now(), email_confirmed_by=by, version=F("version") + 1
    )
    if not changed:
        raise ValidationError(_("Somebody was faster: the address is another one now."), code="faster")
    authority.refresh_from_db()
    record(events.AUTHORITY_CONFIRMED, by=by, on=authority, changes={"email": ("", email)})
    return authority


@transaction.atomic
def set_target(duty: Duty, *, minutes: int | None, by: User) -> Duty:
    """Set or remove the company's own figure. The old version ends; clocks that ended keep it."""
    require(by, Right.MANAGE_RULES)
    if minutes is not None and not 0 < minutes <= LONGEST_TARGET:
        raise ValidationError({"amount": _("Choose a time from one minute to 90 days.")})
    current = Duty.objects.select_for_update().get(code=duty.code, valid_to__isnull=True)
    if current.pk != duty.pk:
        raise Conflict
    if current.target_minutes == minutes:
        return current
    now = clock.now()
    Duty.objects.filter(pk=current.pk).update(valid_to=now)
    new = Duty(
        code=current.code,
        basis=current.basis,
        citation=current.citation,
        demand=current.demand,
        source=current.source,
        confidence=current.confidence,
        authority_code=current.authority_code,
        target_minutes=minutes,
        version=current.version + 1,
        valid_from=now,
        changed_by=by,
        confirmed_at=current.confirmed_at,
        confirmed_by=current.confirmed_by,
    )
    new.full_clean(validate_constraints=False)
    new.save()
    record(events.DUTY_TARGET_SET, by=by, on=new, changes={"target_minutes": (current.target_minutes, minutes)})
    return new


@transaction.atomic
def confirm_duty(duty: Duty, *, by: User) -> Duty:
    """A named person has checked the rule with a lawyer."""
    require(by, Right.MANAGE_RULES)
    if Duty.objects.filter(pk=duty.pk, confirmed_at__isnull=True).update(confirmed_at=clock.now(), confirmed_by=by):
        record(events.DUTY_CONFIRMED, by=by, on=duty, changes={"version": (None, duty.version)})
    duty.refresh_from_db()
    return duty


@transaction.atomic
def review_text(code: str, *, language: str, sha256: str, reviewer: str, by: User) -> TextReview:
    """Record who, speaking the language, has read a built-in text in its present version."""
    require(by, Right.MANAGE_RULES)
    if texts.sha256(code, language) != sha256:
        raise Conflict
    if not reviewer.strip():
        raise ValidationError({"reviewer": _("Write who has read the text.")})
    review, is_new = TextReview.objects.get_or_create(
        code=code,
        language=language,
        sha256=sha256,
        defaults={"reviewer": reviewer, "confirmed_by": by, "confirmed_at": clock.now()},
    )
    if is_new:
        record(events.TEXT_REVIEWED, by=by, on=review, changes={"reviewer": ("", reviewer)})
    return review
