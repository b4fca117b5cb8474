"""The database itself refuses; whoever asks, by whichever statement."""

import pytest
from django.db import DatabaseError, connection, transaction

from audit import events, triggers
from audit.models import AuditEntry
from audit.services import record
from tests.audit.test_services import Thing
from tests.conftest import drop_audit_triggers

COLUMNS = [field.column for field in AuditEntry._meta.fields]


@pytest.fixture
def entry(db) -> AuditEntry:
    return record(events.NOTE_ADDED, by=None, on=Thing())


def refused(statement: str, *values: object) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    except DatabaseError as error:
        return "audit entries cannot be" in str(error)
    return False


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_can_be_changed(entry, column):
    assert refused(f"UPDATE {triggers.TABLE} SET {column} = {column}")


def test_no_row_can_be_removed(entry):
    assert refused(f"DELETE FROM {triggers.TABLE}")
    assert refused(f"DELETE FROM {triggers.TABLE} WHERE seq = %s", entry.seq)
    assert AuditEntry.objects.count() == 1


def test_no_row_can_be_replaced(entry):
    columns = ", ".join(COLUMNS)
    same = f"SELECT {columns} FROM {triggers.TABLE} WHERE seq = %s"
    if connection.vendor == "sqlite":
        assert refused(f"INSERT OR REPLACE INTO {triggers.TABLE} ({columns}) {same}", entry.seq)
        assert refused(f"REPLACE INTO {triggers.TABLE} ({columns}) {same}", entry.seq)
    assert refused(
        f"INSERT INTO {triggers.TABLE} ({columns}) {same} ON CONFLICT (seq) DO UPDATE SET event = 'x'", entry.seq
    )
    entry.refresh_from_db()
    assert entry.event == "note.added"


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_the_table_cannot_be_emptied():
    assert refused(f"TRUNCATE {triggers.TABLE}")


def test_the_models_own_ways_are_refused_too(entry):
    for act in (
        lambda: AuditEntry.objects.update(event="x"),
        lambda: AuditEntry.objects.all().delete(),
        lambda: entry.save(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()
    with pytest.raises(TypeError):
        entry.delete()


@pytest.mark.django_db
def test_a_missing_trigger_is_named_and_put_back():
    assert triggers.missing(connection) == []

    drop_audit_triggers()
    assert "audit_refuse_" in triggers.missing(connection)[0]

    triggers.install(connection)
    assert triggers.missing(connection) == []


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite cannot switch a trigger off")
def test_a_trigger_that_is_switched_off_counts_as_missing():
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {triggers.TABLE} DISABLE TRIGGER audit_refuse_row")

    assert triggers.missing(connection) == ["audit_refuse_row"]


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a setting of SQLite")
def test_the_connection_has_what_the_triggers_need():
    with connection.cursor() as cursor:
        for pragma in ("recursive_triggers", "foreign_keys"):
            assert cursor.execute(f"PRAGMA {pragma}").fetchone() == (1,)
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
