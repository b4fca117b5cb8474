import signal
import threading
import time
import uuid
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.management.base import BaseCommand, CommandParser

from dashboard.mailbox import folder


class Keeper:
    """Writes every mail to a file, whole or not at all, and only then says 250."""

    def __init__(self, path: Path) -> None:
        self.path = path

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        name = f"{time.time_ns()}-{uuid.uuid4().hex[:8]}"
        content = envelope.original_content or b""
        part = self.path / f".{name}.part"
        part.write_bytes(content)
        part.rename(self.path / f"{name}.eml")
        return f"250 OK kept as {name}"


class Command(BaseCommand):
    help = "A real SMTP server on this machine that keeps every mail in the data directory. For demos and tests."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        controller = Controller(Keeper(folder()), hostname="127.0.0.1", port=options["port"])
        controller.start()  # type: ignore[no-untyped-call]
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_args: stop.set())
        stop.wait()
        controller.stop()  # type: ignore[no-untyped-call]
