import time
from dataclasses import dataclass

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.roles import Role
from customers.models import Contact, Customer, Import
from customers.selectors import checked
from customers.services import imports
from tests.factories import make_contact, make_customer, make_user

pytestmark = pytest.mark.django_db

HEADER = "customer,contract,contact,email,phone,language,people,data\n"
ROW = "Zukko Bola,M-204,Madina Sodiqova,m.sodiqova@zukko.example,+998 90 000 00 12,uz,46,names\n"


@dataclass
class Known:
    """A row's fields by name, with defaults that are right."""

    customer: str = "Zukko Bola"
    contract: str = ""
    contact: str = "Madina"
    email: str = "m@zukko.example"
    phone: str = ""
    language: str = "uz"
    people: str = ""
    data: str = ""

    def line(self) -> str:
        return ",".join(f'"{value}"' for value in vars(self).values()) + "\n"


def check(content, by, **values):
    raw = content if isinstance(content, bytes) else content.encode()
    return imports.check(raw, file_name="customers.csv", by=by, **values)


def rows(content, by):
    return imports.rows_of(check(content, by))


def problems(line, by):
    [row] = rows(HEADER + line, by)
    return row.problems


def words_of(error):
    return " ".join(error.value.messages)


# --- nothing before somebody confirms ------------------------------------------------------------


def test_checking_a_file_writes_nothing_into_the_directory(olga, audited):
    check(HEADER + ROW, olga)

    assert not Customer.objects.exists()
    assert not Contact.objects.exists()
    assert [entry.event for entry in audited()] == ["import.checked"]


def test_confirming_writes_customer_and_contact(olga, audited):
    import_ = check(HEADER + ROW, olga)

    imports.apply(import_, by=olga)

    contact = Contact.objects.select_related("customer").get()
    assert (contact.customer.name, contact.customer.contract_number) == ("Zukko Bola", "M-204")
    assert (contact.name, contact.email, contact.phone, contact.language) == (
        "Madina Sodiqova",
        "m.sodiqova@zukko.example",
        "+998 90 000 00 12",
        "uz",
    )
    assert len(audited("customer.added")) == len(audited("contact.added")) == len(audited("import.done")) == 1


def test_a_file_is_written_once(olga, oscar, audited):
    import_ = check(HEADER + ROW, olga)

    first, second = imports.apply(import_, by=olga), imports.apply(import_, by=oscar)

    assert (len(first), second) == (1, [])
    assert Customer.objects.count() == Contact.objects.count() == 1
    import_.refresh_from_db()
    assert import_.done_by == olga
    assert len(audited("import.done")) == 1


@pytest.mark.django_db(transaction=True)
def test_ten_confirmations_at_once_write_once(olga, in_threads):
    import_ = check(HEADER + ROW, olga)

    answers = in_threads(10, lambda _number: imports.apply(Import.objects.get(pk=import_.pk), by=olga))

    assert sorted(len(answer) for answer in answers) == [0] * 9 + [1]
    assert Customer.objects.count() == Contact.objects.count() == 1


def test_wrong_rows_stay_out_and_good_ones_come_in(olga):
    content = HEADER + ROW + Known(customer="Bad", email="nonsense").line() + Known(customer="Good").line()

    imports.apply(check(content, olga), by=olga)

    assert set(Customer.objects.values_list("name", flat=True)) == {"Zukko Bola", "Good"}


def test_a_row_that_cannot_be_written_takes_the_whole_file_back(olga, monkeypatch):
    import_ = check(HEADER + ROW + Known(customer="Second").line(), olga)
    real, seen = imports.directory.write_contact, []

    def fails_at_the_second(customer, **values):
        seen.append(customer)
        if len(seen) == 2:
            raise ValidationError("no")
        return real(customer, **values)

    monkeypatch.setattr(imports.directory, "write_contact", fails_at_the_second)

    with pytest.raises(ValidationError):
        imports.apply(import_, by=olga)

    assert not Customer.objects.exists()
    import_.refresh_from_db()
    assert import_.done_at is None


