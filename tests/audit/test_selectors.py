import pytest

from audit import events
from audit.selectors import changes, label, log
from audit.services import record
from tests.audit.test_services import Thing


@pytest.fixture
def entries(olga, rita):
    record(events.NOTE_ADDED, by=olga, on=Thing())
    record(events.NOTE_ADDED, by=rita, on=Thing(audit_scope="INC-2026-0043"))
    record(events.ACTION_LIFTED, by=rita, on=Thing())


def test_the_newest_entry_stands_first(entries):
    assert [entry.event for entry in log()] == ["action.lifted", "note.added", "note.added"]


def test_entries_are_found_by_incident_person_and_event(entries, rita):
    assert log(scope="INC-2026-0042").count() == 2
    assert log(actor=f"user:{rita.pk}").count() == 2
    assert log(event="note.added").count() == 2
    assert log(scope="INC-2026-0042", actor=f"user:{rita.pk}", event="note.added").count() == 0


def test_changes_are_shown_in_words(db, clock):
    at = clock.set("2026-07-16 14:32:05")
    entry = record(
        events.NOTE_ADDED,
        by=None,
        on=Thing(),
        changes={"noticed_at": (None, at), "is_open": (True, False), "team": ([], ["Olga", "Rita"]), "n": (0, 7)},
    )

    assert {change.field: (change.before, change.after) for change in changes(entry)} == {
        "noticed at": ("–", "16.07.2026 14:32:05"),
        "is open": ("yes", "no"),
        "team": ("–", "Olga, Rita"),
        "n": ("0", "7"),
    }


def test_an_event_of_an_older_version_keeps_its_name():
    assert label("note.added") == "added a note"
    assert label("note.vanished") == "note.vanished"
