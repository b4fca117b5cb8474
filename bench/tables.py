"""Results as Markdown, each with the machine it was measured on."""

import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results"
_LOAD_BEFORE = os.getloadavg()[0]


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def write(name: str, title: str, *parts: str, databases: Sequence[str]) -> None:
    RESULTS.mkdir(exist_ok=True)
    text = "\n\n".join([f"# {title}", *parts, "## Measured on", table(["", ""], facts(databases))])
    (RESULTS / f"{name}.md").write_text(text + "\n")
    print(text, end="\n\n", flush=True)


def facts(databases: Sequence[str]) -> list[tuple[str, str]]:
    return [
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("version", _version()),
        ("processor", f"{os.cpu_count()} cores, {_processor()}"),
        ("memory", f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1024**3:.1f} GB"),
        ("Python", platform.python_version()),
        ("database", ", ".join(databases)),
        ("load by others", f"{_LOAD_BEFORE:.1f} processes over the minute before"),
    ]


def sqlite() -> str:
    return f"SQLite {sqlite3.sqlite_version}"


def _version() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", "-C", ROOT, *words], capture_output=True, text=True, check=True).stdout.strip()

    is_changed = git("status", "--porcelain", "--", ".", ":!bench/results")
    return git("rev-parse", "--short", "HEAD") + (" with changes" if is_changed else "")


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
