import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pypdf import PdfReader

from core.models import DraftFile
from incidents.terms import Flag
from notifications import card
from notifications.models import Authority, Duty, Letter, TextReview
from notifications.services import letters, rules
from notifications.terms import LetterState, Phase
from tests.factories import fresh_code, make_incident
from tests.incidents.conftest import PNG
from tests.pages import assert_refused, form_of, value, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules", "company")]


@pytest.fixture
def officer(olga, client_of):
    return client_of(olga)


@pytest.fixture
def draft(olga, center):
    incident = make_incident(by=olga, personal_data=Flag.YES)
    return letters.start(incident, authority=center, phase=Phase.INITIAL, language="ru", by=olga)


@pytest.fixture
def whole(draft, olga):
    """Nothing stands between it and its signature."""
    unknown = {field.key: ("", True) for field in card.gaps(draft.card, Phase.INITIAL)}
    return letters.write(draft, values=unknown, version=draft.version, by=olga)


@pytest.fixture
def signed(whole, olga):
    return letters.sign(whole, outgoing_number="01-15/204", version=whole.version, by=olga)


def at(name, letter, *more):
    return reverse(name, args=[letter.ref, *more])


# --- the card ------------------------------------------------------------------------------------


def test_each_field_stands_beside_its_source(draft, officer):
    text = words(officer.get(at("letter_group", draft, "event")))

    assert "Source:" in text
    assert value(officer.get(at("letter_group", draft, "event")), "own_number") == draft.incident.ref


def test_one_group_leads_to_the_next(draft, officer):
    ways = []
    for group in ("company", "event", "scope", "measures"):
        address = at("letter_group", draft, group)
        ways.append(officer.post(address, form_of(officer.get(address))).headers["Location"])

    assert ways == [at("letter_group", draft, g) for g in ("event", "scope", "measures")] + [draft.get_absolute_url()]


def test_the_slower_of_two_writers_sees_both_texts_and_loses_nothing(draft, officer, rita):
    address = at("letter_group", draft, "scope")
    read = form_of(officer.get(address))
    letters.write(draft, values={"systems": ("Его системы", False)}, version=draft.version, by=rita)

    response = officer.post(address, {**read, "systems": "Мои системы", "indicators": "203.0.113.7"})

    assert response.status_code == 409
    assert "Его системы" in words(response)
    kept = form_of(response)
    assert (kept["systems"], kept["indicators"]) == ("Мои системы", "203.0.113.7")
    assert officer.post(address, kept).status_code == 302
    draft.refresh_from_db()
    assert draft.card["systems"]["text"] == "Мои системы"


@pytest.mark.parametrize("sign", ["\x00", "\u202e", "\u2028"])
def test_control_characters_are_refused_in_the_card(draft, officer, sign):
    address = at("letter_group", draft, "scope")
    form = {**form_of(officer.get(address)), "services": f"a{sign}b", "indicators": "203.0.113.7"}

    response = officer.post(address, form)

    assert_refused(response, "services")
    assert value(response, "indicators") == "203.0.113.7"


def test_a_signed_letter_has_no_form_any_more(signed, officer):
    assert officer.get(at("letter_group", signed, "event")).status_code == 404
    assert officer.get(at("letter_group", signed, "nothing")).status_code == 404


# --- the signature -------------------------------------------------------------------------------


def test_a_letter_is_signed_with_number_and_fresh_code(whole, officer, olga):
    address = at("letter_sign", whole)
    form = form_of(officer.get(address))

    assert_refused(officer.post(address, {**form, "code": fresh_code(olga)}), "outgoing_number")
    assert_refused(officer.post(address, {**form, "outgoing_number": "1", "code": "000000"}), "code")
    officer.post(address, {**form, "outgoing_number": "01-15/204", "code": fresh_code(olga)})

    whole.refresh_from_db()
    assert (whole.state, whole.outgoing_number) == (LetterState.SIGNED, "01-15/204")


def test_a_letter_with_gaps_is_not_signed_and_names_them(draft, officer, olga):
    address = at("letter_sign", draft)
    given = {"version": draft.version, "outgoing_number": "1", "code": fresh_code(olga)}

    assert "Affected systems" in words(officer.get(address))
    refused = officer.post(address, given)

    assert refused.status_code == 422
    assert "Fill the field “Affected systems”." in words(refused)


def test_a_letter_that_changed_meanwhile_is_read_again_before_it_is_signed(whole, officer, olga, rita):
    form = form_of(officer.get(at("letter_sign", whole)))
    letters.write(whole, values={"help": ("x", False)}, version=whole.version, by=rita)

    response = officer.post(
        at("letter_sign", whole), {**form, "outgoing_number": "1", "code": fresh_code(olga)}, follow=True
    )

    assert "The letter changed while you were reading." in words(response)


def test_the_document_is_a_draft_until_it_is_signed_and_then_the_frozen_bytes(draft, olga, officer, signed):
    response = officer.get(at("letter_pdf", signed))

    assert response.content == bytes(Letter.objects.get(pk=signed.pk).pdf)
    assert response.headers["Content-Disposition"] == f'attachment; filename="{signed.ref}.pdf"'
    assert PdfReader(io.BytesIO(response.content)).pages


# --- the submission ------------------------------------------------------------------------------


