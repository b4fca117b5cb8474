import hashlib
import io
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from accounts.roles import Role
from core.errors import Conflict
from incidents import documents
from incidents.models import OfficerReport
from incidents.models.timeline import Audience
from incidents.services import evidence, incidents, measures, notes, reports
from tests.factories import make_incident, make_report, make_reporting_incident, make_user

pytestmark = pytest.mark.django_db


def printed(content):
    """What the PDF says, in one line without any space: how lines break is not a rule."""
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return "".join(text.split())


def says(content, *texts):
    text = printed(content)
    missing = [words for words in texts if "".join(words.split()) not in text]
    assert not missing, missing
    return True


@pytest.fixture
def written(olga):
    """A report that waits for its signature."""
    incident = make_reporting_incident(by=olga)
    incidents.change_facts(
        incident,
        version=incident.version,
        by=olga,
        values={"cause": "A password was reused", "consequences": "Two mailboxes were read", "systems": "Mail panel"},
    )
    return reports.start(incident, language="en", by=olga)


def texts_of(report):
    return {section.key: section.text for section in report.sections.all()}


# --- the draft -----------------------------------------------------------------------------------


def test_a_draft_holds_every_section_from_the_record(written):
    texts = texts_of(written)

    assert list(texts) == list(documents.SECTIONS)
    assert "Strange sign-ins to the mail panel" in texts["summary"]
    assert "Olga Karimova" in texts["summary"]
    assert "Systems: Mail panel" in texts["scope"]
    assert (texts["cause"], texts["consequences"], texts["recovery"]) == (
        "A password was reused",
        "Two mailboxes were read",
        "Passwords were reset",
    )


def test_the_report_is_named_after_its_incident(written):
    assert written.ref == written.incident.ref.replace("INC-", "RPT-")


def test_an_open_draft_is_given_back_as_it_is(written, oscar, audited):
    again = reports.start(written.incident, language="ru", by=oscar)

    assert (again.pk, again.language) == (written.pk, "en")
    assert len(audited("officer_report.drafted")) == 1


def test_there_is_no_report_on_what_nobody_confirmed(olga):
    with pytest.raises(ValidationError):
        reports.start(make_report(), language="en", by=olga)


def test_the_database_holds_one_draft_an_incident(written):
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficerReport.objects.create(
            incident=written.incident,
            number=2,
            language="en",
            drafted_by=written.drafted_by,
            record_read_at=written.record_read_at,
        )


def test_reading_the_record_again_leaves_what_a_person_wrote(written, olga):
    reports.edit(written, key="summary", text="In my own words", version=written.version, by=olga)
    incident = written.incident
    incident.refresh_from_db()
    incidents.change_facts(
        incident, version=incident.version, by=olga, values={"title": "Another title", "cause": "A phishing mail"}
    )

    fresh = reports.read_record_again(written, by=olga)

    assert texts_of(fresh)["summary"] == "In my own words"
    assert texts_of(fresh)["cause"] == "A phishing mail"
    assert fresh.sections.get(key="summary").has_newer_draft
    assert "Another title" in fresh.sections.get(key="summary").drafted


def test_the_text_of_the_record_again_means_not_edited(written, olga):
    drafted = written.sections.get(key="cause").drafted
    edited = reports.edit(written, key="cause", text="Mine", version=written.version, by=olga)

    back = reports.edit(edited, key="cause", text=drafted, version=edited.version, by=olga)

    section = back.sections.get(key="cause")
    assert (section.is_edited, section.edited_by, section.edited_at) == (False, None, None)


def test_an_emptied_section_is_edited_and_empty(written, olga):
    edited = reports.edit(written, key="cause", text="", version=written.version, by=olga)

    assert (edited.sections.get(key="cause").text, edited.sections.get(key="cause").is_edited) == ("", True)


def test_the_second_of_two_writers_meets_a_conflict(written, olga, oscar):
    reports.edit(written, key="cause", text="Hers", version=written.version, by=olga)

    for key in ("cause", "summary"):
        with pytest.raises(Conflict):
            reports.edit(written, key=key, text="His", version=written.version, by=oscar)

    assert texts_of(written)["cause"] == "Hers"


