"""Letters to authorities: prefilled, checked, signed, submitted with proof, acknowledged."""

import hashlib
import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from accounts.models import Organisation
from accounts.roles import Role
from core.errors import Conflict
from incidents import selectors
from incidents.models import Incident
from incidents.services import incidents
from incidents.terms import EntryKind, Flag, Outcome, State
from notifications import card, documents, texts
from notifications.models import Authority, Letter
from notifications.services import letters
from notifications.services import rules as rule_service
from notifications.tasks import raise_what_is_due
from notifications.terms import LANGUAGES, Channel, LetterState, Phase
from outbox.models import Batch, Message
from outbox.states import Lane
from tests.factories import make_affected, make_customer, make_report, make_reporting_incident, make_user
from tests.incidents.conftest import PNG
from tests.incidents.services.test_reports import printed, says

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "company")]

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def incident(olga, clock):
    """A whole record: everything that a letter asks for is known."""
    clock.set("2027-07-16 09:00")
    found = make_reporting_incident(by=olga, personal_data=Flag.YES, noticed_at=clock.now)
    values = {
        "systems": "Почтовая панель",
        "data_kinds": "имена, телефоны",
        "people_count": 1284,
        "how_found": "Сотрудник увидел чужой вход",
        "cause": "Повторный пароль",
        "consequences": "Прочитаны два ящика",
        "happened_from": clock.now - timedelta(hours=2),
        "happened_to": clock.now - timedelta(hours=1),
    }
    incidents.change_facts(found, version=found.version, by=olga, values=values)
    found.refresh_from_db()
    return found


@pytest.fixture
def draft(incident, center, rita):
    return letters.start(incident, authority=center, phase=Phase.INITIAL, language="uz-cyrl", by=rita)


@pytest.fixture
def signed(draft, olga):
    return letters.sign(draft, outgoing_number="01-15/204", version=draft.version, by=olga)


@pytest.fixture
def mailable(center, olga):
    rule_service.change_authority(
        center, email="info@center.example", address="", phone="", version=center.version, by=olga
    )
    return rule_service.confirm_authority(center, email="info@center.example", by=olga)


def proof(name="stamp.pdf", content=PDF):
    return ContentFile(content, name=name)


def submit(letter, by, **values):
    given = {"channel": Channel.COURIER, "submitted_at": letter.signed_at, "proof": proof(), **values}
    return letters.mark_submitted(letter, **given, by=by)


def center_of(incident):
    return selectors.case(incident).notify.center


# --- prefilled -----------------------------------------------------------------------------------


def test_a_letter_begins_with_what_the_record_knows(draft, incident, audited):
    text = {key: entry["text"] for key, entry in draft.card.items()}

    assert (draft.ref, draft.state) == ("REG-001", LetterState.DRAFT)
    assert "Bulut Mail LLC" in text["organisation"]
    assert "305123456" in text["organisation"]
    assert "Olga Karimova" in text["contact"]
    assert "+998 71 200 00 01" in text["contact"]
    assert (text["own_number"], text["description"]) == (incident.ref, incident.title)
    assert (text["systems"], text["how_found"]) == ("Почтовая панель", "Сотрудник увидел чужой вход")
    assert "1284" in text["people"]
    assert "имена, телефоны" in text["data"]
    assert "edge firewall" in text["taken"]
    assert len(audited("letter.started")) == 1


@pytest.mark.parametrize("phase", Phase)
def test_of_a_complete_record_at_least_four_in_five_needed_fields_are_filled(incident, center, phase):
    prefilled = card.prefill(card.Source(incident, Organisation.current(), None), phase)

    needed = [field for field in card.fields_of(phase) if field.is_required]
    filled = [field for field in needed if prefilled[field.key]["text"]]
    assert len(filled) / len(needed) >= 0.8


def test_every_filled_field_says_where_it_comes_from(draft):
    filled = {key: entry["source"] for key, entry in draft.card.items() if entry["text"]}

    # The sharing limit is a default of the form and comes from nowhere.
    assert [key for key, source in filled.items() if not source] == ["sharing"]
    assert not [key for key, entry in draft.card.items() if entry["source"] and not entry["text"]]


