"""Hands over every mail that waits, by SMTP, to a mailbox server that runs as long as the scenes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.test.utils import override_settings

from core import bell
from dashboard.mailbox_server import free_port, serving
from notifications.services import letters
from outbox.services.delivery import deliver
from outbox.states import Lane


@contextmanager
def server() -> Iterator[None]:
    """A real SMTP server of this process, to which the system's mail goes meanwhile."""
    port = free_port()
    to = {"host": "127.0.0.1", "port": port, "user": "", "password": "", "security": "plain"}
    with serving(port), override_settings(EMAIL_SERVER=to), bell.silence():
        yield


def go() -> None:
    """What the workers would do now."""
    for lane in Lane:
        while deliver(lane):
            pass
    letters.note_acceptances()
