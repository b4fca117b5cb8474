"""What the pages about people need."""

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Authenticator, Invitation, User
from accounts.roles import TABLE, Right
from core import clock


def people_table() -> "QuerySet[User]":
    """Everybody, with roles and whether the second factor stands."""
    factor = Authenticator.objects.filter(user=OuterRef("pk"), confirmed=True)
    return (
        User.objects.annotate(has_factor=Exists(factor))
        .prefetch_related("holdings")
        .order_by("-is_active", "full_name")
    )


def invitations() -> "QuerySet[Invitation]":
    return Invitation.objects.open(clock.now()).exclude(email="").select_related("invited_by").order_by("-invited_at")


def people_with(right: Right) -> "QuerySet[User]":
    """Active people whose roles carry a right."""
    return User.objects.active().with_role(*TABLE[right]).order_by("full_name")