# --- the file ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["plain", "with a byte-order mark"])
@pytest.mark.parametrize("sign", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_every_common_form_of_csv_is_read(olga, mark, sign, end):
    text = sign.join(["customer", "contact", "email", "language"]) + end
    text += sign.join(["Gʻuncha", "Ўктам", "u@guncha.example", "uz-Cyrl"]) + end

    [row] = rows(mark + text.encode(), olga)

    assert (row.customer, row.contact, row.language, row.problems) == ("Gʻuncha", "Ўктам", "uz-cyrl", [])


@pytest.mark.parametrize(
    "header",
    [
        "customer,contact,email,language",
        "Mijoz,Ism,Pochta,Til",
        "МИЖОЗ,ИСМ,Почта,ТИЛ",
        "Клиент,Имя,E-mail,Язык",
        "Компания, Контакт ,почта,язык",
        "Company,Name,Mail,Language",
    ],
)
def test_columns_may_be_named_in_four_languages(olga, header):
    [row] = rows(header + "\nZukko Bola,Madina,m@zukko.example,ru\n", olga)

    assert (row.customer, row.contact, row.email, row.language) == ("Zukko Bola", "Madina", "m@zukko.example", "ru")
    assert row.is_good


@pytest.mark.parametrize("title", ["maʼlumotlar", "ma'lumotlar", "MAʻLUMOTLAR", "маълумотлар", "данные", "data"])
def test_any_apostrophe_names_the_column_of_data(olga, title):
    [row] = rows(f"customer,contact,phone,language,{title}\nA,B,+998 90 1,uz,names\n", olga)

    assert row.data == "names"


def test_columns_stand_in_any_order_and_strange_ones_are_passed_over(olga):
    [row] = rows("notes,language,email,contact,customer\nold,uz,m@zukko.example,Madina,Zukko\n", olga)

    assert (row.customer, row.contact, row.is_good) == ("Zukko", "Madina", True)


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("contact,email,language", ["customer"]),
        ("customer,email,language", ["contact"]),
        ("customer,contact,email", ["language"]),
        ("customer,contact,language", ["email"]),
        ("one,two,three", ["customer", "contact", "language", "email"]),
    ],
)
def test_missing_columns_are_named(olga, header, missing):
    with pytest.raises(ValidationError) as error:
        check(header + "\na,b,c\n", olga)

    assert f"Missing: {', '.join(missing)}." in words_of(error)
    assert not Import.objects.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "csv_empty"),
        (HEADER.encode(), "csv_empty"),
        (HEADER.encode() + b",,,,,,,\n\n", "csv_empty"),
        ((HEADER + "Клиент,,Имя,a@b.example,,ru,,\n").encode("cp1251"), "csv_encoding"),
        ((HEADER + ROW).encode("utf-16"), "csv_binary"),
        (b"PK\x03\x04\0\0\0", "csv_binary"),
        ((HEADER + 'Zukko,"Madina\n').encode(), "csv"),
        ((HEADER + ROW * 10_001).encode(), "csv_rows"),
        (b"x" * (imports.MOST_BYTES + 1), "csv_size"),
    ],
    ids=["empty", "header only", "blank rows", "cp1251", "utf-16", "zip", "open quote", "too long", "too large"],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(olga, content, code):
    with pytest.raises(ValidationError) as error:
        check(content, olga)

    assert error.value.code == code
    assert words_of(error).endswith(".")


def test_ten_thousand_rows_are_checked_within_five_seconds(olga):
    content = HEADER + "".join(Known(customer=f"C {n}", email=f"m{n}@zukko.example").line() for n in range(10_000))

    began = time.monotonic()
    import_ = check(content, olga)

    assert time.monotonic() - began < 5
    assert checked(import_).to_add == 10_000


