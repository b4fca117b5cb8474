"""What must be right before a notice may be approved; each failure has words and a way."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Organisation
from customers.models import Customer
from incidents.models import AffectedCustomer
from incidents.services import affected
from notifications import checks
from notifications.audience import audience
from notifications.models import Letter
from notifications.services import notices
from notifications.terms import NoticeKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]


def failures(notice):
    found = checks.checks(notice, audience(notice), list(notice.texts.all()), Organisation.current())
    return [check for check in found if not check.is_met]


def change(notice, by, language="en", **parts):
    text = notice.texts.get(language=language)
    values = {"subject": text.subject, **text.parts, **parts}
    notice = notices.write(notice, language=language, version=notice.version, values=values, by=by)
    notices.send_test(notice, by=by)
    return notice


def words(notice):
    return [str(check.words) for check in failures(notice)]


def test_a_whole_notice_passes_every_check(draft):
    assert failures(draft) == []


def test_the_built_in_text_has_open_places_that_stop_it(told, rita):
    notice = notices.start(told.incident, kind=NoticeKind.FIRST, by=rita)
    notices.send_test(notice, by=rita)

    found = failures(notice)

    assert any("fill the place ‹…›" in str(check.words) for check in found)
    assert all(check.url.startswith(notice.get_absolute_url()) for check in found)
    with pytest.raises(ValidationError) as error:
        notices.submit(notice, version=notice.version, by=rita)
    assert error.value.messages == [str(check.words) for check in found]


@pytest.mark.parametrize(
    "part", ["subject", "what_happened", "what_data", "what_we_did", "what_to_do", "what_next", "contact"]
)
def test_every_part_is_written(draft, rita, part):
    notice = change(draft, rita, **{part: "  "})

    [check] = failures(notice)

    assert "English: “" in str(check.words)
    assert check.url.endswith(f"message/en/#id_{part}")


@pytest.mark.parametrize("part", ["subject", "what_to_do"])
def test_an_open_place_stops_it(draft, rita, part):
    [check] = failures(change(draft, rita, **{part: "On ‹date›"}))

    assert "fill the place ‹…›" in str(check.words)


def test_a_language_that_nobody_reads_need_not_be_whole(draft, told, rita):
    affected.detach(AffectedCustomer.objects.get(customer=told.reads["en"]), reason="Another tenant", by=rita)

    assert failures(change(draft, rita, subject="", what_next="‹date›", contact="{strange}")) == []


@pytest.mark.parametrize(("length", "is_right"), [(78, True), (79, False)])
def test_the_subject_has_at_most_78_characters(draft, rita, length, is_right):
    assert (words(change(draft, rita, subject="x" * length)) == []) is is_right


def test_a_field_that_nothing_fills_stops_it(draft, rita):
    assert words(change(draft, rita, what_next="Until {day}")) == ["English: {day} is not a field"]


def test_a_count_that_is_not_known_stops_it_by_name(draft, told):
    AffectedCustomer.objects.filter(customer=told.reads["ru"]).update(people_count=None)

    assert words(draft) == ["The number of people is missing for 1 customer: Ромашка"]


def test_a_count_that_the_text_does_not_use_may_be_unknown(draft, told, rita):
    AffectedCustomer.objects.filter(customer=told.reads["en"]).update(people_count=None)

    assert words(change(draft, rita, what_data="Names.")) == []


def test_a_notice_that_nobody_would_get_stops_it(draft, told, rita):
    for row in AffectedCustomer.objects.present().exclude(customer=told.by_phone):
        affected.detach(row, reason="Another tenant", by=rita)

    [check] = failures(draft)

    assert check.url.endswith("audience/")


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("Call +998 90 123 45 67", False),
        ("Call 998901234567", False),
        ("Call (90) 123-45-67 89", False),
        ("Card 8600 1234 5678 9012", False),
        ("Card 8600123456789012", False),
        ("On 2026-07-16 14:32", True),
        ("On 16.07.2026 14:32", True),
        ("Incident INC-2026-0042", True),
        ("18 402 people", True),
        ("Address 203.0.113.7", True),
        ("Our phone +998 71 200 00 00", True),
    ],
)
def test_numbers_of_people_stay_out_of_the_text(draft, rita, text, is_right):
    assert (words(change(draft, rita, what_happened=text)) == []) is is_right


def test_the_phone_of_the_contact_is_wanted_and_a_card_is_not(draft, rita):
    assert words(change(draft, rita, contact="Phone: +998 90 123 45 67")) == []
    draft.refresh_from_db()
    assert words(change(draft, rita, contact="8600 1234 5678 9012")) == [
        "English: a card or phone number stands in “Contact”"
    ]


@pytest.mark.parametrize("text", ["Open https://a.example", "HTTP://a.example", "See www.a.example"])
def test_links_stay_out_of_the_text(draft, rita, text):
    assert words(change(draft, rita, what_to_do=text)) == ["English: take the link out; fake notices use links"]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We told the State Cybersecurity Center"),
        ("ru", "Мы уведомили Центр кибербезопасности"),
        ("uz", "Kiberxavfsizlik markaziga xabar berdik"),
        ("uz-cyrl", "Киберхавфсизлик марказига хабар бердик"),
    ],
)
def test_the_center_is_named_only_once_it_is_told(draft, rita, center, clock, language, text):
    notice = change(draft, rita, language, what_we_did=text)
    assert len(words(notice)) == 1

    Letter.objects.create(
        ref="REG-900", incident=notice.incident, authority=center, phase="initial", language="uz", started_by=rita,
        state="submitted", signed_at=clock.now, signed_by=rita, pdf=b"x", outgoing_number="1", submitted_at=clock.now,
        proof=b"x", channel="letter",
    )  # fmt: skip

    assert words(notice) == []


def test_a_test_counts_for_exactly_the_text_that_was_tested(told, draft, rita):
    notice = notices.write(
        draft,
        language="uz",
        version=draft.version,
        values={**draft.texts.get(language="uz").parts, "subject": "Boshqa mavzu"},
        by=rita,
    )

    assert words(notice) == ["Send a test of this text to yourself"]


@pytest.mark.parametrize("name", ["See www.a.example", "https://a.example", "‹name›", "{count}", "+998 90 123 45 67"])
def test_a_name_that_is_filled_in_holds_no_more_than_the_text_may(draft, told, name):
    expected = f"The name “{name}” holds a link, a phone or card number, or a sign such as ‹ or {{. Change it."
    customer = told.reads["en"]
    Customer.objects.filter(pk=customer.pk).update(name=name)
    assert [(str(c.words), c.url) for c in failures(draft)] == [(expected, customer.get_absolute_url())]

    Customer.objects.filter(pk=customer.pk).update(name="Acme")
    customer.contacts.update(name=name)
    assert [(str(c.words), c.url) for c in failures(draft)] == [(expected, customer.get_absolute_url())]


def test_a_name_that_the_text_does_not_use_may_be_anything(draft, told, rita):
    Customer.objects.filter(pk=told.reads["en"].pk).update(name="www.a.example")

    assert failures(change(draft, rita, what_happened="Somebody read your mail.")) == []
