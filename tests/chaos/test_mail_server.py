"""Whatever the mail server does, nobody is left out and nobody is written to twice without the ledger saying so."""

import pytest

from tests.chaos.conftest import RECIPIENTS, assert_ledger_is_true, taken, wait_until

pytestmark = pytest.mark.chaos


def test_a_mail_server_that_is_away_slow_or_refuses_loses_nothing(start_world, sink):
    world = start_world(sink)

    in_a_bad_mood(world, sink)
    refuses_us(world, sink)
    away(world, sink)


def in_a_bad_mood(world, sink) -> None:
    """Slow; two people refused for good, one for now; the answers of two mails lost on the way."""
    ref = world.people["notices"][0]
    sink.delay = 0.01
    sink.refuse("contact7@volume.example")
    sink.refuse("contact8@volume.example", "552 5.2.2 Mailbox full")
    sink.fail_temporarily("contact9@volume.example", reply="451 4.3.0 Later")
    sink.lose_answers(2)

    assert world.approve(ref, world.people["approvers"][0]).status == 302

    wait_until(lambda: len(taken(sink, world.ledger(ref))) == RECIPIENTS - 3, "all but three are taken", seconds=60)
    wait_until(lambda: world.states(ref) == {"sent": RECIPIENTS - 5, "pending": 3, "failed": 2}, "they are judged")
    page = world.progress(ref)
    assert "Address does not exist" in page
    assert "Mailbox full" in page
    assert "Server asks to wait" in page
    for reason in ("asked_to_wait", "unreachable"):
        assert world.writer.post(f"/notifications/{ref}/retry/", {"reason": reason}).status == 302
    wait_until(lambda: world.states(ref) == {"sent": RECIPIENTS - 2, "failed": 2}, "the rest leaves")
    assert_ledger_is_true(sink, world.ledger(ref), failed=2)
    in_doubt = [row for row in world.ledger(ref) if row.was_in_doubt]
    assert sorted(taken(sink, in_doubt).values()) == [2, 2]
    assert "may have come twice" in world.writer.get(f"/notifications/{ref}/sending/?show=sent").text
    sink.behave()


def refuses_us(world, sink) -> None:
    """Nobody is burned as failed: the whole notice waits, for a person or for ten minutes."""
    ref = world.people["notices"][1]
    sink.fail("MAIL", "550 5.7.1 Sender not allowed")

    assert world.approve(ref, world.people["approvers"][1]).status == 302

    wait_until(lambda: "Paused by the system." in world.progress(ref), "the page says that it is paused")
    assert "550 5.7.1 Sender not allowed" in world.progress(ref)
    wait_until(lambda: world.states(ref) == {"pending": RECIPIENTS}, "every row is free again")
    sink.behave()
    officer = world.visitor(world.people["officer"])
    assert officer.post(f"/notifications/{ref}/resume/", {}).status == 302
    wait_until(lambda: world.states(ref) == {"sent": RECIPIENTS}, "all leave")
    assert_ledger_is_true(sink, world.ledger(ref))


def away(world, sink) -> None:
    """Everything waits, the page says why and until when, and nobody has to press a button."""
    ref = world.people["notices"][2]
    sink.stop()

    assert world.approve(ref, world.people["approvers"][2]).status == 302

    wait_until(lambda: "Mail server does not answer" in world.progress(ref), "the page says so")
    assert "Next try" in world.progress(ref)
    assert set(world.states(ref)) <= {"pending", "claimed"}
    sink.start()
    world.waits_run_out()
    wait_until(lambda: world.states(ref) == {"sent": RECIPIENTS}, "all leave by themselves")
    assert_ledger_is_true(sink, world.ledger(ref))
