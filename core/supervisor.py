"""Keeps the processes of the one-command system alive, and leaves none behind.

Each child leads its own process group, is restarted when it dies, and dies with the supervisor:
by signal on an orderly stop, by the kernel (PR_SET_PDEATHSIG, Linux) when the supervisor is killed.

`manage.py up` prepares the system and then becomes this module, which needs the standard library
alone: eighty megabytes less than a process that keeps Django loaded to do nothing.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from threading import Thread
from typing import NoReturn

PATIENCE = 7.0  # seconds between the polite and the final signal
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Program:
    """What to run: a name for people, a command, and variables on top of the environment."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Programs in the order of their start, and what to say once `address` answers."""

    programs: Sequence[Program]
    address: str
    greeting: str


def become(plan: Plan) -> NoReturn:
    """Replace this process by a supervisor of the plan. Open files marked inheritable stay open."""
    sys.stdout.flush()
    os.environ["SUPERVISOR_PLAN"] = json.dumps(asdict(plan))
    os.execv(sys.executable, [sys.executable, "-m", "core.supervisor"])  # noqa: S606 - ourselves


class Child:
    """A program as it lives, falls and is started again."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.falls = 0
        self.start()

    def start(self) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - the commands are ours
            self.program.command,
            env={**os.environ, **self.program.environment},
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops them in order
            preexec_fn=_die_with_parent,
        )

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    @property
    def wait(self) -> float:
        """Seconds from a start to the next: short at first, up to 30 after many falls."""
        return min(30.0, 2.0 ** min(self.falls, 5))

    def signal(self, number: int) -> None:
        # Also when the leader is gone: a group may outlive it.
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    def look_after(self) -> None:
        """Start it again when it has died and its wait is over."""
        lived = time.monotonic() - self.started_at
        if self.is_running or lived < self.wait:
            return
        self.falls = 0 if lived > 60 else self.falls + 1
        _say(f"{self.program.name} ended with {self.process.returncode}; starting it again")
        self.start()


def run(plan: Plan) -> None:
    """Until SIGTERM, SIGINT or SIGHUP. Returns when every child has gone."""
    stops: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: stops.append(number))
    children: list[Child] = []
    try:
        for program in plan.programs:
            children.append(Child(program))
        Thread(target=_announce, args=[plan], daemon=True).start()
        while not stops:
            time.sleep(0.25)
            for child in children:
                child.look_after()
    finally:
        _stop(children)


def _stop(children: list[Child]) -> None:
    end = time.monotonic() + PATIENCE
    for child in reversed(children):
        child.signal(signal.SIGTERM)
    while time.monotonic() < end and any(child.is_running for child in children):
        time.sleep(0.05)
    for child in children:
        child.signal(signal.SIGKILL)
        child.process.wait()


def _announce(plan: Plan) -> None:
    for _attempt in range(600):
        try:
            with urllib.request.urlopen(f"{plan.address}/healthz/", timeout=2):  # noqa: S310 - ours
                break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.1)
    _say(plan.greeting)


def _say(words: str) -> None:
    print(words, flush=True)


def _die_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _read() -> Plan:
    data = json.loads(os.environ.pop("SUPERVISOR_PLAN"))
    return Plan([Program(**program) for program in data["programs"]], data["address"], data["greeting"])


if __name__ == "__main__":
    run(_read())
