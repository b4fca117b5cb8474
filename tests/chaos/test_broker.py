"""The broker is a bell: without it everything is saved, and leaves when it is back."""

import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from core import broker
from tests.chaos.conftest import RECIPIENTS, assert_ledger_is_true, wait_until
from tests.e2e.system import free_port

pytestmark = pytest.mark.chaos

PATIENCE = 10  # seconds for a page while the broker does not answer


class Broker:
    """A Redis of this test."""

    def __init__(self) -> None:
        self.port = free_port()
        self.start()

    def start(self) -> None:
        command = [broker.binary(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def redis() -> Iterator[Broker]:
    running = Broker()
    yield running
    running.kill()


def test_without_a_broker_pages_work_and_mails_wait_until_it_is_back(start_world, sink, redis):
    world = start_world(sink, REDIS_URL=f"redis://127.0.0.1:{redis.port}")
    first, second, _third = world.people["notices"]
    staff = world.visitor(world.people["staff"][0])
    redis.kill()

    receipt = staff.post("/incidents/new/", {"text": "Reported while the broker is away"})
    approved = world.approve(first, world.people["approvers"][0])

    assert (receipt.status, approved.status) == (302, 302)
    assert "Reported while the broker is away" in staff.get(receipt.leads_to).text
    assert max(receipt.seconds, approved.seconds) < PATIENCE
    time.sleep(12)  # longer than from one sweep to the next
    assert world.states(first) == {"pending": RECIPIENTS}
    assert f"<b>0</b> of {RECIPIENTS}" in world.progress(first)

    redis.start()

    wait_until(lambda: world.states(first) == {"sent": RECIPIENTS}, "the mails leave", seconds=60)
    assert_ledger_is_true(sink, world.ledger(first))

    redis.signal(signal.SIGSTOP)  # it takes connections and says nothing
    approved = world.approve(second, world.people["approvers"][1])
    pages = [staff.get("/incidents/new/") for _page in range(3)]
    redis.signal(signal.SIGCONT)

    assert approved.status == 302
    assert max(answer.seconds for answer in [approved, *pages]) < PATIENCE
    wait_until(lambda: world.states(second) == {"sent": RECIPIENTS}, "the mails leave after a pause", seconds=60)
    assert_ledger_is_true(sink, world.ledger(second))
