import pytest
from django.conf import settings as django_settings
from django.urls import reverse

from core.models import DraftFile, Submission
from incidents.models import Evidence, Incident
from incidents.services import triage
from tests.factories import make_report
from tests.pages import assert_refused, form_of, value, words

pytestmark = pytest.mark.django_db

NEW = "/incidents/new/"


@pytest.fixture
def person(sam, client_of):
    return client_of(sam)


def files_on_disk():
    root = django_settings.DATA_DIR / "files" / "drafts"
    return list(root.iterdir()) if root.exists() else []


# --- one field, one button -----------------------------------------------------------------------


def test_only_the_text_is_needed_and_the_receipt_has_number_and_exact_time(person, sam, clock):
    clock.set("2026-11-21 14:32:05")

    response = person.post(NEW, {"text": "A stranger reads our mail"})

    incident = Incident.objects.get()
    assert response.headers["Location"] == f"/my-reports/{incident.ref}/"
    receipt = words(person.get(response.headers["Location"]))
    assert "INC-2026-0001" in receipt
    assert "21.11.2026 14:32:05" in receipt
    assert "A stranger reads our mail" in receipt
    assert incident.reporter == sam


def test_an_empty_report_says_what_to_write(person):
    text = assert_refused(person.post(NEW, {"text": "  "}), "text")

    assert "Write what you saw. One sentence is enough" in text
    assert not Incident.objects.exists()


def test_nothing_is_needed_besides_and_nothing_is_chosen_beforehand_but_just_now(person):
    fields = form_of(person.get(NEW))

    assert {name: given for name, given in fields.items() if given and name != "form_key"} == {"when": "now"}


def test_whatever_else_was_written_stays(person):
    given = {
        "text": "",
        "kind": "phishing",
        "still": "yes",
        "when": "other",
        "when_text": "at lunch",
        "contact": "room 5",
    }

    response = person.post(NEW, given)

    assert_refused(response, "text")
    kept = form_of(response)
    assert {name: kept[name] for name in given} == given


@pytest.mark.parametrize("sign", ["\x00", "\u202e", "\u2028", "\x0b"])
def test_control_characters_are_refused_and_the_rest_stays(person, sign):
    response = person.post(NEW, {"text": f"He{sign}llo", "contact": "room 5"})

    assert_refused(response, "text")
    assert value(response, "contact") == "room 5"
    assert not Incident.objects.exists()


@pytest.mark.parametrize(
    "text", ["Address:\t203.0.113.7", "a" * 20_000, "<script>alert(1)</script>", "{{7*7}}", "😀 中"]
)
def test_every_other_text_is_taken_as_it_was_written(person, text):
    response = person.post(NEW, {"text": text})

    assert Incident.objects.get().report_text == text
    page = person.get(response.headers["Location"])
    assert " ".join(text.split()) in words(page) or "<script>" in text
    assert b"<script>alert" not in page.content


@pytest.mark.parametrize(
    ("when", "written", "is_moment", "kept"),
    [
        ("now", "", True, ""),
        ("today", "", False, "Earlier today"),
        ("other", "yesterday after lunch", False, "yesterday after lunch"),
        ("other", "16.07.2020 14:32", True, ""),
        ("other", "31.12.2099 14:32", False, "31.12.2099 14:32"),
        ("other", "01.01.0001 00:00", False, "01.01.0001 00:00"),
        ("", "", False, ""),
    ],
)
def test_nobody_is_stopped_by_a_date(person, when, written, is_moment, kept):
    person.post(NEW, {"text": "x", "when": when, "when_text": written})

    incident = Incident.objects.get()
    assert (incident.noticed_at is not None, incident.noticed_words) == (is_moment, kept)


# --- files ---------------------------------------------------------------------------------------


def test_a_file_of_the_report_is_evidence_and_no_draft_stays_behind(person, upload):
    before = len(files_on_disk())

    person.post(NEW, {"text": "See the file", "files": [upload(), upload("b.txt", b"other\n")]})

    assert sorted(Evidence.objects.values_list("name", flat=True)) == ["b.txt", "log.txt"]
    assert not DraftFile.objects.exists()
    assert len(files_on_disk()) == before


def test_a_file_stays_attached_when_the_text_is_missing(person, upload):
    refused = person.post(NEW, {"text": "", "files": upload()})
    assert_refused(refused, "text")
    assert "log.txt" in words(refused)

    person.post(NEW, {**form_of(refused), "text": "Now with words"})

    assert Evidence.objects.get().name == "log.txt"
    assert not DraftFile.objects.exists()


def test_a_bad_file_costs_neither_the_text_nor_the_good_ones(person, upload):
    refused = person.post(NEW, {"text": "My words", "files": [upload(), upload("a.exe", b"MZ\x90\x00\x03\x00")]})

    text = assert_refused(refused, "files")
    assert "a.exe" in text
    assert value(refused, "text") == "My words"
    assert not Incident.objects.exists()
    person.post(NEW, form_of(refused))
    assert Evidence.objects.get().name == "log.txt"


def test_at_most_five_files_are_taken(person, upload):
    refused = person.post(NEW, {"text": "x", "files": [upload(f"{n}.txt", f"{n}\n".encode()) for n in range(6)]})

    assert "Add at most 5 files." in assert_refused(refused, "files")


def test_a_file_that_somebody_else_kept_cannot_be_taken(person, draft_file, sue):
    draft = draft_file(owner=f"user:{sue.pk}")

    person.post(NEW, {"text": "x", "kept": str(draft.pk)})

    assert not Evidence.objects.exists()
    assert DraftFile.objects.filter(pk=draft.pk).exists()


# --- once ----------------------------------------------------------------------------------------


def test_a_double_click_makes_one_report(person, upload):
    form = {**form_of(person.get(NEW)), "text": "Once"}

    first = person.post(NEW, {**form, "files": upload()})
    second = person.post(NEW, {**form, "files": upload()})

    assert first.headers["Location"] == second.headers["Location"]
    assert Incident.objects.count() == Evidence.objects.count() == Submission.objects.count() == 1
    assert not DraftFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_make_one_report(sam, client_of, in_threads):
    clients = [client_of(sam) for _ in range(8)]
    form = {**form_of(clients[0].get(NEW)), "text": "Once"}

    answers = in_threads(8, lambda number: clients[number].post(NEW, form).headers.get("Location"))

    assert set(answers) == {f"/my-reports/{Incident.objects.get().ref}/"}


# --- the receipt ---------------------------------------------------------------------------------


def test_more_is_added_on_the_receipt(person, sam, upload):
    incident = make_report(by=sam)
    address = reverse("receipt", args=[incident.ref])

    response = person.post(address, {"text": "And again", "files": upload()})

    assert response.headers["Location"] == address
    text = words(person.get(address))
    assert "And again" in text
    assert "log.txt" in text


def test_an_empty_addition_says_so(person, sam):
    response = person.post(reverse("receipt", args=[make_report(by=sam).ref]), {"text": ""})

    assert "Write something or add a file." in assert_refused(response, "text")


def test_after_the_file_is_closed_the_receipt_stays_and_takes_nothing(person, sam, olga, upload):
    incident = make_report(by=sam)
    triage.dismiss(incident, reason="It was our own test today", severity=None, by=olga)
    address = reverse("receipt", args=[incident.ref])

    assert "Closed. Thank you for telling us" in words(person.get(address))
    assert person.post(address, {"text": "More"}).status_code == 422
