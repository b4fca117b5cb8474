"""Every address that is not of accounts, for every role, with right and with wrong things sent to it."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import TABLE, Right, Role
from incidents.models import Incident
from incidents.terms import Outcome, State
from tests.dashboard.conftest import GARBAGE, all_forms, patterns
from tests.factories import fresh_code, make_user

pytestmark = pytest.mark.django_db

# Pages of an incident and of what belongs to it.
OF_CASES = {
    name
    for name, pattern in patterns().items()
    if re.match(r"(incidents|regulator|reports|notifications)/<", str(pattern.pattern))
}
POST_ONLY = {
    "mark_entry", "get_evidence", "read_again", "notice_test", "notice_pause", "notice_resume", "notice_retry",
    "letter_cancel", "confirm_duty", "resume_mail",
}  # fmt: skip
SEES_CASES = {Role.RESPONDER, Role.OFFICER, Role.DEPUTY, Role.DIRECTOR, Role.AUDITOR}


def body(response):
    """What a page says, without the tokens that differ from one rendering to the next."""
    text = response.content.decode()
    return re.sub(r'(name="(csrfmiddlewaretoken|next)" value=")[^"]*', r"\1", text)


# --- who meets what ------------------------------------------------------------------------------


def test_every_page_opens_for_an_officer(world, olga, client_of):
    client = client_of(olga)

    odd = {name: client.get(world.address(name)).status_code for name in patterns() if name not in POST_ONLY}

    assert {name: code for name, code in odd.items() if code != 200} == {
        "mailbox": 404, "mailbox_mail": 404, "mailbox_body": 404, "mailbox_file": 404,  # not a demo
        "gallery": 404,  # not DEBUG
        "receipt": 404,  # of somebody else
        "letter_proof": 404,  # none yet
        "decide_declaration": 403, "waive": 403,  # the director's
        "home": 302, "notice": 302, "notice_sending": 302,  # lead on
        "alarmz": 503,  # no worker, no mail server
    }  # fmt: skip


@pytest.mark.parametrize("role", [role for role in Role if role not in SEES_CASES])
def test_who_sees_no_incident_meets_404_at_each_of_its_pages(world, client_of, role):
    client = client_of(make_user(role))

    for name in OF_CASES:
        address = world.address(name)
        assert {client.get(address).status_code, client.post(address).status_code} <= {404, 405}, name


def test_what_is_hidden_answers_exactly_as_what_does_not_exist(world, rolf, client_of):
    client = client_of(rolf)  # a responder who is not on the team

    for name in OF_CASES - POST_ONLY:
        hidden = world.address(name)
        absent = re.sub(r"(INC|NTF|REG|RPT)-[0-9-]+", r"\1-2019-9999", hidden)
        first, second = client.get(hidden), client.get(absent)
        assert (first.status_code, second.status_code) == (404, 404), name
        assert body(first) == body(second), name


def test_lists_hold_nothing_of_what_is_hidden(world, rolf, client_of):
    client = client_of(rolf)

    for name in ("incidents", "notices", "letters", "reports", "dashboard", "clocks"):
        for address in (reverse(name), f"{reverse(name)}?q=mail&view=all"):
            text = client.get(address).content.decode()
            assert world.incident.ref not in text, name
            assert world.incident.title not in text, name


def test_staff_see_their_own_reports_and_no_others(world, sam, sue, client_of):
    own, strange = client_of(sam), client_of(sue)
    address = reverse("receipt", args=[world.report.ref])

    assert own.get(address).status_code == 200
    assert world.report.ref in own.get(reverse("my_reports")).content.decode()
    assert strange.get(address).status_code == 404
    assert world.report.ref not in strange.get(reverse("my_reports")).content.decode()
    assert strange.get(reverse("receipt", args=[world.incident.ref])).status_code == 404


PAGES = {
    "triage": Right.TRIAGE,
    "customers": Right.READ_CUSTOMERS,
    "new_customer": Right.MANAGE_CUSTOMERS,
    "import": Right.MANAGE_CUSTOMERS,
    "audit_log": Right.READ_AUDIT,
    "authorities": Right.MANAGE_RULES,
    "texts": Right.MANAGE_RULES,
    "target": Right.MANAGE_RULES,
}


def test_pages_of_the_house_open_by_right(world, client_of):
    for role in Role:
        client = client_of(make_user(role))
        for name, right in PAGES.items():
            expected = 200 if role in TABLE[right] else 403
            assert client.get(world.address(name)).status_code == expected, (role, name)


def test_a_refused_page_names_who_may(sam, client_of):
    text = client_of(sam).get(reverse("audit_log")).content.decode()

    assert "Cybersecurity officer, Deputy officer, Director, Auditor" in text


# --- wrong things. The test client raises what would be an error page. ----------------------------

NAMES = sorted(
    {name for form in all_forms() for name in form.base_fields}
    | {f"{field}{end}" for field in ("detected", "description") for end in ("", "_unknown")}
    | {"which", "use", "kept", "assign-owner", "assign-due_on", "confirm-email"}
)


@pytest.mark.parametrize("shift", range(3))
def test_no_garbage_in_a_form_makes_a_server_error(world, olga, client_of, shift):
    client, kinds = client_of(olga), list(GARBAGE.values())
    data = {name: kinds[(place + shift * 4) % len(kinds)] for place, name in enumerate(NAMES)}

    for name in patterns():
        assert client.post(world.address(name), data).status_code < 500 or name == "alarmz", name


@pytest.mark.parametrize("garbage", ["9" * 40, "-1", "%00", "%ED%A0%80", "INC-2026-0001-v²"])
def test_no_garbage_in_an_address_makes_a_server_error(world, olga, client_of, garbage):
    client = client_of(olga)

    for name, pattern in patterns().items():
        if "<" in str(pattern.pattern):
            route = re.sub(r"<[^>]+>", garbage, str(pattern.pattern))
            assert client.get(f"/{route}").status_code < 500, route
        else:
            query = "&".join(f"{key}={garbage}" for key in ("page", "q", "view", "show", "as", "into", "incident"))
            assert client.get(f"{reverse(name)}?{query}").status_code < 500 or name == "alarmz", name


def test_no_garbage_in_a_query_of_a_page_of_a_case_makes_a_server_error(world, olga, client_of):
    client = client_of(olga)

    query = f"page={'9' * 40}&as=²&into='--&q=%25_&show=nothing&all=x&language=de"

    for name in OF_CASES - POST_ONLY:
        assert client.get(f"{world.address(name)}?{query}").status_code < 500, name


def test_a_version_beyond_every_number_is_refused_kindly(world, olga, client_of):
    client = client_of(olga)
    data = {
        "version": "9" * 30, "name": "Other", "is_active": "on", "title": "x", "kind": "account",
        "personal_data": "no", "infrastructure": "no", "text": "x", "email": "", "address": "", "phone": "",
        "subject": "x",
    }  # fmt: skip

    for name in ("edit_customer", "incident_facts", "report_section", "notice_message", "letter_group", "authority"):
        assert client.post(world.address(name), data).status_code in {409, 422}, name


# --- a closed file -------------------------------------------------------------------------------


def test_a_closed_file_refuses_every_form_in_words(world, olga, dan, client_of, clock):
    """Whatever was open in a browser when somebody closed the file: no error page, nothing written."""
    Incident.objects.filter(pk=world.incident.pk).update(
        state=State.CLOSED, closed_at=clock.now, closed_by=olga, outcome=Outcome.CONFIRMED
    )
    lines = world.incident.timelineentry_set.count()
    data = {
        "text": "A word", "kind": "ip", "what": "203.0.113.9", "where": "edge", "happened_at": "now",
        "blocked_by": olga.pk, "method": "Tried", "result": "yes", "checked_at": "now", "reason": "x" * 30,
        "title": "x", "owner": olga.pk, "due_on": "01.02.2027", "note": "x", "answer": "yes", "people_count": "",
        "language": "en", "phase": "final", "authority": "center", "severity": "1", "team": [olga.pk],
        "spoke_with": "Anvar", "audience": "team", "taken_from": "x", "version": "0", "personal_data": "no",
        "infrastructure": "no", "outgoing_number": "1", "comment": "x", "agrees": "yes", "outcome": "confirmed",
        "use": "yes", "which": "", "subject": "x",
    }  # fmt: skip

    for person in (olga, dan):
        client = client_of(person)
        for name in sorted(OF_CASES - {"get_evidence", "measure"}):  # a measure lives on
            given = {**data, "code": fresh_code(person)}
            if name == "new_evidence":
                given["files"] = SimpleUploadedFile("a.log", b"line\n")
            if name == "incident_notifications":
                given["kind"] = "update"
            assert client.post(world.address(name), given).status_code < 500, name

    assert list(world.incident.timelineentry_set.order_by("number").values_list("kind", "facts"))[lines:] == []
    world.incident.refresh_from_db()
    assert world.incident.state == State.CLOSED
