"""The way in, walked as a browser walks it."""

import re
from datetime import timedelta

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import Authenticator, Organisation, User
from accounts.roles import Role
from accounts.services import factors, people
from outbox.models import Message
from tests import factories
from tests.factories import PASSWORD, fresh_code

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_wait_of_other_tests(company):
    """Every sign-in here happens at the same company."""


def give_password(client: Client, email: str, password: str = PASSWORD, **extra: str):
    return client.post("/sign-in/", {"email": email, "password": password}, **extra)


def sign_in(user: User) -> Client:
    client = Client()
    give_password(client, user.email)
    client.post("/sign-in/code/", {"code": fresh_code(user)})
    return client


def is_in(client: Client) -> bool:
    return client.get("/me/").status_code == 200


# --- both factors --------------------------------------------------------------------------------


def test_password_and_code_let_in_and_lead_to_where_one_wanted(olga, visitor, audited):
    asked = visitor.get("/me/security/")
    assert (asked.status_code, asked["Location"]) == (302, "/sign-in/?next=/me/security/")

    after_password = visitor.post(asked["Location"], {"email": " Olga@Company.example ", "password": PASSWORD})
    assert after_password["Location"] == "/sign-in/code/?next=%2Fme%2Fsecurity%2F"
    after_code = visitor.post(after_password["Location"], {"code": fresh_code(olga)})

    assert after_code["Location"] == "/me/security/"
    assert visitor.get("/me/security/").status_code == 200
    assert [entry.changes for entry in audited("sign_in.succeeded")] == ['{"factor":["","authenticator app"]}']


def test_the_client_of_the_tests_has_the_session_of_a_real_sign_in(olga, client_of):
    real, made = sign_in(olga), client_of(olga)
    for client in (real, made):
        assert is_in(client)

    def essence(client: Client) -> dict[str, object]:
        return {k: v for k, v in client.session.items() if k not in {"started_at", "seen_at"}}

    assert essence(real) == essence(made)
    assert set(real.session.keys()) == set(made.session.keys())


def test_the_session_has_a_new_name_after_each_step(olga):
    client = Client()
    client.get("/sign-in/")
    give_password(client, olga.email)
    after_password = client.session.session_key
    client.post("/sign-in/code/", {"code": fresh_code(olga)})

    assert client.session.session_key != after_password
    stale = Client()
    stale.cookies["session"] = after_password
    assert not is_in(stale)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https://testserver@evil.example/",
        " //evil.example",
        "///evil.example",
        "https:///evil.example",
        "me/",
    ],
)
def test_sign_in_leads_only_to_our_own_pages(olga, target):
    client = Client()
    client.post("/sign-in/", {"email": olga.email, "password": PASSWORD, "next": target})
    answer = client.post("/sign-in/code/", {"code": fresh_code(olga), "next": target})

    assert answer["Location"] == "/"


# --- refusals ------------------------------------------------------------------------------------


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(olga, audited):
    def words(email: str) -> str:
        answer = give_password(Client(), email, "wrong password here")
        assert answer.status_code == 422
        page = answer.content.decode().replace(email, "")
        return re.sub(r'name="(form_key|csrfmiddlewaretoken)"[^>]*>', "", page)

    assert words("olga@company.example") == words("nope@company.example")
    assert "E-mail or password is not right." in words("olga@company.example")
    assert {entry.event for entry in audited("sign_in.refused")} == {"sign_in.refused"}


def test_a_password_never_comes_back_into_a_page(olga):
    answer = give_password(Client(), olga.email, "my secret wrong password")

    assert b"my secret wrong password" not in answer.content


def test_who_left_does_not_come_in(olga):
    User.objects.update(is_active=False)

    assert give_password(Client(), olga.email).status_code == 422


def test_somebody_without_a_role_does_not_come_in(olga, client_of):
    client = client_of(olga)
    olga.holdings.all().delete()

    assert not is_in(client)


