import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError

from core.models import Heartbeat
from dashboard import selectors

pytestmark = pytest.mark.django_db


def test_alive_is_said_to_anybody_without_a_question_to_the_database(visitor, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = visitor.get("/healthz/")

    assert (response.status_code, response.content) == (200, b"ok\n")


def test_ready_means_every_migration(visitor):
    assert visitor.get("/readyz/").content == b"ok\n"
    for app, name in MigrationLoader(connection).graph.leaf_nodes("notifications"):
        MigrationRecorder(connection).record_unapplied(app, name)

    response = visitor.get("/readyz/")

    assert (response.status_code, response.content) == (503, b"migrations are missing\n")


def test_a_database_that_does_not_answer_is_said_and_no_error_page(visitor, monkeypatch):
    def away(*_args, **_values):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("dashboard.views.machines.MigrationExecutor", away)
    monkeypatch.setattr(selectors, "alarms", away)

    for address in ("/readyz/", "/alarmz/"):
        response = visitor.get(address)
        assert (response.status_code, response.content) == (503, b"database does not answer\n")


def test_alarms_are_reasons_line_by_line_and_silence_is_well(visitor, settings):
    settings.EMAIL_SERVER = None
    response = visitor.get("/alarmz/")
    assert (response.status_code, response.content) == (
        503,
        b"worker: no sweep within two minutes\nmail: EMAIL_URL is not set\n",
    )

    settings.EMAIL_SERVER = {"host": "127.0.0.1"}
    Heartbeat.objects.beat("worker")
    response = visitor.get("/alarmz/")

    assert (response.status_code, response.content, response.headers["Content-Type"]) == (
        200,
        b"ok\n",
        "text/plain; charset=utf-8",
    )


def test_machines_only_ask(visitor):
    for address in ("/healthz/", "/readyz/", "/alarmz/"):
        assert visitor.post(address).status_code == 405