# --- the signature -------------------------------------------------------------------------------


def test_signing_freezes_text_record_and_bytes(written, olga, audited):
    signed = reports.sign(written, version=written.version, by=olga)

    signed.refresh_from_db()
    assert (signed.signed_by, signed.is_signed) == (olga, True)
    assert signed.pdf_sha256 == hashlib.sha256(bytes(signed.pdf)).hexdigest()
    assert signed.content_sha256 == documents.content_hash(signed, signature=signed.signature)
    assert signed.signature == [
        "Olga Karimova",
        "Cybersecurity officer",
        "appointed by order 12-K of 12.01.2026",
    ]
    assert signed.pdf_sha256 in audited("officer_report.signed")[-1].changes


def test_the_printed_hash_is_of_what_the_report_says(written, olga):
    signed = reports.sign(written, version=written.version, by=olga)

    says(bytes(signed.pdf), signed.content_sha256)
    section = signed.sections.get(key="cause")
    section.edited = "Something else"
    section.save()
    assert documents.content_hash(signed, signature=signed.signature) != signed.content_sha256


def test_later_facts_change_nothing_of_a_signed_report(written, olga):
    signed = reports.sign(written, version=written.version, by=olga)
    before = bytes(signed.pdf), signed.record, texts_of(signed)
    incident = written.incident
    incident.refresh_from_db()
    incidents.change_facts(incident, version=incident.version, by=olga, values={"cause": "Other", "title": "Other"})
    type(olga).objects.filter(pk=olga.pk).update(full_name="Olga Nazarova", position="Adviser")

    signed = OfficerReport.objects.get(pk=signed.pk)

    assert (bytes(signed.pdf), signed.record, texts_of(signed)) == before
    for deed in (
        lambda: reports.edit(signed, key="cause", text="x", version=signed.version, by=olga),
        lambda: reports.read_record_again(signed, by=olga),
        lambda: reports.sign(signed, version=signed.version, by=olga),
    ):
        with pytest.raises(ValidationError) as error:
            deed()
        assert error.value.code == "faster"


def test_the_same_report_at_the_same_moment_gives_the_same_bytes(written, olga, clock):
    at = clock.set("2027-07-16 14:32")

    one, two = (documents.report_pdf(written, signer=olga, at=at, content_sha256="0" * 64) for _ in range(2))

    assert one == two


def test_a_change_after_the_signature_is_a_new_version(written, olga):
    first = reports.sign(written, version=written.version, by=olga)

    second = reports.start(first.incident, language="ru", by=olga)

    assert (second.number, second.ref, second.is_signed) == (2, f"{first.ref}-v2", False)
    assert OfficerReport.objects.get(pk=first.pk).is_signed


def test_what_is_missing_stands_in_the_way_of_the_signature(olga):
    incident = make_incident(by=olga)
    report = reports.start(incident, language="en", by=olga)

    with pytest.raises(ValidationError) as error:
        reports.sign(report, version=report.version, by=olga)

    assert error.value.messages == [
        "Write the section “Cause”.",
        "Write the section “Consequences”.",
        "Write the section “How service and data were restored”.",
        "Move the incident to “Reporting”: service and data are restored.",
    ]


def test_nobody_signs_what_changed_since_it_was_read(written, olga, oscar):
    read = written.version
    reports.edit(written, key="cause", text="His", version=read, by=oscar)

    with pytest.raises(Conflict):
        reports.sign(written, version=read, by=olga)

    assert not OfficerReport.objects.get(pk=written.pk).is_signed


@pytest.mark.parametrize("role", Role)
def test_who_works_on_it_writes_and_who_decides_signs(role, written):
    person = make_user(role)

    def edit():
        return reports.edit(written, key="cause", text="Other", version=written.version, by=person)

    if role in {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}:
        written = edit()
    else:
        with pytest.raises(PermissionDenied):
            edit()
    if role not in {Role.OFFICER, Role.DEPUTY}:
        with pytest.raises(PermissionDenied):
            reports.sign(written, version=written.version, by=person)


# --- the document --------------------------------------------------------------------------------


