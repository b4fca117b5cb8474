import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dashboard.mailbox_server import serving


class Command(BaseCommand):
    help = "A real SMTP server on this machine that keeps every mail in the data directory. For demos."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_args: stop.set())
        with serving(options["port"]):
            stop.wait()
