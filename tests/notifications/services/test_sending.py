"""From the approval to the last customer who is told."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Right, Role, may
from core.dates import LANGUAGE_TAGS
from customers.services import directory
from incidents import selectors
from incidents.services import affected, incidents
from incidents.terms import EntryKind
from notifications.models import Settlement
from notifications.services import notices, sending
from notifications.terms import NoticeKind, NoticeState
from outbox.models import Batch, Message
from outbox.selectors import progress
from outbox.services import queue as outbox
from tests.factories import make_contact, make_customer, make_user
from tests.notifications.conftest import WORDS, approve, write_words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]

REASON = "The contract with this customer has ended"


def outside(mail_server):
    """Who got mail, without the author, who got the tests."""
    return sorted(address for address in mail_server.recipients if address.endswith("@customer.example"))


def telling(told):
    return selectors.case(told.incident).notify.customers


# --- over real SMTP ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", WORDS)
def test_each_customer_reads_the_approved_words_in_the_own_language(told, sent, mail_server, deliver, language):
    deliver()

    [mail] = mail_server.to(told.addresses[language])
    customer, number = told.reads[language], list(WORDS).index(language) + 1
    assert mail["Subject"] == WORDS[language]["subject"]
    assert mail["Content-Language"] == LANGUAGE_TAGS[language]
    assert str(mail["From"]) == "Bulut Mail <security@company.example>"
    assert str(mail["To"]) == f"Reader {number} <{told.addresses[language]}>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == Message.objects.get(address=told.addresses[language]).message_id
    assert not list(mail.iter_attachments())
    plain, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for part, words in WORDS[language].items():
        filled = words.format(customer=customer.name, count=40 + number, incident=told.incident.ref)
        assert filled in (mail["Subject"] if part == "subject" else plain)
    assert customer.name.replace("&", "&amp;") in page
    assert f'lang="{LANGUAGE_TAGS[language]}"' in page
    assert "{" not in plain
    assert "http" not in plain
    assert f"Reader {number}" in plain
    assert "Bulut Mail LLC" in plain
    assert "305123456" in plain


def test_every_customer_gets_it_once_however_often_the_outbox_is_swept(told, sent, mail_server, deliver):
    for _ in range(3):
        deliver()

    assert outside(mail_server) == sorted(told.addresses.values())


def test_a_lost_answer_sends_again_under_the_same_name(told, sent, olga, mail_server, deliver, clock):
    sending.pause(sent, by=olga)
    deliver()  # the tests to the author
    sending.resume(sent, by=olga)
    mail_server.lose_answers(1)
    for _ in range(3):
        deliver()
        clock.forward(hours=5)

    [lost] = {address for address in outside(mail_server) if outside(mail_server).count(address) == 2}
    first, second = mail_server.to(lost)
    assert first["Message-ID"] == second["Message-ID"]
    assert progress([sent.batch_id]).sent == 4


def test_what_looks_like_a_tag_in_a_name_stays_text(told, draft, rita, olga, mail_server, deliver):
    customer = told.reads["en"]
    directory.change_customer(customer, version=0, by=olga, values={"name": "Bold <b>& Sons %(x)s"})
    notice = notices.submit(draft, version=draft.version, by=rita)
    approve(notice, by=olga)
    deliver()

    [mail] = mail_server.to(told.addresses["en"])
    plain, page = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert "Bold <b>& Sons %(x)s" in plain
    assert "Bold &lt;b&gt;&amp; Sons %(x)s" in page


def test_what_looks_like_a_field_in_a_name_stops_the_notice(told, draft, rita, olga):
    directory.change_customer(told.reads["en"], version=0, by=olga, values={"name": "{incident}{{7*7}}"})

    with pytest.raises(ValidationError, match="holds a link"):
        notices.submit(draft, version=draft.version, by=rita)


def test_later_changes_of_directory_and_texts_change_nothing_that_left(told, sent, olga, mail_server, deliver):
    directory.change_customer(told.reads["ru"], version=0, by=olga, values={"name": "Новое имя"})
    sent.texts.filter(language="ru").update(what_happened="Другой текст")
    deliver()

    plain = mail_server.to(told.addresses["ru"])[0].get_body(("plain",)).get_content()
    assert "Ромашка" in plain
    assert "Другой текст" not in plain


def test_nothing_leaves_before_the_approval(waiting, mail_server, deliver):
    deliver()

    assert set(mail_server.recipients) <= {"rita@company.example"}


# --- pause, resume, try again --------------------------------------------------------------------


def test_a_paused_notice_waits_and_a_resumed_one_goes_on(told, sent, olga, mail_server, deliver, audited):
    sending.pause(sent, by=olga)
    sending.pause(sent, by=olga)
    deliver()
    assert outside(mail_server) == []
    sending.resume(sent, by=olga)
    deliver()

    assert len(outside(mail_server)) == 4
    assert len(audited("notice.paused")) == len(audited("notice.resumed")) == 1


def test_a_person_may_pause_what_the_system_has_paused(told, sent, olga, client_of, audited):
    outbox.pause(sent.batch, reason="550 Sender rejected", by_system=True)
    page = client_of(olga).get(f"/notifications/{sent.ref}/sending/").content.decode()
    assert 'id="resume"' in page
    assert 'id="pause"' in page

    sending.pause(sent, by=olga)

    sent.batch.refresh_from_db()
    assert not sent.batch.is_paused_by_system
    assert len(audited("notice.paused")) == 1
    page = client_of(olga).get(f"/notifications/{sent.ref}/sending/").content.decode()
    assert 'id="resume"' in page
    assert 'id="pause"' not in page


@pytest.mark.parametrize("role", Role)
def test_mail_that_the_system_paused_is_resumed_by_the_administration_alone(told, sent, role, audited):
    person = make_user(role)
    outbox.pause(sent.batch, reason="550 Sender rejected", by_system=True)

    if may(person, Right.MANAGE_SETTINGS):
        assert sending.resume_mail(by=person) == 1
        assert sending.resume_mail(by=person) == 0
        (entry,) = audited("mail.resumed")
        assert entry.actor == f"user:{person.pk}"
        assert Batch.objects.get(pk=sent.batch.pk).paused_at is None
    else:
        with pytest.raises(PermissionDenied):
            sending.resume_mail(by=person)
        assert audited("mail.resumed") == []


def test_what_a_person_paused_stays_so_when_all_mail_is_resumed(told, sent, olga, audited):
    sending.pause(sent, by=olga)

    assert sending.resume_mail(by=make_user(Role.ADMINISTRATOR)) == 0
    assert Batch.objects.get(pk=sent.batch.pk).paused_at
    assert audited("mail.resumed") == []


def test_only_failed_mails_are_tried_again(told, sent, rita, mail_server, deliver, audited):
    mail_server.refuse(told.addresses["ru"])
    deliver()
    mail_server.behave()

    assert sending.retry(sent, reason="no_such_address", by=rita) == 1
    deliver()

    assert outside(mail_server) == sorted(told.addresses.values())
    assert progress([sent.batch_id]).sent == 4
    assert len(audited("notice.retried")) == 1


def test_numbers_add_up_at_every_moment(told, sent, mail_server, deliver):
    mail_server.refuse(told.addresses["ru"])
    mail_server.fail_temporarily(told.addresses["uz"])

    for _ in range(3):
        sums = progress([sent.batch_id])
        assert sums.sent + sums.waiting + sums.sending + sums.failed + sums.held == sums.total == 4
        deliver()

    assert (sums.sent, sums.failed, sums.waiting, sums.retrying) == (2, 1, 1, 1)


def test_what_has_not_left_can_be_neither_paused_nor_tried_again(waiting, olga):
    for deed in (
        lambda: sending.pause(waiting, by=olga),
        lambda: sending.resume(waiting, by=olga),
        lambda: sending.retry(waiting, reason="", by=olga),
    ):
        with pytest.raises(ValidationError):
            deed()


@pytest.mark.parametrize("role", Role)
def test_who_may_pause_try_again_call_and_waive(role, told, sent):
    person = make_user(role)
    working = role in {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}
    approving = role in {Role.OFFICER, Role.DEPUTY, Role.DIRECTOR}
    for may_do, deed in (
        (approving, lambda: sending.pause(sent, by=person)),
        (approving, lambda: sending.resume(sent, by=person)),
        (working, lambda: sending.retry(sent, reason="", by=person)),
        (
            working,
            lambda: sending.called(told.incident, customer=told.by_phone, spoke_with="Anvar", note="", by=person),
        ),
        (
            role is Role.DIRECTOR,
            lambda: sending.waive(told.incident, customer=told.reads["en"], reason=REASON, by=person),
        ),
    ):
        if may_do:
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()


# --- by phone, or waived -------------------------------------------------------------------------


def test_a_call_counts_with_who_when_and_with_whom(told, rita, clock, audited):
    happened = clock.set("2027-07-16 13:00")
    clock.forward(hours=1)

    settlement = sending.called(
        told.incident, customer=told.by_phone, spoke_with="Anvar", note="Calm", by=rita, happened_at=happened
    )

    assert (settlement.by, settlement.spoke_with, settlement.happened_at) == (rita, "Anvar", happened)
    entry = told.incident.timelineentry_set.get(kind=EntryKind.CALL)
    assert (entry.happened_at, entry.added_at, entry.is_in_report) == (happened, clock.now, True)
    assert len(audited("customer.called")) == 1


def test_a_call_without_a_person_is_no_call(told, rita):
    with pytest.raises(ValidationError) as error:
        sending.called(told.incident, customer=told.by_phone, spoke_with=" ", note="", by=rita)

    assert "spoke_with" in error.value.message_dict


def test_a_customer_is_settled_once(told, rita, dan):
    sending.called(told.incident, customer=told.by_phone, spoke_with="Anvar", note="", by=rita)

    for deed in (
        lambda: sending.called(told.incident, customer=told.by_phone, spoke_with="Olim", note="", by=rita),
        lambda: sending.waive(told.incident, customer=told.by_phone, reason=REASON, by=dan),
    ):
        with pytest.raises(ValidationError) as error:
            deed()
        assert error.value.code == "faster"


def test_only_affected_customers_are_settled(told, rita, dan):
    strange = make_customer()

    with pytest.raises(ValidationError):
        sending.called(told.incident, customer=strange, spoke_with="Anvar", note="", by=rita)
    with pytest.raises(ValidationError):
        sending.waive(told.incident, customer=strange, reason=REASON, by=dan)


@pytest.mark.parametrize("reason", ["", "x" * 19, " " * 30])
def test_a_waiver_has_a_reason_of_twenty_characters(told, dan, reason):
    with pytest.raises(ValidationError):
        sending.waive(told.incident, customer=told.by_phone, reason=reason, by=dan)


@pytest.mark.parametrize("values", [{"spoke_with": ""}, {"kind": "waived", "note": ""}])
def test_the_database_refuses_a_settlement_that_says_nothing(told, rita, values):
    settlement = sending.called(told.incident, customer=told.by_phone, spoke_with="Anvar", note="", by=rita)

    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.filter(pk=settlement.pk).update(**values)


# --- the duty is computed ------------------------------------------------------------------------


def test_customers_are_told_when_every_mail_left_and_the_rest_was_called(told, sent, rita, mail_server, deliver, clock):
    assert (telling(told).is_done, str(telling(told).words)) == (False, "Customers: 0 of 5 told.")
    deliver()
    assert str(telling(told).words) == "Customers: 4 of 5 told."
    clock.forward(hours=5)

    sending.called(told.incident, customer=told.by_phone, spoke_with="Anvar", note="", by=rita)

    found = telling(told)
    assert (found.is_done, found.done_at, str(found.words)) == (True, clock.now, "Customers: 5 of 5 told.")


def test_a_customer_is_told_only_when_all_of_its_mails_left(told, rita, olga, draft, mail_server, deliver):
    make_contact(told.reads["en"], by=olga, email="second@customer.example", language="en")
    approve(notices.submit(draft, version=draft.version, by=rita), by=olga)
    mail_server.refuse("second@customer.example")
    deliver()

    assert str(telling(told).words) == "Customers: 3 of 5 told."
    assert telling(told).step == "Settle who was not reached"


def test_a_waiver_settles_a_customer(told, sent, dan, mail_server, deliver):
    deliver()

    sending.waive(told.incident, customer=told.by_phone, reason=REASON, by=dan)

    assert telling(told).is_done


def test_a_test_mail_tells_nobody(told, draft, mail_server, deliver):
    deliver()

    assert str(telling(told).words).endswith("is a draft.")


def test_an_update_that_failed_opens_what_was_told(told, sent, rita, olga, mail_server, deliver):
    deliver()
    sending.called(told.incident, customer=told.by_phone, spoke_with="Anvar", note="", by=rita)
    assert telling(told).is_done
    update = write_words(notices.start(told.incident, kind=NoticeKind.UPDATE, by=rita), by=rita)
    notices.send_test(update, by=rita)
    approve(notices.submit(update, version=update.version, by=rita), by=olga)
    mail_server.refuse(told.addresses["ru"])
    deliver()

    assert str(telling(told).words) == "Customers: 4 of 5 told."


def test_a_customer_found_later_opens_the_duty_again(told, sent, rita, olga, mail_server, deliver):
    deliver()
    sending.called(told.incident, customer=told.by_phone, spoke_with="Anvar", note="", by=rita)
    assert telling(told).is_done

    affected.attach(told.incident, choices=[affected.Choice(make_customer(by=olga), 3)], source="directory", by=rita)

    assert str(telling(told).words) == "Customers: 5 of 6 told."


def test_who_was_taken_off_the_list_does_not_hold_the_duty_open(told, sent, rita, mail_server, deliver):
    deliver()

    affected.detach(told.incident.affectedcustomer_set.get(customer=told.by_phone), reason="Another tenant", by=rita)

    assert telling(told).is_done


@pytest.mark.parametrize(
    ("state", "words", "step"),
    [
        (None, "Customers: 0 of 5 told.", "Write the notice"),
        (NoticeState.DRAFT, "Customers: NTF-001 is a draft.", "Continue the notice"),
        (NoticeState.WAITING, "Customers: NTF-001 waits for approval.", "Review and approve"),
    ],
)
def test_the_next_step_follows_the_notice(request, told, state, words, step):
    if state:
        request.getfixturevalue(state.value)

    found = telling(told)

    assert (str(found.words), str(found.step)) == (words, step)


def test_the_clock_of_the_customers_stops_when_the_last_one_is_told(told, sent, rita, mail_server, deliver, clock):
    def line():
        return next(line for line in selectors.case(told.incident).clocks if line.code == "customers")

    deliver()
    assert line().is_running
    clock.forward(hours=5)
    sending.called(told.incident, customer=told.by_phone, spoke_with="Anvar", note="", by=rita)

    assert line().stopped_at == clock.now


def test_nobody_affected_means_nobody_to_tell(told, rita):
    for row in told.incident.affectedcustomer_set.all():
        affected.detach(row, reason="Another tenant", by=rita)
    assert str(telling(told).words) == "Customers: the list is empty."

    affected.decide(told.incident, answer="no", reason="All of them were on another server", by=rita)

    assert telling(told).is_done
    assert not telling(told).is_required
    incidents.change_facts(
        told.incident.__class__.objects.get(pk=told.incident.pk),
        version=told.incident.__class__.objects.get(pk=told.incident.pk).version,
        by=rita,
        values={"systems": "Another server"},
    )
    assert telling(told).is_done
