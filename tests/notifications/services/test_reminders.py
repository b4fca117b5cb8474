"""Reminders: once a clock, step and officer; once a day and officer."""

import pytest

from accounts.roles import Role
from core.models import Heartbeat
from incidents.services import actions
from notifications.services import reminders
from notifications.tasks import raise_what_is_due
from outbox.models import Message
from tests.factories import make_block, make_incident, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


@pytest.fixture
def hourly(set_target, olga, clock):
    """A block that has an hour, running since 09:00; only olga is an officer."""
    clock.set("2027-07-16 02:00")
    set_target("block", 60)
    clock.set("2027-07-16 03:00")
    return make_incident(by=olga)


def clock_mails():
    return Message.objects.filter(batch__purpose="clock")


@pytest.mark.parametrize(
    ("moment", "count"),
    [
        ("2027-07-16 03:44", 0),
        ("2027-07-16 03:45", 1),
        ("2027-07-16 03:59", 1),
        ("2027-07-16 04:00", 1),
        ("2027-07-16 07:00", 1),
    ],
)
def test_a_clock_reminds_from_three_quarters_on(hourly, clock, moment, count):
    clock.set(moment)

    assert reminders.raise_what_is_due().clocks == count


def test_each_step_of_a_clock_reminds_once(hourly, clock):
    raised = []
    for minute in (44, 45, 46, 55, 59):
        clock.set(f"2027-07-16 03:{minute}")
        raised.append(reminders.raise_what_is_due().clocks)
    for hour in ("04:00", "04:01", "06:00"):
        clock.set(f"2027-07-16 {hour}")
        raised.append(reminders.raise_what_is_due().clocks)

    assert raised == [0, 1, 0, 0, 0, 1, 0, 0]
    assert clock_mails().count() == 2


def test_an_officer_whom_no_mail_reaches_stops_no_other(hourly, clock, caplog):
    make_user(Role.DEPUTY, email="ıvan@company.example", full_name="Aaron")
    clock.set("2027-07-16 09:00")

    raised = reminders.raise_what_is_due()

    assert (raised.clocks, raised.digests) == (1, 1)
    assert "cannot be queued" in caplog.text


def test_a_worker_that_slept_through_three_quarters_raises_the_end_alone(hourly, clock):
    clock.set("2027-07-18 10:00")

    reminders.raise_what_is_due()

    [mail] = clock_mails()
    assert "late" in mail.content.subject


def test_every_officer_and_deputy_is_reminded_and_nobody_else(hourly, oscar, dora, dan, rita, aud, adam, sam, clock):
    clock.set("2027-07-16 03:50")

    reminders.raise_what_is_due()

    assert sorted(clock_mails().values_list("address", flat=True)) == [
        "dora@company.example",
        "olga@company.example",
        "oscar@company.example",
    ]


def test_who_left_is_not_reminded(hourly, oscar, clock):
    type(oscar).objects.filter(pk=oscar.pk).update(is_active=False)
    clock.set("2027-07-16 03:50")

    reminders.raise_what_is_due()

    assert list(clock_mails().values_list("address", flat=True)) == ["olga@company.example"]


def test_a_clock_that_stopped_reminds_nobody(hourly, olga, clock):
    clock.set("2027-07-16 03:30")
    actions.check(make_block(hourly, by=olga), method="Tried", is_effective=True, by=olga)
    clock.set("2027-07-16 08:00")

    assert reminders.raise_what_is_due().clocks == 0


def test_a_clock_without_a_figure_reminds_by_the_digest_alone(olga, clock):
    clock.set("2027-07-16 03:00")
    make_incident(by=olga)
    clock.set("2027-07-17 08:29")
    assert reminders.raise_what_is_due() == reminders.Raised(clocks=0, digests=0)
    clock.set("2027-07-17 08:30")

    assert reminders.raise_what_is_due() == reminders.Raised(clocks=0, digests=1)
    text = Message.objects.get(batch__purpose="digest").content.text
    assert "running since 16 July 2027, 03:00" in text


def test_a_new_target_reminds_anew_for_the_new_end(hourly, set_target, clock):
    clock.set("2027-07-16 03:50")
    reminders.raise_what_is_due()

    set_target("block", 30)

    assert reminders.raise_what_is_due().clocks == 1
    assert clock_mails().count() == 2


def test_the_mail_names_number_duty_due_and_basis_and_tells_nothing_of_the_incident(
    hourly, clock, mail_server, deliver
):
    clock.set("2027-07-16 04:01")
    reminders.raise_what_is_due()
    deliver()

    [mail] = mail_server.to("olga@company.example")
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"].startswith(hourly.ref)
    assert "Block the source" in text
    assert "16 July 2027, 04:00" in text
    assert "Policy 4.1 · company target 1 h" in text
    assert f"http://localhost:8000/incidents/{hourly.ref}/blocking/new/" in text
    assert hourly.title not in text


# --- the digest ----------------------------------------------------------------------------------


def test_one_digest_a_day_and_officer(olga, dora, rita, clock):
    raised = []
    for moment in ("16 08:29", "16 08:30", "16 08:31", "16 23:59", "17 00:00", "17 08:30"):
        clock.set(f"2027-07-{moment}")
        raised.append(reminders.raise_what_is_due().digests)

    assert raised == [0, 2, 0, 0, 0, 2]


def test_a_digest_holds_numbers_and_no_incident_details(hourly, olga, clock, mail_server, deliver):
    clock.set("2027-07-16 09:00")
    reminders.send_digest(olga, now=clock.now)
    deliver()

    text = mail_server.to("olga@company.example")[0].get_body(("plain",)).get_content()
    assert "Open incidents: 1" in text
    assert "Late clocks: 1" in text
    assert f"{hourly.ref}: Block the source, late since 16 July 2027, 04:00" in text
    assert hourly.title not in text


@pytest.mark.django_db(transaction=True)
def test_six_workers_at_once_raise_each_reminder_once(hourly, olga, dora, clock, in_threads):
    clock.set("2027-07-16 09:00")

    answers = in_threads(6, lambda _n: reminders.raise_what_is_due())

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert sum(answer.clocks for answer in answers) == 2
    assert sum(answer.digests for answer in answers) == 2
    assert Message.objects.count() == 4


def test_the_task_says_that_it_lives(hourly):
    raise_what_is_due()

    assert Heartbeat.objects.filter(component="worker").exists()
