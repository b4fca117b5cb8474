"""Real rows, a real SMTP server: what leaves, what waits, what is never sent twice."""

import time
import uuid
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.models import Heartbeat
from outbox import mime, policy
from outbox.models import Batch, Message
from outbox.selectors import progress
from outbox.services import delivery, queue
from outbox.services.queue import Recipient
from outbox.states import Lane, Reason, State
from tests.factories import make_batch

pytestmark = pytest.mark.django_db

A, B, C = "a@one.example", "b@two.example", "c@three.example"


def message(address: str) -> Message:
    return Message.objects.get(address_norm=address)


def state(address: str) -> tuple[str, str]:
    found = message(address)
    return found.state, found.reason


# --- what leaves ---------------------------------------------------------------------------------


def test_a_mail_arrives_as_it_was_approved(mail_server, deliver, clock):
    clock.set("2026-07-16 14:32")
    make_batch(
        Recipient(A, "en", name="Nargiza Oʻtkirova", fields={"contact": "Nargiza"}),
        subject="A security incident at Bulut Mail",
        text="Good day {contact}.\n",
        html="<p>Good day {contact}.</p>",
        files=[queue.File("letter.pdf", "application/pdf", b"%PDF-1.7")],
    )

    assert deliver() == 1

    (arrived,) = mail_server.arrived
    mail = arrived.mail
    assert (arrived.sender, arrived.recipient) == ("security@company.example", A)
    assert mail["From"] == "Bulut Mail <security@company.example>"
    assert mail["To"] == f"Nargiza Oʻtkirova <{A}>"
    assert mail["Reply-To"] == "security@company.example"
    assert mail["Subject"] == "A security incident at Bulut Mail"
    assert mail["Message-ID"] == message(A).message_id
    assert mail["Date"].datetime == clock.now
    assert mail.get_body(("plain",)).get_content() == "Good day Nargiza.\r\n"
    assert "<p>Good day Nargiza.</p>" in mail.get_body(("html",)).get_content()
    (attached,) = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("letter.pdf", b"%PDF-1.7")


def test_what_left_is_written_down_with_the_servers_answer(mail_server, deliver, clock):
    clock.set("2026-07-16 14:32")
    make_batch(A)

    deliver()

    sent = message(A)
    assert (sent.state, sent.sent_at, sent.attempts) == (State.SENT, clock.now, 1)
    assert sent.last_reply == "250 2.0.0 Taken"
    assert (sent.owner_token, sent.lease_until) == (None, None)
    assert Heartbeat.objects.get(component="mail").last_ok_at == clock.now


def test_a_second_sweep_sends_nothing_again(mail_server, deliver):
    make_batch(A, B)

    assert [deliver(), deliver(), deliver()] == [2, 0, 0]
    assert sorted(mail_server.recipients) == [A, B]


def test_many_mails_share_one_connection(mail_server, deliver):
    make_batch(*[f"p{n}@one.example" for n in range(policy.BATCH_SIZE + 5)])

    assert deliver() == policy.BATCH_SIZE + 5
    assert len(mail_server.arrived) == policy.BATCH_SIZE + 5
    assert mail_server.connections == 2


def test_a_letter_to_an_authority_does_not_wait_behind_a_notice(mail_server):
    make_batch(A)
    make_batch(B, lane=Lane.AUTHORITY)

    assert delivery.deliver(Lane.AUTHORITY) == 1
    assert mail_server.recipients == [B]


def test_a_link_that_lets_in_is_wiped_once_it_has_left(mail_server, deliver):
    make_batch(
        Recipient(A, "en", fields={"link": "https://x.example/invitation/secret/"}), text="{link}\n", is_secret=True
    )
    assert message(A).fields

    deliver()

    assert "invitation/secret" in mail_server.to(A)[0].get_content()
    assert message(A).fields == {}


