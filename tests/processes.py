"""Processes as /proc has them."""

from collections.abc import Iterator
from pathlib import Path


def processes() -> Iterator[tuple[int, int, str]]:
    """Number, parent and command of all that run; one that has ended and waits to be buried does not."""
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (path / "stat").read_text().rpartition(")")[2].split()[:2]
            command = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            yield int(path.name), int(parent), command


def below(pid: int) -> dict[int, str]:
    """Every process that descends from one, by its command."""
    found, is_new = {pid: ""}, True
    while is_new:
        children = {child: command for child, parent, command in processes() if parent in found}
        is_new = not children.keys() <= found.keys()
        found |= children
    del found[pid]
    return found
