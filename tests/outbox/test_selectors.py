from datetime import timedelta

import pytest

from outbox.models import Message
from outbox.selectors import mail_health, progress, recipients, troubles
from outbox.services.queue import pause
from outbox.states import Reason, State
from tests.factories import make_batch

pytestmark = pytest.mark.django_db


def put(address: str, state: State, **values: object) -> None:
    Message.objects.filter(address=address).update(state=state, **values)


@pytest.fixture
def batch(clock):
    clock.set("2026-07-16 14:00")
    made = make_batch(*[f"p{number}@one.example" for number in range(8)])
    put("p0@one.example", State.SENT, sent_at=clock.now)
    put("p1@one.example", State.SENT, sent_at=clock.now)
    put("p2@one.example", State.FAILED, reason=Reason.NO_SUCH_ADDRESS, last_reply="550 no")
    put("p3@one.example", State.PENDING, reason=Reason.ASKED_TO_WAIT, attempts=2, last_reply="450 later")
    put("p4@one.example", State.CLAIMED)
    put("p5@one.example", State.SENDING, attempts=1)
    put("p6@one.example", State.HELD)
    return made


def test_recipients_are_counted_by_what_became_of_them(batch, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = progress([batch.pk])

    assert (found.total, found.sent, found.waiting, found.sending, found.failed, found.held) == (8, 2, 3, 1, 1, 1)
    assert found.retrying == 1
    assert found.percent_sent == 25
    assert not found.is_finished


def test_a_batch_is_finished_when_no_row_is_open(batch, clock):
    Message.objects.exclude(state=State.FAILED).update(state=State.SENT, sent_at=clock.now)

    assert progress([batch.pk]).is_finished


def test_nothing_to_send_is_finished():
    found = progress([])

    assert (found.total, found.percent_sent, found.is_finished) == (0, 100, True)


def test_what_keeps_mails_from_leaving_is_grouped_by_reason(batch):
    found = {trouble.reason: trouble for trouble in troubles([batch.pk])}

    assert set(found) == {Reason.NO_SUCH_ADDRESS, Reason.ASKED_TO_WAIT}
    assert found[Reason.NO_SUCH_ADDRESS].is_final
    assert found[Reason.NO_SUCH_ADDRESS].next_try_at is None
    assert not found[Reason.ASKED_TO_WAIT].is_final
    assert found[Reason.ASKED_TO_WAIT].next_try_at is not None
    assert found[Reason.ASKED_TO_WAIT].last_reply == "450 later"


@pytest.mark.parametrize(
    ("state", "count"), [("", 8), ("sent", 2), ("waiting", 4), ("sending", 1), ("failed", 1), ("x'", 8)]
)
def test_recipients_are_listed_by_state(batch, state, count):
    assert recipients([batch.pk], state=state).count() == count


# --- is mail well? -------------------------------------------------------------------------------


def test_mail_that_waits_too_long_is_noticed(mail_server, clock):
    clock.set("2026-07-16 14:00")
    make_batch("a@one.example")
    assert mail_health().is_well

    clock.forward(minutes=2, seconds=1)

    assert mail_health().overdue == 1
    assert not mail_health().is_well


def test_a_server_that_asks_one_recipient_to_wait_is_no_alarm(mail_server, clock):
    clock.set("2026-07-16 14:00")
    make_batch("a@one.example")
    put("a@one.example", State.PENDING, reason=Reason.ASKED_TO_WAIT, due_at=clock.now + timedelta(hours=1))

    clock.forward(minutes=10)

    assert mail_health().is_well


def test_a_paused_batch_is_an_alarm_with_its_reason(mail_server):
    pause(make_batch("a@one.example", "b@one.example"), reason="535 no", by_system=True)

    health = mail_health()

    assert (health.paused, health.overdue, health.last_reply) == (1, 0, "535 no")
    assert not health.is_well


def test_without_a_mail_server_mail_is_not_well(settings):
    settings.EMAIL_SERVER = None

    assert not mail_health().is_configured
    assert not mail_health().is_well
