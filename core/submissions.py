"""A double click makes one record."""

import uuid
from collections.abc import Callable

from django.db import IntegrityError, transaction

from core.models import Submission


def once(key: uuid.UUID | None, *, sender: str, act: Callable[[], str]) -> str:
    """Run `act` for the first arrival of a form; give every later arrival the same answer.

    `act` returns the address that the form leads to. Its writes and the key are one transaction: a
    second click waits for the first and is led to the record that the first one made. The key of
    another sender means nothing here.
    """
    if key is None:
        return act()
    key = uuid.uuid5(key, sender)
    try:
        with transaction.atomic():
            Submission.objects.create(key=key, sender=sender, led_to="")
            led_to = act()
            Submission.objects.filter(key=key).update(led_to=led_to)
            return led_to
    except IntegrityError:
        earlier = Submission.objects.filter(key=key, sender=sender).exclude(led_to="").first()
        if earlier is None:  # the conflict was not about this key
            raise
        return earlier.led_to
