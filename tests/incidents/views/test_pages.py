"""The forms of an incident: what is missing, what somebody else saved, what is sent twice."""

import io
from uuid import uuid4

import pytest
from django.urls import reverse
from pypdf import PdfReader

from incidents.models import ActionCheck, BlockingAction, CustodyEvent, Evidence, Incident, Note, OfficerReport
from incidents.services import evidence, incidents, notes, reports
from incidents.terms import Outcome, State
from tests.factories import (
    fresh_code,
    make_block,
    make_contained_incident,
    make_customer,
    make_incident,
    make_report,
    make_reporting_incident,
)
from tests.pages import assert_refused, form_of, value, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident(olga):
    return make_incident(by=olga)


@pytest.fixture
def officer(olga, client_of):
    return client_of(olga)


def at(name, incident, *more):
    return reverse(name, args=[incident.ref, *more])


# --- what is missing -----------------------------------------------------------------------------

MISSING = [
    ("incident", (), {"kind": "note", "text": "", "happened_at": "now"}, ["text"]),
    ("incident", (), {"kind": "block", "what": "", "where": "edge", "happened_at": "now"}, ["block_kind", "what"]),
    ("incident_facts", (), {"title": "", "systems": "Panel"}, ["title", "kind", "personal_data", "infrastructure"]),
    ("incident_severity", (), {"severity": "", "reason": ""}, ["severity", "reason"]),
    ("new_action", (), {"where": "edge"}, ["kind", "what", "happened_at", "blocked_by"]),
    ("check_action", (1,), {"method": ""}, ["method", "result", "checked_at"]),
    ("lift_action", (1,), {"reason": ""}, ["reason"]),
    ("new_note", (), {"text": "", "happened_at": "now"}, ["text", "audience"]),
    ("correct_entry", (1,), {"text": ""}, ["text"]),
    ("new_evidence", (), {"taken_from": "", "description": "It shows"}, ["files", "taken_from", "happened_at"]),
    ("incident_tasks", (), {"title": "", "due_on": "01.02.2027"}, ["title"]),
    ("incident_measures", (), {"title": "Second factor"}, ["owner", "due_on"]),
    ("incident_customers", (), {"reason": "Because"}, ["answer"]),
    ("attach_customers", (), {"data_kinds": "names"}, ["customers"]),
    ("upload_customers", (), {}, ["file"]),
    ("sign_declaration", ("nothing_to_block",), {"reason": ""}, ["reason", "code"]),
    ("incident_report", (), {}, ["language"]),
    ("incident_notifications", (), {}, ["kind"]),
    ("incident_regulator", (), {}, ["authority", "phase", "language"]),
]


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(("name", "more", "given", "fields"), MISSING, ids=[row[0] for row in MISSING])
def test_what_is_missing_is_named_and_what_was_written_stays(officer, olga, incident, name, more, given, fields):
    make_block(incident, by=olga)
    make_customer(by=olga)
    lines = incident.timelineentry_set.count()
    blank = dict.fromkeys(form_of(officer.get(at(name, incident, *more))), "")

    response = officer.post(at(name, incident, *more), {**blank, "form_key": uuid4(), **given})

    assert_refused(response, *fields)
    for field, written in given.items():
        assert (value(response, field) or "") == written, field
    assert incident.timelineentry_set.count() == lines


