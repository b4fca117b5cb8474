import io

import pytest
from django.core.management import call_command

from outbox import tasks
from outbox.models import Message
from outbox.states import Lane, State
from tests.factories import make_batch

pytestmark = pytest.mark.django_db


def run(name: str, *args: str) -> str:
    out = io.StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue()


def test_the_status_is_a_table_whose_parts_add_up(clock):
    make_batch("a@one.example", "b@one.example", purpose="notice:NTF-1")
    make_batch("a@one.example", purpose="notice:NTF-2")
    make_batch("c@one.example", purpose="digest")
    Message.objects.filter(address="b@one.example").update(state=State.SENT, sent_at=clock.now)

    head, *rows = [line.split() for line in run("outbox_status").splitlines()]

    table = {row[0]: dict(zip(head[1:], map(int, row[1:]), strict=True)) for row in rows}
    assert set(table) == {"notice", "digest", "all"}
    assert (table["notice"]["pending"], table["notice"]["sent"], table["notice"]["total"]) == (2, 1, 3)
    for row in table.values():
        assert sum(row[state] for state in State.values) == row["total"]
    assert all(table["all"][column] == table["notice"][column] + table["digest"][column] for column in head[1:])


def test_everything_can_be_held_and_released():
    make_batch("a@one.example", "b@one.example")

    assert run("outbox_hold").startswith("2 messages are held")
    assert set(Message.objects.values_list("state", flat=True)) == {State.HELD}
    assert run("outbox_hold", "--release").startswith("2 messages may leave")
    assert set(Message.objects.values_list("state", flat=True)) == {State.PENDING}


def test_each_task_serves_its_lane_and_may_run_any_number_of_times(mail_server):
    make_batch("a@one.example")
    make_batch("b@one.example", lane=Lane.AUTHORITY)

    for _ in range(3):
        tasks.deliver_authority_messages()
    assert mail_server.recipients == ["b@one.example"]
    for _ in range(3):
        tasks.deliver_messages()

    assert mail_server.recipients == ["b@one.example", "a@one.example"]
