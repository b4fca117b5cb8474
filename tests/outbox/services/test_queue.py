import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from outbox.models import Attachment, Batch, Content, Message
from outbox.services import queue
from outbox.services.queue import File, Recipient, Text
from outbox.states import Lane, Reason, State
from tests.factories import SENDER, make_batch

pytestmark = pytest.mark.django_db


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Message.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


# --- what was decided is frozen ------------------------------------------------------------------


def test_one_row_waits_for_each_recipient(clock):
    clock.set("2026-07-16 14:32")

    batch = make_batch("a@one.example", "b@one.example")

    assert [message.address for message in batch.messages.all()] == ["a@one.example", "b@one.example"]
    assert states() == {State.PENDING: 2}
    assert {message.due_at for message in batch.messages.all()} == {clock.now} == {batch.queued_at}


def test_the_same_key_is_queued_once_and_writes_nothing_the_second_time():
    make_batch("a@one.example", key="digest:2026-07-16:7")

    again = queue.queue(
        "digest",
        sender=SENDER,
        texts=[Text("en", "s", "t")],
        recipients=[Recipient("b@one.example", "en")],
        key="digest:2026-07-16:7",
    )

    assert again is None
    assert (Batch.objects.count(), Content.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_without_a_key_each_batch_stands_for_itself():
    make_batch("a@one.example")
    make_batch("a@one.example")

    assert Message.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_that_queue_the_same_key_at_once_send_once(in_threads):
    def act(_: int) -> Batch | None:
        return queue.queue(
            "digest",
            sender=SENDER,
            texts=[Text("en", "s", "t")],
            recipients=[Recipient("a@one.example", "en")],
            key="digest:1",
        )

    made = in_threads(4, act)

    assert [isinstance(batch, Batch) for batch in made].count(True) == 1
    assert made.count(None) == 3
    assert Message.objects.count() == 1


@pytest.mark.parametrize("second", ["A@ONE.example", "a@ONE.EXAMPLE", "a@one.example"])
def test_one_person_gets_one_mail_however_the_address_is_written(second):
    make_batch("a@one.example", second)

    assert Message.objects.get().address == "a@one.example"


def test_one_person_at_two_customers_gets_a_mail_for_each():
    make_batch(
        Recipient("a@one.example", "en", scope="CUS-0001"),
        Recipient("a@one.example", "en", scope="CUS-0002"),
        Recipient("a@one.example", "en", scope="CUS-0002"),
    )

    assert Message.objects.count() == 2


def test_the_database_refuses_a_second_row_for_a_recipient():
    message = make_batch("a@one.example").messages.get()

    message.pk, message.message_id = None, "<other@company.example>"
    with pytest.raises(IntegrityError), transaction.atomic():
        message.save(force_insert=True)


@pytest.mark.parametrize(
    "values", [{"state": "lost"}, {"state": State.SENT, "sent_at": None}, {"sent_at": "2026-07-16T00:00:00Z"}]
)
def test_the_database_refuses_a_state_that_cannot_be(values):
    make_batch("a@one.example")

    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(**values)


@given(st.uuids(), st.emails(), st.text(max_size=20))
def test_the_same_recipient_of_the_same_batch_always_has_the_same_message_id(batch, address, scope):
    first, second = (queue.message_id(batch, address, scope, "company.example") for _ in range(2))

    assert first == second
    assert first != queue.message_id(uuid.uuid4(), address, scope, "company.example")
    assert first != queue.message_id(batch, address, scope + "x", "company.example")


def test_content_and_files_are_kept_byte_for_byte_with_their_hash():
    batch = make_batch("a@one.example", files=[File("letter.pdf", "application/pdf", b"%PDF\x00\xff")])

    content = batch.contents.get()
    assert content.sha256 == content.fingerprint()
    attachment = Attachment.objects.get()
    assert bytes(attachment.data) == b"%PDF\x00\xff"
    assert len(attachment.sha256) == 64
    content.text += "!"
    assert content.sha256 != content.fingerprint()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b",
        "a b@one.example",
        "a@one.example\r\nBcc: x@evil.example",
        "a@one.example\n",
        "иван@one.example",
        "ıvan@one.example",
        "maſha@one.example",
        "=?utf-8?q?a=0D=0ABcc:_x?=@one.example",
        "a@" + "x" * 64 + ".example",
        "a@one..example",
        "a@one.example,b@one.example",
        "<a@one.example>",
    ],
)
def test_an_address_that_mail_cannot_reach_is_refused_and_nothing_is_written(address):
    with pytest.raises(ValidationError, match="is not an address that mail can reach"):
        make_batch("good@one.example", address)

    assert not Message.objects.exists()
    assert not Batch.objects.exists()


