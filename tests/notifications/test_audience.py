import pytest

from accounts.models import Organisation
from customers.services import directory
from incidents.models import AffectedCustomer
from incidents.services import affected, incidents
from incidents.terms import Flag
from notifications.audience import audience, call_list
from notifications.services import notices, sending
from notifications.terms import NoticeKind
from outbox.models import Message
from tests.factories import make_affected, make_contact, make_customer, make_incident
from tests.notifications.conftest import approve, write_words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


def start(told, by, kind=NoticeKind.FIRST):
    return notices.start(told.incident, kind=kind, by=by)


def addresses(found):
    return sorted(a.contact.email for a in found.addressees)


def test_every_active_contact_of_an_affected_customer_gets_one_mail(told, rita, olga):
    acme = told.reads["en"]
    make_contact(acme, by=olga, email="second@customer.example", language="ru")
    make_contact(acme, by=olga, email="left@customer.example", is_active=False)
    make_contact(make_customer(by=olga), by=olga, email="strange@customer.example")

    found = audience(start(told, rita))

    assert addresses(found) == sorted([*told.addresses.values(), "second@customer.example"])
    assert found.languages == {"uz": 1, "uz-cyrl": 1, "ru": 2, "en": 1}
    assert found.customer_count == 4


def test_customers_without_a_mail_address_stand_on_the_call_list(told, rita):
    found = audience(start(told, rita))

    assert [row.customer.name for row in found.by_phone] == ["No mail"]


def test_a_customer_who_left_gets_no_mail_and_is_called(told, rita, olga):
    gone = told.reads["ru"]
    directory.change_customer(gone, version=gone.version, by=olga, values={"is_active": False})

    found = audience(start(told, rita))

    assert told.addresses["ru"] not in addresses(found)
    assert [row.customer.name for row in found.by_phone] == ["No mail", "Ромашка"]


def test_who_was_taken_off_the_list_is_not_written_to(told, rita):
    row = AffectedCustomer.objects.get(customer=told.reads["en"])
    affected.detach(row, reason="Another tenant", by=rita)

    assert told.addresses["en"] not in addresses(audience(start(told, rita)))


def test_one_person_at_two_customers_gets_two_mails_each_about_its_own(told, rita, olga):
    other = make_customer(by=olga, name="Second company")
    make_contact(other, by=olga, email=told.addresses["en"], language="en")
    make_affected(told.incident, other, by=olga, people_count=3)

    people = audience(start(told, rita)).recipients(told.incident)

    mine = [(r.scope, r.fields["customer"]) for r in people if r.address == told.addresses["en"]]
    assert sorted(mine) == sorted([(told.reads["en"].ref, "Acme & Sons"), (other.ref, "Second company")])


def test_each_mail_carries_the_numbers_of_its_customer(told, rita):
    people = {r.language: r for r in audience(start(told, rita)).recipients(told.incident)}

    assert dict(people["uz-cyrl"].fields) == {
        "customer": "Ўқитувчи",
        "contact": "Reader 2",
        "count": "42",
        "incident": told.incident.ref,
    }


def test_a_second_first_notice_leaves_out_who_got_one_and_an_update_does_not(told, sent, rita, olga):
    late = make_customer(by=olga, name="Found later")
    make_contact(late, by=olga, email="late@customer.example")
    make_affected(told.incident, late, by=olga, people_count=1)

    first = audience(start(told, rita))
    update = audience(start(told, rita, NoticeKind.UPDATE))

    assert addresses(first) == ["late@customer.example"]
    assert sorted(row.customer.name for row in first.told_before) == sorted(c.name for c in told.reads.values())
    assert len(update.addressees) == 5
    assert update.told_before == []


def rename(contact, by):
    customer = contact.customer
    directory.change_customer(customer, version=customer.version, by=by, values={"name": "Another company"})


@pytest.mark.parametrize(
    "change",
    [
        rename,
        lambda contact, by: Organisation.objects.update(name="Another sender"),
        lambda contact, by: Organisation.objects.update(security_email="other@company.example"),
        lambda contact, by: directory.change_contact(contact, by=by, values={"email": "new@customer.example"}),
        lambda contact, by: directory.change_contact(contact, by=by, values={"name": "Another"}),
        lambda contact, by: directory.change_contact(contact, by=by, values={"language": "ru"}),
        lambda contact, by: directory.change_contact(contact, by=by, values={"is_active": False}),
        lambda contact, by: make_contact(contact.customer, by=by, email="more@customer.example"),
        lambda contact, by: AffectedCustomer.objects.filter(customer=contact.customer).update(people_count=99),
    ],
)
def test_the_fingerprint_changes_with_everything_that_a_mail_would_change_by(told, rita, olga, change):
    notice = start(told, rita)
    before = audience(notice).fingerprint()
    assert audience(notice).fingerprint() == before

    change(told.reads["en"].contacts.get(), olga)

    assert audience(notice).fingerprint() != before


# --- the call list -------------------------------------------------------------------------------


def calls(told):
    return {call.row.customer.name: call for call in call_list(told.incident)}


def test_a_failed_mail_puts_its_customer_on_the_call_list(told, sent):
    assert set(calls(told)) == {"No mail"}
    Message.objects.filter(scope=told.reads["ru"].ref).update(state="failed")

    found = calls(told)

    assert set(found) == {"No mail", "Ромашка"}
    assert (found["Ромашка"].failed, found["No mail"].failed) == (1, 0)


def test_who_is_settled_stays_on_the_call_list(told, rita):
    sending.called(told.incident, customer=told.by_phone, spoke_with="Anvar", note="", by=rita)

    assert calls(told)["No mail"].settlement.spoke_with == "Anvar"


def test_mails_of_another_incident_count_for_nothing(told, sent, rita, olga):
    Message.objects.filter(scope=told.reads["en"].ref).update(state="failed")
    other = make_incident(by=olga, personal_data=Flag.YES)
    incidents.change_team(other, team=[rita], by=olga)
    make_affected(other, told.reads["en"], by=olga, people_count=1)
    other.refresh_from_db()

    notice = write_words(notices.start(other, kind=NoticeKind.FIRST, by=rita), by=rita)

    assert call_list(other) == []
    assert len(audience(notice).addressees) == 1
    notices.send_test(notice, by=rita)
    assert approve(notices.submit(notice, version=notice.version, by=rita), by=olga).recipient_count == 1