def test_a_link_that_could_not_leave_yet_is_kept(mail_server, deliver):
    mail_server.fail_temporarily(A)
    make_batch(Recipient(A, "en", fields={"link": "https://x.example/"}), text="{link}\n", is_secret=True)

    deliver()

    assert message(A).fields == {"link": "https://x.example/"}


# --- answers -------------------------------------------------------------------------------------


def test_one_refused_recipient_stops_nobody_else(mail_server, deliver):
    mail_server.refuse(B)
    batch = make_batch(A, B, C)

    assert deliver() == 3

    assert mail_server.recipients == [A, C]
    assert state(B) == (State.FAILED, Reason.NO_SUCH_ADDRESS)
    assert "550 5.1.1" in message(B).last_reply
    assert progress([batch.pk]).failed == 1


def test_a_temporary_refusal_waits_and_then_leaves_under_the_same_message_id(mail_server, deliver, clock):
    clock.set("2026-07-16 14:00")
    mail_server.fail_temporarily(A, reply="450 4.2.0 Greylisted")
    make_batch(A, B)

    deliver()
    waiting = message(A)
    assert (waiting.state, waiting.reason, waiting.attempts) == (State.PENDING, Reason.ASKED_TO_WAIT, 1)
    assert waiting.due_at >= clock.now + timedelta(minutes=5)

    clock.forward(minutes=4)
    assert deliver() == 0
    clock.set(waiting.due_at)
    assert deliver() == 1

    assert mail_server.recipients == [B, A]
    assert mail_server.to(A)[0]["Message-ID"] == waiting.message_id
    assert message(A).attempts == 2


@pytest.mark.parametrize("stage", ["RCPT", "BEFORE_DATA", "DATA"])
@pytest.mark.parametrize("reply", ["450 4.2.0 Later", "550 5.1.1 No", "554 5.7.1 No"])
def test_after_a_refusal_at_any_stage_the_next_mail_leaves_on_the_same_connection(mail_server, deliver, stage, reply):
    mail_server.fail(stage, reply, address=A)
    make_batch(A, B, C)

    assert deliver() == 3

    assert mail_server.recipients == [B, C]
    assert mail_server.connections == 1
    assert message(A).state == (State.PENDING if reply.startswith("4") else State.FAILED)
    assert not Batch.objects.filter(paused_at__isnull=False).exists()


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_a_final_refusal_stays_one_when_the_server_hangs_up_after_it(mail_server, deliver, stage):
    mail_server.fail(stage, "550 5.1.1 No such user here", address=A, hangs_up=True)
    make_batch(A, B)

    deliver()
    deliver()

    assert state(A) == (State.FAILED, Reason.NO_SUCH_ADDRESS)
    assert mail_server.recipients == [B]


def test_a_server_that_closes_down_is_left_alone_and_the_rest_tries_anew(mail_server, deliver):
    mail_server.fail("RCPT", "421 4.3.2 Shutting down", address=A)
    make_batch(A, B)

    deliver()

    assert state(A) == (State.PENDING, Reason.ASKED_TO_WAIT)
    assert not message(A).was_in_doubt
    assert mail_server.recipients == [B]
    assert mail_server.connections == 2


def test_garbage_instead_of_an_answer_is_tried_again(mail_server, deliver):
    mail_server.fail("DATA", "garbage from the wire", address=A)
    make_batch(A)

    deliver()

    assert state(A) == (State.PENDING, Reason.UNREACHABLE)


