"""From a clean clone to the first page of `make demo`, the second start, and the memory of what then runs."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import databases, tables
from tests.e2e.system import ROOT, System
from tests.processes import below
from tests.visitor import Visitor

OFFICER = "dilnoza@namuna.example"
PATIENCE = 300  # seconds
NAMES = {
    "core.supervisor": "supervisor",
    "redis-server": "broker",
    "valkey": "broker",
    "manage.py mailbox": "mailbox (demo only)",
    "/sh ": "shell of make",
    "gunicorn": "web",
    "general@": "worker",
    "authority@": "worker for authorities",
    "beat": "schedule",
}
# What any of the processes needs before it does anything.
BARE = "import django; django.setup(); import os; print(open(f'/proc/{os.getpid()}/smaps_rollup').read())"


class Demo(System):
    """A clone of the checkout, used as a newcomer does: `make demo`."""

    def __init__(self, clone: Path) -> None:
        super().__init__(clone / "var" / "demo")
        self.clone = clone
        # A make above this one, and a virtual environment around it, are none of the newcomer's.
        for name in ("DATA_DIR", "MAKEFLAGS", "MAKELEVEL", "MFLAGS", "VIRTUAL_ENV"):
            self.environment.pop(name, None)
        # Nothing that pip kept from another time, and the interpreter itself instead of a virtual environment's.
        self.environment["PIP_NO_CACHE_DIR"] = "1"
        self.command = ["make", "demo", f"PYTHON={Path(sys.executable).resolve()}"]

    def start(self) -> float:
        """Seconds to the first page."""
        began = time.monotonic()
        with (self.clone / "demo.log").open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.clone, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        while not self._answers():
            assert self.process.poll() is None, (self.clone / "demo.log").read_text()
            assert time.monotonic() - began < PATIENCE, "no page"
            time.sleep(0.1)
        return time.monotonic() - began

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/sign-in/", timeout=5) as page:
                return bool(page.status == 200)
        except OSError:
            return False

    def stop(self) -> float:
        began = time.monotonic()
        os.killpg(self.process.pid, signal.SIGINT)  # as Ctrl-C does in a terminal
        self.process.wait(timeout=30)
        return time.monotonic() - began


def measure() -> None:
    with TemporaryDirectory(prefix="hodisa-bench-") as folder:
        demo = Demo(Path(folder) / "hodisa")
        subprocess.run(["git", "clone", "--quiet", ROOT, demo.clone], check=True)
        began = time.time()
        first = demo.start()
        installed = (demo.clone / ".venv" / "app.done").stat().st_mtime - began
        stopped = demo.stop()
        second = demo.start()
        try:
            mails = _use(demo)
            memory = _memory(demo.process.pid)
        finally:
            demo.stop()
    bare = _run_bare()
    rows = [
        (
            "first page of a clean clone, s",
            f"{first:.1f}",
            "≤ 60",
            f"{installed:.1f} (installing alone)",
        ),
        ("first page of the second start, s", f"{second:.1f}", "≤ 8", f"{bare[0]:.1f} (Django and our modules loaded)"),
        ("end after Ctrl-C, s", f"{stopped:.1f}", "≤ 10", ""),
        ("memory of all processes, MB", f"{sum(mb for _name, mb in memory):.0f}", "≤ 450", ""),
    ]
    tables.write(
        "start",
        "Start and memory of the demo",
        "A clean clone, pip without its cache, the packages from the index that this machine uses.",
        tables.table(["", "measured", "aim", "limit"], rows),
        "## Memory by process",
        f"Proportional set size after a few pages and one notice of {mails} mails. A process that has loaded Django and"
        f" our modules and does nothing has {bare[1]:.0f} MB, shared pages included.",
        tables.table(["process", "MB"], [(name, f"{mb:.1f}") for name, mb in memory]),
        databases=[tables.sqlite()],
    )


def _use(demo: Demo) -> int:
    """An officer looks around and approves the notice that waits; the number of its mails when all have left."""
    beside = System(demo.folder)
    session = databases.output(beside, "tests.stage", "session", OFFICER)
    visitor = Visitor(demo.address, session)
    ((ref,),) = demo.query("SELECT ref FROM notifications_notice WHERE state = 'waiting'")
    for path in ("/dashboard/", "/incidents/", "/triage/", "/customers/", f"/notifications/{ref}/preview/"):
        assert visitor.get(path).status == 200, path
    answer = visitor.approve(ref, beside.manage("totp", OFFICER).strip())
    assert answer.status == 302, answer.text
    end = time.monotonic() + PATIENCE
    while (page := visitor.get(answer.leads_to, **{"HX-Request": "true"})).status != 286:
        assert time.monotonic() < end, page.text
        time.sleep(0.5)
    ((mails,),) = demo.query("SELECT recipient_count FROM notifications_notice WHERE ref = ?", ref)
    return int(mails)


def _memory(pid: int) -> list[tuple[str, float]]:
    """Name and megabytes of every process below `make`."""
    found = []
    for child, command in sorted(below(pid).items()):
        name = next((name for words, name in NAMES.items() if words in command), command[:40])
        found.append((name, _pss(Path(f"/proc/{child}/smaps_rollup").read_text())))
    return found


def _pss(rollup: str) -> float:
    match = re.search(r"^Pss:\s+(\d+) kB", rollup, flags=re.MULTILINE)
    assert match
    return int(match[1]) / 1024


def _run_bare() -> tuple[float, float]:
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        environment = System(Path(folder)).environment
        command = [sys.executable, "-c", BARE]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return time.monotonic() - began, _pss(done.stdout)