def test_a_letter_is_written_in_its_own_language(incident, center, rita):
    letter = letters.start(incident, authority=center, phase=Phase.INITIAL, language="ru", by=rita)

    assert "16 июля 2027" in letter.card["detected"]["text"]


def test_a_phase_of_an_authority_has_one_letter(draft, incident, center, olga):
    again = letters.start(incident, authority=center, phase=Phase.INITIAL, language="ru", by=olga)

    assert (again, again.language) == (draft, "uz-cyrl")
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.create(
            ref="REG-900", incident=incident, authority=center, phase="initial", language="uz", started_by=olga
        )


def test_several_authorities_get_their_own_letters(draft, incident, rita):
    other = Authority.objects.get(code="interior")

    assert letters.start(incident, authority=other, phase=Phase.INITIAL, language="uz", by=rita).ref == "REG-002"


def test_nobody_is_written_to_about_what_nobody_confirmed(center, rita):
    with pytest.raises(ValidationError):
        letters.start(make_report(), authority=center, phase=Phase.INITIAL, language="uz", by=rita)


def test_a_cancelled_letter_keeps_its_number_and_makes_room(draft, incident, center, rita):
    letters.cancel(draft, by=rita)

    assert letters.start(incident, authority=center, phase=Phase.INITIAL, language="uz", by=rita).ref == "REG-002"


# --- written -------------------------------------------------------------------------------------


def test_what_a_person_wrote_names_the_person(draft, rita, audited):
    written = letters.write(
        draft, values={"indicators": ("203.0.113.7", False), "help": ("", True)}, version=draft.version, by=rita
    )

    assert written.card["indicators"] == {"text": "203.0.113.7", "is_unknown": False, "source": "Rita Yusupova"}
    assert written.card["help"]["is_unknown"] is True
    assert len(audited("letter.written")) == 1


def test_the_second_of_two_writers_meets_a_conflict(draft, rita, rolf):
    letters.write(draft, values={"help": ("Hers", False)}, version=draft.version, by=rita)

    with pytest.raises(Conflict):
        letters.write(draft, values={"help": ("His", False)}, version=draft.version, by=rolf)

    draft.refresh_from_db()
    assert draft.card["help"]["text"] == "Hers"


@pytest.mark.parametrize("field", [field.key for field in card.fields_of(Phase.INITIAL) if field.is_required])
def test_each_needed_field_stands_in_the_way_of_the_signature(draft, olga, field):
    emptied = letters.write(draft, values={field: ("  ", False)}, version=draft.version, by=olga)

    with pytest.raises(ValidationError) as error:
        letters.sign(emptied, outgoing_number="1", version=emptied.version, by=olga)
    label = next(f.label for f in card.FIELDS if f.key == field)
    assert error.value.messages == [f"Fill the field “{label}”."]

    known = letters.write(emptied, values={field: ("", True)}, version=emptied.version, by=olga)
    assert letters.sign(known, outgoing_number="1", version=known.version, by=olga).state == LetterState.SIGNED


def test_not_known_yet_is_no_answer_in_the_final_letter():
    filled = {field.key: {"text": "x", "is_unknown": False} for field in card.fields_of(Phase.FINAL)}
    assert card.gaps(filled, Phase.FINAL) == []

    filled["cause"] = {"text": "", "is_unknown": True}

    assert [field.key for field in card.gaps(filled, Phase.FINAL)] == ["cause"]


# --- signed --------------------------------------------------------------------------------------


def test_a_signature_needs_a_number_of_the_register(draft, olga):
    for number in ("", "  "):
        with pytest.raises(ValidationError) as error:
            letters.sign(draft, outgoing_number=number, version=draft.version, by=olga)
        assert "outgoing_number" in error.value.message_dict


def test_nobody_signs_what_changed_since_it_was_read(draft, rita, olga):
    read = draft.version
    letters.write(draft, values={"help": ("x", False)}, version=read, by=rita)

    with pytest.raises(Conflict):
        letters.sign(draft, outgoing_number="1", version=read, by=olga)