def test_without_a_proof_nothing_is_submitted_and_the_rest_stays(signed, officer):
    address = at("letter_submitted", signed)
    form = {**form_of(officer.get(address)), "channel": "courier"}

    response = officer.post(address, form)

    assert_refused(response, "proof")
    assert value(response, "channel") == "courier"
    signed.refresh_from_db()
    assert signed.state == LetterState.SIGNED


def test_a_good_proof_stays_attached_when_something_else_is_missing(signed, officer, clock):
    address = at("letter_submitted", signed)
    form = {**form_of(officer.get(address)), "channel": ""}
    refused = officer.post(address, {**form, "proof": SimpleUploadedFile("stamp.png", PNG)})
    assert_refused(refused, "channel")

    response = officer.post(address, {**form_of(refused), "channel": "courier"})

    assert response.headers["Location"] == signed.get_absolute_url()
    signed.refresh_from_db()
    assert (signed.state, bytes(signed.proof), signed.proof_name) == (LetterState.SUBMITTED, PNG, "stamp.png")
    assert not DraftFile.objects.exists()


def test_a_proof_of_another_kind_is_refused_with_what_is_taken(signed, officer):
    address = at("letter_submitted", signed)
    form = {**form_of(officer.get(address)), "channel": "courier"}

    text = assert_refused(officer.post(address, {**form, "proof": SimpleUploadedFile("a.txt", b"Sent")}), "proof")

    assert "PNG" in text
    assert "PDF" in text


def test_the_proof_leaves_as_an_attachment_that_no_browser_runs(signed, officer, olga):
    letters.mark_submitted(
        signed,
        channel="courier",
        submitted_at=signed.signed_at,
        proof=SimpleUploadedFile("stamp.png", PNG),
        by=olga,
    )

    response = officer.get(at("letter_proof", signed))

    assert response.content == PNG
    assert response.headers["Content-Disposition"] == f'attachment; filename="{signed.ref}-proof.png"'
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_letter_without_a_confirmed_address_is_not_mailed_and_says_why(signed, officer):
    response = officer.post(at("letter_send", signed), follow=True)

    assert "is not confirmed" in words(response)
    signed.refresh_from_db()
    assert signed.batch_id is None


@pytest.mark.parametrize(
    "given", [{"incoming_number": "", "day": "17.07.2027"}, {"incoming_number": "77", "day": "soon"}]
)
def test_an_acknowledgement_has_number_and_day(signed, officer, olga, given):
    letters.mark_submitted(
        signed, channel="courier", submitted_at=signed.signed_at, proof=SimpleUploadedFile("a.png", PNG), by=olga
    )

    assert officer.post(at("letter_acknowledged", signed), given).status_code == 422
    assert (
        officer.post(at("letter_acknowledged", signed), {"incoming_number": "77", "day": "17.07.2027"}).headers[
            "Location"
        ]
        == signed.get_absolute_url()
    )


# --- rules ---------------------------------------------------------------------------------------


def test_an_address_is_entered_and_then_confirmed_with_a_fresh_code(officer, olga, center):
    address = reverse("authority", args=["center"])

    officer.post(address, {"version": "0", "email": "info@center.example"})
    page = officer.get(address)
    assert "info@center.example" in page.content.decode()
    confirm = {"which": "confirm", "confirm-email": "info@center.example"}
    refused = officer.post(address, {**confirm, "confirm-code": "000000"})
    assert refused.status_code == 422
    assert not Authority.objects.get(code="center").may_be_mailed

    officer.post(address, {**confirm, "confirm-code": fresh_code(olga)})

    assert Authority.objects.get(code="center").may_be_mailed


def test_the_slower_of_two_who_change_an_authority_sees_both(officer, oscar, center):
    address = reverse("authority", args=["center"])
    rules.change_authority(center, email="his@center.example", address="", phone="", version=0, by=oscar)

    response = officer.post(address, {"version": "0", "email": "mine@center.example"})

    assert response.status_code == 409
    assert "his@center.example" in words(response)
    assert value(response, "email") == "mine@center.example"


@pytest.mark.parametrize(
    ("amount", "unit", "minutes"), [("6", "60", 360), ("45", "1", 45), ("2", "1440", 2880), ("", "60", None)]
)
def test_a_target_is_set_in_hours_minutes_or_days(officer, amount, unit, minutes):
    response = officer.post(reverse("target", args=["block"]), {"amount": amount, "unit": unit})

    assert response.status_code == 302
    assert Duty.objects.get(code="block", valid_to=None).target_minutes == minutes


@pytest.mark.parametrize(("amount", "unit"), [("0", "60"), ("-1", "60"), ("many", "60"), ("91", "1440"), ("1", "7")])
def test_a_target_that_cannot_be_is_refused(officer, amount, unit):
    response = officer.post(reverse("target", args=["block"]), {"amount": amount, "unit": unit})

    assert response.status_code == 422
    assert Duty.objects.filter(code="block").count() == 1


def test_a_text_is_confirmed_as_it_was_read(officer):
    address = reverse("text", args=["notice-first", "uz"])
    form = {**form_of(officer.get(address)), "reviewer": "Madina Sodiqova"}

    stale = officer.post(address, {**form, "sha256": "0" * 64})
    assert "The text is another version now." in words(stale)
    assert officer.post(address, form).headers["Location"] == reverse("texts")

    assert TextReview.objects.get().reviewer == "Madina Sodiqova"
    assert officer.get(reverse("text", args=["notice-none", "uz"])).status_code == 404
