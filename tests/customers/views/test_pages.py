import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import Role
from customers.models import Contact, Customer, Import
from customers.services import directory, imports
from tests.factories import make_contact, make_customer, make_user
from tests.pages import assert_refused, form_of, value, words

pytestmark = pytest.mark.django_db

FILE = (
    "customer,contact,email,language\n"
    "Zukko Bola,Madina,m@zukko.example,uz\n"
    "Guncha,Olim,nonsense,uz\n"
    '"=HYPERLINK(""http://a.example"")",Anvar,a@zukko.example,ru\n'
)


@pytest.fixture
def officer(olga, client_of):
    return client_of(olga)


def table(content=FILE, name="customers.csv"):
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


# --- the directory -------------------------------------------------------------------------------


def test_a_customer_is_added_once_by_a_double_click(officer):
    form = {**form_of(officer.get("/customers/new/")), "name": "Zukko Bola"}

    first, second = officer.post("/customers/new/", form), officer.post("/customers/new/", form)

    customer = Customer.objects.get()
    assert first.headers["Location"] == second.headers["Location"] == customer.get_absolute_url()
    assert customer.is_active


def test_a_name_that_is_there_already_is_refused_and_the_rest_kept(officer, olga):
    make_customer(by=olga, name="Zukko Bola")

    response = officer.post("/customers/new/", {"version": "0", "name": "zukko bola", "tin": "301"})

    assert_refused(response)
    assert value(response, "tin") == "301"


@pytest.mark.parametrize(
    ("name", "given"), [("name", " "), ("name", "x" * 201), ("name", "a\u202eb"), ("note", "a\x00b")]
)
def test_a_wrong_field_is_named(officer, name, given):
    response = officer.post("/customers/new/", {"version": "0", "name": "Zukko", "contract_number": "M-1", name: given})

    assert_refused(response, name)
    assert value(response, "contract_number") == "M-1"
    assert not Customer.objects.exists()


def test_the_slower_of_two_writers_sees_both_texts_and_loses_nothing(officer, olga, oscar):
    customer = make_customer(by=olga, name="Old", note="Old note")
    address = reverse("edit_customer", args=[customer.ref])
    read = form_of(officer.get(address))
    directory.change_customer(customer, version=0, by=oscar, values={"note": "His note", "tin": "301"})

    response = officer.post(address, {**read, "note": "My note", "name": "New"})

    assert response.status_code == 409
    assert "His note" in words(response)
    assert "301" in words(response)
    kept = form_of(response)
    assert (kept["note"], kept["name"], kept["version"]) == ("My note", "New", "1")
    assert officer.post(address, kept).status_code == 302
    customer.refresh_from_db()
    assert (customer.name, customer.note) == ("New", "My note")


def test_a_contact_needs_an_address_or_a_phone(officer, olga):
    customer = make_customer(by=olga)
    address = reverse("new_contact", args=[customer.ref])

    response = officer.post(address, {"name": "Madina", "language": "uz"})

    assert "Write an e-mail address or a phone." in assert_refused(response, "email")
    assert value(response, "name") == "Madina"


def test_a_contact_is_added_and_changed(officer, olga):
    customer = make_customer(by=olga)
    form = {"name": "Madina", "language": "uz", "email": "m@zukko.example", "is_active": "on"}

    officer.post(reverse("new_contact", args=[customer.ref]), form)
    officer.post(reverse("edit_contact", args=[customer.ref, 1]), {**form, "language": "ru", "is_active": ""})

    contact = Contact.objects.get()
    assert (contact.language, contact.is_active) == ("ru", False)


def test_a_contact_belongs_to_its_customer(officer, olga):
    one, two = make_customer(by=olga), make_customer(by=olga)
    make_contact(one, by=olga)

    assert officer.get(reverse("edit_contact", args=[one.ref, 1])).status_code == 200
    assert officer.get(reverse("edit_contact", args=[two.ref, 1])).status_code == 404


def test_the_directory_is_searched_in_both_scripts(officer, olga):
    make_customer(by=olga, name="Gʻuncha bogʻchasi")
    make_customer(by=olga, name="Another")

    for typed in ("ғунча", "g'uncha", "GUNCHA"):
        text = words(officer.get("/customers/", {"q": typed}))
        assert "Gʻuncha bogʻchasi" in text
        assert "Another" not in text