def test_signing_freezes_card_and_bytes(signed, incident, olga, audited):
    before = bytes(signed.pdf)
    assert signed.pdf_sha256 == hashlib.sha256(before).hexdigest()
    says(before, signed.content_sha256)
    assert signed.pdf_sha256 in audited("letter.signed")[-1].changes

    incidents.change_facts(
        incident, version=incident.version, by=olga, values={"systems": "Другая система", "title": "Другое"}
    )
    for deed in (
        lambda: letters.write(signed, values={"help": ("x", False)}, version=signed.version, by=olga),
        lambda: letters.sign(signed, outgoing_number="2", version=signed.version, by=olga),
        lambda: letters.cancel(signed, by=olga),
    ):
        with pytest.raises(ValidationError) as error:
            deed()
        assert error.value.code == "faster"

    signed.refresh_from_db()
    assert (bytes(signed.pdf), signed.outgoing_number) == (before, "01-15/204")


@pytest.mark.parametrize("role", Role)
def test_who_writes_and_who_signs(role, draft, incident, center):
    person = make_user(role)
    working = role in {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}
    for may_do, deed in (
        (working, lambda: letters.start(incident, authority=center, phase="initial", language="uz", by=person)),
        (working, lambda: letters.write(draft, values={"help": ("x", False)}, version=draft.version, by=person)),
        (
            role in {Role.OFFICER, Role.DEPUTY},
            lambda: letters.sign(
                draft, outgoing_number="1", version=Letter.objects.get(pk=draft.pk).version, by=person
            ),
        ),
    ):
        if may_do:
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()


@pytest.mark.django_db(transaction=True)
def test_of_six_signatures_at_once_one_is_made(draft, olga, in_threads):
    def act(number):
        return letters.sign(
            Letter.objects.get(pk=draft.pk), outgoing_number=f"n-{number}", version=draft.version, by=olga
        ).outgoing_number

    answers = in_threads(6, act)

    won = [answer for answer in answers if not isinstance(answer, Exception)]
    assert len(won) == 1
    draft.refresh_from_db()
    assert draft.outgoing_number == won[0]


# --- the document --------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phase", Phase)
def test_every_built_in_letter_prints_the_whole_record(incident, center, olga, language, phase):
    initial = letters.start(incident, authority=center, phase=Phase.INITIAL, language=language, by=olga)
    letter = letters.sign(initial, outgoing_number="01-15/204", version=initial.version, by=olga)
    if phase is Phase.FINAL:
        letters.acknowledge(submit(letter, olga), incoming_number="77-ВХ", day=date(2027, 7, 17), by=olga)
        final = letters.start(incident, authority=center, phase=phase, language=language, by=olga)
        final = letters.write(final, values={"lessons": ("Второй фактор", False)}, version=final.version, by=olga)
        letter = letters.sign(final, outgoing_number="01-15/305", version=final.version, by=olga)

    content = bytes(letter.pdf)
    says(
        content,
        letter.outgoing_number,
        center.addressee(language),
        "Bulut Mail LLC",
        "305123456",
        incident.ref,
        incident.title,
        "Почтовая панель",
        "имена, телефоны",
        "1284",
        "Olga Karimova",
        "12-K",
        letter.content_sha256,
    )
    if phase is Phase.FINAL:
        says(content, "01-15/204", "77-ВХ", "Повторный пароль", "Второй фактор")
    reader = PdfReader(io.BytesIO(content))
    assert reader.trailer["/Root"]["/Lang"].partition("-")[0] == language.partition("-")[0]


def test_uzbek_cyrillic_letters_are_drawn(draft, olga):
    words = "Ўғирланган калит, қўнғироқ, ҳодиса: ЎҒҚҲ ўғқҳ №7"
    written = letters.write(draft, values={"description": (words, False)}, version=draft.version, by=olga)

    letter = letters.sign(written, outgoing_number="1", version=written.version, by=olga)

    says(bytes(letter.pdf), words)


def test_not_known_yet_is_printed_and_never_left_blank(draft, olga):
    written = letters.write(draft, values={"people": ("", True)}, version=draft.version, by=olga)

    data = documents.content(written, signer=olga, outgoing_number="1", at=written.started_at)

    rows = {row["label"]: row["text"] for group in data["card"] for row in group["rows"]}
    assert data["value"]["people"] == data["words"]["unknown"]
    assert data["words"]["unknown"] in rows.values()