def test_an_address_in_letters_of_its_country_is_carried_as_ascii():
    message = make_batch("Info@Почта.Example").messages.get()

    assert message.address_norm == "info@xn--80a1acny.example"
    assert message.address == "Info@Почта.Example"


@pytest.mark.parametrize("line", ["x\ny", "x\r\ny", "x\x0by", "x\x85y", "x\u2028y", "x\u202ey", "=?utf-8?q?x=0D=0Ay?="])
def test_a_line_that_could_break_a_header_is_refused(line):
    with pytest.raises(ValidationError):
        make_batch("a@one.example", subject=line)
    with pytest.raises(ValidationError):
        make_batch(Recipient("a@one.example", "en", name=line))

    assert not Batch.objects.exists()


def test_a_mail_is_written_in_the_language_of_its_reader():
    for language, word in (("en", "x"), ("ru", "x"), ("uz", "x"), ("uz-cyrl", "x")):
        subject, text, html = queue.render(
            "security_change",
            language=language,
            context={"change": "password", "at": None, "user": None, "organisation": None, "recipient": None},
        )
        assert subject == " ".join(subject.split()) != ""
        assert text.endswith("\n")
        assert word is not None
        assert "<" in html


# --- what a person may do ------------------------------------------------------------------------


def test_a_pause_keeps_its_first_reason_and_resuming_clears_it():
    batch = make_batch("a@one.example")

    assert queue.pause(batch, reason="Olga wants to read it again")
    assert not queue.pause(batch, reason="another", by_system=True)
    batch.refresh_from_db()
    assert batch.pause_reason == "Olga wants to read it again"
    assert not batch.is_paused_by_system

    assert queue.resume(batch)
    assert not queue.resume(batch)
    batch.refresh_from_db()
    assert (batch.paused_at, batch.pause_reason) == (None, "")


def test_what_has_left_is_never_sent_by_a_retry(clock):
    batch = make_batch("sent@one.example", "failed@one.example", "waits@one.example")
    Message.objects.filter(address="sent@one.example").update(state=State.SENT, sent_at=clock.now)
    Message.objects.filter(address="failed@one.example").update(state=State.FAILED, reason=Reason.REFUSED)

    assert queue.retry(batch, reason=Reason.REFUSED) == 1
    assert queue.retry(batch) == 2

    assert states() == {State.SENT: 1, State.PENDING: 2}


def test_a_retry_of_one_message_touches_no_other():
    batch = make_batch("a@one.example", "b@one.example")
    Message.objects.update(state=State.FAILED, reason=Reason.NO_SUCH_ADDRESS)

    assert queue.retry(batch, message=batch.messages.first().pk) == 1
    assert states() == {State.FAILED: 1, State.PENDING: 1}


def test_after_a_restore_everything_open_is_held_until_somebody_releases_it(clock, mail_server, deliver):
    make_batch("a@one.example", "b@one.example", "c@one.example")
    Message.objects.filter(address="c@one.example").update(state=State.SENT, sent_at=clock.now)

    assert queue.hold_everything() == 2
    assert deliver() == 0
    assert queue.release_held() == 2
    assert deliver() == 2

    assert sorted(mail_server.recipients) == ["a@one.example", "b@one.example"]


@pytest.mark.django_db(transaction=True)
def test_the_bell_of_its_lane_rings_after_the_commit(monkeypatch):
    rung: list[str] = []
    monkeypatch.setattr("core.bell._send", rung.append)

    with transaction.atomic():
        make_batch("a@one.example")
        make_batch("b@one.example", lane=Lane.AUTHORITY)
        assert rung == []

    assert rung == ["outbox.tasks.deliver_messages", "outbox.tasks.deliver_authority_messages"]
