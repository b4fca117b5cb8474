"""Fixtures of the tests about telling others.

rules           the installed authorities and rules, also after a test that emptied the database
center          the row of the State Cybersecurity Center
told            an incident of olga whose affected customers read four languages; `told.by_phone` has no mail
draft           a notice by rita, written without gaps in four languages, and tested
waiting         the same, sent for approval by rita
sent            the same, approved by olga: its mails stand in the outbox
set_target      set_target("block", minutes) gives a rule a figure
WORDS           what `draft` says in each language
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from accounts.models import Organisation, User
from customers.models import Customer
from incidents.models import Incident
from incidents.services import incidents
from incidents.terms import Flag
from notifications.audience import audience
from notifications.models import Authority, Duty, Notice
from notifications.models.notices import hash_texts
from notifications.services import notices
from notifications.services import rules as rule_service
from notifications.terms import NoticeKind
from tests.factories import make_affected, make_contact, make_customer, make_incident

# Each part says its own name, so that a test can tell where a word came from.
WORDS = {
    "uz": {
        "subject": "16-iyuldagi hodisa maʼlumotlaringizga taʼsir qildi",
        "what_happened": "16-iyul kuni begona odam {customer} pochtasiga kirdi.",
        "what_data": "Odamlar soni: {count}. Ismlar.",
        "what_we_did": "Oʻsha kuni kirish yoʻlini yopdik.",
        "what_to_do": "1. Parolni almashtiring.",
        "what_next": "Bu oxirgi xabarimiz.",
        "contact": "Hodisa raqami: {incident}",
    },
    "uz-cyrl": {
        "subject": "16-июлдаги ҳодиса маълумотларингизга таъсир қилди",
        "what_happened": "16-июль куни бегона одам {customer} почтасига кирди.",
        "what_data": "Одамлар сони: {count}. Исмлар.",
        "what_we_did": "Ўша куни кириш йўлини ёпдик.",
        "what_to_do": "1. Паролни алмаштиринг.",
        "what_next": "Бу охирги хабаримиз.",
        "contact": "Ҳодиса рақами: {incident}",
    },
    "ru": {
        "subject": "Инцидент 16 июля затронул ваши данные",
        "what_happened": "16 июля чужой человек вошёл в почту {customer}.",
        "what_data": "Число людей: {count}. Имена.",
        "what_we_did": "В тот же день мы закрыли вход.",
        "what_to_do": "1. Смените пароль.",
        "what_next": "Это наше последнее сообщение.",
        "contact": "Номер инцидента: {incident}",
    },
    "en": {
        "subject": "The incident of 16 July affected your data",
        "what_happened": "On 16 July a stranger signed in to the mail of {customer}.",
        "what_data": "Number of people: {count}. Names.",
        "what_we_did": "We closed the way in on the same day.",
        "what_to_do": "1. Change the password.",
        "what_next": "This is our last message.",
        "contact": "Incident number: {incident}",
    },
}


def install_rules() -> None:
    import_module("notifications.migrations.0002_installed_rules").install(apps, None)


@pytest.fixture
def rules(db: None) -> None:
    install_rules()


@pytest.fixture
def center(rules: None) -> Authority:
    return Authority.objects.get(code="center")


@pytest.fixture
def set_target(rules: None, olga: User) -> Callable[..., Duty]:
    def act(code: str, minutes: int | None) -> Duty:
        return rule_service.set_target(Duty.objects.get(code=code, valid_to=None), minutes=minutes, by=olga)

    return act


@dataclass
class Told:
    """An incident with affected customers, by the language that each reads."""

    incident: Incident
    reads: dict[str, Customer]
    by_phone: Customer

    @property
    def addresses(self) -> dict[str, str]:
        return {language: f"{language}@customer.example" for language in self.reads}


@pytest.fixture
def told(rules: None, olga: User, rita: User, company: Organisation) -> Told:
    incident = make_incident(by=olga, personal_data=Flag.YES)
    incidents.change_team(incident, team=[rita], by=olga)
    names = {"uz": "Gʻuncha MTM", "uz-cyrl": "Ўқитувчи", "ru": "Ромашка", "en": "Acme & Sons"}
    reads = {language: make_customer(by=olga, name=name) for language, name in names.items()}
    for number, (language, customer) in enumerate(reads.items(), start=1):
        make_contact(
            customer, by=olga, name=f"Reader {number}", email=f"{language}@customer.example", language=language
        )
        make_affected(incident, customer, by=olga, people_count=40 + number)
    by_phone = make_customer(by=olga, name="No mail")
    make_contact(by_phone, by=olga, name="Anvar", email="", phone="+998 90 000 00 12", language="uz")
    make_affected(incident, by_phone, by=olga, people_count=7)
    incident.refresh_from_db()
    return Told(incident, reads, by_phone)


def write_words(notice: Notice, *, by: User, **changed: Any) -> Notice:
    for language, words in WORDS.items():
        notice = notices.write(notice, language=language, version=notice.version, values={**words, **changed}, by=by)
    return notice


@pytest.fixture
def draft(told: Told, rita: User) -> Notice:
    notice = write_words(notices.start(told.incident, kind=NoticeKind.FIRST, by=rita), by=rita)
    notices.send_test(notice, by=rita)
    return notice


@pytest.fixture
def waiting(draft: Notice, rita: User) -> Notice:
    return notices.submit(draft, version=draft.version, by=rita)


def approve(notice: Notice, *, by: User) -> Notice:
    """As somebody does who read exactly what stands there now."""
    seen = {
        "content_hash": hash_texts(list(notice.texts.all())),
        "audience_hash": audience(notice).fingerprint(),
    }
    return notices.approve(notice, **seen, by=by)


@pytest.fixture
def sent(waiting: Notice, olga: User) -> Notice:
    return approve(waiting, by=olga)