def test_after_five_wrong_passwords_the_right_one_waits_too(olga, clock):
    client = Client()
    for _ in range(5):
        give_password(client, olga.email, "wrong password here")

    answer = give_password(client, olga.email)

    assert answer.status_code == 422
    assert re.search(r"Too many tries\. Try again after \d\d:\d\d:\d\d\.", answer.content.decode())
    assert DEVICE_ID_SESSION_KEY not in client.session
    assert "_auth_user_id" not in client.session


def test_the_wait_is_told_truly_and_ends(olga):
    client = Client()
    with time_machine.travel("2026-07-16T09:32:00Z", tick=False) as clock:
        for _ in range(5):
            give_password(client, olga.email, "wrong password here")
        told = give_password(client, olga.email).content.decode()
        assert "Try again after 14:42:00." in told
        clock.shift(timedelta(minutes=9))
        assert "Try again after 14:42:00." in give_password(client, olga.email).content.decode()
        clock.shift(timedelta(minutes=1, seconds=1))

        assert give_password(client, olga.email).status_code == 302


def test_a_stranger_cannot_lock_somebody_out_from_another_network(olga):
    for _ in range(8):
        give_password(Client(), olga.email, "wrong password here", REMOTE_ADDR="203.0.113.66")

    assert give_password(Client(), olga.email, REMOTE_ADDR="192.0.2.10").status_code == 302


def test_another_spelling_of_the_address_counts_as_the_same(olga):
    client = Client()
    for email in ("olga@company.example", "OLGA@company.example", " Olga@Company.Example ", "oLGA@company.example") * 2:
        give_password(client, email, "wrong password here")

    assert b"Too many tries" in give_password(client, olga.email).content


@pytest.mark.parametrize("email", ["ſam@company.example", "sam@company.example"])
def test_a_letter_that_looks_like_another_opens_no_second_count(sam, email):
    client = Client()
    sign_ins = [give_password(client, email) for _ in range(2)]

    is_own = email == sam.email
    assert [answer.status_code for answer in sign_ins] == [302 if is_own else 422] * 2
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize(("typed", "is_found"), [("OLGA@Company.example", True), ("ıvan@company.example", False)])
def test_an_address_is_found_in_any_case_and_by_its_own_letters_only(olga, typed, is_found):
    factories.make_user(email="ivan@company.example")

    assert User.objects.by_email(typed).exists() is is_found


# --- the code ------------------------------------------------------------------------------------


def test_a_wrong_code_is_refused_counted_and_recorded(olga, half_way, audited):
    client = half_way(olga)

    answer = client.post("/sign-in/code/", {"code": "000000"})

    assert answer.status_code == 422
    assert not is_in(client)
    assert Authenticator.objects.get(user=olga).throttling_failure_count == 1
    assert len(audited("sign_in.refused")) == 1


def test_a_code_that_let_in_somebody_lets_in_nobody_else(olga, half_way):
    code = fresh_code(olga)
    first, second = half_way(olga), half_way(olga)

    assert first.post("/sign-in/code/", {"code": code}).status_code == 302
    answer = second.post("/sign-in/code/", {"code": code})

    assert answer.status_code == 422
    assert b"This code was used already" in answer.content
    assert not is_in(second)


def test_the_code_of_somebody_else_does_not_help(olga, rita, half_way):
    client = half_way(olga)

    client.post("/sign-in/code/", {"code": fresh_code(rita)})

    assert not is_in(client)


def test_without_an_authenticator_the_way_leads_to_its_set_up(half_way):
    person = factories.make_user(Role.OFFICER, has_factor=False)
    client = half_way(person)

    for path in ("/", "/me/", "/dashboard/", "/incidents/"):
        assert client.get(path)["Location"].startswith("/2fa/set-up/app/")
    page = client.get("/2fa/set-up/app/").content.decode()
    waiting = Authenticator.objects.get(user=person)
    assert factors.set_up_key(waiting) in page
    assert factors.set_up_key(waiting) in client.get("/2fa/set-up/app/").content.decode()
    answer = client.post("/2fa/set-up/app/", {"code": waiting.current_code()})

    codes = re.findall(r"[A-Z2-7]{4}(?:-[A-Z2-7]{4}){3}", answer.content.decode())
    assert len(set(codes)) == 10
    assert is_in(client)
    assert factors.recovery_codes_left(person) == 10


