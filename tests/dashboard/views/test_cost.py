"""What the busiest pages cost: at most fifteen queries, and the same for twenty and for sixty incidents."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incidents.models import Incident
from incidents.services import measures, notes
from incidents.terms import Flag
from notifications.services import notices
from notifications.terms import NoticeKind
from tests.factories import make_affected, make_checked_block, make_contact, make_customer, make_incident, make_report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "company")]

MOST = 15
PAGES = ["report_incident", "dashboard", "incidents", "incident", "triage", "my_reports", "clocks", "approvals",
         "notices", "letters", "reports", "customers"]  # fmt: skip


@pytest.fixture
def grow(olga, rita):
    """More of everything that a list could ask about one by one."""
    customer = make_customer(by=olga)
    make_contact(customer, by=olga)

    def act(count):
        for number in range(count):
            if number % 4 == 0:
                make_report(by=olga)
                continue
            incident = make_incident(by=olga, lead=rita, personal_data=Flag.YES)
            make_checked_block(incident, by=olga)
            if number % 4 == 1:
                make_affected(incident, customer, by=olga, people_count=1)
                notices.start(incident, kind=NoticeKind.FIRST, by=rita)
                measures.add(incident, title="Second factor", owner=rita, due_on=date(2027, 1, 1), by=olga)
        return Incident.objects.confirmed().latest("pk")

    return act


def cost(client, name, incident):
    address = reverse(name, args=[incident.ref] if name == "incident" else [])
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    asked = [query["sql"] for query in queries if not re.match("SAVEPOINT|RELEASE|BEGIN", query["sql"])]
    return len(asked), asked


def test_pages_cost_the_same_for_twenty_and_for_sixty_incidents(olga, grow, client_of):
    client = client_of(olga)
    few = grow(20)
    client.get("/")
    before = {name: cost(client, name, few)[0] for name in PAGES}
    many = grow(40)
    for number in range(30):
        notes.add(many, text=f"Note {number}", by=olga)

    after = {name: cost(client, name, many)[0] for name in PAGES}

    assert Incident.objects.count() == 60
    assert {name: count for name, count in after.items() if count > before[name]} == {}
    assert {name: count for name, count in after.items() if count > MOST} == {}


def test_a_form_with_an_error_costs_no_more_than_the_form(olga, client_of):
    client = client_of(olga)
    client.get("/")
    form = cost(client, "report_incident", None)[0]

    with CaptureQueriesContext(connection) as queries:
        assert client.post(reverse("report_incident"), {"text": ""}).status_code == 422

    assert len(queries) <= form
