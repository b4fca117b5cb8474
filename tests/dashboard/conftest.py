"""Fixtures of the tests that see all wings together.

world       one of everything, with rita and olga at work on it: `world.places` gives the arguments of
            every address, `world.forms` the names that any form of ours knows
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver, reverse

from accounts.models import Organisation, User
from core.forms import BaseForm
from customers.services import imports
from incidents.models import Incident
from incidents.services import declarations, evidence, measures, notes, reports
from incidents.terms import DeclarationKind
from notifications.models import Authority, Notice
from notifications.services import letters
from notifications.terms import Phase
from tests.factories import make_block, make_report
from tests.incidents.conftest import ready, upload  # noqa: F401
from tests.notifications.conftest import Told, draft, rules, set_target, told, waiting  # noqa: F401

# What people, programs and attackers write where something else is meant.
GARBAGE = {
    "empty": "",
    "nul": "a\x00b",
    "bidi": "a\u202eb",
    "separator": "a\u2028b",
    "long": "я" * 25_000,
    "number": "9" * 40,
    "negative": "-1",
    "moment": "01.01.0001 00:00",
    "far": "31.12.9999 23:59",
    "superscript": "²",
    "braces": "{customer.__class__} {{7*7}} {% debug %}",
}
FILE = b"customer,contact,email,language\nZukko,Madina,m@zukko.example,uz\n"
# Whom a person becomes or leaves by, and what the wings of accounts test themselves.
OF_ACCOUNTS = {
    "sign_in", "code", "recovery", "sign_out", "language", "set_up_app", "set_up_codes", "replace_authenticator",
    "join", "forgotten", "password_sent", "new_password", "profile", "security", "password", "users", "invite",
    "revoke_invitation", "user", "deactivate", "organisation",
}  # fmt: skip


def patterns() -> dict[str, URLPattern]:
    """Every address of ours by its name."""
    found = {}
    for include in get_resolver().url_patterns:
        for pattern in include.url_patterns:
            if pattern.name not in OF_ACCOUNTS:
                found[pattern.name] = pattern
    return found


def all_forms(parent: type = BaseForm) -> set[type]:
    return {form for child in parent.__subclasses__() for form in {child, *all_forms(child)}}


@dataclass
class World:
    incident: Incident
    report: Incident
    notice: Notice
    places: dict[str, Any] = field(default_factory=dict)

    def address(self, name: str) -> str:
        wanted = patterns()[name].pattern.converters
        return reverse(name, kwargs={key: self._place(name, key) for key in wanted})

    def _place(self, name: str, key: str) -> Any:
        return self.places.get((name, key), self.places.get(key))


@pytest.fixture
def world(
    told: Told,  # noqa: F811
    draft: Notice,  # noqa: F811
    olga: User,
    rita: User,
    sam: User,
    company: Organisation,
    upload: Any,  # noqa: F811
) -> World:
    incident, report_of_sam = told.incident, make_report(by=sam, text="A laptop is gone")
    make_block(incident, by=rita)
    notes.add(incident, text="A finding with **weight**", by=rita)
    evidence.seal(incident, file=upload(), name="log.txt", taken_from="Web server", by=rita)
    measures.add(incident, title="Second factor", owner=rita, due_on=date(2027, 1, 31), by=olga)
    declarations.ask(incident, kind=DeclarationKind.NO_MEASURE_NEEDED, reason="The system is switched off", by=olga)
    report = reports.start(incident, language="en", by=rita)
    center = Authority.objects.get(code="center")
    letter = letters.start(incident, authority=center, phase=Phase.INITIAL, language="uz", by=rita)
    for_directory = imports.check(FILE, file_name="c.csv", by=olga)
    for_incident = imports.check(FILE, file_name="c.csv", by=olga, scope=incident.ref)
    incident.refresh_from_db()
    customer = told.reads["en"]
    places: dict[Any, Any] = {
        "ref": incident.ref,
        "number": 1,
        "kind": "nothing_to_block",
        "target": "contained",
        "customer_ref": told.by_phone.ref,
        "import_id": for_incident.pk,
        ("import_check", "import_id"): for_directory.pk,
        "language": "en",
        "code": "block",
        ("authority", "code"): "center",
        ("text", "code"): "notice-first",
        "key": "cause",
        ("letter_group", "key"): "event",
        "name": "00000000-00000000",
    }
    for name in patterns():
        if name.startswith("notice_") or name == "notice":
            places[name, "ref"] = draft.ref
        elif name.startswith("letter_") or name == "letter":
            places[name, "ref"] = letter.ref
        elif name in {"report", "report_pdf", "read_again", "sign_report", "report_section"}:
            places[name, "ref"] = report.ref
        elif name in {"customer", "edit_customer", "new_contact", "edit_contact"}:
            places[name, "ref"] = customer.ref
        elif name in {"confirm", "merge", "dismiss", "opinion", "receipt"}:
            places[name, "ref"] = report_of_sam.ref
    return World(incident, report_of_sam, draft, places)
