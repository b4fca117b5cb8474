"""The company's own details."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from accounts.models import Organisation, User
from accounts.roles import Right, require
from audit import events
from audit.services import diff, record
from core.context import forget
from core.errors import Conflict


@transaction.atomic
def change(organisation: Organisation, *, version: int, by: User, values: Mapping[str, Any]) -> Organisation:
    """Change the details, if nobody was faster. Raises Conflict or ValidationError."""
    require(by, Right.MANAGE_SETTINGS)
    forget("organisation")
    before = {name: getattr(organisation, name) for name in values}
    for name, value in values.items():
        setattr(organisation, name, value)
    organisation.full_clean()
    if organisation.pk is None:
        organisation.pk, organisation.version = 1, 1
        organisation.save(force_insert=True)
    elif not Organisation.objects.filter(pk=organisation.pk, version=version).update(
        **values, version=F("version") + 1
    ):
        raise Conflict
    record(events.ORGANISATION_CHANGED, by=by, on=organisation, changes=diff(before, values))
    return organisation