@pytest.mark.parametrize("role", Role)
def test_who_reads_and_who_writes(role, client_of):
    customer, client = make_customer(), client_of(make_user(role))
    writes, reads = role in {Role.OFFICER, Role.DEPUTY}, role in {Role.OFFICER, Role.DEPUTY, Role.AUDITOR}
    of_one = {"customer", "edit_customer", "new_contact"}
    codes = {
        name: client.get(reverse(name, args=[customer.ref] if name in of_one else [])).status_code
        for name in ("customers", "customer", "new_customer", "edit_customer", "new_contact", "import")
    }

    assert codes == {
        "customers": 200 if reads else 403,
        "customer": 200 if reads else 404,
        "new_customer": 200 if writes else 403,
        "edit_customer": 200 if writes else 403,
        "new_contact": 200 if writes else 403,
        "import": 200 if writes else 403,
    }


# --- a file --------------------------------------------------------------------------------------


def test_a_file_is_shown_row_by_row_before_anything_is_written(officer):
    response = officer.post("/customers/import/", {"file": table()}, follow=True)

    text = words(response)
    assert "Import 2 rows" in text
    assert "“nonsense” is not an e-mail address." in text
    assert "customers.csv" in text
    assert not Customer.objects.exists()


def test_the_button_writes_once(officer):
    check = officer.post("/customers/import/", {"file": table()}).headers["Location"]

    written = words(officer.post(check, follow=True))
    again = words(officer.post(check, follow=True))

    assert "2 customers are written." in written
    assert "are written." not in again
    assert Customer.objects.count() == 2
    assert "This file is written already." in words(officer.get(check))


def test_a_formula_is_shown_as_text(officer):
    check = officer.post("/customers/import/", {"file": table()}).headers["Location"]
    officer.post(check)

    assert '=HYPERLINK("http://a.example")' in words(officer.get("/customers/"))
    assert b'href="http://a.example' not in officer.get("/customers/").content


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        ("Клиент".encode("cp1251"), "The file is not in UTF-8."),
        (b"PK\x03\x04\0\0", "The file is not a text table."),
        (b"name\nx\n", "Missing: customer, language, email."),
        (b"x" * (imports.MOST_BYTES + 1), "Split it."),
    ],
    ids=["empty", "cp1251", "binary", "columns", "large"],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(officer, content, message):
    response = officer.post("/customers/import/", {"file": table(content)})

    assert message in assert_refused(response, "file")
    assert not Import.objects.exists()


def test_without_a_file_the_form_asks_for_one(officer):
    form = form_of(officer.get("/customers/import/"))

    assert "Choose a file." in assert_refused(officer.post("/customers/import/", form), "file")


def test_a_checked_file_belongs_to_who_brought_it_and_to_its_purpose(officer, olga, oscar, client_of):
    mine = imports.check(FILE.encode(), file_name="a.csv", by=olga)
    of_incident = imports.check(FILE.encode(), file_name="a.csv", by=olga, scope="INC-2026-0001")

    assert officer.get(reverse("import_check", args=[mine.pk])).status_code == 200
    assert officer.get(reverse("import_check", args=[of_incident.pk])).status_code == 404
    for method in ("get", "post"):
        response = getattr(client_of(oscar), method)(reverse("import_check", args=[mine.pk]))
        assert response.status_code == 404
    assert not Customer.objects.exists()


def test_what_cannot_be_written_any_more_is_told_in_words(officer):
    check = officer.post("/customers/import/", {"file": table()}).headers["Location"]
    Import.objects.update(rows=[{"number": 2, "customer": "x" * 300, "contact": "A", "phone": "1", "language": "uz"}])

    response = officer.post(check, follow=True)

    assert response.redirect_chain[0][0] == "/customers/import/"
    assert "at most 200 characters" in words(response)
    assert Import.objects.get().done_at is None


def test_the_example_file_passes_its_own_check(officer, olga):
    content = officer.get(reverse("customers_example")).content

    [row] = imports.rows_of(imports.check(content, file_name="example.csv", by=olga))

    assert row.is_good
