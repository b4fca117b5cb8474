import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from core.errors import Conflict
from customers.services import directory
from incidents.services import incidents
from incidents.terms import EntryKind
from notifications.audience import audience
from notifications.models import Notice
from notifications.models.notices import hash_texts
from notifications.services import notices
from notifications.terms import LANGUAGES, NoticeKind, NoticeState
from outbox.models import Batch, Message
from tests.factories import make_block, make_contact, make_report, make_user
from tests.notifications.conftest import WORDS, approve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]

WRITING = {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}
APPROVING = {Role.OFFICER, Role.DEPUTY, Role.DIRECTOR}


def seen(notice):
    return {
        "content_hash": hash_texts(list(notice.texts.all())),
        "audience_hash": audience(notice).fingerprint(),
    }


def mails():
    return Message.objects.filter(batch__purpose__startswith="notice:")


# --- the beginning -------------------------------------------------------------------------------


def test_a_notice_begins_with_the_built_in_text_in_four_languages(told, rita, audited):
    notice = notices.start(told.incident, kind=NoticeKind.FIRST, by=rita)

    assert (notice.ref, notice.state, notice.started_by) == ("NTF-001", NoticeState.DRAFT, rita)
    assert {text.language for text in notice.texts.all()} == set(LANGUAGES)
    assert not any(text.empty_parts for text in notice.texts.all())
    assert len(audited("notice.started")) == 1


def test_what_the_record_knows_is_filled_in_and_the_rest_stays_an_open_place(told, rita, olga, clock):
    moment = clock.set("2027-07-16 13:05")
    make_block(told.incident, by=olga, happened_at=moment)
    incidents.change_facts(
        told.incident,
        version=told.incident.version,
        by=olga,
        values={"noticed_at": moment, "data_kinds": "names and phones"},
    )

    text = notices.start(told.incident, kind=NoticeKind.FIRST, by=rita).texts.get(language="en")

    assert "16 July 2027" in text.subject
    assert "names and phones" in text.what_data
    assert "IP address" in text.what_we_did
    assert "16 July 2027, 13:05" in text.what_we_did
    assert "+998 71 200 00 00" in text.contact
    assert "security@company.example" in text.contact
    assert "‹" in text.what_happened
    assert {"{customer}", "{count}"} <= set(text.what_data.replace("\n", " ").replace(".", " ").split())


def test_an_open_notice_of_a_kind_is_given_back(told, rita, olga):
    first = notices.start(told.incident, kind=NoticeKind.FIRST, by=rita)

    assert notices.start(told.incident, kind=NoticeKind.FIRST, by=olga) == first
    assert notices.start(told.incident, kind=NoticeKind.UPDATE, by=olga) != first


def test_nobody_is_told_of_what_nobody_confirmed(rita):
    with pytest.raises(ValidationError):
        notices.start(make_report(), kind=NoticeKind.FIRST, by=rita)


def test_the_second_of_two_writers_meets_a_conflict(draft, rita, rolf):
    values = WORDS["en"] | {"what_next": "Hers"}
    notices.write(draft, language="en", version=draft.version, values=values, by=rita)

    with pytest.raises(Conflict):
        notices.write(draft, language="ru", version=draft.version, values=WORDS["ru"], by=rolf)

    assert draft.texts.get(language="en").what_next == "Hers"
    assert not draft.writers.filter(pk=rolf.pk).exists()


# --- four eyes -----------------------------------------------------------------------------------


def test_another_person_approves_and_the_mails_are_in_the_outbox(waiting, olga, audited):
    approved = approve(waiting, by=olga)

    assert (approved.state, approved.approved_by, approved.batch_id is not None) == (NoticeState.APPROVED, olga, True)
    assert mails().count() == approved.recipient_count == 4
    assert {message.state for message in mails()} == {"pending"}
    entry = approved.incident.timelineentry_set.filter(kind=EntryKind.NOTICE).latest("number")
    assert (entry.facts["step"], entry.facts["recipients"], entry.is_in_report) == ("approved", 4, True)
    assert waiting.content_hash in audited("notice.approved")[-1].changes


def test_the_author_cannot_approve(draft, olga):
    notice = notices.write(draft, language="en", version=draft.version, values=WORDS["en"], by=olga)
    notices.send_test(notice, by=olga)
    notice = notices.submit(notice, version=notice.version, by=olga)

    with pytest.raises(PermissionDenied):
        approve(notice, by=olga)

    assert not mails().exists()


def test_who_changed_one_word_and_sent_nothing_cannot_approve(draft, rita, olga, dora):
    notice = notices.write(
        draft, language="en", version=draft.version, values={**WORDS["en"], "what_next": "Soon."}, by=olga
    )
    notices.send_test(notice, by=rita)
    notice = notices.submit(notice, version=notice.version, by=rita)

    with pytest.raises(PermissionDenied):
        approve(notice, by=olga)
    assert approve(notice, by=dora).approved_by == dora


