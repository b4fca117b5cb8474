"""Rings for a worker. A bell nobody hears costs nothing: a sweep finds the row a moment later."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)

_QUIET_SECONDS = 30
_silent_until = 0.0


def ring(task: str) -> None:
    """Send a task by name after the commit, without arguments: what is owed stands in the database."""
    transaction.on_commit(partial(_send, task), robust=True)


def _send(task: str) -> None:
    # After a failure the broker is left alone for a while, so that no page waits for it again.
    global _silent_until
    if time.monotonic() < _silent_until:
        return
    try:
        current_app.send_task(task, retry=False)
    except Exception as error:
        _silent_until = time.monotonic() + _QUIET_SECONDS
        log.warning("broker does not answer, the sweep will find the work: %s", error)


@contextmanager
def silence() -> Iterator[None]:
    """Ring nobody meanwhile: for a process that hands over everything itself."""
    global _silent_until
    before, _silent_until = _silent_until, float("inf")
    try:
        yield
    finally:
        _silent_until = before
