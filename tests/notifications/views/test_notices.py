"""The composer, the approval and what follows, page by page."""

import csv
import io

import pytest
from django.urls import reverse

from accounts.roles import Role
from customers.services import directory
from notifications.models import Notice, Settlement
from notifications.services import notices
from notifications.terms import NoticeState
from outbox.models import Message
from tests.factories import fresh_code, make_contact, make_user
from tests.notifications.conftest import WORDS, approve
from tests.pages import assert_refused, form_of, value, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


def at(name, notice, *more):
    return reverse(name, args=[notice.ref, *more])


@pytest.fixture
def writer(rita, client_of):
    return client_of(rita)


@pytest.fixture
def officer(olga, client_of):
    return client_of(olga)


# --- writing -------------------------------------------------------------------------------------


def test_a_notice_is_started_once_by_a_double_click(told, writer):
    address = reverse("incident_notifications", args=[told.incident.ref])
    form = {**form_of(writer.get(address)), "kind": "first"}

    first, second = writer.post(address, form), writer.post(address, form)

    assert first.headers["Location"] == second.headers["Location"] == Notice.objects.get().get_absolute_url()


@pytest.mark.parametrize(
    ("part", "text"),
    [("subject", "a\u202eb"), ("what_happened", "a\x00b"), ("what_to_do", "Use {password}"), ("subject", "x" * 151)],
)
def test_a_wrong_part_is_named_and_the_others_stay(draft, writer, part, text):
    form = {**form_of(writer.get(at("notice_message", draft, "en"))), "what_next": "My own words", part: text}

    response = writer.post(at("notice_message", draft, "en"), form)

    assert_refused(response, part)
    assert value(response, "what_next") == "My own words"
    assert draft.texts.get(language="en").what_next == WORDS["en"]["what_next"]


def test_a_name_in_braces_that_is_no_field_is_told_with_those_that_are(draft, writer):
    form = {**form_of(writer.get(at("notice_message", draft, "en"))), "what_to_do": "Use {password}"}

    text = assert_refused(writer.post(at("notice_message", draft, "en"), form), "what_to_do")

    assert "{password} is not a field. Fields are: {contact}, {count}, {customer}, {incident}" in text


def test_the_slower_of_two_writers_sees_both_texts_and_loses_nothing(draft, writer, olga):
    read = form_of(writer.get(at("notice_message", draft, "ru")))
    notices.write(draft, language="ru", version=draft.version, values={**WORDS["ru"], "what_next": "Её слова"}, by=olga)

    response = writer.post(at("notice_message", draft, "ru"), {**read, "what_next": "Мои слова"})

    assert response.status_code == 409
    assert "Её слова" in words(response)
    kept = form_of(response)
    assert kept["what_next"] == "Мои слова"
    assert kept["what_happened"] == WORDS["ru"]["what_happened"]
    assert writer.post(at("notice_message", draft, "ru"), kept).status_code == 302
    assert draft.texts.get(language="ru").what_next == "Мои слова"


def test_an_unknown_language_is_no_page(draft, writer):
    for language in ("de", "uz-Cyrl", "EN"):
        assert writer.get(at("notice_message", draft, language)).status_code == 404
        assert writer.get(at("notice_frame", draft, language)).status_code == 404


def test_the_preview_shows_what_one_recipient_reads(draft, told, writer):
    text = words(writer.get(at("notice_preview", draft)))
    chosen = words(writer.get(at("notice_preview", draft), {"as": "2"}))

    assert "{" not in text
    assert any(customer.name in chosen for customer in told.reads.values())


def test_the_page_of_the_preview_runs_nothing_and_asks_nobody(draft, told, olga, writer):
    customer = told.reads["en"]
    directory.change_customer(customer, version=0, by=olga, values={"name": "<script>alert(1)</script>"})

    response = writer.get(at("notice_frame", draft, "en"))

    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert b"<script>alert" not in response.content
    assert b"&lt;script&gt;alert" in response.content


def test_sending_for_approval_lists_what_is_missing_with_its_way(told, writer, rita):
    notice = notices.start(told.incident, kind="first", by=rita)
    address = at("notice_approval", notice)

    response = writer.post(address, form_of(writer.get(address)))

    assert response.status_code == 422
    assert "fill the place ‹…›" in words(response)
    assert f"{notice.get_absolute_url()}message/".encode() in response.content
    notice.refresh_from_db()
    assert notice.is_draft


# --- approving -----------------------------------------------------------------------------------


def test_another_person_reads_approves_with_a_fresh_code_and_it_leaves(waiting, officer, olga, mail_server, deliver):
    address = at("notice_approval", waiting)
    page = officer.get(address)
    assert "Approve and send to 4" in words(page)

    response = officer.post(address, {**form_of(page), "code": fresh_code(olga)})
    deliver()

    assert response.headers["Location"] == at("notice_sending", waiting)
    assert "4" in words(officer.get(response.headers["Location"]))
    assert len([a for a in mail_server.recipients if a.endswith("@customer.example")]) == 4


@pytest.mark.parametrize("code", ["", "000000", "abcdef", "１２３４５６", "1" * 30])
def test_a_wrong_code_approves_nothing(waiting, officer, code):
    address = at("notice_approval", waiting)

    assert_refused(officer.post(address, {**form_of(officer.get(address)), "code": code}), "code")

    waiting.refresh_from_db()
    assert waiting.state == NoticeState.WAITING


