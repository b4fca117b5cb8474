import pytest
from django.db import transaction

from core import bell


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(bell.current_app, "send_task", lambda name, **_: names.append(name))
    monkeypatch.setattr(bell, "_silent_until", 0.0)
    return names


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_after_the_commit(sent):
    with transaction.atomic():
        bell.ring("outbox.tasks.deliver_messages")
        assert sent == []

    assert sent == ["outbox.tasks.deliver_messages"]


@pytest.mark.django_db(transaction=True)
def test_nothing_rings_for_what_was_rolled_back(sent):
    with transaction.atomic():
        bell.ring("outbox.tasks.deliver_messages")
        transaction.set_rollback(True)

    assert sent == []


@pytest.mark.django_db(transaction=True)
def test_a_dead_broker_costs_one_try_and_no_error(monkeypatch):
    tries = []

    def refuse(name: str, **_: object) -> None:
        tries.append(name)
        raise ConnectionError("no broker")

    monkeypatch.setattr(bell.current_app, "send_task", refuse)
    monkeypatch.setattr(bell, "_silent_until", 0.0)

    for _ in range(5):
        with transaction.atomic():
            bell.ring("outbox.tasks.deliver_messages")

    assert tries == ["outbox.tasks.deliver_messages"]
