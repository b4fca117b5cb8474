import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from types import SimpleNamespace

import pytest
from django.db import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.roles import Role
from accounts.services import people
from audit import events
from audit.models import AuditEntry
from audit.services import canonical, diff, record
from core import context
from incidents.models import Incident
from incidents.terms import Severity, State
from tests import factories

moments = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1), timezones=st.just(UTC))
values = st.none() | st.booleans() | st.integers() | st.text() | moments | st.dates() | st.lists(st.text(), max_size=3)
fields = st.dictionaries(st.from_regex(r"[a-z_]{1,12}", fullmatch=True), values, max_size=6)


@dataclass
class Thing:
    audit_target: str = "action:INC-2026-0042/3"
    audit_label: str = "203.0.113.7 at the edge firewall"
    audit_scope: str = "INC-2026-0042"


# --- what an entry holds -------------------------------------------------------------------------


def test_an_entry_tells_who_did_what_to_what_and_when(olga, clock):
    clock.set("2026-07-16 14:32:05.123456")

    entry = record(events.ACTION_CHECKED, by=olga, on=Thing(), changes={"is_effective": (None, True)})

    entry.refresh_from_db()
    assert entry.event == "action.checked"
    assert (entry.actor, entry.actor_label, entry.actor_roles) == (f"user:{olga.pk}", "Olga Karimova", "officer")
    assert (entry.target, entry.scope) == ("action:INC-2026-0042/3", "INC-2026-0042")
    assert entry.target_label == "203.0.113.7 at the edge firewall"
    assert entry.at == clock.now
    assert entry.changes == '{"is_effective":[null,true]}'


@pytest.mark.django_db
def test_the_system_itself_is_named():
    entry = record(events.USER_INVITED, by=None, on=Thing())

    assert (entry.actor, entry.actor_label, entry.actor_roles, entry.changes) == ("system", "Hodisa", "", "{}")


@pytest.mark.django_db
def test_an_entry_keeps_the_request_it_came_by():
    context.current.set(context.RequestContext(request_id="r1", network="203.0.113.9", session="s1"))

    entry = record(events.NOTE_ADDED, by=None, on=Thing())

    assert (entry.request_id, entry.network, entry.session) == ("r1", "203.0.113.9", "s1")


@pytest.mark.django_db
def test_an_unknown_event_is_refused():
    with pytest.raises(ValueError, match=r"events\.py"):
        record("note.invented", by=None, on=Thing())


@pytest.mark.django_db
def test_long_names_are_cut_and_never_lose_the_entry():
    person = SimpleNamespace(pk=10**15, audit_label="ў" * 5000, audit_roles="x" * 5000)
    thing = Thing(audit_target="t" * 5000, audit_label="l" * 5000, audit_scope="s" * 5000)

    record(events.NOTE_ADDED, by=person, on=thing).refresh_from_db()


def test_the_name_and_roles_stay_as_they_were(olga, audited):
    record(events.NOTE_ADDED, by=olga, on=Thing())

    User.objects.filter(pk=olga.pk).update(full_name="Olga Another")
    olga.holdings.all().delete()

    entry = audited("note.added")[0]
    assert (entry.actor_label, entry.actor_roles) == ("Olga Karimova", "officer")


@pytest.mark.django_db
@pytest.mark.parametrize("microsecond", [0, 1, 3, 7, 123_457, 499_999, 999_999])
def test_the_moment_is_exact_to_the_microsecond(clock, microsecond):
    clock.set(datetime(2026, 7, 16, 9, 32, 5, microsecond, tzinfo=UTC))

    entry = record(events.NOTE_ADDED, by=None, on=Thing())

    assert entry.at == clock.now
    assert entry.at_us % 1_000_000 == microsecond


# --- no audit, no action -------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_when_the_entry_cannot_be_written_nothing_is(monkeypatch, olga, sam):
    def fail(**_: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(AuditEntry.objects, "create", fail)

    with pytest.raises(DatabaseError):
        factories.make_report(by=sam)
    adam = factories.make_user(Role.ADMINISTRATOR)
    with pytest.raises(DatabaseError):
        people.change_roles(olga, roles=[Role.STAFF, Role.OFFICER], by=adam)

    assert not Incident.objects.exists()
    assert set(olga.holdings.values_list("role", flat=True)) == {"officer"}


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment_each_leave_their_entry_once(in_threads):
    made = in_threads(6, lambda n: [record(events.NOTE_ADDED, by=None, on=Thing()).seq for _ in range(5)])

    seqs = [seq for each in made for seq in each]
    assert len(set(seqs)) == 30
    assert AuditEntry.objects.count() == 30


# --- one spelling --------------------------------------------------------------------------------


@given(fields, fields)
def test_changes_have_one_spelling(before, after):
    changes = {name: (before.get(name), value) for name, value in after.items()}

    written = canonical(changes)

    assert canonical(dict(reversed(list(changes.items())))) == written
    assert json.dumps(json.loads(written), ensure_ascii=False, sort_keys=True, separators=(",", ":")) == written
    assert set(json.loads(written)) == set(after)


@given(fields, fields)
def test_a_difference_names_what_differs_and_nothing_else(before, after):
    found = diff(before, after)

    assert {name for name, value in after.items() if before.get(name) != value} == set(found)
    assert all(pair == (before.get(name), after[name]) for name, pair in found.items())


def test_values_are_written_so_that_they_can_be_read_without_the_code(olga):
    written = canonical(
        {
            "at": (None, datetime(2026, 7, 16, 14, 32, tzinfo=UTC)),
            "day": (None, date(2026, 7, 16)),
            "lead": (None, olga),
            "severity": (Severity.LOW, Severity.CRITICAL),
            "share": (None, 0.1),
            "state": (State.REPORTED, State.CLOSED),
            "team": ([], (olga, "x")),
        }
    )

    assert json.loads(written) == {
        "at": [None, "2026-07-16T14:32:00.000000+00:00"],
        "day": [None, "2026-07-16"],
        "lead": [None, "Olga Karimova"],
        "severity": [1, 4],
        "share": [None, "0.1"],
        "state": ["reported", "closed"],
        "team": [[], ["Olga Karimova", "x"]],
    }