# --- the rows ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("uz", "uz"), ("UZ", "uz"), ("uz-Latn", "uz"), ("Oʻzbekcha", "uz"), ("O'zbekcha", "uz"),
        ("uz-Cyrl", "uz-cyrl"), ("uz_Cyrl", "uz-cyrl"), ("UZ-CYRL", "uz-cyrl"), ("Ўзбекча", "uz-cyrl"),
        ("ru", "ru"), ("Русский", "ru"), ("en", "en"), ("English", "en"),
    ],
)  # fmt: skip
def test_a_language_is_understood_by_code_and_by_name(olga, given, code):
    [row] = rows(HEADER + Known(language=given).line(), olga)

    assert (row.language, row.problems) == (code, [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (Known(customer=""), "The customer is missing."),
        (Known(contact=""), "The name of the contact is missing."),
        (Known(language=""), "The language is missing. Write uz, uz-Cyrl, ru or en."),
        (Known(language="de"), "Language “de” is not uz, uz-Cyrl, ru or en."),
        (Known(email=""), "An e-mail address or a phone is needed."),
        (Known(people="many"), "“many” is not a number of people."),
        (Known(people="-1"), "“-1” is not a number of people."),
        (Known(people="1234567890"), "“1234567890” is not a number of people."),
        (Known(customer="x" * 201), "customer is longer than 200 characters."),
        (Known(contract="x" * 61), "contract is longer than 60 characters."),
        (Known(phone="9" * 41), "phone is longer than 40 characters."),
        (Known(data="x" * 301), "data is longer than 300 characters."),
    ],
)
def test_each_wrong_row_says_why(olga, row, reason):
    assert problems(row.line(), olga) == [reason]


@pytest.mark.parametrize(
    "address",
    [
        "nonsense", "a@", "@b.example", "a b@c.example", "a@b..example", "a@b.example,c@d.example",
        "ўктам@mail.example", "a@b.example\u200f", "Madina <m@zukko.example>", "ſam@zukko.example",
    ],
)  # fmt: skip
def test_a_broken_address_is_named(olga, address):
    [problem] = problems(Known(email=address).line(), olga)

    assert "is not an e-mail address" in problem
    assert address in problem


def test_an_address_longer_than_mail_allows_is_refused_by_row(olga):
    long = "a@" + ".".join(["b" * 60] * 5) + ".example"
    import_ = check(HEADER + Known(email=long).line() + Known(customer="Good").line(), olga)

    imports.apply(import_, by=olga)

    assert [row.is_good for row in imports.rows_of(import_)] == [False, True]
    assert Customer.objects.get().name == "Good"


def test_an_international_domain_is_taken(olga):
    [row] = rows(HEADER + Known(email="info@пример.example").line(), olga)

    assert row.is_good


@pytest.mark.parametrize("sign", ["\u202e", "\u2028", "\x07", "\x0b", "\n", "\u200e"])
@pytest.mark.parametrize("column", ["customer", "contract", "contact", "phone", "data"])
def test_control_characters_are_named_and_refused(olga, column, sign):
    [problem] = problems(Known(**{column: f"Zuk{sign}ko"}).line(), olga)

    assert f"U+{ord(sign):04X}" in problem


@pytest.mark.parametrize("people", ["46", "1 284", "1\u00a0284", "0", "999999999"])
def test_people_count_with_the_usual_spaces(olga, people):
    [row] = rows(HEADER + Known(people=people).line(), olga)

    assert row.people == int(people.replace(" ", "").replace("\u00a0", ""))


def test_rows_are_numbered_as_a_spreadsheet_does(olga):
    found = rows(HEADER + "\n" + Known().line() + "\n" + Known(email="bad").line(), olga)

    assert [row.number for row in found] == [3, 5]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "=HYPERLINK(1)"])
def test_a_formula_is_kept_as_the_text_it_is(olga, text):
    imports.apply(check(HEADER + Known(customer=text, contact=text).line(), olga), by=olga)

    assert Customer.objects.get().name == Contact.objects.get().name == text


# --- repeats, and what is there already ----------------------------------------------------------


def test_a_repeated_row_names_the_first(olga):
    found = rows(HEADER + Known().line() + Known(customer="ZUKKO BOLA", email="M@zukko.example").line(), olga)

    assert found[1].problems == ["Repeats row 2."]