def test_an_endless_line_instead_of_an_answer_is_tried_again(mail_server, deliver):
    mail_server.fail("RCPT", "250 " + "x" * 20_000, address=A, times=1)
    make_batch(A, B)

    deliver()

    assert state(A) == (State.PENDING, Reason.UNREACHABLE)
    assert message(B).state == State.SENT


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        ("MAIL", "550 5.7.1 Sender rejected"),
        ("MAIL", "530 5.7.0 Authentication required"),
        ("RCPT", "452 4.3.1 Insufficient system storage"),
        ("DATA", "552 Quota exceeded"),
    ],
)
def test_an_answer_that_is_about_us_pauses_the_batch_and_fails_nobody(mail_server, deliver, stage, reply):
    mail_server.fail(stage, reply)
    batch = make_batch(*[f"p{n}@one.example" for n in range(20)])

    deliver()

    batch.refresh_from_db()
    assert batch.is_paused_by_system
    assert reply.split()[0] in batch.pause_reason
    found = progress([batch.pk])
    assert (found.failed, found.sent, found.waiting) == (0, 0, 20)
    assert Message.objects.filter(attempts__gt=0).count() == 1


def test_a_refused_login_pauses_and_counts_no_try(mail_server, deliver, settings):
    mail_server.ask_for_login("hodisa", "right")
    settings.EMAIL_SERVER = {**mail_server.settings, "password": "wrong"}
    batch = make_batch(A)

    assert deliver() == 0

    batch.refresh_from_db()
    assert batch.is_paused_by_system
    assert "535" in batch.pause_reason
    assert message(A).attempts == 0


def test_the_right_login_opens(mail_server, deliver, settings):
    mail_server.ask_for_login("hodisa", "right")
    settings.EMAIL_SERVER = mail_server.settings
    make_batch(A)

    assert deliver() == 1


def test_a_pause_of_the_system_ends_by_itself_and_that_of_a_person_does_not(mail_server, deliver, clock):
    clock.set("2026-07-16 14:00")
    mail_server.fail("MAIL", "550 5.7.1 Sender rejected", times=1)
    make_batch(A)
    deliver()
    other = make_batch(B)
    queue.pause(other, reason="Olga reads it again")

    clock.forward(minutes=9)
    assert deliver() == 0
    clock.forward(minutes=2)
    assert deliver() == 1

    assert mail_server.recipients == [A]
    clock.forward(days=3)
    assert deliver() == 0


def test_a_person_who_pauses_what_the_system_paused_is_obeyed(mail_server, deliver, clock):
    clock.set("2026-07-16 14:00")
    mail_server.fail("MAIL", "550 5.7.1 Sender rejected", times=1)
    batch = make_batch(A)
    deliver()

    assert queue.pause(batch, reason="Olga reads it again")

    clock.forward(days=3)
    assert deliver() == 0
    batch.refresh_from_db()
    assert (batch.pause_reason, batch.is_paused_by_system) == ("Olga reads it again", False)


def test_a_person_who_pauses_stops_what_was_claimed_already(mail_server):
    batch = make_batch(A, B)
    token = uuid.uuid4()
    claimed = delivery.claim(Lane.GENERAL, token=token)

    queue.pause(batch, reason="stop")

    assert delivery._deliver_claimed(claimed, token=token) == 0
    assert mail_server.arrived == []
    assert set(Message.objects.values_list("state", flat=True)) == {State.PENDING}


# --- no server -----------------------------------------------------------------------------------


def test_without_a_server_every_mail_waits_and_no_try_is_counted(settings, deliver, clock):
    settings.EMAIL_SERVER = None
    clock.set("2026-07-16 14:00")
    make_batch(A, B)

    assert deliver() == 0

    for each in Message.objects.all():
        assert (each.state, each.reason, each.attempts) == (State.PENDING, Reason.UNREACHABLE, 0)
        assert timedelta(minutes=1) <= each.due_at - clock.now <= timedelta(hours=4)


def test_a_server_that_is_down_loses_nothing_and_is_found_again(mail_server, deliver, clock):
    clock.set("2026-07-16 14:00")
    mail_server.stop()
    make_batch(A, B)
    assert deliver() == 0

    mail_server.start()
    clock.forward(minutes=5)

    assert deliver() == 2
    assert sorted(mail_server.recipients) == [A, B]