def test_the_author_sees_why_not_and_cannot_by_a_direct_request(waiting, writer, rita, olga, client_of):
    rita.holdings.create(role=Role.OFFICER)
    address = at("notice_approval", waiting)
    page = client_of(rita).get(address)
    assert "You cannot approve a message that you wrote or changed." in words(page)
    seen = form_of(client_of(olga).get(address))

    response = client_of(rita).post(address, {**seen, "code": fresh_code(rita)})

    assert response.status_code == 403
    assert not Message.objects.filter(batch__purpose__startswith="notice:").exists()


def test_a_text_that_changed_meanwhile_is_read_again(waiting, officer, olga, rita):
    address = at("notice_approval", waiting)
    seen = form_of(officer.get(address))
    changed = notices.write(
        waiting, language="en", version=waiting.version, values={**WORDS["en"], "what_next": "Soon."}, by=rita
    )
    notices.send_test(changed, by=rita)
    notices.submit(changed, version=changed.version, by=rita)

    response = officer.post(address, {**seen, "code": fresh_code(olga)})

    assert response.status_code == 422
    assert "The text changed while you were reading." in words(response)
    waiting.refresh_from_db()
    assert waiting.state == NoticeState.WAITING


def test_a_list_that_changed_meanwhile_goes_back_to_its_author(waiting, told, officer, olga):
    address = at("notice_approval", waiting)
    seen = form_of(officer.get(address))
    make_contact(told.reads["en"], by=olga, email="more@customer.example")

    response = officer.post(address, {**seen, "code": fresh_code(olga)})

    assert response.status_code == 422
    assert "The list of recipients changed" in words(response)


def test_a_second_click_leads_to_the_sending(waiting, officer, olga, dora):
    address = at("notice_approval", waiting)
    seen = form_of(officer.get(address))
    approve(waiting, by=dora)

    response = officer.post(address, {**seen, "code": fresh_code(olga)})

    assert response.status_code == 302
    assert Message.objects.filter(batch__purpose__startswith="notice:").count() == 4


def test_a_return_needs_a_comment(waiting, officer):
    address = at("notice_return", waiting)

    assert_refused(officer.post(address, form_of(officer.get(address))), "comment")

    officer.post(address, {"comment": "Say when we write again"})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.returned_comment) == (NoticeState.DRAFT, "Say when we write again")


@pytest.mark.parametrize("role", Role)
def test_who_may_approve_return_and_pause_by_a_direct_request(role, waiting, client_of):
    client = client_of(make_user(role))
    approving, sees = {Role.OFFICER, Role.DEPUTY, Role.DIRECTOR}, {Role.AUDITOR}
    expected = 422 if role in approving else (403 if role in sees else 404)

    assert client.post(at("notice_approval", waiting), {"code": "000000"}).status_code == expected
    assert client.post(at("notice_return", waiting), {"comment": ""}).status_code in {expected, 200}


# --- sending -------------------------------------------------------------------------------------


def test_the_panel_alone_is_given_to_htmx_and_ends_when_all_is_done(sent, officer, deliver, mail_server):
    address = at("notice_sending", sent)
    running = officer.get(address, headers={"HX-Request": "true"})
    deliver()
    finished = officer.get(address, headers={"HX-Request": "true"})

    assert (running.status_code, finished.status_code) == (200, 286)
    assert b"<html" not in running.content
    assert b"<html" in officer.get(address).content


def test_failures_are_grouped_by_what_to_do(sent, told, officer, deliver, mail_server):
    mail_server.refuse(told.addresses["ru"])
    deliver()

    text = words(officer.get(at("notice_sending", sent)))

    assert "Address does not exist" in text
    assert "delivered" not in text.lower()
    assert "handed to the mail server" in text.lower()


def test_results_are_a_table_that_no_spreadsheet_runs(sent, told, officer, olga, deliver, mail_server):
    directory.change_customer(told.reads["en"], version=0, by=olga, values={"name": "=1+1"})
    mail_server.fail("DATA", "554 =cmd|' /C calc'!A0")
    deliver()

    response = officer.get(at("notice_results", sent))

    content = response.content.decode()
    assert content.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(content[1:])))
    assert len(rows) == 5
    assert ["'=1+1", told.addresses["en"], "en"] in [row[:3] for row in rows]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert response.headers["Content-Disposition"] == f'attachment; filename="{sent.ref}.csv"'


def test_a_call_is_recorded_once(told, sent, writer):
    address = reverse("call", args=[told.incident.ref, told.by_phone.ref])
    form = {**form_of(writer.get(address)), "spoke_with": "Anvar"}

    assert_refused(writer.post(address, {**form, "spoke_with": ""}), "spoke_with")
    for _ in range(2):
        assert writer.post(address, form).status_code == 302

    assert Settlement.objects.get().spoke_with == "Anvar"


def test_the_caller_reads_what_the_others_were_told(told, sent, writer):
    text = words(writer.get(reverse("call", args=[told.incident.ref, told.by_phone.ref])))

    assert "16-iyul kuni begona odam No mail pochtasiga kirdi." in text
    assert "+998 90 000 00 12" in text


def test_a_waiver_is_the_director_s_with_a_fresh_code(told, sent, officer, dan, client_of):
    address = reverse("waive", args=[told.incident.ref, told.by_phone.ref])
    director = client_of(dan)
    reason = {"reason": "The contract with this customer has ended"}

    assert officer.post(address, reason).status_code == 403
    assert_refused(director.post(address, {**reason, "code": "000000"}), "code")
    assert director.post(address, {**reason, "code": fresh_code(dan)}).status_code == 302

    assert Settlement.objects.get().by == dan