def test_a_wrong_row_is_not_what_a_later_one_repeats(olga):
    found = rows(HEADER + Known(language="de").line() + Known().line(), olga)

    assert found[1].is_good


def test_one_person_may_stand_at_two_customers(olga):
    imports.apply(check(HEADER + Known().line() + Known(customer="Other").line(), olga), by=olga)

    assert Contact.objects.filter(email="m@zukko.example").count() == 2


def test_people_without_an_address_are_told_apart_by_name(olga):
    anna = Known(contact="Anna", email="", phone="+998 90 1").line()
    found = rows(HEADER + anna + Known(contact="Bahrom", email="", phone="+998 90 1").line() + anna, olga)

    assert [row.is_good for row in found] == [True, True, False]


def test_the_check_tells_additions_changes_and_what_is_the_same(olga):
    customer = make_customer(by=olga, name="Zukko Bola")
    make_contact(customer, by=olga, name="Madina", email="m@zukko.example", language="uz")
    make_contact(customer, by=olga, name="Old name", email="o@zukko.example", language="uz")
    content = HEADER + Known().line() + Known(email="O@zukko.example").line() + Known(email="n@zukko.example").line()

    seen = checked(check(content + Known(email="x").line(), olga))

    assert (seen.same, seen.to_change, seen.to_add, len(seen.wrong), seen.to_write) == (1, 1, 1, 1, 3)


def test_a_known_contact_is_changed_and_not_doubled(olga):
    customer = make_customer(by=olga, name="Zukko Bola")
    make_contact(customer, by=olga, name="Old", email="m@zukko.example", phone="+998 90 1", language="ru")

    imports.apply(check(HEADER + Known(customer="zukko bola", email="M@ZUKKO.example").line(), olga), by=olga)

    contact = Contact.objects.get()
    assert (contact.name, contact.language, contact.phone) == ("Madina", "uz", "+998 90 1")
    assert Customer.objects.get() == customer


def test_a_known_contact_without_an_address_is_found_by_name_in_any_case(olga):
    customer = make_customer(by=olga, name="Зукко")
    make_contact(customer, by=olga, name="Ўктам Содиқов", email="", phone="+998 90 1", language="ru")
    row = Known(customer="ЗУККО", contact="ЎКТАМ СОДИҚОВ", email="", phone="+998 90 2")

    import_ = check(HEADER + row.line(), olga)
    imports.apply(import_, by=olga)

    assert imports.rows_of(import_)[0].action == "change"
    assert Contact.objects.get().phone == "+998 90 2"


def test_the_file_of_an_incident_adds_to_the_directory_and_changes_nothing_in_it(olga, rita):
    customer = make_customer(by=olga, name="Zukko Bola")
    make_contact(customer, by=olga, name="Old", email="m@zukko.example", phone="+998 90 1", language="ru")
    content = HEADER + Known(phone="+998 90 2").line() + Known(email="n@zukko.example").line()

    import_ = check(content, rita, scope="INC-2027-0001")
    applied = imports.apply(import_, by=rita)

    assert [row.action for row in imports.rows_of(import_)] == ["same", "add"]
    kept, added = Contact.objects.order_by("number")
    assert (kept.name, kept.phone, kept.language) == ("Old", "+998 90 1", "ru")
    assert added.email == "n@zukko.example"
    assert [entry.customer for entry in applied] == [customer]


# --- who may -------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_the_directory_is_filled_by_officers_and_an_incident_by_those_who_write_notices(role, olga):
    person = make_user(role)
    for scope, may_do in (
        ("", role in {Role.OFFICER, Role.DEPUTY}),
        ("INC-2026-0001", role in {Role.OFFICER, Role.DEPUTY, Role.RESPONDER}),
    ):
        import_ = check(HEADER + ROW, olga, scope=scope)
        for deed in (
            lambda scope=scope: check(HEADER + ROW, person, scope=scope),
            lambda import_=import_: imports.apply(import_, by=person),
        ):
            if may_do:
                deed()
            else:
                with pytest.raises(PermissionDenied):
                    deed()
