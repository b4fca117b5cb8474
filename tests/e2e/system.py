"""A whole system of its own: the processes of `manage.py up`, a data directory, a port, a real mailbox."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class System:
    """`environment` goes on top; without a mailbox it may name a mail server, a broker, a database."""

    def __init__(self, folder: Path, *, has_mailbox: bool = True, **environment: str) -> None:
        self.folder = folder
        self.command = [sys.executable, "manage.py", "up", *(["--mailbox"] if has_mailbox else [])]
        self.port = free_port()
        self.address = f"http://localhost:{self.port}"
        self.environment = {
            **{k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", "EMAIL_URL"}},
            "DATA_DIR": str(folder),
            "PORT": str(self.port),
            "BASE_URL": self.address,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DEBUG": "off",
        }
        # tests.settings speaks of its own run; this system has its own secrets in its directory.
        for name in ("SECRET_KEY", "FIELD_KEYS", "ALLOWED_HOSTS", "ADMIN_NETWORKS"):
            self.environment.pop(name, None)
        self.environment |= environment
        self.log = folder / "up.log"

    def manage(self, *arguments: str) -> str:
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self) -> None:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        end = time.monotonic() + 60
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{self.address}/readyz/", timeout=2).close()
                return
            except OSError:
                assert self.process.poll() is None, self.log.read_text()
                time.sleep(0.2)
        raise AssertionError(f"no page within a minute: {self.log.read_text()}")

    def stop(self) -> float:
        """Ends it as Ctrl-C does; the seconds that took."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=20)
        return time.monotonic() - began

    @property
    def first_officer_link(self) -> str:
        found = re.search(r"http://\S+/invitation/\S+/", self.log.read_text())
        assert found, self.log.read_text()
        return found[0]

    def query(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """Asks its SQLite directly, beside the running system."""
        line = sqlite3.connect(self.folder / "hodisa.sqlite3", timeout=20)
        try:
            with line:
                return line.execute(sql, values).fetchall()
        finally:
            line.close()

    # --- the mailbox ------------------------------------------------------------------------------

    def mails(self, to: str = "") -> list[EmailMessage]:
        """What the SMTP server took, oldest first."""
        found = []
        for path in sorted((self.folder / "mailbox").glob("*.eml")):
            mail = cast("EmailMessage", message_from_bytes(path.read_bytes(), policy=policy.default))
            if to in str(mail["To"]):
                found.append(mail)
        return found

    def wait_for_mails(self, to: str, count: int = 1, *, seconds: float = 45) -> list[EmailMessage]:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if len(found := self.mails(to)) >= count:
                return found
            time.sleep(0.3)
        raise AssertionError(f"{len(self.mails(to))} of {count} mails to {to or 'anybody'} came")

    def invitation(self, to: str) -> str:
        """The link of the first mail that somebody got."""
        body = self.wait_for_mails(to)[0].get_body(("plain",))
        assert body is not None
        found = re.search(r"http://\S+", body.get_content())
        assert found, body.get_content()
        return found[0]