def test_a_draft_says_so_and_a_text_that_nobody_read_says_so_too(draft, olga):
    at = draft.started_at
    data = documents.content(draft, signer=None, outgoing_number="", at=at)
    content = documents.letter_pdf(draft, data, at=at)

    says(content, data["words"]["draft"], data["words"]["unreviewed"])
    code = texts.letter_code(Phase.INITIAL)
    rule_service.review_text(code, language="uz-cyrl", sha256=texts.sha256(code, "uz-cyrl"), reviewer="Madina", by=olga)
    data = documents.content(draft, signer=olga, outgoing_number="1", at=at)
    text = printed(documents.letter_pdf(draft, data, at=at))
    assert "".join(data["words"]["unreviewed"].split()) not in text
    assert "".join(data["words"]["draft"].split()) not in text


def test_what_looks_like_code_of_the_template_is_printed_as_it_is(draft, olga):
    words = '#import "x" $1+1$ *bold* _low_ = head @ref <label> {{7*7}} \\ ] ['
    written = letters.write(draft, values={"description": (words, False)}, version=draft.version, by=olga)

    says(bytes(letters.sign(written, outgoing_number="#1", version=written.version, by=olga).pdf), words)


# --- by e-mail -----------------------------------------------------------------------------------


def test_nothing_leaves_to_an_address_that_nobody_confirmed(signed, center, olga):
    for email in ("", "info@center.example"):
        Authority.objects.filter(pk=center.pk).update(email=email)
        with pytest.raises(ValidationError):
            letters.send_by_email(signed, by=olga)

    assert not Batch.objects.filter(purpose__startswith="letter:").exists()


def test_a_letter_that_is_not_signed_is_not_sent(draft, mailable, olga):
    with pytest.raises(ValidationError):
        letters.send_by_email(draft, by=olga)


def test_the_signed_bytes_arrive_attached_over_smtp(signed, mailable, rita, mail_server, deliver, audited):
    letters.send_by_email(signed, by=rita)
    assert Message.objects.get(batch__purpose__startswith="letter:").batch.lane == Lane.AUTHORITY
    deliver()

    [mail] = mail_server.to("info@center.example")
    [file] = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("REG-001.pdf", "application/pdf")
    assert file.get_payload(decode=True) == bytes(signed.pdf)
    assert "01-15/204" in mail["Subject"]
    assert mail["Content-Language"] == "uz-Cyrl"
    plain = mail.get_body(("plain",)).get_content()
    assert signed.pdf_sha256 in plain
    assert signed.incident.ref in plain
    assert "«" in plain or "“" in plain
    assert len(audited("letter.sent")) == 1


def test_the_answer_of_the_mail_server_is_the_proof(signed, mailable, incident, rita, mail_server, deliver, audited):
    letters.send_by_email(signed, by=rita)
    signed.refresh_from_db()
    assert (signed.is_submitted, str(center_of(incident).words)) == (False, "Center: REG-001 is on its way by e-mail.")
    deliver()

    raise_what_is_due()
    raise_what_is_due()

    signed.refresh_from_db()
    message = Message.objects.get(batch=signed.batch)
    assert (signed.state, signed.submitted_at, signed.channel) == (
        LetterState.SUBMITTED,
        message.sent_at,
        Channel.EMAIL,
    )
    text = bytes(signed.proof).decode()
    assert message.message_id in text
    assert signed.pdf_sha256 in text
    assert "250" in text
    assert signed.proof_sha256 == hashlib.sha256(bytes(signed.proof)).hexdigest()
    assert len(audited("letter.submitted")) == 1
    entries = signed.incident.timelineentry_set.filter(kind=EntryKind.LETTER, facts__step="accepted")
    assert entries.count() == 1


def test_a_letter_on_its_way_is_sent_once_and_goes_no_other_way(signed, mailable, rita):
    letters.send_by_email(signed, by=rita)
    signed.refresh_from_db()

    for deed in (lambda: letters.send_by_email(signed, by=rita), lambda: submit(signed, rita)):
        with pytest.raises(ValidationError) as error:
            deed()
        assert error.value.code == "faster"