def test_who_began_it_cannot_approve_even_if_others_wrote_every_word(told, rita, olga, dora):
    notice = notices.start(told.incident, kind=NoticeKind.FIRST, by=olga)
    for language in LANGUAGES:
        notice = notices.write(notice, language=language, version=notice.version, values=WORDS[language], by=rita)
    notices.send_test(notice, by=rita)
    notice = notices.submit(notice, version=notice.version, by=rita)

    assert not notices.may_approve(notice, olga)
    with pytest.raises(PermissionDenied):
        approve(notice, by=olga)
    assert approve(notice, by=dora).state == NoticeState.APPROVED


def test_who_sent_it_for_approval_cannot_approve_after_a_change_of_roles(waiting, rita):
    rita.holdings.create(role=Role.OFFICER)
    del rita.__dict__["roles"]

    with pytest.raises(PermissionDenied):
        approve(waiting, by=type(rita).objects.get(pk=rita.pk))


def test_the_database_itself_refuses_an_author_as_approver(waiting, rita, clock):
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=waiting.pk).update(approved_by=rita, approved_at=clock.now)


@pytest.mark.parametrize("role", Role)
def test_who_may_write_and_who_may_approve(role, told, waiting):
    person = make_user(role)

    for may_do, deed in (
        (role in APPROVING, lambda: approve(waiting, by=person)),
        (role in WRITING, lambda: notices.start(told.incident, kind=NoticeKind.UPDATE, by=person)),
        (role in WRITING, lambda: notices.cancel(notices.start(told.incident, kind="final", by=person), by=person)),
    ):
        if may_do:
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()


@pytest.mark.parametrize("role", Role)
def test_who_may_return(role, waiting):
    person = make_user(role)

    if role in APPROVING:
        assert notices.return_to_author(waiting, comment="Shorter", by=person).is_draft
    else:
        with pytest.raises(PermissionDenied):
            notices.return_to_author(waiting, comment="Shorter", by=person)


# --- bound to a hash -----------------------------------------------------------------------------


def test_any_edit_cancels_the_request_for_approval(waiting, rita, olga):
    read = seen(waiting)

    changed = notices.write(
        waiting, language="ru", version=waiting.version, values={**WORDS["ru"], "what_next": "Скоро."}, by=rita
    )

    assert (changed.state, changed.submitted_by, changed.content_hash) == (NoticeState.DRAFT, None, "")
    with pytest.raises(ValidationError) as error:
        notices.approve(changed, **read, by=olga)
    assert error.value.code == "faster"
    assert not mails().exists()


def test_what_was_approved_is_what_the_approver_saw(waiting, rita, olga):
    read = seen(waiting)
    changed = notices.write(
        waiting, language="ru", version=waiting.version, values={**WORDS["ru"], "what_next": "Скоро."}, by=rita
    )
    notices.send_test(changed, by=rita)
    again = notices.submit(changed, version=changed.version, by=rita)

    with pytest.raises(Conflict):
        notices.approve(again, **read, by=olga)
    assert approve(again, by=olga).state == NoticeState.APPROVED


def test_a_word_changed_behind_the_back_of_the_product_is_found(waiting, olga):
    read = seen(waiting)
    waiting.texts.filter(language="en").update(what_to_do="Send us your password")

    with pytest.raises(Conflict):
        notices.approve(waiting, **read, by=olga)
    with pytest.raises(Conflict):
        approve(waiting, by=olga)

    assert not mails().exists()


def test_another_audience_is_not_what_was_approved(waiting, told, olga):
    read = seen(waiting)
    make_contact(told.reads["en"], by=olga, email="added@customer.example")

    for given in (read, seen(waiting)):
        with pytest.raises(ValidationError) as error:
            notices.approve(waiting, **given, by=olga)
        assert error.value.code == "audience"

    assert not mails().exists()


def test_a_corrected_address_needs_a_new_request(waiting, told, rita, olga):
    directory.change_contact(told.reads["en"].contacts.get(), by=olga, values={"email": "right@customer.example"})
    returned = notices.return_to_author(waiting, comment="The list changed", by=olga)

    again = notices.submit(returned, version=returned.version, by=rita)

    assert approve(again, by=olga).state == NoticeState.APPROVED
    assert mails().filter(address="right@customer.example").exists()


@pytest.mark.parametrize("hashes", [{"content_hash": ""}, {"content_hash": "0" * 64}, {"audience_hash": ""}])
def test_a_wrong_hash_approves_nothing(waiting, olga, hashes):
    with pytest.raises((Conflict, ValidationError)):
        notices.approve(waiting, **{**seen(waiting), **hashes}, by=olga)

    assert not Batch.objects.filter(purpose__startswith="notice:").exists()


# --- once ----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_approvals_make_one_batch(waiting, olga, dora, oscar, dan, in_threads):
    read, people = seen(waiting), [olga, dora, oscar, dan]

    def act(number):
        return notices.approve(Notice.objects.get(pk=waiting.pk), **read, by=people[number % 4]).approved_by

    answers = in_threads(20, act)

    won = [answer for answer in answers if not isinstance(answer, Exception)]
    assert len(won) == 1
    assert all(isinstance(a, ValidationError) and a.code == "faster" for a in answers if isinstance(a, Exception))
    assert Batch.objects.filter(purpose=f"notice:{waiting.ref}").count() == 1
    assert mails().count() == 4
    waiting.refresh_from_db()
    assert waiting.approved_by == won[0]


