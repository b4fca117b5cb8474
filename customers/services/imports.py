"""A customer file: read, checked row by row, shown, and written only when somebody confirms it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import LANGUAGES, User
from accounts.roles import Right, may, require
from audit import events
from audit.services import record
from core import clock, tables
from core.text import fold, plain_line
from customers.models import Contact, Customer, Import
from customers.services import directory
from outbox.services.queue import normalise

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 10_000

# Names of columns as people write them, in four languages.
COLUMNS = {
    "customer": ("customer", "company", "mijoz", "мижоз", "клиент", "компания"),
    "contract": ("contract", "shartnoma", "шартнома", "договор"),
    "contact": ("contact", "name", "ism", "исм", "контакт", "имя"),
    "email": ("email", "e-mail", "mail", "pochta", "почта"),
    "phone": ("phone", "telefon", "телефон"),
    "language": ("language", "til", "тил", "язык"),
    "people": ("people", "count", "odamlar", "одамлар", "люди", "количество"),
    "data": ("data", "maʼlumotlar", "маълумотлар", "данные"),
}
# Both Uzbek scripts fold to the same word: what was typed is looked up first.
_LANGUAGE_CODES = {fold(name): code for code, name in reversed(LANGUAGES)}
_LANGUAGE_CODES |= {name.casefold(): code for code, name in LANGUAGES}
_LANGUAGE_CODES |= {code: code for code, _name in LANGUAGES} | {"uz-latn": "uz", "uz-cyr": "uz-cyrl"}
_LENGTHS = {"customer": 200, "contract": 60, "contact": 200, "phone": 40, "data": 300}


@dataclass(slots=True)
class Row:
    """One row as it was understood. `number` counts as a spreadsheet does, with the header as 1."""

    number: int
    customer: str = ""
    contract: str = ""
    contact: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    people: int | None = None
    data: str = ""
    action: str = ""  # add, change, same
    problems: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        return not self.problems


@transaction.atomic
def check(content: bytes, *, file_name: str, by: User, scope: str = "") -> Import:
    """Read a file and keep what was understood; the directory is not touched.

    Raises ValidationError in words when the file as a whole cannot be read.
    """
    require(by, Right.MANAGE_CUSTOMERS if not scope else Right.WRITE_NOTICE)
    raw = tables.read(content, most_bytes=MOST_BYTES, most_rows=MOST_ROWS)
    rows = list(_understand(raw))
    if not rows:
        raise ValidationError(_("The table has a header and no rows."), code="csv_empty")
    _compare(rows, may_change=may(by, Right.MANAGE_CUSTOMERS))
    result = Import.objects.create(
        file_name=file_name, rows=[asdict(row) for row in rows], added_by=by, added_at=clock.now(), scope=scope
    )
    record(
        events.IMPORT_CHECKED,
        by=by,
        on=result,
        changes={"rows": (0, len(rows)), "wrong": (0, sum(not row.is_good for row in rows))},
    )
    return result


def rows_of(import_: Import) -> list[Row]:
    return [Row(**row) for row in import_.rows]


def _understand(raw: list[list[str]]) -> Iterable[Row]:
    if not raw:
        raise ValidationError(_("The file is empty."), code="csv_empty")
    places = _columns(raw[0])
    for number, values in enumerate(raw[1:], start=2):
        if not any(values):
            continue
        row = Row(number=number)
        for name, place in places.items():
            value = values[place] if place < len(values) else ""
            if name == "people":
                _read_people(row, value)
            elif name == "language":
                _read_language(row, value)
            else:
                setattr(row, name, value)
        _judge(row)
        yield row


def _columns(header: list[str]) -> dict[str, int]:
    known = {fold(name): key for key, names in COLUMNS.items() for name in names}
    places: dict[str, int] = {}
    for place, title in enumerate(header):
        key = known.get(fold(title))
        if key and key not in places:
            places[key] = place
    needed = [name for name in ("customer", "contact", "language") if name not in places]
    if "email" not in places and "phone" not in places:
        needed.append("email")
    if needed:
        raise ValidationError(
            _("The first row must name the columns. Missing: %(columns)s.") % {"columns": ", ".join(needed)},
            code="csv_columns",
        )
    return places


def _read_language(row: Row, value: str) -> None:
    typed = value.casefold().replace("_", "-")
    row.language = _LANGUAGE_CODES.get(typed) or _LANGUAGE_CODES.get(fold(value), "")
    if value and not row.language:
        row.problems.append(_("Language “%(value)s” is not uz, uz-Cyrl, ru or en.") % {"value": value[:40]})


def _read_people(row: Row, value: str) -> None:
    digits = value.replace(" ", "").replace("\u00a0", "")
    if not digits:
        return
    if digits.isascii() and digits.isdigit() and len(digits) <= 9:
        row.people = int(digits)
    else:
        row.problems.append(_("“%(value)s” is not a number of people.") % {"value": value[:40]})


def _judge(row: Row) -> None:
    _judge_lines(row)
    _judge_needs(row)
    _judge_address(row)


def _judge_lines(row: Row) -> None:
    for name, length in _LENGTHS.items():
        value = getattr(row, name)
        try:
            plain_line(value)
        except ValidationError as problem:
            row.problems.append(problem.messages[0])
        if len(value) > length:
            row.problems.append(
                _("%(column)s is longer than %(length)d characters.") % {"column": name, "length": length}
            )


def _judge_needs(row: Row) -> None:
    if not row.customer:
        row.problems.append(_("The customer is missing."))
    if not row.contact:
        row.problems.append(_("The name of the contact is missing."))
    if not row.language and not any("uz-Cyrl" in problem for problem in row.problems):
        row.problems.append(_("The language is missing. Write uz, uz-Cyrl, ru or en."))


def _judge_address(row: Row) -> None:
    if row.email:
        try:
            Contact._meta.get_field("email").run_validators(row.email)
            normalise(row.email)
        except ValidationError:
            row.problems.append(_("“%(value)s” is not an e-mail address.") % {"value": row.email[:80]})
    elif not row.phone:
        row.problems.append(_("An e-mail address or a phone is needed."))


def _compare(rows: list[Row], *, may_change: bool) -> None:
    """Find rows that repeat, and what each would do to the directory."""
    seen: dict[tuple[str, str], int] = {}
    contacts = {
        (contact.customer.name.casefold(), contact.email.casefold() or f"name:{contact.name.casefold()}"): contact
        for contact in Contact.objects.select_related("customer")
    }
    for row in rows:
        if not row.is_good:
            continue
        key = (row.customer.casefold(), row.email.casefold() or f"name:{row.contact.casefold()}")
        if key in seen:
            row.problems.append(_("Repeats row %(number)d.") % {"number": seen[key]})
            continue
        seen[key] = row.number
        known = contacts.get(key)
        if known is None:
            row.action = "add"
        else:
            same = (known.name, known.phone or row.phone, known.language) == (
                row.contact,
                row.phone or known.phone,
                row.language,
            )
            row.action = "same" if same or not may_change else "change"


@dataclass(slots=True)
class Applied:
    """A customer of the file, with what the file says about this incident."""

    customer: Customer
    people: int | None
    data: str


@transaction.atomic
def apply(import_: Import, *, by: User) -> list[Applied]:
    """Write the good rows of a checked file, once. A second call writes nothing."""
    require(by, Right.MANAGE_CUSTOMERS if not import_.scope else Right.WRITE_NOTICE)
    taken = Import.objects.filter(pk=import_.pk, done_at__isnull=True).update(done_at=clock.now(), done_by=by)
    if not taken:
        return []
    customers = {customer.name.casefold(): customer for customer in Customer.objects.all()}
    applied: dict[str, Applied] = {}
    for row in rows_of(import_):
        if not row.is_good:
            continue
        customer = customers.get(row.customer.casefold())
        if customer is None:
            values = {"name": row.customer, "contract_number": row.contract}
            customer = directory.write_customer(by=by, values=values)
            customers[row.customer.casefold()] = customer
        _put_contact(customer, row, by=by)
        entry = applied.setdefault(customer.ref, Applied(customer, None, ""))
        entry.people = row.people if row.people is not None else entry.people
        entry.data = row.data or entry.data
    record(events.IMPORT_DONE, by=by, on=import_, changes={"customers": (0, len(applied))})
    return list(applied.values())


def _put_contact(customer: Customer, row: Row, *, by: User) -> None:
    # Compared here, for SQLite knows the case of ASCII letters alone.
    known = customer.contacts.filter(email__iexact=row.email) if row.email else customer.contacts.filter(email="")
    name = row.contact.casefold()
    found = [contact for contact in known if row.email or contact.name.casefold() == name]
    values: dict[str, Any] = {"name": row.contact, "language": row.language}
    if row.phone:
        values["phone"] = row.phone
    if found:
        # Who only writes notices adds to the directory and leaves what stands there.
        if not may(by, Right.MANAGE_CUSTOMERS):
            return
        directory.rewrite_contact(found[0], by=by, values=values)
    else:
        directory.write_contact(customer, by=by, values={**values, "email": row.email})
