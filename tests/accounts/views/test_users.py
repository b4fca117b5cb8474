"""Pages about people: who may open them, and what a click does."""

import ipaddress
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Invitation, Organisation, User
from accounts.roles import Role
from accounts.services import people
from accounts.services.factors import recovery_codes_left
from outbox.models import Message
from tests import factories

ADMINISTRATION = ["/users/", "/users/invite/"]


@pytest.mark.parametrize("path", ADMINISTRATION)
@pytest.mark.parametrize("name", ["olga", "dora", "rita", "sam", "dan", "aud"])
def test_pages_about_people_open_to_administrators_only(request, client_of, path, name):
    answer = client_of(request.getfixturevalue(name)).get(path)

    assert answer.status_code == 403
    assert b"This can be done by: Administrator." in answer.content


@pytest.mark.parametrize("path", ADMINISTRATION)
def test_an_administrator_opens_them(adam, rita, client_of, path):
    assert client_of(adam).get(path).status_code == 200


def test_the_page_of_a_person_opens_to_administrators_only(adam, olga, rita, client_of):
    path = f"/users/{rita.public_id}/"

    assert client_of(olga).get(path).status_code == 403
    assert client_of(rita).get(path).status_code == 403
    page = client_of(adam).get(path)
    assert page.status_code == 200
    assert b"Rita Yusupova" in page.content