@pytest.mark.django_db(transaction=True)
def test_an_edit_and_an_approval_at_once_end_in_one_of_them(waiting, rita, olga, in_threads):
    read = seen(waiting)
    values = {**WORDS["en"], "what_next": "Changed at the last moment."}

    def act(number):
        notice = Notice.objects.get(pk=waiting.pk)
        if number:
            return notices.approve(notice, **read, by=olga).state
        return notices.write(notice, language="en", version=waiting.version, values=values, by=rita).state

    in_threads(2, act)

    waiting.refresh_from_db()
    was_changed = waiting.texts.get(language="en").what_next == values["what_next"]
    assert (waiting.state == NoticeState.APPROVED) is not was_changed
    assert mails().exists() is (waiting.state == NoticeState.APPROVED)


def test_an_approved_notice_is_frozen(sent, rita, olga, dora):
    text = mails().first().content

    for deed in (
        lambda: notices.write(sent, language="en", version=sent.version, values=WORDS["en"], by=rita),
        lambda: notices.submit(sent, version=sent.version, by=rita),
        lambda: notices.return_to_author(sent, comment="Too late", by=dora),
        lambda: approve(sent, by=dora),
        lambda: notices.cancel(sent, by=rita),
        lambda: notices.send_test(sent, by=rita),
    ):
        with pytest.raises(ValidationError) as error:
            deed()
        assert error.value.code == "faster"
    assert text.sha256 == text.fingerprint()


# --- sent for approval, returned, cancelled ------------------------------------------------------


def test_a_notice_is_sent_for_approval_once_and_as_it_was_read(draft, rita):
    with pytest.raises(Conflict):
        notices.submit(draft, version=draft.version - 1, by=rita)
    notices.submit(draft, version=draft.version, by=rita)
    with pytest.raises(ValidationError) as error:
        notices.submit(draft, version=draft.version + 1, by=rita)

    assert error.value.code == "faster"


def test_a_draft_cannot_be_approved(draft, olga):
    with pytest.raises(ValidationError):
        approve(draft, by=olga)


def test_a_returned_notice_says_what_to_change(waiting, rita, olga, audited):
    with pytest.raises(ValidationError):
        notices.return_to_author(waiting, comment=" ", by=olga)

    returned = notices.return_to_author(waiting, comment="Say when we write again", by=olga)

    assert (returned.state, returned.returned_comment, returned.returned_by) == (
        NoticeState.DRAFT,
        "Say when we write again",
        olga,
    )
    assert len(audited("notice.returned")) == 1
    again = notices.submit(returned, version=returned.version, by=rita)
    assert (again.returned_comment, again.returned_by) == ("", None)


def test_a_cancelled_notice_leaves_nothing_and_its_number_stays_used(waiting, told, rita, audited):
    cancelled = notices.cancel(waiting, by=rita)

    assert (cancelled.state, mails().exists()) == (NoticeState.CANCELLED, False)
    assert notices.start(told.incident, kind=NoticeKind.FIRST, by=rita).ref == "NTF-002"
    assert len(audited("notice.cancelled")) == 1


# --- the test mail -------------------------------------------------------------------------------


def test_a_test_goes_to_oneself_in_four_languages_and_to_nobody_else(draft, rita, mail_server, deliver):
    deliver()

    assert set(mail_server.recipients) == {"rita@company.example"}
    subjects = [str(mail["Subject"]) for mail in mail_server.to("rita@company.example")]
    assert sorted(subjects) == sorted(f"[TEST] {words['subject']}" for words in WORDS.values())
    english = next(m for m in mail_server.to("rita@company.example") if m["Content-Language"] == "en")
    body = english.get_body(("plain",)).get_content()
    assert "Acme & Sons" in body
    assert "This is a test" in body


def test_a_test_of_a_language_that_nobody_reads_shows_the_place_of_the_name(told, rita, mail_server, deliver):
    notice = notices.start(told.incident, kind=NoticeKind.FIRST, by=rita)
    told.incident.affectedcustomer_set.update(removed_at=told.incident.reported_at, removed_by=rita)

    notices.send_test(notice, by=rita)
    deliver()

    assert len(mail_server.arrived) == 4
    assert any("‹customer›" in m.get_body(("plain",)).get_content() for m in mail_server.to("rita@company.example"))


def test_a_customer_renamed_after_reading_is_not_written_to(told, waiting, olga):
    saw, acme = seen(waiting), told.reads["en"]
    directory.change_customer(acme, version=acme.version, by=olga, values={"name": "https://a.example"})

    with pytest.raises(ValidationError) as error:
        notices.approve(waiting, **saw, by=olga)

    assert error.value.code == "audience"
    assert not mails().exists()