def test_the_seed_of_a_session_with_a_stolen_password_is_worth_nothing(half_way):
    person = factories.make_user(Role.OFFICER, has_factor=False)
    thief, owner = half_way(person), half_way(person)
    thief.get("/2fa/set-up/app/")
    stolen = Authenticator.objects.get(user=person)
    owner.get("/2fa/set-up/app/")
    own = Authenticator.objects.exclude(pk=stolen.pk).get(user=person)

    assert owner.post("/2fa/set-up/app/", {"code": stolen.current_code()}).status_code == 422
    Authenticator.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert owner.post("/2fa/set-up/app/", {"code": own.current_code()}).status_code == 200

    assert Authenticator.objects.get(user=person) == own
    assert thief.post("/2fa/set-up/app/", {"code": stolen.current_code()})["Location"] == "/sign-in/code/"
    thief.post("/sign-in/code/", {"code": stolen.current_code()})
    assert not is_in(thief)


def test_after_the_password_nobody_replaces_the_authenticator_of_somebody(olga, half_way):
    client = half_way(olga)

    for send in (client.get, client.post):
        assert send("/2fa/set-up/app/")["Location"] == "/sign-in/code/"
    assert not Authenticator.objects.filter(confirmed=False).exists()


def test_replacing_the_authenticator_asks_for_a_fresh_code(olga, client_of):
    client = client_of(olga)
    assert client.get("/2fa/set-up/app/")["Location"] == "/me/security/"
    assert client.post("/2fa/replace/", {"code": "000000"}).status_code == 422
    assert client.get("/2fa/set-up/app/").status_code == 302

    assert client.post("/2fa/replace/", {"code": fresh_code(olga)})["Location"] == "/2fa/set-up/app/"
    assert client.get("/2fa/set-up/app/").status_code == 200


def test_a_new_authenticator_ends_every_other_session(olga, client_of):
    other, client = client_of(olga), client_of(olga)
    assert is_in(other)
    client.post("/2fa/replace/", {"code": fresh_code(olga)})
    client.get("/2fa/set-up/app/")
    waiting = Authenticator.objects.get(user=olga, confirmed=False)
    client.post("/2fa/set-up/app/", {"code": waiting.current_code()})

    assert is_in(client)
    assert not is_in(other)


def test_a_recovery_code_lets_in_once_and_leads_to_a_new_authenticator(olga, half_way, audited):
    code = factors.make_recovery_codes(olga)[0]
    client, again = half_way(olga), half_way(olga)

    assert client.post("/sign-in/recovery/", {"code": code})["Location"] == "/2fa/set-up/app/"
    assert client.get("/2fa/set-up/app/").status_code == 200
    assert is_in(client)

    answer = again.post("/sign-in/recovery/", {"code": code})
    assert answer.status_code == 422
    assert not is_in(again)
    assert [entry.changes for entry in audited("sign_in.succeeded")] == ['{"factor":["","recovery code"]}']


# --- how long a session lasts --------------------------------------------------------------------


def test_half_an_hour_of_silence_ends_a_session(olga, client_of, clock):
    clock.set("2026-07-16 09:00")
    client = client_of(olga)
    assert is_in(client)

    for _ in range(3):
        clock.forward(minutes=29)
        assert is_in(client)
    clock.forward(minutes=31)

    assert client.get("/me/")["Location"].startswith("/sign-in/")


def test_a_page_that_reloads_its_parts_keeps_no_session_alive(olga, client_of, clock):
    clock.set("2026-07-16 09:00")
    client = client_of(olga)
    assert is_in(client)

    for _ in range(2):
        clock.forward(minutes=14)
        assert client.get("/me/", headers={"HX-Request": "true"}).status_code == 200
    clock.forward(minutes=3)

    assert client.get("/me/")["Location"].startswith("/sign-in/")


