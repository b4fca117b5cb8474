"""Volume rows look like others to every page, and are the same for the same seed."""

import pytest
from django.core.management import CommandError, call_command

from customers.models import Contact, Customer
from dashboard import selectors
from dashboard.seed import volume
from incidents.models import Incident
from incidents.terms import State
from tests.factories import make_customer, make_report

pytestmark = pytest.mark.django_db


def test_volume_adds_as_many_rows_as_asked_for_behind_those_that_are_there(olga, clock, audited):
    clock.set("2026-07-16 14:32")
    make_report(by=olga)
    make_customer(by=olga)

    call_command("seed", incidents=120, customers=30, verbosity=0)

    assert Incident.objects.count() == 121
    assert Customer.objects.count() == 31
    assert Contact.objects.reachable_by_mail().count() == 30
    assert len(audited("volume.added")) == 1
    assert make_report(by=olga).ref == "INC-2026-0122"
    assert make_customer(by=olga).ref == "CUS-0032"


def test_the_same_seed_gives_the_same_rows(olga, rita, clock):
    clock.set("2026-07-16 14:32")

    volume.fill(incidents=40, customers=0, seed=7, by=olga)
    volume.fill(incidents=40, customers=0, seed=7, by=olga)

    rows = list(Incident.objects.order_by("ref").values_list("kind", "state", "severity", "reported_at", "lead"))
    assert rows[:40] == rows[40:]
    assert len(set(rows)) > 20


def test_every_page_of_many_incidents_opens(olga, rita, client_of, clock):
    clock.set("2026-07-16 14:32")
    volume.fill(incidents=200, customers=5, seed=1, by=olga)
    client = client_of(olga)
    states = set(Incident.objects.values_list("state", flat=True))
    assert {State.CLOSED, State.REPORTED} < states

    for state in states:
        incident = Incident.objects.filter(state=state).first()
        assert client.get(incident.get_absolute_url(), follow=True).status_code == 200
    for path in ("/dashboard/", "/incidents/?view=all", "/clocks/", "/triage/"):
        assert client.get(path).status_code == 200, path
    assert selectors.board(viewer=olga).clock_count > 0


def test_without_an_officer_the_command_says_what_to_do(db):
    with pytest.raises(CommandError, match="Run seed_demo"):
        call_command("seed", incidents=1)
