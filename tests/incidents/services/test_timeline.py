"""The timeline: two times an entry, nothing ever edited, every write one line."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import get_resolver

from accounts.roles import Role
from incidents import selectors
from incidents.models import Note, TimelineEntry
from incidents.models.timeline import Audience
from incidents.sentences import sentence
from incidents.services import actions, affected, declarations, evidence, incidents, measures, notes, tasks, timeline
from incidents.terms import DeclarationKind, EntryKind, Flag, Severity
from tests.factories import make_block, make_customer, make_incident, make_user

pytestmark = pytest.mark.django_db


def frozen(entry):
    return {field.attname: getattr(entry, field.attname) for field in TimelineEntry._meta.concrete_fields}


def test_an_entry_has_two_times(olga, clock):
    happened = clock.set("2027-07-16 13:00")
    incident = make_incident(by=olga)
    added = clock.set("2027-07-16 14:32")

    notes.add(incident, text="The panel was restarted", by=olga, happened_at=happened, is_event=True)

    entry = incident.timelineentry_set.get(kind=EntryKind.EVENT)
    assert (entry.happened_at, entry.added_at, entry.was_added_later) == (happened, added, True)


@pytest.mark.parametrize(("seconds", "is_later"), [(0, False), (59, False), (60, True)])
def test_two_times_are_shown_when_a_minute_lies_between(olga, clock, seconds, is_later):
    happened = clock.set("2027-07-16 13:00")
    incident = make_incident(by=olga)
    clock.forward(seconds=seconds)
    notes.add(incident, text="x", by=olga, happened_at=happened)

    assert incident.timelineentry_set.latest("number").was_added_later is is_later


def test_a_correction_points_to_what_it_corrects_and_leaves_it_as_it_was(olga, rita, clock, audited):
    clock.set("2027-07-16 13:00")
    incident = make_incident(by=olga)
    notes.add(incident, text="At ten", by=olga, is_in_report=True)
    old = incident.timelineentry_set.latest("number")
    before, text = frozen(old), old.note.text
    clock.forward(hours=1)

    notes.correct(old, text="At eleven", by=rita)

    old.refresh_from_db()
    assert (frozen(old), Note.objects.get(pk=old.note_id).text) == (before, text)
    new = incident.timelineentry_set.latest("number")
    assert (new.kind, new.corrects, new.note.text, new.happened_at) == (
        EntryKind.CORRECTION,
        old,
        "At eleven",
        old.happened_at,
    )
    shown = {entry.pk: entry for entry in selectors.timeline(incident, viewer=olga).entries}
    assert shown[old.pk].corrected_by == (new.number,)
    assert len(audited("note.corrected")) == 1


def test_a_correction_may_be_corrected(olga):
    incident = make_incident(by=olga)
    notes.add(incident, text="At ten", by=olga)
    notes.correct(incident.timelineentry_set.latest("number"), text="At eleven", by=olga)
    notes.correct(incident.timelineentry_set.latest("number"), text="At twelve", by=olga)

    assert incident.timelineentry_set.filter(kind=EntryKind.CORRECTION).count() == 2


def test_a_correction_of_an_officers_note_stays_with_officers(olga, rita):
    incident = make_incident(by=olga, lead=rita)
    notes.add(incident, text="Personal", by=olga, audience=Audience.OFFICERS)
    notes.correct(incident.timelineentry_set.latest("number"), text="Corrected", by=olga)

    def seen(viewer):
        return [e.note.text for e in selectors.timeline(incident, viewer=viewer).entries if e.note]

    assert seen(rita) == []
    assert seen(olga) == ["Corrected", "Personal"]
    assert selectors.timeline(incident, viewer=rita).total == incident.timelineentry_set.count() - 2


def test_a_note_says_something(olga):
    incident = make_incident(by=olga)

    for text in ("", " \n ", "x" * 20_001, "a\u202eb"):
        with pytest.raises(ValidationError):
            notes.add(incident, text=text, by=olga)


@pytest.mark.parametrize("role", Role)
def test_notes_are_written_by_those_who_work_on_it(role, olga):
    person, incident = make_user(role), make_incident(by=olga)
    entry = incident.timelineentry_set.first()
    deeds = [
        lambda: notes.add(incident, text="x", by=person),
        lambda: notes.correct(entry, text="x", by=person),
        lambda: timeline.mark(entry, is_in_report=False, by=person),
    ]

    for deed in deeds:
        if role in {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}:
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()


def test_marking_changes_the_mark_alone(olga, audited):
    incident = make_incident(by=olga)
    notes.add(incident, text="x", by=olga)
    entry = incident.timelineentry_set.latest("number")
    before = frozen(entry)

    timeline.mark(entry, is_in_report=True, by=olga)
    timeline.mark(entry, is_in_report=True, by=olga)

    entry.refresh_from_db()
    assert frozen(entry) == {**before, "is_in_report": True}
    assert len(audited("entry.marked")) == 1


# --- everything that happens ---------------------------------------------------------------------


def deeds(incident, by, upload):
    """Each write that a reader of the log should see."""
    block = make_block(incident, by=by)
    task = incident.task_set.first()
    return [
        lambda: make_block(incident, by=by),
        lambda: actions.check(block, method="Tried", is_effective=True, by=by),
        lambda: actions.lift(block, reason="Over", by=by),
        lambda: notes.add(incident, text="x", by=by),
        lambda: notes.add(incident, text="x", by=by, is_event=True),
        lambda: notes.correct(incident.timelineentry_set.first(), text="x", by=by),
        lambda: evidence.seal(incident, file=upload(), name="log.txt", taken_from="x", by=by),
        lambda: tasks.add(incident, title="x", by=by),
        lambda: tasks.finish(task, note="x", by=by),
        lambda: measures.add(incident, title="x", owner=by, due_on=date(2027, 1, 1), by=by),
        lambda: measures.finish(incident.measure_set.first(), note="x", by=by),
        lambda: incidents.extend(incident, text="x", by=by),
        lambda: incidents.change_severity(incident, severity=Severity.LOW, reason="x", by=by),
        lambda: incidents.change_facts(
            incident, version=type(incident).objects.get(pk=incident.pk).version, by=by, values={"systems": "x"}
        ),
        lambda: affected.decide(incident, answer=Flag.YES, reason="", by=by),
        lambda: affected.attach(
            incident,
            choices=[affected.Choice(make_customer())],
            source="directory",
            by=by,
        ),
        lambda: affected.detach(incident.affectedcustomer_set.get(), reason="x", by=by),
        lambda: declarations.sign(
            incident, kind=DeclarationKind.CENTER_NOT_REQUIRED, reason="Nothing of theirs was touched", by=by
        ),
        lambda: declarations.ask(
            incident, kind=DeclarationKind.NO_MEASURE_NEEDED, reason="The system was switched off", by=by
        ),
    ]


def test_every_write_adds_one_line_and_changes_none(olga, upload, audited):
    incident = make_incident(by=olga)

    for deed in deeds(incident, olga, upload):
        lines = {entry.pk: frozen(entry) for entry in incident.timelineentry_set.all()}
        trail = len(audited(scope=incident.ref))
        deed()
        after = {entry.pk: frozen(entry) for entry in incident.timelineentry_set.all()}

        assert len(after) == len(lines) + 1
        assert {pk: after[pk] for pk in lines} == lines
        assert len(audited(scope=incident.ref)) == trail + 1


def test_every_line_reads_as_a_sentence_with_its_person(olga, upload):
    incident = make_incident(by=olga)
    for deed in deeds(incident, olga, upload):
        deed()

    for entry in incident.timelineentry_set.select_related("added_by", "action", "note", "evidence", "corrects"):
        words = sentence(entry)
        assert "%(" not in words
        assert str(entry.added_by) in words


def test_no_address_edits_or_deletes_an_entry():
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str) and "entry" in name}

    assert names == {"mark_entry", "correct_entry"}


def test_the_line_is_read_in_a_constant_number_of_queries(olga, upload, django_assert_max_num_queries):
    incident = make_incident(by=olga)
    for deed in deeds(incident, olga, upload):
        deed()
    for number in range(30):
        notes.add(incident, text=f"Note {number}", by=olga)

    with django_assert_max_num_queries(3):
        line = selectors.timeline(incident, viewer=olga)
        for entry in line.entries:
            sentence(entry)
            assert entry.evidence is None or entry.evidence.get_absolute_url()

    assert line.total > len(line.entries) - 1
    assert line.counts["notes"] == 33


def test_a_long_line_shows_its_newest_part_and_says_so(olga):
    incident = make_incident(by=olga)
    for number in range(5):
        notes.add(incident, text=f"Note {number}", by=olga)

    line = selectors.timeline(incident, viewer=olga, most=3, group="notes")

    assert [entry.note.text for entry in line.entries] == ["Note 4", "Note 3", "Note 2"]
    assert line.has_more
