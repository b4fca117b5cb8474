"""`manage.py up` keeps its processes alive and leaves none behind."""

import os
import signal

import pytest

from tests.chaos.conftest import wait_until
from tests.processes import processes

pytestmark = pytest.mark.chaos

CHILDREN = (
    "redis-server|valkey",
    "manage.py mailbox",
    "gunicorn",
    "general@",
    "authority@",
    "config beat",
)


def find(world, words: str) -> int | None:
    found = [pid for pid, command in world.pids().items() if any(word in command for word in words.split("|"))]
    return min(found, default=None)


def test_a_killed_child_is_started_again_and_ctrl_c_ends_all(start_world):
    world = start_world()
    before = {words: find(world, words) for words in CHILDREN}
    assert all(before.values()), before

    old = set(world.pids())
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)

    wait_until(lambda: not old & alive(), "what was killed is gone, with its own children")
    for words, pid in before.items():
        wait_until(lambda words=words, pid=pid: find(world, words) not in {None, pid}, f"{words} runs again")
    wait_until(lambda: answers(world), "pages come again")
    # Everything works again, not only runs: a mail of the approved notice reaches the mailbox.
    assert world.approve(world.people["notices"][0], world.people["approvers"][0]).status == 302
    world.wait_for_mails("volume.example", 200)
    left = set(world.pids())

    assert world.stop() < 10
    wait_until(lambda: not left & alive(), "no process is left")


def test_a_killed_supervisor_takes_its_children_along(start_world):
    world = start_world()
    left = set(world.pids())
    assert len(left) >= len(CHILDREN)

    world.process.kill()
    world.process.wait()

    wait_until(lambda: not left & alive(), "no process is left", seconds=15)


def alive() -> set[int]:
    return {pid for pid, _parent, _command in processes()}


def answers(world) -> bool:
    try:
        return world.visitor(world.people["staff"][0]).get("/readyz/").status == 200
    except OSError:
        return False