def test_a_mail_that_failed_for_good_leaves_the_way_open(
    signed, mailable, incident, rita, mail_server, deliver, audited
):
    letters.send_by_email(signed, by=rita)
    mail_server.refuse("info@center.example")
    deliver()
    raise_what_is_due()
    signed.refresh_from_db()
    assert not signed.is_submitted
    assert str(center_of(incident).words) == "Center: REG-001 did not reach the authority by e-mail."

    mail_server.behave()
    letters.send_by_email(Letter.objects.get(pk=signed.pk), by=rita)
    deliver()
    raise_what_is_due()

    signed.refresh_from_db()
    assert signed.is_submitted
    assert len(mail_server.to("info@center.example")) == 1


def test_a_mail_that_failed_may_be_followed_by_a_courier(signed, mailable, rita, mail_server, deliver):
    letters.send_by_email(signed, by=rita)
    mail_server.refuse("info@center.example")
    deliver()

    done = submit(Letter.objects.get(pk=signed.pk), rita)

    assert (done.channel, done.state) == (Channel.COURIER, LetterState.SUBMITTED)


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_send_at_once_one_mail_leaves(signed, mailable, rita, in_threads):
    answers = in_threads(10, lambda _n: letters.send_by_email(Letter.objects.get(pk=signed.pk), by=rita).ref)

    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert Message.objects.filter(address="info@center.example").count() == 1


# --- another way ---------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", [channel for channel in Channel if channel is not Channel.EMAIL])
def test_another_way_counts_with_moment_and_proof(signed, incident, rita, clock, channel, audited):
    submitted_at = clock.forward(hours=2)

    done = submit(signed, rita, channel=channel, submitted_at=submitted_at, proof=proof("stamp.png", PNG))

    assert (done.state, done.channel, done.submitted_at, done.submitted_by) == (
        LetterState.SUBMITTED,
        channel,
        submitted_at,
        rita,
    )
    assert (bytes(done.proof), done.proof_kind) == (PNG, "image/png")
    assert done.proof_sha256 == hashlib.sha256(PNG).hexdigest()
    assert len(audited("letter.submitted")) == 1


@pytest.mark.parametrize(
    "file",
    [
        ("a.txt", b"It went out"),
        ("a.pdf", b"It went out"),
        ("a.zip", b"PK\x05\x06" + bytes(18)),
        ("a.png", b""),
    ],
    ids=["text", "text as pdf", "archive", "empty"],
)
def test_a_proof_is_a_picture_or_a_pdf(signed, rita, file):
    with pytest.raises(ValidationError):
        submit(signed, rita, proof=proof(*file))

    signed.refresh_from_db()
    assert not signed.is_submitted


@pytest.mark.parametrize(("shift", "is_taken"), [(-1, False), (0, True)])
def test_a_letter_is_not_submitted_before_it_was_signed(signed, rita, shift, is_taken):
    minute = signed.signed_at.replace(second=0, microsecond=0) + timedelta(minutes=shift)

    if is_taken:
        assert submit(signed, rita, submitted_at=minute).submitted_at >= signed.signed_at
    else:
        with pytest.raises(ValidationError) as error:
            submit(signed, rita, submitted_at=minute)
        assert "submitted_at" in error.value.message_dict


def test_a_draft_is_not_submitted(draft, rita):
    with pytest.raises(ValidationError):
        letters.mark_submitted(draft, channel=Channel.LETTER, submitted_at=draft.started_at, proof=proof(), by=rita)