def test_a_person_who_does_not_exist_is_not_found(adam, client_of):
    assert client_of(adam).get("/users/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_the_list_of_people_costs_the_same_for_ten_as_for_three(adam, olga, rita, client_of):
    client = client_of(adam)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/users/").status_code == 200
        return len(captured)

    queries()
    of_three = queries()
    for _ in range(7):
        factories.make_user(Role.STAFF, Role.RESPONDER)

    assert queries() == of_three


def test_a_double_click_invites_once(adam, client_of):
    client = client_of(adam)
    form = {
        "email": "new@company.example",
        "roles": ["staff"],
        "language": "ru",
        "form_key": "12345678-1234-4234-8234-123456789012",
    }

    answers = [client.post("/users/invite/", form) for _ in range(2)]

    assert [answer["Location"] for answer in answers] == ["/users/", "/users/"]
    assert Invitation.objects.count() == Message.objects.count() == 1
    assert b"new@company.example" in client.get("/users/").content


@pytest.mark.parametrize(
    "values",
    [
        {"email": "nonsense"},
        {"email": ""},
        {"roles": []},
        {"roles": ["emperor"]},
        {"language": "xx"},
        {"email": "x\0@y.uz"},
    ],
)
def test_an_invitation_with_an_error_comes_back_with_words(adam, client_of, values):
    form = {"email": "new@company.example", "roles": ["staff"], "language": "ru", **values}

    answer = client_of(adam).post("/users/invite/", form)

    assert answer.status_code == 422
    assert not Invitation.objects.exists()


def test_an_invitation_is_revoked(adam, client_of):
    people.invite("new@company.example", roles=[Role.STAFF], language="en", by=adam)
    invitation = Invitation.objects.get()

    client_of(adam).post(f"/users/invitations/{invitation.public_id}/revoke/")

    invitation.refresh_from_db()
    assert invitation.revoked_at is not None


def test_roles_are_changed_on_the_page_of_a_person(adam, rita, client_of):
    answer = client_of(adam).post(
        f"/users/{rita.public_id}/", {"which": "roles", "roles-roles": ["officer", "responder"]}
    )

    assert answer.status_code == 302
    assert User.objects.get(pk=rita.pk).roles == {Role.OFFICER, Role.RESPONDER}


def test_the_last_officer_stays_and_the_page_says_why(adam, olga, client_of):
    answer = client_of(adam).post(f"/users/{olga.public_id}/", {"which": "roles", "roles-roles": ["staff"]})

    assert answer.status_code == 422
    assert "is the last one with the role" in answer.content.decode()


def test_nobody_gives_themselves_a_role_by_hand_made_requests(adam, client_of):
    answer = client_of(adam).post(f"/users/{adam.public_id}/", {"which": "roles", "roles-roles": ["officer"]})

    assert answer.status_code == 403
    assert User.objects.get(pk=adam.pk).roles == {Role.ADMINISTRATOR}


def test_position_and_order_are_written_on_the_page_of_a_person(adam, olga, client_of):
    client_of(adam).post(
        f"/users/{olga.public_id}/",
        {"which": "official", "position": "Head", "order_number": "7", "order_date": "01.02.2026"},
    )

    changed = User.objects.get(pk=olga.pk)
    assert (changed.position, changed.order_number, f"{changed.order_date:%d.%m.%Y}") == ("Head", "7", "01.02.2026")


def test_a_second_click_does_not_turn_the_first_one_round(adam, rita, client_of):
    client, path = client_of(adam), f"/users/{rita.public_id}/deactivate/"

    for _ in range(2):
        assert client.post(path, {"become": "inactive"}).status_code == 302
    assert not User.objects.get(pk=rita.pk).is_active
    for _ in range(2):
        client.post(path, {"become": "active"})
    assert User.objects.get(pk=rita.pk).is_active


def test_the_page_has_the_button_that_fits(adam, rita, client_of):
    client, path = client_of(adam), f"/users/{rita.public_id}/"

    assert b'name="become" value="inactive"' in client.get(path).content
    client.post(f"{path}deactivate/", {"become": "inactive"})
    assert b'name="become" value="active"' in client.get(path).content


# --- networks of administration ------------------------------------------------------------------


@pytest.mark.parametrize("path", [*ADMINISTRATION, "/settings/organisation/"])
def test_administration_opens_from_its_networks_only(adam, client_of, settings, path):
    settings.ADMIN_NETWORKS = [ipaddress.ip_network("192.0.2.0/24"), ipaddress.ip_network("2001:db8::/32")]
    client = client_of(adam)

    assert client.get(path, REMOTE_ADDR="192.0.2.7").status_code == 200
    assert client.get(path, REMOTE_ADDR="2001:db8::1").status_code == 200
    for elsewhere in ("198.51.100.7", "", "2001:db9::1"):
        answer = client.get(path, REMOTE_ADDR=elsewhere)
        assert answer.status_code == 403
        assert b"opens only from the networks" in answer.content
    assert client.get("/me/", REMOTE_ADDR="198.51.100.7").status_code == 200


# --- the own page --------------------------------------------------------------------------------


def test_a_person_changes_the_own_profile_and_nothing_of_others(sam, client_of):
    answer = client_of(sam).post(
        "/me/", {"full_name": "Sam R.", "phone": "+998", "language": "uz", "theme": "dark", "position": "Director"}
    )

    changed = User.objects.get(pk=sam.pk)
    assert answer.status_code == 302
    assert (changed.full_name, changed.phone, changed.language, changed.theme) == ("Sam R.", "+998", "uz", "dark")
    assert changed.position == ""


@pytest.mark.parametrize(
    "values", [{"full_name": ""}, {"full_name": "x" * 201}, {"language": "xx"}, {"phone": "4\x0b2"}]
)
def test_a_profile_with_an_error_comes_back_with_words(sam, client_of, values):
    form = {"full_name": "Sam", "phone": "", "language": "en", "theme": "", **values}

    assert client_of(sam).post("/me/", form).status_code == 422
    assert User.objects.get(pk=sam.pk).full_name == "Sam Rashidov"


def test_new_recovery_codes_ask_for_a_fresh_code(olga, client_of):
    client = client_of(olga)

    assert client.post("/2fa/set-up/codes/", {"code": "000000"}).status_code == 422
    assert recovery_codes_left(olga) == 0
    page = client.post("/2fa/set-up/codes/", {"code": factories.fresh_code(olga)}).content.decode()

    assert recovery_codes_left(olga) == 10
    assert len(set(re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", page))) == 10


# --- the organisation ----------------------------------------------------------------------------


def organisation_form(version: int, **values: str) -> dict[str, str]:
    return {"name": "Bulut Mail", "security_email": "security@company.example", "version": str(version), **values}


def test_the_details_of_the_organisation_are_changed(olga, company, client_of):
    assert client_of(olga).post("/settings/organisation/", organisation_form(1, phone="42")).status_code == 302
    assert Organisation.objects.get().phone == "42"


def test_who_was_slower_sees_both_texts_and_decides(olga, oscar, company, client_of):
    client_of(oscar).post("/settings/organisation/", organisation_form(1, phone="theirs"))
    client = client_of(olga)

    answer = client.post("/settings/organisation/", organisation_form(1, phone="mine"))

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "theirs" in page
    assert "mine" in page
    assert Organisation.objects.get().phone == "theirs"
    client.post("/settings/organisation/", organisation_form(2, phone="mine"))
    assert Organisation.objects.get().phone == "mine"


@pytest.mark.parametrize("name", ["dora", "rita", "sam", "dan", "aud"])
def test_the_details_of_the_organisation_are_closed_to_others(request, company, client_of, name):
    client = client_of(request.getfixturevalue(name))

    assert client.get("/settings/organisation/").status_code == 403
    assert client.post("/settings/organisation/", organisation_form(1, phone="42")).status_code == 403
