"""A worker that is killed while it sends leaves one mail a connection in doubt, and nothing else."""

import os
import signal
import time

import pytest

from tests.chaos.conftest import RECIPIENTS, assert_ledger_is_true, taken, wait_until

pytestmark = pytest.mark.chaos

GOALS = (30, 80, 130)  # mails after which it is killed
CONNECTIONS = 3  # threads of the general worker


def test_a_worker_killed_several_times_reaches_everybody(start_world, sink):
    world = start_world(sink)
    ref = world.people["notices"][0]
    sink.delay = 0.02
    assert world.approve(ref, world.people["approvers"][0]).status == 302

    for goal in GOALS:
        wait_until(lambda goal=goal: len(taken(sink, world.ledger(ref))) >= goal, f"{goal} mails", seconds=45)
        if goal == GOALS[-1]:
            sink.delay = 3  # so that the last one surely dies in the middle of a mail
            time.sleep(1)
        pid = world.pid_of("general@")
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda pid=pid: pid not in world.pids(), "the worker is gone")
        world.leases_run_out()
        sink.delay = 0.02

    wait_until(lambda: world.states(ref) == {"sent": RECIPIENTS}, "everybody is reached", seconds=60)
    rows = world.ledger(ref)
    assert_ledger_is_true(sink, rows)
    assert 1 <= sum(row.was_in_doubt for row in rows) <= len(GOALS) * CONNECTIONS
