import fcntl
import os
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import broker
from core.catalogues import compile_changed
from core.supervisor import Plan, Program, become

MANAGE = [sys.executable, str(settings.BASE_DIR / "manage.py")]
CELERY = [sys.executable, "-m", "celery", "-q", "-A", "config"]


class Command(BaseCommand):
    help = (
        "Run the whole system on this machine: broker, web server, workers and schedule."
        " Ctrl-C stops everything within ten seconds."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mailbox", action="store_true", help="send every mail to a mailbox here (demo)")

    def handle(self, *args: Any, **options: Any) -> None:
        self._be_alone()
        for folder in settings.LOCALE_PATHS:
            compile_changed(Path(folder))
        call_command("migrate", verbosity=0, interactive=False)
        call_command("collectstatic", verbosity=0, interactive=False)
        call_command("first_officer", "--only-when-empty", stdout=self.stdout)
        address = f"http://localhost:{settings.PORT}"
        greeting = f"\nHodisa runs at {address}  (Ctrl-C stops it)"
        if options["mailbox"]:
            greeting += f"\nEvery mail that leaves: {address}/mailbox/"
        os.chdir(settings.BASE_DIR)
        become(Plan(_programs(has_mailbox=options["mailbox"]), f"http://127.0.0.1:{settings.PORT}", greeting))

    def _be_alone(self) -> None:
        """One system a data directory, and a free port: said in words before anything starts."""
        lock = os.open(settings.DATA_DIR / "up.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError(f"A system runs in {settings.DATA_DIR} already.") from None
        os.set_inheritable(lock, True)  # the supervisor keeps it; its children do not
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", settings.PORT))
            except OSError:
                raise CommandError(f"Port {settings.PORT} is taken. Choose another: PORT=8001") from None


def _programs(*, has_mailbox: bool) -> list[Program]:
    found = [] if settings.REDIS_URL else [Program("broker", broker.command())]
    environment = {}
    if has_mailbox:
        port = str(_free_port())
        environment["EMAIL_URL"] = f"smtp://127.0.0.1:{port}"
        found.append(Program("mailbox", [*MANAGE, "mailbox", "--port", port]))
    worker = [*CELERY, "worker", "--loglevel", "warning"]
    worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    # Threads, not processes: a third of the memory. Letters to authorities have a worker of their
    # own, so that a slow relay for customers cannot hold them up.
    general = [*worker, "-n", "general@%h", "-Q", "general", "--pool", "threads", "-c", "3"]
    authority = [*worker, "-n", "authority@%h", "-Q", "authority", "--pool", "solo"]
    beat = [*CELERY, "beat", "--loglevel", "warning", "-s", str(settings.DATA_DIR / "schedule"), "--pidfile="]
    return [
        *found,
        Program("web", _web(), environment),
        Program("worker", general, environment),
        Program("authority worker", authority, environment),
        Program("schedule", beat, environment),
    ]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _web() -> list[str]:
    options = {
        "--bind": f"127.0.0.1:{settings.PORT}",
        "--workers": "1",
        "--worker-class": "gthread",
        "--threads": "8",
        "--timeout": "60",
        "--graceful-timeout": "5",
        "--log-level": "warning",
    }
    parts = [part for pair in options.items() for part in pair]
    # Its control socket would stand in the home directory, one for all systems of a person.
    return [sys.executable, "-m", "gunicorn", "config.wsgi", "--no-control-socket", *parts]