def test_a_draft_says_so_and_bears_no_signature(written, clock):
    content = documents.report_pdf(written, signer=None, at=clock.now)

    says(content, "DRAFT, not signed", written.ref)
    assert "Cybersecurityofficer" not in printed(content)


def test_the_signed_document_holds_the_whole_record(written, olga, rita, company, upload, clock):
    incident = written.incident
    item = evidence.seal(incident, file=upload(), name="panel.log", taken_from="Web server", by=olga)
    notes.add(incident, text="The session came from abroad", by=rita, is_in_report=True)
    notes.add(incident, text="Not for the report at all", by=rita)
    measures.add(incident, title="Second factor for the panel", owner=rita, due_on=date(2027, 8, 1), by=olga)
    fresh = reports.read_record_again(written, by=olga)

    signed = reports.sign(fresh, version=fresh.version, by=olga)

    content = bytes(signed.pdf)
    says(
        content,
        signed.ref,
        incident.ref,
        "Bulut Mail LLC",
        "305123456",
        "Strange sign-ins to the mail panel",
        "A password was reused",
        "Two mailboxes were read",
        "Passwords were reset",
        "IP address: 203.0.113.7",
        "edge firewall",
        "The session came from abroad",
        "Second factor for the panel",
        "Rita Yusupova",
        "1 August 2027",
        "panel.log",
        item.sha256[:32],
        item.sha256[32:],
        "Record",
        "Block the source",
        "Notify",
        "Investigate",
        "Olga Karimova",
        "appointed by order 12-K of 12.01.2026",
        signed.content_sha256,
    )
    assert "Notforthereportatall" not in printed(content)
    assert "DRAFT" not in printed(content)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("uz-cyrl", "Ўғирланган калит билан ҳаққоний қўнғироқ: ЎҒҚҲ ўғқҳ №7"),
        ("uz", "Oʻgʻirlangan maʼlumot, qoʻngʻiroq – ‘tirnoq’ ʻʼ"),
        ("ru", "Ключ украден, объём ещё неизвестен: ёЁъЪ «кавычки» №7"),
        ("en", "A plain “text” – with dashes… and 5 € paid"),
    ],
)
def test_the_letters_of_four_languages_are_drawn(olga, language, words):
    incident = make_reporting_incident(by=olga)
    incidents.change_facts(
        incident, version=incident.version, by=olga, values={"cause": words, "consequences": words, "title": words}
    )
    report = reports.start(incident, language=language, by=olga)

    signed = reports.sign(report, version=report.version, by=olga)

    says(bytes(signed.pdf), words)
    reader = PdfReader(io.BytesIO(bytes(signed.pdf)))
    assert reader.trailer["/Root"]["/Lang"].partition("-")[0] == language.partition("-")[0]


def test_what_looks_like_code_of_the_template_is_printed_as_it_is(written, olga):
    words = '#import "x": * $1+1$ *bold* _low_ = head @ref <label> ```raw``` {{7*7}} \\u{1F600}'
    edited = reports.edit(written, key="cause", text=words, version=written.version, by=olga)

    signed = reports.sign(edited, version=edited.version, by=olga)

    says(bytes(signed.pdf), words)


def test_a_letter_that_no_font_holds_is_named_by_its_number(written, olga):
    edited = reports.edit(written, key="cause", text="The file was 中 and 😀", version=written.version, by=olga)

    signed = reports.sign(edited, version=edited.version, by=olga)

    says(bytes(signed.pdf), "[U+4E2D]", "[U+1F600]")


def test_what_is_for_officers_only_stays_out_of_the_report(olga):
    incident = make_reporting_incident(by=olga)
    notes.add(incident, text="One of us did it", by=olga, audience=Audience.OFFICERS, is_in_report=True)
    notes.add(incident, text="The panel was restarted", by=olga, is_in_report=True)

    report = reports.start(incident, language="en", by=olga)

    texts = [entry["text"] for entry in report.record["timeline"] if entry["text"]]
    assert texts == ["The panel was restarted"]
    assert "Oneofusdidit" not in printed(documents.report_pdf(report, signer=None, at=incident.reported_at))
