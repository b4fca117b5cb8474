"""A real SMTP server on this machine that keeps every mail in the data directory. For demos."""

import socket
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from dashboard.mailbox import folder


class Keeper:
    """Writes every mail to a file, whole or not at all, and only then says 250."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        name = f"{time.time_ns()}-{uuid.uuid4().hex[:8]}"
        part = self.path / f".{name}.part"
        part.write_bytes(envelope.original_content or b"")
        part.rename(self.path / f"{name}.eml")
        return f"250 OK kept as {name}"


@contextmanager
def serving(port: int) -> Iterator[None]:
    controller = Controller(Keeper(folder()), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
