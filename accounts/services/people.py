"""Who is here: invitations, roles, leaving."""

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Invitation, RoleHolding, User
from accounts.passwords import normal
from accounts.roles import Right, Role, require
from accounts.services import mail
from audit import events
from audit.services import diff, record
from core import clock, crypto
from core.text import searchable


@transaction.atomic
def invite(email: str, *, roles: Iterable[Role], language: str, by: User) -> Invitation:
    """Mail a single-use link that is good for 24 hours. An earlier open invitation ends."""
    require(by, Right.MANAGE_USERS)
    email, roles = searchable(email).lower(), sorted(set(roles))
    if not roles:
        raise ValidationError({"roles": _("Choose at least one role.")})
    if User.objects.by_email(email).exists():
        raise ValidationError({"email": _("A person with this address is here already.")})
    Invitation.objects.open(clock.now()).filter(email=email).update(revoked_at=clock.now())
    invitation, token = _new_invitation(email=email, roles=roles, language=language, by=by)
    mail.send_to(
        "invitation",
        address=email,
        name="",
        language=language,
        context={"invitation": invitation, "invited_by": by},
        secret={"link": mail.link(f"/invitation/{token}/")},
    )
    record(events.USER_INVITED, by=by, on=invitation, changes={"roles": ("", roles)})
    return invitation


@transaction.atomic
def invite_first_officer() -> str | None:
    """The path of the one-time link that lets the first officer in; None when somebody is here already."""
    if User.objects.exists():
        return None
    Invitation.objects.open(clock.now()).update(revoked_at=clock.now())
    invitation, token = _new_invitation(email="", roles=[Role.OFFICER, Role.ADMINISTRATOR], language="en", by=None)
    record(events.USER_INVITED, by=None, on=invitation, changes={"roles": ("", invitation.roles)})
    return f"/invitation/{token}/"


def _new_invitation(*, email: str, roles: list[Role], language: str, by: User | None) -> tuple[Invitation, str]:
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        token_hash=crypto.digest(token),
        email=email,
        roles=[str(role) for role in roles],
        language=language,
        invited_by=by,
        expires_at=clock.now() + Invitation.LIFETIME,
    )
    return invitation, token


def find_invitation(token: str) -> Invitation | None:
    return Invitation.objects.open(clock.now()).filter(token_hash=crypto.digest(token)).first()


@transaction.atomic
def join(invitation: Invitation, *, email: str, full_name: str, password: str, language: str) -> User:
    """Make the person of an invitation; the link ends. Raises ValidationError in words."""
    locked = Invitation.objects.select_for_update().open(clock.now()).filter(pk=invitation.pk).first()
    if locked is None:
        raise ValidationError(_("This link was used already or has expired. Ask for a new invitation."))
    if not locked.email and User.objects.exists():
        raise ValidationError(_("Somebody is here already. Ask for an invitation."))
    user = User(email=(locked.email or searchable(email)).lower(), full_name=full_name, language=language)
    _set_password(user, password)
    user.full_clean()
    user.save()
    RoleHolding.objects.bulk_create(RoleHolding(user=user, role=role) for role in locked.roles)
    Invitation.objects.filter(pk=locked.pk).update(accepted_at=clock.now(), accepted_by=user)
    record(events.USER_JOINED, by=user, on=user, changes={"roles": ("", locked.roles)})
    return user


@transaction.atomic
def revoke_invitation(invitation: Invitation, *, by: User) -> None:
    require(by, Right.MANAGE_USERS)
    Invitation.objects.open(clock.now()).filter(pk=invitation.pk).update(revoked_at=clock.now())
    record(events.INVITATION_REVOKED, by=by, on=invitation)


@transaction.atomic
def change_roles(user: User, *, roles: Iterable[Role], by: User) -> None:
    """Give a person exactly these roles. Nobody changes their own; the last of a kind stays."""
    require(by, Right.MANAGE_USERS)
    if user.pk == by.pk:
        raise PermissionDenied(_("Nobody changes their own roles. Another administrator does it."))
    before, after = user.roles, frozenset(roles)
    if not after:
        raise ValidationError({"roles": _("Choose at least one role.")})
    _refuse_last_one(user, losing=before - after)
    user.holdings.exclude(role__in=after).delete()
    RoleHolding.objects.bulk_create(
        (RoleHolding(user=user, role=role) for role in after - before), ignore_conflicts=True
    )
    record(events.USER_ROLES_CHANGED, by=by, on=user, changes={"roles": (sorted(before), sorted(after))})


@transaction.atomic
def deactivate(user: User, *, by: User) -> None:
    """Close the door for a person who leaves; sessions end with the next request."""
    require(by, Right.MANAGE_USERS)
    if user.pk == by.pk:
        raise PermissionDenied(_("Nobody deactivates themselves. Another administrator does it."))
    _refuse_last_one(user, losing=user.roles)
    if User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        record(events.USER_DEACTIVATED, by=by, on=user, changes={"is_active": (True, False)})


@transaction.atomic
def reactivate(user: User, *, by: User) -> None:
    require(by, Right.MANAGE_USERS)
    if User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        record(events.USER_REACTIVATED, by=by, on=user, changes={"is_active": (False, True)})


def _refuse_last_one(user: User, *, losing: frozenset[Role]) -> None:
    for role in sorted(losing & {Role.OFFICER, Role.ADMINISTRATOR}):
        # Who takes roles away waits here for each other: two must not remove the last two.
        list(RoleHolding.objects.select_for_update().filter(role=role).order_by("pk"))
        others = User.objects.active().with_role(role).exclude(pk=user.pk)
        if not others.exists():
            raise ValidationError(
                _("%(name)s is the last one with the role “%(role)s”. Give it to somebody else first.")
                % {"name": user.full_name, "role": role.label}
            )


@transaction.atomic
def change_profile(user: User, *, by: User, values: Mapping[str, Any]) -> None:
    """Change a person's own details; position and order are changed by an administrator only."""
    official = {"position", "order_number", "order_date"} & set(values)
    if official or user.pk != by.pk:
        require(by, Right.MANAGE_USERS)
    before = {name: getattr(user, name) for name in values}
    for name, value in values.items():
        setattr(user, name, value)
    user.full_clean(exclude=["password"])
    user.save(update_fields=list(values))
    record(events.USER_CHANGED, by=by, on=user, changes=diff(before, values))


# --- passwords -----------------------------------------------------------------------------------


@transaction.atomic
def change_password(user: User, *, password: str, by: User | None) -> None:
    """Set a new password; the owner hears of it. Raises ValidationError in words."""
    _set_password(user, password)
    user.save(update_fields=["password", "password_changed_at"])
    mail.send("security_change", to=user, context={"change": "password", "at": clock.now()})
    record(events.PASSWORD_CHANGED, by=by or user, on=user)


@transaction.atomic
def ask_for_password(email: str, *, make_token: Any) -> None:
    """Mail a link for a new password, if the address is somebody's; nobody learns which. 2FA stays."""
    user = User.objects.active().by_email(searchable(email)).first()
    if user is None:
        return
    path = f"/password/new/{user.public_id}/{make_token(user)}/"
    mail.send_to(
        "password_reset",
        address=user.email,
        name=user.full_name,
        language=user.language,
        context={"user": user},
        secret={"link": mail.link(path)},
    )
    record(events.PASSWORD_ASKED, by=user, on=user)


def _set_password(user: User, password: str) -> None:
    clean = normal(password)
    try:
        validate_password(clean, user)
    except ValidationError as problem:
        raise ValidationError({"password": problem.messages}) from None
    user.set_password(clean)
    user.password_changed_at = clock.now()