@pytest.mark.parametrize(
    "values",
    [
        {"proof": None},
        {"channel": ""},
        {"submitted_at": "before"},
        {"outgoing_number": ""},
        {"pdf": None},
    ],
)
def test_the_database_refuses_a_submission_without_proof_or_number(signed, rita, values):
    done = submit(signed, rita)
    values = {
        name: done.signed_at - timedelta(seconds=1) if value == "before" else value for name, value in values.items()
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.filter(pk=done.pk).update(**values)


def test_only_a_submitted_letter_is_acknowledged_and_once(signed, rita, audited):
    with pytest.raises(ValidationError):
        letters.acknowledge(signed, incoming_number="77", day=date(2027, 7, 17), by=rita)

    done = letters.acknowledge(submit(signed, rita), incoming_number="77", day=date(2027, 7, 17), by=rita)

    assert (done.state, done.incoming_number, done.acknowledged_on) == (
        LetterState.ACKNOWLEDGED,
        "77",
        date(2027, 7, 17),
    )
    with pytest.raises(ValidationError):
        letters.acknowledge(done, incoming_number="78", day=date(2027, 7, 17), by=rita)
    assert len(audited("letter.acknowledged")) == 1


# --- the duty towards the Center -----------------------------------------------------------------


def test_the_center_is_told_with_initial_and_final_letter(signed, incident, center, olga, clock):
    words = [str(center_of(incident).words)]
    with pytest.raises(ValidationError):
        letters.start(incident, authority=center, phase=Phase.FINAL, language="uz", by=olga)
    initial = submit(signed, olga)
    words.append(str(center_of(incident).words))
    clock.forward(hours=1)
    final = letters.start(incident, authority=center, phase=Phase.FINAL, language="uz", by=olga)
    words.append(str(center_of(incident).words))
    final = letters.write(final, values={"lessons": ("Second factor", False)}, version=final.version, by=olga)
    final = letters.sign(final, outgoing_number="01-15/305", version=final.version, by=olga)
    words.append(str(center_of(incident).words))
    done = submit(final, olga, submitted_at=clock.now)

    found = center_of(incident)
    assert words == [
        "Center: REG-001 is signed, not submitted.",
        "Center: initial submitted, final not started.",
        "Center: REG-002 is a draft.",
        "Center: REG-002 is signed, not submitted.",
    ]
    assert (found.is_done, found.done_at) == (True, done.submitted_at)
    lines = {line.code: line for line in selectors.case(incident).clocks}
    assert lines["center"].stopped_at == initial.submitted_at
    assert lines["center_final"].stopped_at == done.submitted_at


def test_only_a_submission_stops_the_clock(draft, incident, olga):
    def is_running():
        return next(line for line in selectors.case(incident).clocks if line.code == "center").is_running

    assert is_running()
    letter = letters.sign(draft, outgoing_number="1", version=draft.version, by=olga)
    assert is_running()
    submit(letter, olga)
    assert not is_running()


def test_a_letter_to_another_authority_does_not_tell_the_center(incident, olga):
    other = Authority.objects.get(code="interior")
    letter = letters.start(incident, authority=other, phase=Phase.INITIAL, language="uz", by=olga)
    submit(letters.sign(letter, outgoing_number="1", version=letter.version, by=olga), olga)

    assert str(center_of(incident).words) == "Center: initial letter not started."


def test_the_final_letter_carries_on_what_the_initial_one_said(draft, incident, center, olga):
    written = letters.write(
        draft,
        values={"sector": ("Услуги связи", False), "indicators": ("203.0.113.7", False)},
        version=draft.version,
        by=olga,
    )
    submit(letters.sign(written, outgoing_number="1", version=written.version, by=olga), olga)
    incidents.change_facts(
        Incident.objects.get(pk=incident.pk), version=incident.version, by=olga, values={"systems": "Две системы"}
    )

    final = letters.start(incident, authority=center, phase=Phase.FINAL, language="uz-cyrl", by=olga)

    assert final.card["sector"] == {"text": "Услуги связи", "is_unknown": False, "source": "REG-001"}
    assert final.card["indicators"]["text"] == "203.0.113.7"
    assert final.card["systems"]["text"] == "Две системы"


def test_the_card_counts_people_and_customers(incident, center, olga, rita):
    make_affected(incident, make_customer(by=olga), make_customer(by=olga), by=olga)
    incident.refresh_from_db()

    letter = letters.start(incident, authority=center, phase=Phase.INITIAL, language="en", by=rita)

    assert letter.card["people"]["text"] == "1284 people (estimate), 2 customers"


def test_a_letter_can_be_acknowledged_after_the_file_is_closed(signed, incident, rita, olga):
    """The authority answers when it answers."""
    done = submit(signed, rita)
    Incident.objects.filter(pk=incident.pk).update(
        state=State.CLOSED, closed_at=done.submitted_at, closed_by=olga, outcome=Outcome.CONFIRMED
    )
    letters.acknowledge(done, incoming_number="77", day=date(2027, 7, 17), by=rita)
