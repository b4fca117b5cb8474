"""Numbers that are given out once."""

from django.db import transaction

from core.models import Counter


@transaction.atomic
def next_number(name: str) -> int:
    """The next number of `name`, from 1. Taken back when the surrounding transaction fails."""
    Counter.objects.get_or_create(name=name)
    counter = Counter.objects.select_for_update().get(name=name)
    counter.value += 1
    counter.save(update_fields=["value"])
    return counter.value