MOMENTS = ["yesterday", "32.01.2026 10:00", "16.07.2026", "25:61", "31.12.2099 10:00", "01.01.0001 00:00"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_moment_that_cannot_be_is_refused_with_an_example(officer, incident, moment):
    response = officer.post(at("new_note", incident), {"text": "x", "audience": "team", "happened_at": moment})

    text = assert_refused(response, "happened_at")
    assert "16.07.2026 14:32" in text or "lies in the future" in text
    assert value(response, "happened_at") == moment


@pytest.mark.parametrize("day", ["tomorrow", "31.02.2027", "2027", "1/2"])
def test_a_day_that_cannot_be_is_refused_with_an_example(officer, olga, incident, day):
    response = officer.post(at("incident_measures", incident), {"title": "x", "owner": olga.pk, "due_on": day})

    assert "Write the day as 16.07.2026." in assert_refused(response, "due_on")


@pytest.mark.parametrize("people", ["many", "-1", "1.5", "9" * 20])
def test_a_number_that_is_none_is_refused(officer, incident, people):
    form = {**form_of(officer.get(at("incident_facts", incident))), "people_count": people}

    assert_refused(officer.post(at("incident_facts", incident), form), "people_count")


@pytest.mark.parametrize(("typed", "kept"), [("18 402", 18402), ("18,402", 18402), ("18\u00a0402", 18402), ("0", 0)])
def test_a_number_is_read_as_people_group_it(officer, incident, typed, kept):
    form = {**form_of(officer.get(at("incident_facts", incident))), "people_count": typed}

    assert officer.post(at("incident_facts", incident), form).status_code == 302
    assert Incident.objects.get(pk=incident.pk).people_count == kept


# --- two people on one page ----------------------------------------------------------------------


def test_the_slower_writer_sees_both_texts_and_loses_nothing(officer, incident, oscar):
    read = form_of(officer.get(at("incident_facts", incident)))
    incidents.change_facts(
        incident, version=incident.version, by=oscar, values={"cause": "His cause", "systems": "His systems"}
    )

    response = officer.post(at("incident_facts", incident), {**read, "cause": "My cause", "how_found": "By chance"})

    assert response.status_code == 409
    text = words(response)
    assert "His cause" in text
    assert "His systems" in text
    kept = form_of(response)
    assert (kept["cause"], kept["how_found"], kept["systems"]) == ("My cause", "By chance", "")
    assert Incident.objects.get(pk=incident.pk).cause == "His cause"

    again = officer.post(at("incident_facts", incident), {**kept, "systems": "His systems"})

    assert again.status_code == 302
    stored = Incident.objects.get(pk=incident.pk)
    assert (stored.cause, stored.how_found, stored.systems) == ("My cause", "By chance", "His systems")


def test_a_conflict_is_shown_as_often_as_it_happens(officer, incident, oscar):
    read = form_of(officer.get(at("incident_facts", incident)))
    incidents.change_facts(incident, version=incident.version, by=oscar, values={"cause": "One"})
    first = officer.post(at("incident_facts", incident), {**read, "cause": "Mine"})
    incident.refresh_from_db()
    incidents.change_facts(incident, version=incident.version, by=oscar, values={"cause": "Two"})

    second = officer.post(at("incident_facts", incident), form_of(first))

    assert second.status_code == 409
    assert "Two" in words(second)
    assert value(second, "cause") == "Mine"


def test_the_slower_writer_of_a_section_sees_both_texts(officer, olga, oscar, incident):
    report = reports.start(incident, language="en", by=olga)
    address = reverse("report_section", args=[report.ref, "cause"])
    read = form_of(officer.get(address))
    reports.edit(report, key="cause", text="His words", version=report.version, by=oscar)

    response = officer.post(address, {**read, "text": "My words\nin two lines"})

    assert response.status_code == 409
    assert "His words" in words(response)
    assert value(response, "text").replace("\r\n", "\n") == "My words\nin two lines"
    assert officer.post(address, form_of(response)).status_code == 302
    assert report.sections.get(key="cause").text == "My words\nin two lines"


# --- sent twice ----------------------------------------------------------------------------------

TWICE = [
    ("incident", (), {"kind": "note", "text": "Once", "happened_at": "now"}, Note),
    (
        "incident",
        (),
        {"kind": "block", "block_kind": "ip", "what": "x", "where": "y", "happened_at": "now"},
        BlockingAction,
    ),
    ("new_note", (), {"text": "Once", "audience": "team", "happened_at": "now"}, Note),
    ("check_action", (1,), {"method": "Tried", "result": "yes", "checked_at": "now"}, ActionCheck),
]


@pytest.mark.parametrize(("name", "more", "given", "model"), TWICE)
def test_a_double_click_makes_one_record(officer, olga, incident, name, more, given, model):
    make_block(incident, by=olga)
    before = model.objects.count()
    form = {**form_of(officer.get(at(name, incident, *more))), **given}

    answers = [officer.post(at(name, incident, *more), form) for _ in range(3)]

    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert model.objects.count() == before + 1


def test_a_double_click_takes_evidence_once(officer, incident, upload):
    form = {**form_of(officer.get(at("new_evidence", incident))), "taken_from": "Web server"}

    for _ in range(2):
        assert officer.post(at("new_evidence", incident), {**form, "files": upload()}).status_code == 302

    assert Evidence.objects.count() == 1


def test_the_same_file_sent_again_is_told_where_it_is(officer, incident, upload):
    given = {"taken_from": "Web server", "happened_at": "now"}
    officer.post(at("new_evidence", incident), {**given, "files": upload()})

    response = officer.post(at("new_evidence", incident), {**given, "files": upload("again.txt")})

    assert response.status_code == 422
    assert "This file is in evidence already, as number 1." in words(response)


def test_of_several_files_all_are_taken_or_none(officer, olga, incident, upload):
    evidence.seal(incident, file=upload(), name="log.txt", taken_from="x", by=olga)

    response = officer.post(
        at("new_evidence", incident),
        {
            "form_key": uuid4(),
            "taken_from": "x",
            "happened_at": "now",
            "files": [upload("new.txt", b"new\n"), upload()],
        },
    )

    assert response.status_code == 422
    assert Evidence.objects.count() == 1


# --- evidence leaves as an attachment ------------------------------------------------------------


def test_a_download_is_asked_for_noted_and_opened_by_no_browser(officer, olga, incident, upload):
    content = b"<html><script>alert(1)</script>\n"
    evidence.seal(incident, file=upload("a.log", content), name='a"b;\u200f.log', taken_from="x", by=olga)
    address = at("get_evidence", incident, 1)

    assert officer.get(address).status_code == 405
    response = officer.post(address)

    assert b"".join(response.streaming_content) == content
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert "\u200f" not in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert CustodyEvent.objects.filter(what="downloaded", by=olga).count() == 1


def test_a_note_is_markdown_that_runs_nothing(officer, olga, incident):
    notes.add(
        incident,
        text="# Head\n**bold** <script>alert(1)</script> <img src=x onerror=alert(1)> [go](javascript:alert(1))",
        by=olga,
    )

    page = officer.get(at("incident", incident)).content.decode()

    assert "<strong>bold</strong>" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert 'href="javascript' not in page


# --- moving on and closing -----------------------------------------------------------------------


def test_a_move_that_is_not_ready_says_what_is_missing(officer, incident):
    address = at("move", incident, "contained")

    response = officer.post(address, form_of(officer.get(address)))

    assert response.status_code == 422
    assert "Check every block, or sign that there is nothing to block." in words(response)


def test_a_move_that_does_not_exist_leads_to_those_that_do(officer, incident):
    assert officer.get(at("move", incident, "reporting")).headers["Location"] == at("incident_state", incident)
    assert officer.get(at("move", incident, "closed")).status_code == 404
    assert officer.get(at("move", incident, "nowhere")).status_code == 404


def test_a_responder_cannot_declare_the_work_finished(olga, rita, client_of):
    incident = make_contained_incident(by=olga)
    incidents.change_team(incident, team=[rita], by=olga)

    assert client_of(rita).post(at("move", incident, "reporting"), {"restored_how": "x"}).status_code == 403


def test_closing_lists_every_gap_with_its_way(officer, olga):
    incident = make_reporting_incident(by=olga)

    page = officer.get(at("close_incident", incident))

    text = words(page)
    assert "Meet" not in text
    for number, gap in (
        (1, "Missing: "),
        (4, "Center: not required by the flags, not signed yet."),
        (7, "Sign the report"),
    ):
        assert f"{number}. " in text
        assert gap in text
    assert f'href="{at("incident_facts", incident)}"' in page.content.decode()


def test_closing_needs_a_fresh_code_and_an_outcome(officer, olga, ready):
    incident = ready(by=olga)
    address = at("close_incident", incident)

    assert_refused(officer.post(address, {"outcome": "confirmed", "code": "000000"}), "code")
    assert_refused(officer.post(address, {"code": fresh_code(olga)}), "outcome")
    incident.refresh_from_db()
    assert incident.state == State.REPORTING
    assert officer.post(address, {"outcome": "confirmed", "code": fresh_code(olga)}).status_code == 302

    incident.refresh_from_db()
    assert (incident.state, incident.outcome) == (State.CLOSED, Outcome.CONFIRMED)


def test_a_code_closes_once(officer, olga, ready):
    code = fresh_code(olga)
    first, second = ready(by=olga), ready(by=olga)

    assert officer.post(at("close_incident", first), {"outcome": "confirmed", "code": code}).status_code == 302
    refused = officer.post(at("close_incident", second), {"outcome": "confirmed", "code": code})

    assert "This code was used already." in assert_refused(refused, "code")


def test_a_code_is_not_spent_on_a_form_that_is_wrong_besides(officer, olga, incident):
    code = fresh_code(olga)
    address = at("sign_declaration", incident, "nothing_to_block")

    assert_refused(officer.post(address, {"reason": "", "code": code}), "reason")

    assert officer.post(address, {"reason": "The disk simply failed today", "code": code}).status_code == 302


# --- triage --------------------------------------------------------------------------------------


def confirmation(olga, **values):
    return {
        "title": "Strange sign-ins",
        "kind": "account",
        "severity": "3",
        "personal_data": "unknown",
        "infrastructure": "no",
        "lead": olga.pk,
        **values,
    }


def test_a_report_is_confirmed_on_one_page(officer, olga):
    report = make_report()

    response = officer.post(at("confirm", report), confirmation(olga))

    assert response.headers["Location"] == at("incident", report)
    report.refresh_from_db()
    assert (report.state, report.lead) == (State.INVESTIGATING, olga)


def test_nothing_of_the_judgement_is_chosen_beforehand(officer):
    fields = form_of(officer.get(at("confirm", make_report())))

    assert not {"severity", "personal_data", "infrastructure"} & set(fields)


@pytest.mark.parametrize("name", ["title", "kind", "severity", "personal_data", "infrastructure", "lead"])
def test_each_answer_of_the_judgement_is_needed(officer, olga, name):
    report = make_report()

    assert_refused(officer.post(at("confirm", report), confirmation(olga, **{name: ""})), name)

    report.refresh_from_db()
    assert report.state == State.REPORTED


def test_nobody_leads_who_may_not_respond(officer, olga, sam):
    assert_refused(officer.post(at("confirm", make_report()), confirmation(olga, lead=sam.pk)), "lead")


def test_who_comes_late_to_a_report_is_led_to_the_incident(officer, olga, oscar, client_of):
    report = make_report()
    officer.post(at("confirm", report), confirmation(olga))

    assert client_of(oscar).get(at("confirm", report)).headers["Location"] == at("incident", report)


@pytest.mark.parametrize("number", ["", "INC-2019-0001", "nonsense", "INC-2026-0001'--"])
def test_a_merge_needs_a_number_that_exists(officer, number):
    assert_refused(officer.post(at("merge", make_report()), {"into": number}), "into")


def test_a_merge_takes_the_number_as_people_type_it(officer, olga):
    target, report = make_incident(by=olga), make_report()

    response = officer.post(at("merge", report), {"into": f" {target.ref.lower()} "})

    assert response.headers["Location"] == at("incident", target)


def test_a_short_reason_is_refused_and_kept(officer):
    response = officer.post(at("dismiss", make_report()), {"reason": "No", "severity": "1"})

    assert "at least 20 characters" in assert_refused(response)
    assert value(response, "reason") == "No"


def test_a_second_opinion_is_given_by_somebody_else(officer, olga, oscar, client_of):
    report = make_report()
    officer.post(at("dismiss", report), {"reason": "It was our own test today", "severity": "4"})

    assert officer.post(at("opinion", report), {"agrees": "yes"}).status_code == 403
    assert client_of(oscar).post(at("opinion", report), {"agrees": "yes"}).headers["Location"] == "/triage/"

    report.refresh_from_db()
    assert report.outcome == Outcome.NOT_INCIDENT


# --- the officer's report ------------------------------------------------------------------------


def test_the_report_is_signed_with_a_fresh_code_and_downloaded_as_it_was_signed(officer, olga, ready):
    incident = ready(by=olga)
    report = reports.start(incident, language="en", by=olga)
    address = reverse("sign_report", args=[report.ref])
    draft = officer.get(reverse("report_pdf", args=[report.ref]))
    assert "DRAFT" in PdfReader(io.BytesIO(draft.content)).pages[0].extract_text()

    assert_refused(officer.post(address, {"version": report.version, "code": "123456"}), "code")
    assert officer.post(address, {"version": report.version, "code": fresh_code(olga)}).status_code == 302

    signed = OfficerReport.objects.get(pk=report.pk)
    download = officer.get(reverse("report_pdf", args=[report.ref]))
    assert download.content == bytes(signed.pdf)
    assert download.headers["Content-Disposition"] == f'attachment; filename="{report.ref}.pdf"'
    assert officer.get(reverse("report_section", args=[report.ref, "cause"])).status_code == 404


def test_a_report_that_changed_meanwhile_is_read_again_before_it_is_signed(officer, olga, oscar, ready):
    report = reports.start(ready(by=olga), language="en", by=olga)
    reports.edit(report, key="cause", text="His words", version=report.version, by=oscar)

    response = officer.post(
        reverse("sign_report", args=[report.ref]), {"version": report.version, "code": fresh_code(olga)}, follow=True
    )

    assert "The report changed while you were reading." in words(response)
    assert not OfficerReport.objects.get(pk=report.pk).is_signed


def test_a_director_reads_and_does_not_write(olga, dan, incident, client_of):
    client = client_of(dan)

    assert client.get(at("incident", incident)).status_code == 200
    for name in ("incident", "new_note"):
        given = {"kind": "note", "text": "x", "audience": "team", "happened_at": "now"}
        assert client.post(at(name, incident), given).status_code == 403
    assert not Note.objects.exists()
