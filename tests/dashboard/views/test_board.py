import pytest
from django.urls import reverse

from accounts.roles import Role
from audit.models import AuditEntry
from outbox.models import Batch
from tests.factories import make_incident, make_report, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]

SEES_CASES = {Role.RESPONDER, Role.OFFICER, Role.DEPUTY, Role.DIRECTOR, Role.AUDITOR}


def test_nobody_comes_in_without_both_factors(olga, visitor, half_way):
    for name in ("home", "dashboard", "approvals", "clocks", "audit_log", "settings", "system"):
        assert visitor.get(reverse(name)).headers["Location"].startswith("/sign-in/?next=")
        assert half_way(olga).get(reverse(name)).headers["Location"].startswith("/sign-in/code/?next=")


@pytest.mark.parametrize("role", Role)
def test_the_first_page_is_by_role(role, client_of):
    response = client_of(make_user(role)).get("/")

    if role in SEES_CASES:
        assert response.headers["Location"] == "/dashboard/"
    else:
        assert "Report an incident" in response.content.decode()


@pytest.mark.parametrize("role", Role)
def test_pages_of_the_house_by_role(role, client_of):
    client = client_of(make_user(role))
    sees = role in SEES_CASES
    reads = role in SEES_CASES - {Role.RESPONDER}
    expected = {
        "dashboard": 200 if sees else 302,
        "approvals": 200 if sees else 403,
        "clocks": 200 if sees else 403,
        "audit_log": 200 if reads else 403,
        "settings": 200 if role in {Role.OFFICER, Role.DEPUTY, Role.ADMINISTRATOR} else 403,
        "system": 200 if reads or role is Role.ADMINISTRATOR else 403,
        "resume_mail": 405,
        "gallery": 404,
    }

    assert {name: client.get(reverse(name)).status_code for name in expected} == expected


def test_staff_find_their_own_reports_on_the_first_page(sam, sue, client_of):
    mine, other = make_report(by=sam, text="My laptop is gone"), make_report(by=sue, text="Something of sue")

    text = client_of(sam).get("/").content.decode()

    assert mine.ref in text
    assert other.ref not in text


def test_an_empty_board_says_what_will_stand_there(olga, client_of):
    text = client_of(olga).get("/dashboard/").content.decode()

    assert "No clock is running." in text
    assert "Nothing waits for your decision." in text
    assert "No report waits." in text


def test_a_clock_on_the_board_has_time_basis_and_one_step(olga, client_of):
    incident = make_incident(by=olga)

    text = client_of(olga).get("/dashboard/").content.decode()

    assert "running 0 min" in text
    assert "Policy 4.1 · no figure" in text
    assert f'href="/incidents/{incident.ref}/blocking/new/"' in text


def test_the_log_shows_newest_first_and_by_incident(olga, client_of):
    one, two = make_incident(by=olga), make_incident(by=olga)
    client = client_of(olga)

    everything = client.get("/audit/").content.decode()
    of_one = client.get(f"/audit/?incident={one.ref.lower()}").content.decode()

    assert one.ref in everything
    assert two.ref in everything
    assert f"incident:{two.ref}" not in of_one
    assert AuditEntry.objects.filter(scope=one.ref).exists()


def test_only_the_system_s_own_pauses_are_lifted_by_one_button(adam, sam, olga, client_of, clock):
    by_system = Batch.objects.create(purpose="a", paused_at=clock.now, is_paused_by_system=True)
    by_person = Batch.objects.create(purpose="b", paused_at=clock.now)
    assert client_of(sam).post("/system/resume-mail/").status_code == 403

    assert client_of(adam).post("/system/resume-mail/").headers["Location"] == "/system/"

    for batch in (by_system, by_person):
        batch.refresh_from_db()
    assert by_system.paused_at is None
    assert by_person.paused_at is not None
