import re
import time
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Authenticator, Invitation, RoleHolding, User
from accounts.roles import Role
from accounts.services import mail, organisation, people
from audit.services import record
from core.errors import Conflict
from outbox.models import Message
from tests import factories
from tests.factories import PASSWORD


def link_in(message: Message) -> str:
    """The secret part of the link of a mail that has not left yet."""
    found = re.search(r"/(?:invitation|password/new/[0-9a-f-]+)/([^/]+)/$", message.fields["link"])
    assert found is not None
    return found[1]


def invited(by: User, *roles: Role, email: str = "new@company.example") -> str:
    people.invite(email, roles=roles or [Role.RESPONDER], language="uz", by=by)
    return link_in(Message.objects.get(address_norm=email))


def come_in(token: str, **values: str) -> User:
    invitation = people.find_invitation(token)
    assert invitation is not None
    return people.join(
        invitation,
        **{"email": "", "full_name": "Nodira Yoʻldosheva", "password": PASSWORD, "language": "uz", **values},
    )


# --- invitations ---------------------------------------------------------------------------------


def test_an_invitation_lets_one_person_in_with_its_roles(adam, audited):
    token = invited(adam, Role.RESPONDER, Role.STAFF)

    person = come_in(token)

    assert (person.email, person.full_name, person.language) == ("new@company.example", "Nodira Yoʻldosheva", "uz")
    assert person.roles == {Role.RESPONDER, Role.STAFF}
    assert person.check_password(PASSWORD)
    assert not Authenticator.objects.filter(user=person).exists()  # the second factor comes next
    assert [entry.actor_label for entry in audited("user.invited")] == ["Adam Qodirov"]
    assert [entry.actor_label for entry in audited("user.joined")] == ["Nodira Yoʻldosheva"]


def test_an_invitation_serves_once(adam):
    token = invited(adam)
    invitation = people.find_invitation(token)
    come_in(token)

    assert people.find_invitation(token) is None
    with pytest.raises(ValidationError, match="used already or has expired"):
        people.join(invitation, email="", full_name="Another", password=PASSWORD, language="en")
    assert User.objects.filter(full_name="Another").count() == 0


@pytest.mark.django_db(transaction=True)
def test_an_invitation_serves_once_also_when_two_follow_it_at_the_same_moment(in_threads):
    token = invited(factories.make_user(Role.ADMINISTRATOR))

    made = in_threads(4, lambda n: come_in(token, full_name=f"Person {n}"))

    assert [isinstance(person, User) for person in made].count(True) == 1
    assert User.objects.count() == 2


def test_an_invitation_ends_after_a_day(adam, clock):
    clock.set("2026-07-16 10:00")
    token = invited(adam)

    clock.forward(hours=23, minutes=59)
    assert people.find_invitation(token) is not None
    clock.forward(minutes=2)
    assert people.find_invitation(token) is None


def test_a_second_invitation_ends_the_first(adam):
    people.invite("new@company.example", roles=[Role.STAFF], language="en", by=adam)
    first = link_in(Message.objects.get())
    people.invite("NEW@company.example", roles=[Role.STAFF], language="en", by=adam)

    assert people.find_invitation(first) is None
    assert Invitation.objects.filter(revoked_at__isnull=True).count() == 1


def test_a_revoked_invitation_opens_nothing(adam, audited):
    token = invited(adam)

    people.revoke_invitation(Invitation.objects.get(), by=adam)

    assert people.find_invitation(token) is None
    assert len(audited("invitation.revoked")) == 1


def test_the_database_keeps_only_the_hash_of_a_link(adam, mail_server, deliver):
    token = invited(adam)
    assert token not in str(list(Invitation.objects.values_list()))

    deliver()

    assert token in mail_server.to("new@company.example")[0].get_body(("plain",)).get_content()
    assert token not in str(list(Message.objects.values_list("fields", "content__text", "content__html")))


@pytest.mark.parametrize(
    ("email", "roles"),
    [("olga@company.example", [Role.STAFF]), ("OLGA@COMPANY.example", [Role.STAFF]), ("new@company.example", [])],
)
def test_an_invitation_that_makes_no_sense_is_refused(adam, olga, email, roles):
    with pytest.raises(ValidationError):
        people.invite(email, roles=roles, language="en", by=adam)

    assert not Invitation.objects.exists()


