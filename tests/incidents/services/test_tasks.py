import json
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.roles import Role
from incidents import selectors
from incidents.models import Incident, Measure
from incidents.services import measures, states, tasks
from incidents.terms import Outcome
from tests.factories import make_incident, make_user

pytestmark = pytest.mark.django_db

DAY = date(2027, 7, 16)


def test_an_owner_of_a_task_sees_the_incident_from_then_on(olga, rita, audited):
    incident = make_incident(by=olga)
    task = incident.task_set.first()
    assert not Incident.objects.visible_to(rita).exists()

    tasks.assign(task, owner=rita, due_on=DAY, by=olga)

    assert Incident.objects.visible_to(rita).get() == incident
    assert len(audited("task.assigned")) == 1


def test_who_gets_a_new_task_and_until_when_is_written_down(olga, rita, audited):
    tasks.add(make_incident(by=olga), title="Read the logs", owner=rita, due_on=DAY, by=olga)

    changes = json.loads(audited("task.added")[-1].changes)
    assert (changes["owner"], changes["due_on"]) == ([None, "Rita Yusupova"], [None, "2027-07-16"])


def test_a_task_that_is_needed_to_close_says_what_was_done(olga):
    incident = make_incident(by=olga)
    needed = tasks.add(incident, title="Read the logs", is_required=True, by=olga)
    other = tasks.add(incident, title="Tell the provider", by=olga)

    with pytest.raises(ValidationError) as error:
        tasks.finish(needed, note=" ", by=olga)
    assert "note" in error.value.message_dict
    assert tasks.finish(other, note="", by=olga).is_done
    assert tasks.finish(needed, note="Nothing found", by=olga).is_done


def test_a_task_is_done_once(olga, oscar):
    task = tasks.add(make_incident(by=olga), title="Read the logs", by=olga)
    tasks.finish(task, note="Read", by=olga)

    with pytest.raises(ValidationError) as error:
        tasks.finish(task, note="Read too", by=oscar)

    assert error.value.code == "faster"
    task.refresh_from_db()
    assert (task.done_by, task.done_note) == (olga, "Read")


def test_open_tasks_that_are_needed_are_counted(olga):
    incident = make_incident(by=olga)
    before = selectors.case(incident).facts
    tasks.add(incident, title="Needed", is_required=True, by=olga)
    tasks.add(incident, title="Good to have", by=olga)

    after = selectors.case(incident).facts

    assert after.tasks_required_open == before.tasks_required_open + 1
    assert after.tasks == before.tasks + 2


def test_a_measure_has_an_owner_and_a_day_from_the_start(olga, rita, audited):
    incident = make_incident(by=olga)

    measure = measures.add(incident, title="Second factor", owner=rita, due_on=DAY, by=olga)

    assert (measure.owner, measure.due_on) == (rita, DAY)
    assert rita in incident.team.all()
    assert len(audited("measure.added")) == 1


def test_a_measure_lives_on_after_the_file_is_closed(olga, ready):
    incident = ready(by=olga)
    states.close(incident, outcome=Outcome.CONFIRMED, by=olga)
    measure = incident.measure_set.get()

    with pytest.raises(ValidationError):
        measures.finish(measure, note=" ", by=olga)
    done = measures.finish(measure, note="It is on", by=olga)

    assert (done.done_by, done.done_note) == (olga, "It is on")
    with pytest.raises(ValidationError):
        measures.finish(measure, note="Again", by=olga)


def test_a_measure_is_overdue_from_the_day_after(olga):
    measure = measures.add(make_incident(by=olga), title="x", owner=olga, due_on=DAY, by=olga)

    assert not Measure.objects.overdue(DAY).exists()
    assert Measure.objects.overdue(date(2027, 7, 17)).get() == measure


@pytest.mark.parametrize("role", Role)
def test_tasks_and_measures_are_kept_by_those_who_work_on_it(role, olga):
    person, incident = make_user(role), make_incident(by=olga)
    task = incident.task_set.first()
    measure = measures.add(incident, title="x", owner=olga, due_on=DAY, by=olga)
    deeds = [
        lambda: tasks.add(incident, title="x", by=person),
        lambda: tasks.assign(task, owner=olga, due_on=None, by=person),
        lambda: tasks.finish(task, note="x", by=person),
        lambda: measures.add(incident, title="x", owner=olga, due_on=DAY, by=person),
        lambda: measures.finish(measure, note="x", by=person),
    ]

    for deed in deeds:
        if role in {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}:
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()