def test_twelve_hours_end_a_session_however_busy(olga, client_of, clock):
    clock.set("2026-07-16 08:00")
    client = client_of(olga)
    hours = 0.0
    while is_in(client):
        clock.forward(minutes=20)
        hours += 1 / 3
        assert hours < 13

    assert 12 <= hours < 12.5


def test_a_quarter_of_an_hour_lies_between_password_and_code(olga, half_way, clock):
    clock.set("2026-07-16 09:00")
    client = half_way(olga)
    assert client.get("/sign-in/code/").status_code == 200

    clock.forward(minutes=16)

    assert client.get("/sign-in/code/")["Location"].startswith("/sign-in/?next=")


def test_a_person_who_leaves_is_out_with_the_next_click(olga, oscar, client_of):
    client = client_of(olga)
    assert is_in(client)

    User.objects.filter(pk=olga.pk).update(is_active=False)

    assert not is_in(client)


def test_a_changed_role_counts_with_the_next_click(rita, client_of):
    client = client_of(rita)
    assert client.get("/incidents/").status_code == 200

    rita.holdings.update(role=Role.STAFF)

    assert client.get("/dashboard/").status_code == 302
    assert client.get("/users/").status_code == 403


def test_signing_out_ends_the_session_and_empties_the_browser(olga, client_of, audited):
    client = client_of(olga)
    key = client.session.session_key

    answer = client.post("/sign-out/")

    assert answer["Location"] == "/sign-in/"
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    stale = Client()
    stale.cookies["session"] = key
    assert not is_in(stale)
    assert len(audited("sign_in.ended")) == 1


def test_signing_out_by_a_link_changes_nothing(olga, client_of):
    client = client_of(olga)

    assert client.get("/sign-out/").status_code == 405
    assert is_in(client)


def test_a_form_without_its_token_is_refused_and_gives_the_words_back(olga):
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/sign-in/", {"email": "olga@company.example", "password": "my long secret password"})

    assert answer.status_code == 403
    assert b"my long secret password" not in answer.content


# --- the way back --------------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_and_the_second_factor_stays(olga, visitor, client_of):
    other = client_of(olga)
    assert is_in(other)
    visitor.post("/password/forgotten/", {"email": olga.email})
    link = Message.objects.get().fields["link"].removeprefix("http://localhost:8000")
    assert visitor.get(link).status_code == 200

    answer = visitor.post(link, {"password": "nine slow camels to Bukhara"})

    assert answer["Location"] == "/sign-in/"
    assert not is_in(visitor)
    assert not is_in(other)
    assert visitor.get(link).status_code == 404  # the link served once
    assert give_password(visitor, olga.email, "nine slow camels to Bukhara")["Location"].startswith("/sign-in/code/")
    assert not is_in(visitor)
    visitor.post("/sign-in/code/", {"code": fresh_code(olga)})
    assert is_in(visitor)


def test_a_link_for_a_password_ends_after_an_hour(olga, visitor):
    with time_machine.travel("2026-07-16T09:00:00Z", tick=False) as clock:
        visitor.post("/password/forgotten/", {"email": olga.email})
        link = Message.objects.get().fields["link"].removeprefix("http://localhost:8000")
        clock.shift(timedelta(minutes=59))
        assert visitor.get(link).status_code == 200
        clock.shift(timedelta(minutes=2))
        assert visitor.get(link).status_code == 404


