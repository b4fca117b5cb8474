"""Systems to break, each with its own directory, processes, port and people.

staged          once a run: a directory with people who have open sessions and notices that wait for approval
start_world     start_world(sink, REDIS_URL=…) is a running system over a copy of it; without a sink it has a mailbox
sink            a real SMTP server of this process that misbehaves as it is told (tests/smtp.py)
at_once         at_once([act, …]) runs all at the same moment, each in a thread; what they returned, in order
"""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.system import ROOT, System
from tests.processes import below, processes
from tests.smtp import MailServer
from tests.visitor import Answer, Visitor, code

RECIPIENTS = 200
_MESSAGE_ID = re.compile(rb"^Message-ID:\s+(<\S+>)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """A message as the ledger has it."""

    message_id: str
    state: str
    reason: str
    was_in_doubt: bool


class World(System):
    people: dict[str, Any]

    def visitor(self, person: dict[str, str]) -> Visitor:
        return Visitor(self.address, person["session"])

    @property
    def writer(self) -> Visitor:
        return self.visitor(self.people["writer"])

    def approve(self, ref: str, person: dict[str, str], *, form: dict[str, str] | None = None) -> Answer:
        """Read the notice, then approve it with a fresh code."""
        return self.visitor(person).approve(ref, code(person["seed"]), form=form)

    def progress(self, ref: str) -> str:
        """What the page of a notice says now."""
        answer = self.writer.get(f"/notifications/{ref}/sending/")
        assert answer.status == 200, answer.status
        return answer.text

    # --- the ledger -------------------------------------------------------------------------------

    def ledger(self, ref: str) -> list[Row]:
        rows = self.query(
            "SELECT message_id, state, reason, was_in_doubt FROM outbox_message m"
            " JOIN outbox_batch b ON b.id = m.batch_id WHERE b.purpose = ?",
            f"notice:{ref}",
        )
        return [Row(found, state, reason, bool(doubt)) for found, state, reason, doubt in rows]

    def states(self, ref: str) -> Counter[str]:
        return Counter(row.state for row in self.ledger(ref))

    def leases_run_out(self) -> None:
        """Time passes for rows that a dead worker had taken: eleven minutes for one that was being handed over."""
        self.query("UPDATE outbox_message SET lease_until = '2000-01-01' WHERE lease_until IS NOT NULL")

    def waits_run_out(self) -> None:
        """Time passes for what is to be tried later."""
        self.query("UPDATE outbox_message SET due_at = '2000-01-01' WHERE state = 'pending'")

    # --- processes --------------------------------------------------------------------------------

    def pids(self) -> dict[int, str]:
        """Every process below the supervisor, by its command."""
        return below(self.process.pid)

    def pid_of(self, words: str) -> int:
        """The child of the supervisor whose command has these words."""
        return next(pid for pid, parent, command in processes() if parent == self.process.pid and words in command)


def wait_until(is_so: Callable[[], Any], what: str, *, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, f"not within {seconds} seconds: {what}"
        time.sleep(0.2)


def taken(sink: MailServer, rows: list[Row]) -> Counter[str]:
    """How often the server took each message of a ledger."""
    known = {row.message_id for row in rows}
    found = (_MESSAGE_ID.search(arrived.raw) for arrived in list(sink.arrived))
    return Counter(match[1].decode() for match in found if match and match[1].decode() in known)


def assert_ledger_is_true(sink: MailServer, rows: list[Row], *, failed: int = 0) -> None:
    """Everybody who was sent the mail got it, nobody else did; twice only where the ledger says so."""
    counts = taken(sink, rows)
    assert len(rows) == RECIPIENTS
    assert Counter(row.state for row in rows) == Counter({"sent": RECIPIENTS - failed, "failed": failed})
    assert {row.message_id for row in rows if row.state == "sent"} == set(counts)
    twice = {found for found, count in counts.items() if count > 1}
    assert twice <= {row.message_id for row in rows if row.was_in_doubt}


# --- fixtures ------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("staged")
    command = [sys.executable, "-m", "tests.stage", "fill", "--recipients", str(RECIPIENTS)]
    command += ["--waiting", "3", "--approvers", "10", "--staff", "8"]
    environment = System(folder).environment
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout)


@pytest.fixture
def start_world(staged: tuple[Path, dict[str, Any]], tmp_path: Path) -> Iterator[Callable[..., World]]:
    template, people = staged
    started: list[World] = []

    def start(sink: MailServer | None = None, **environment: str) -> World:
        folder = tmp_path / "data"
        shutil.copytree(template, folder)
        if sink is not None:
            environment["EMAIL_URL"] = f"smtp://{sink.host}:{sink.port}"
        world = World(folder, has_mailbox=sink is None, **environment)
        world.people = people
        started.append(world)
        world.start()
        return world

    yield start
    for world in started:
        if world.process.poll() is None:
            world.stop()


@pytest.fixture
def sink() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def at_once() -> Callable[[Sequence[Callable[[], Answer]]], list[Answer]]:
    def run(acts: Sequence[Callable[[], Answer]]) -> list[Answer]:
        together = threading.Barrier(len(acts))

        def one(act: Callable[[], Answer]) -> Answer:
            together.wait(timeout=20)
            return act()

        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(one, acts))

    return run