@pytest.mark.parametrize(
    ("greeting", "is_paused"), [("421 4.3.2 Too busy", False), ("554 5.7.1 Go away", True), ("nonsense", False)]
)
def test_a_greeting_that_is_none_counts_no_try(mail_server, deliver, greeting, is_paused):
    mail_server.greeting = greeting
    batch = make_batch(A)

    assert deliver() == 0

    batch.refresh_from_db()
    assert (batch.paused_at is not None) is is_paused
    assert (message(A).state, message(A).attempts) == (State.PENDING, 0)


def test_without_starttls_nothing_leaves_in_the_clear(mail_server, deliver, settings):
    settings.EMAIL_SERVER = {**mail_server.settings, "security": "starttls"}
    make_batch(A)

    assert deliver() == 0
    assert mail_server.arrived == []
    assert message(A).state == State.PENDING


# --- poison --------------------------------------------------------------------------------------


def test_a_mail_that_cannot_be_built_stops_nobody_else(mail_server, deliver):
    make_batch(A, Recipient(B, "en", fields={"contact": "x\r\nBcc: y"}), C, subject="Dear {contact}")

    assert deliver() == 3

    assert state(B) == (State.FAILED, Reason.UNREADABLE)
    assert mail_server.recipients == [A, C]


@pytest.mark.parametrize("address", ["ıvan@company.example", "security@" + "x" * 64 + ".example", "nobody"])
def test_a_sender_that_no_mail_can_have_pauses_the_batch_and_fails_nobody(mail_server, deliver, address):
    batch = make_batch(A, B)
    batch.contents.update(from_address=address)

    deliver()

    batch.refresh_from_db()
    assert batch.is_paused_by_system
    assert set(Message.objects.values_list("state", flat=True)) == {State.PENDING}
    assert mail_server.arrived == []


@pytest.mark.parametrize("error", [KeyError("x"), TypeError("x"), AttributeError("x"), IndexError(), RecursionError()])
def test_an_error_nobody_thought_of_stops_nobody_else(mail_server, deliver, monkeypatch, error):
    build = mime.build

    def fail_for_one(row: Message, content: object) -> bytes:
        if row.address == B:
            raise error
        return build(row, content)

    monkeypatch.setattr(mime, "build", fail_for_one)
    make_batch(A, B, C)

    assert deliver() == 3

    assert state(B) == (State.FAILED, Reason.UNREADABLE)
    assert type(error).__name__ in message(B).last_reply
    assert mail_server.recipients == [A, C]


def test_what_is_tried_for_two_days_is_given_up_with_words(mail_server, deliver, clock):
    clock.set("2026-07-16 14:00")
    mail_server.fail("RCPT", "450 4.2.0 Later", address=A)
    make_batch(A)

    while message(A).state == State.PENDING:
        deliver()
        clock.set(max(message(A).due_at, clock.now + timedelta(hours=1)))

    assert state(A) == (State.FAILED, Reason.GAVE_UP)
    assert "450 4.2.0 Later" in message(A).last_reply
    assert clock.now - message(A).batch.queued_at > timedelta(hours=48)
    assert mail_server.arrived == []


# --- several workers, and workers that die -------------------------------------------------------


def test_a_claimed_row_belongs_to_one_worker_until_its_lease_ends(clock):
    clock.set("2026-07-16 14:00")
    make_batch(A)
    first, second = uuid.uuid4(), uuid.uuid4()

    assert len(delivery.claim(Lane.GENERAL, token=first)) == 1
    assert delivery.claim(Lane.GENERAL, token=second) == []

    clock.forward(seconds=61)
    (taken,) = delivery.claim(Lane.GENERAL, token=second)
    assert taken.owner_token == second
    assert not taken.was_in_doubt  # nothing was handed over yet