@pytest.mark.parametrize("name", ["olga", "rita", "sam", "dan", "aud"])
def test_only_an_administrator_invites_and_changes_people(request, name, sue):
    person = request.getfixturevalue(name)

    for act in (
        lambda: people.invite("new@company.example", roles=[Role.STAFF], language="en", by=person),
        lambda: people.change_roles(sue, roles=[Role.OFFICER], by=person),
        lambda: people.deactivate(sue, by=person),
        lambda: people.reactivate(sue, by=person),
        lambda: people.change_profile(sue, by=person, values={"full_name": "X"}),
        lambda: people.change_profile(person, by=person, values={"position": "Director"}),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("password", ["short", "passwordpassword", "Nodira Yoʻldosheva"])
def test_a_weak_password_is_refused_and_the_link_stays_good(adam, password):
    token = invited(adam)

    with pytest.raises(ValidationError) as refused:
        come_in(token, password=password)

    assert "password" in refused.value.message_dict
    assert people.find_invitation(token) is not None


# --- the first officer ---------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_first_link_makes_an_officer_who_can_invite_others():
    path = people.invite_first_officer()
    assert path is not None

    officer = come_in(path.split("/")[2], email="Olga@Company.example")

    assert officer.roles == {Role.OFFICER, Role.ADMINISTRATOR}
    assert officer.email == "olga@company.example"
    assert people.invite_first_officer() is None


@pytest.mark.django_db
def test_a_new_first_link_ends_the_earlier_one():
    first, second = people.invite_first_officer(), people.invite_first_officer()

    assert people.find_invitation(first.split("/")[2]) is None
    assert people.find_invitation(second.split("/")[2]) is not None


def test_the_first_link_opens_nothing_once_somebody_is_here(db):
    path = people.invite_first_officer()
    factories.make_user()

    with pytest.raises(ValidationError, match="Somebody is here already"):
        come_in(path.split("/")[2], email="late@company.example")


# --- roles and leaving ---------------------------------------------------------------------------


def test_roles_are_set_exactly_and_recorded(adam, rita, audited):
    people.change_roles(rita, roles=[Role.OFFICER, Role.STAFF], by=adam)

    assert User.objects.get(pk=rita.pk).roles == {Role.OFFICER, Role.STAFF}
    assert audited("user.roles_changed")[0].changes == '{"roles":[["responder"],["officer","staff"]]}'


def test_nobody_changes_their_own_roles(adam):
    for roles in ([Role.OFFICER], [Role.ADMINISTRATOR, Role.OFFICER], [Role.STAFF]):
        with pytest.raises(PermissionDenied, match="Nobody changes their own roles"):
            people.change_roles(adam, roles=roles, by=adam)

    assert User.objects.get(pk=adam.pk).roles == {Role.ADMINISTRATOR}


def test_nobody_deactivates_themselves(adam):
    with pytest.raises(PermissionDenied, match="Nobody deactivates themselves"):
        people.deactivate(adam, by=adam)


def test_the_last_officer_cannot_go(adam, olga):
    for act in (
        lambda: people.change_roles(olga, roles=[Role.STAFF], by=adam),
        lambda: people.deactivate(olga, by=adam),
    ):
        with pytest.raises(
            ValidationError, match="Olga Karimova is the last one with the role “Cybersecurity officer”"
        ):
            act()

    assert User.objects.get(pk=olga.pk).is_active
    assert User.objects.get(pk=olga.pk).roles == {Role.OFFICER}


def test_an_officer_may_go_when_another_stays(adam, olga, oscar):
    people.deactivate(olga, by=adam)
    with pytest.raises(ValidationError):
        people.deactivate(oscar, by=adam)


def test_an_inactive_officer_does_not_count_as_the_other_one(adam, olga, oscar):
    people.deactivate(oscar, by=adam)

    with pytest.raises(ValidationError):
        people.change_roles(olga, roles=[Role.STAFF], by=adam)


@pytest.mark.django_db(transaction=True)
def test_two_administrators_at_the_same_moment_do_not_remove_the_last_two_officers(in_threads, monkeypatch):
    first, second = (factories.make_user(Role.ADMINISTRATOR) for _ in range(2))
    officers = [factories.make_user(Role.OFFICER) for _ in range(2)]

    def record_slowly(*args: object, **kwargs: object) -> None:
        time.sleep(0.3)  # the other one decides meanwhile
        record(*args, **kwargs)

    monkeypatch.setattr(people, "record", record_slowly)

    def act(number: int) -> bool:
        people.deactivate(User.objects.get(pk=officers[number].pk), by=(first, second)[number])
        return True

    done = in_threads(2, act)

    assert done.count(True) == 1
    assert User.objects.active().with_role(Role.OFFICER).exists()


def test_a_person_without_a_role_is_refused(adam, rita):
    with pytest.raises(ValidationError):
        people.change_roles(rita, roles=[], by=adam)


def test_leaving_keeps_the_name_and_coming_back_is_recorded(adam, rita, audited):
    people.deactivate(rita, by=adam)
    people.deactivate(rita, by=adam)  # a second click changes nothing
    people.reactivate(rita, by=adam)

    assert User.objects.get(pk=rita.pk).full_name == "Rita Yusupova"
    assert len(audited("user.deactivated")) == len(audited("user.reactivated")) == 1


def test_the_database_refuses_a_role_that_nobody_knows(rita):
    assert Role.values
    holding = RoleHolding(user=rita, role="emperor")
    with pytest.raises(ValidationError):
        holding.full_clean()


# --- the own profile -----------------------------------------------------------------------------


def test_a_person_changes_the_own_name_and_language(sam, audited):
    people.change_profile(sam, by=sam, values={"full_name": "Sam R.", "language": "uz-cyrl"})

    assert User.objects.get(pk=sam.pk).language == "uz-cyrl"
    assert audited("user.changed")[0].changes == '{"full_name":["Sam Rashidov","Sam R."],"language":["en","uz-cyrl"]}'


def test_position_and_order_are_written_by_an_administrator(adam, olga):
    people.change_profile(olga, by=adam, values={"position": "Officer", "order_date": date(2026, 2, 1)})

    assert User.objects.get(pk=olga.pk).signature_lines == [
        "Olga Karimova",
        "Officer",
        "appointed by order 12-K of 01.02.2026",
    ]


@pytest.mark.parametrize("values", [{"full_name": ""}, {"full_name": "a\x0bb"}, {"language": "xx"}, {"theme": "pink"}])
def test_a_profile_that_cannot_be_is_refused(sam, values):
    with pytest.raises(ValidationError):
        people.change_profile(sam, by=sam, values=values)


# --- passwords -----------------------------------------------------------------------------------


def test_a_new_password_keeps_the_second_factor_and_tells_its_owner(olga, audited):
    factor = Authenticator.objects.get(user=olga)

    people.change_password(olga, password="nine slow camels to Bukhara", by=None)

    assert User.objects.get(pk=olga.pk).check_password("nine slow camels to Bukhara")
    assert Authenticator.objects.get(user=olga, confirmed=True) == factor
    assert Message.objects.get().address == "olga@company.example"
    assert len(audited("password.changed")) == 1


def test_asking_for_a_password_mails_a_link_and_changes_nothing(olga, audited):
    people.ask_for_password(" OLGA@company.example ", make_token=lambda user: "token")

    message = Message.objects.get()
    assert message.fields["link"].endswith(f"/password/new/{olga.public_id}/token/")
    assert User.objects.get(pk=olga.pk).check_password(PASSWORD)
    assert len(audited("password.asked")) == 1


@pytest.mark.parametrize("email", ["nobody@company.example", "", "x" * 5000, "\0", "' OR 1=1 --"])
def test_asking_for_the_password_of_nobody_does_nothing(db, email):
    people.ask_for_password(email, make_token=lambda user: "token")

    assert not Message.objects.exists()


def test_who_left_gets_no_link(olga):
    User.objects.update(is_active=False)

    people.ask_for_password(olga.email, make_token=lambda user: "token")

    assert not Message.objects.exists()


# --- the organisation ----------------------------------------------------------------------------


def test_the_first_details_make_the_row_and_later_ones_change_it(olga, audited):
    made = organisation.change(organisation.Organisation(), version=0, by=olga, values={"name": "Bulut Mail"})
    organisation.change(made, version=1, by=olga, values={"phone": "+998 71 200 00 00"})

    row = organisation.Organisation.objects.get()
    assert (row.name, row.phone, row.version) == ("Bulut Mail", "+998 71 200 00 00", 2)
    assert len(audited("organisation.changed")) == 2


def test_who_was_slower_overwrites_nothing(olga, oscar, company):
    stale = organisation.Organisation.objects.get()
    organisation.change(company, version=1, by=olga, values={"phone": "1"})

    with pytest.raises(Conflict):
        organisation.change(stale, version=1, by=oscar, values={"phone": "2"})

    assert organisation.Organisation.objects.get().phone == "1"


@pytest.mark.parametrize("name", ["rita", "dora", "sam", "dan", "aud"])
def test_others_do_not_change_the_organisation(request, company, name):
    with pytest.raises(PermissionDenied):
        organisation.change(company, version=1, by=request.getfixturevalue(name), values={"phone": "2"})


def test_mails_leave_in_the_name_of_the_company(company):
    assert mail.sender().name == "Bulut Mail"
    assert mail.sender().address == mail.sender().reply_to == "security@company.example"


@pytest.mark.django_db
def test_before_set_up_mails_leave_from_this_host():
    assert mail.sender().address == "hodisa@localhost"