def test_nobody_learns_whose_address_is_known(olga, visitor):
    known = visitor.post("/password/forgotten/", {"email": olga.email})
    unknown = visitor.post("/password/forgotten/", {"email": "nobody@company.example"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_a_weak_new_password_is_refused_and_the_link_stays_good(olga, visitor):
    visitor.post("/password/forgotten/", {"email": olga.email})
    link = Message.objects.get().fields["link"].removeprefix("http://localhost:8000")

    assert visitor.post(link, {"password": "short"}).status_code == 422
    assert visitor.get(link).status_code == 200


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(olga, client_of):
    other, client = client_of(olga), client_of(olga)
    assert is_in(other)

    answer = client.post(
        "/me/password/",
        {"current": PASSWORD, "password": "nine slow camels to Bukhara", "code": fresh_code(olga)},
    )

    assert answer.status_code == 302
    assert is_in(client)
    assert not is_in(other)


@pytest.mark.parametrize(
    "values",
    [{"current": "not the present one"}, {"password": "short"}, {"code": "000000"}, {"code": ""}, {"current": ""}],
)
def test_a_password_is_not_changed_unless_everything_is_right(olga, client_of, values):
    sent = {"current": PASSWORD, "password": "nine slow camels to Bukhara", "code": fresh_code(olga), **values}

    assert client_of(olga).post("/me/password/", sent).status_code == 422

    assert User.objects.get(pk=olga.pk).check_password(PASSWORD)


def test_a_code_is_not_spent_on_a_form_that_is_refused_anyway(olga, client_of):
    code = fresh_code(olga)
    client = client_of(olga)
    client.post("/me/password/", {"current": "wrong", "password": "nine slow camels to Bukhara", "code": code})

    answer = client.post(
        "/me/password/", {"current": PASSWORD, "password": "nine slow camels to Bukhara", "code": code}
    )

    assert answer.status_code == 302


# --- joining -------------------------------------------------------------------------------------


def test_an_invited_person_comes_in_and_the_link_ends(adam, visitor, client_of):
    administrator = client_of(adam)
    administrator.post("/users/invite/", {"email": "new@company.example", "roles": ["officer"], "language": "en"})
    link = Message.objects.get().fields["link"].removeprefix("http://localhost:8000")
    assert visitor.get(link).status_code == 200
    form = {"full_name": "Nodira", "password": PASSWORD, "language": "en"}

    assert visitor.post(link, form)["Location"] == "/2fa/set-up/app/"

    assert not is_in(visitor)  # a password alone opens nothing
    late = Client()
    assert late.get(link).status_code == late.post(link, form).status_code == 404
    assert User.objects.filter(full_name="Nodira").count() == 1


def test_the_first_officer_names_the_company(visitor):
    User.objects.all().delete()
    Organisation.objects.all().delete()
    path = people.invite_first_officer()

    answer = visitor.post(
        path,
        {
            "company": "Bulut",
            "full_name": "Olga",
            "email": "olga@bulut.example",
            "password": PASSWORD,
            "language": "uz",
        },
    )

    assert answer["Location"] == "/2fa/set-up/app/"
    assert User.objects.get().roles == {Role.OFFICER, Role.ADMINISTRATOR}
    assert Organisation.objects.get().name == "Bulut"


def test_a_mail_scanner_may_look_at_a_link(olga, adam, visitor, client_of):
    client_of(adam).post("/users/invite/", {"email": "new@company.example", "roles": ["staff"], "language": "en"})
    visitor.post("/password/forgotten/", {"email": olga.email})

    for message in Message.objects.all():
        assert visitor.head(message.fields["link"].removeprefix("http://localhost:8000")).status_code == 200


@pytest.mark.parametrize("token", ["x", "a" * 300, "..%2f..", "%d2%b3"])
def test_an_unknown_link_opens_nothing(visitor, token):
    assert visitor.get(f"/invitation/{token}/").status_code == 404


# --- language ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("language", "tag"), [("uz", "uz-Latn"), ("uz-cyrl", "uz-Cyrl"), ("ru", "ru"), ("en", "en")])
def test_a_visitor_chooses_a_language(visitor, language, tag):
    visitor.post("/language/", {"language": language})

    assert f'lang="{tag}"' in visitor.get("/sign-in/").content.decode()


def test_a_persons_choice_goes_along(sam, client_of):
    client_of(sam).post("/language/", {"language": "ru", "next": "/me/"})

    assert User.objects.get(pk=sam.pk).language == "ru"


def test_an_unknown_language_changes_nothing(sam, client_of):
    assert client_of(sam).post("/language/", {"language": "xx"}).status_code == 302

    assert User.objects.get(pk=sam.pk).language == "en"