def test_a_frozen_worker_that_comes_back_changes_nothing(clock, mail_server):
    clock.set("2026-07-16 14:00")
    make_batch(A)
    old, new = uuid.uuid4(), uuid.uuid4()
    (frozen,) = delivery.claim(Lane.GENERAL, token=old)
    assert delivery._begin(frozen, old)

    clock.forward(seconds=policy.SENDING_LEASE.total_seconds() + 1)
    claimed = delivery.claim(Lane.GENERAL, token=new)
    assert delivery._deliver_claimed(claimed, token=new) == 1
    after = Message.objects.values().get()

    delivery._finish(frozen, old, policy.judge(550, "5.1.1 an old answer"))
    assert not delivery._begin(frozen, old)
    delivery._release(old)
    delivery._give_back([frozen], old, policy.judge(421, "late"))

    assert Message.objects.values().get() == after
    assert after["state"] == State.SENT
    assert after["was_in_doubt"]


def test_a_mail_on_its_way_is_not_taken_over_while_its_answer_may_come(clock):
    clock.set("2026-07-16 14:00")
    make_batch(A)
    token = uuid.uuid4()
    (mine,) = delivery.claim(Lane.GENERAL, token=token)
    delivery._begin(mine, token)

    clock.forward(seconds=4 * policy.COMMAND_SECONDS + 2 * policy.FINAL_DOT_SECONDS)
    assert delivery.claim(Lane.GENERAL, token=uuid.uuid4()) == []


def test_when_the_answer_is_lost_the_mail_goes_again_under_the_same_message_id(mail_server, deliver, clock):
    clock.set("2026-07-16 14:00")
    mail_server.lose_answers(1)
    make_batch(A)

    deliver()
    assert state(A) == (State.PENDING, Reason.UNREACHABLE)
    assert message(A).was_in_doubt
    clock.forward(hours=5)
    deliver()

    first, second = mail_server.to(A)
    assert first["Message-ID"] == second["Message-ID"]
    assert message(A).state == State.SENT


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_each_mail_once(mail_server, in_threads):
    addresses = [f"p{n}@one.example" for n in range(60)]
    batch = make_batch(*addresses)

    in_threads(4, lambda _: delivery.deliver(Lane.GENERAL))

    assert sorted(mail_server.recipients) == sorted(addresses)
    assert progress([batch.pk]).is_finished


@pytest.mark.django_db(transaction=True)
def test_no_two_workers_claim_the_same_row(in_threads):
    make_batch(*[f"p{n}@one.example" for n in range(40)])

    claimed = in_threads(5, lambda _: [m.pk for m in delivery.claim(Lane.GENERAL, token=uuid.uuid4(), limit=10)])

    keys = [key for each in claimed for key in each]
    assert len(keys) == len(set(keys))
    assert Message.objects.filter(state=State.CLAIMED).count() == len(keys)


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_the_server_is_spoken_to(mail_server, in_threads):
    mail_server.delay = 0.6
    make_batch(A)

    def act(number: int) -> str:
        if number == 0:
            return str(delivery.deliver(Lane.GENERAL))
        while not Message.objects.filter(state=State.SENDING).exists():
            time.sleep(0.01)
        make_batch(B)  # a writer waits for nobody
        return message(A).state

    _handled, seen = in_threads(2, act)

    assert seen == State.SENDING
    assert message(A).state == State.SENT


# --- sums ----------------------------------------------------------------------------------------


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["ok", "550 5.1.1 No", "450 4.2.0 Later", "554 No", "452 4.2.2 Full"]), max_size=8))
def test_the_parts_always_add_up_to_the_recipients(mail_server, answers):
    mail_server.behave()
    Message.objects.all().delete()
    for number, answer in enumerate(answers):
        if answer != "ok":
            mail_server.fail("RCPT", answer, address=f"p{number}@one.example")
    batch = make_batch(*[f"p{number}@one.example" for number in range(len(answers))])

    for _ in range(2):
        delivery.deliver(Lane.GENERAL)
        found = progress([batch.pk])
        assert found.total == len(answers)
        assert found.sent + found.waiting + found.sending + found.failed + found.held == found.total
    assert found.sent == answers.count("ok")
    assert found.is_finished == (not any(answer.startswith("4") for answer in answers))
