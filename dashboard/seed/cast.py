"""The company of the demo and its people. Each comes in as anybody does: invited, password, code."""

import secrets
from dataclasses import dataclass

from accounts.models import Invitation, Organisation, User
from accounts.roles import Role
from accounts.services import factors, people
from accounts.services import organisation as organisations
from core import clock, dates
from dashboard.seed import post
from dashboard.seed.moments import Moments
from notifications import texts
from notifications.selectors import authorities, duties_in_force
from notifications.services import rules

COMPANY = {
    "name": "Namuna",
    "legal_name": "“NAMUNA TAʼLIM TIZIMLARI” MCHJ",
    "tin": "300 000 001",
    "address": "Namuna koʻchasi 1, Toshkent",
    "phone": "+998 71 000 00 01",
    "duty_phone": "+998 90 000 00 01",
    "security_email": "security@namuna.example",
    "contact_hours": "9:00–18:00",
    "director_name": "Aziz Rahimov",
    "director_post": "Direktor",
    "do_responders_see_all": True,
}


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    email: str
    roles: tuple[Role, ...]
    position: str
    language: str = "en"


OFFICER = Part(
    "Dilnoza Karimova", "dilnoza@namuna.example", (Role.OFFICER, Role.ADMINISTRATOR), "Cybersecurity officer"
)
OTHERS = (
    Part("Bekzod Qodirov", "bekzod@namuna.example", (Role.DEPUTY,), "Deputy cybersecurity officer"),
    Part("Jasur Tursunov", "jasur@namuna.example", (Role.RESPONDER,), "Lead engineer"),
    Part("Malika Yusupova", "malika@namuna.example", (Role.RESPONDER,), "Support lead"),
    Part("Rustam Aliyev", "rustam@namuna.example", (Role.RESPONDER, Role.ADMINISTRATOR), "System administrator"),
    Part("Sevara Ismoilova", "sevara@namuna.example", (Role.STAFF,), "Support", "uz"),
    Part("Botir Sodiqov", "botir@namuna.example", (Role.STAFF,), "Sales, Samarkand office", "uz-cyrl"),
    Part("Aziz Rahimov", "aziz@namuna.example", (Role.DIRECTOR,), "Director", "ru"),
    Part("Nodira Saidova", "nodira@namuna.example", (Role.AUDITOR,), "Internal auditor", "uz"),
)


@dataclass(frozen=True, slots=True)
class Cast:
    dilnoza: User
    bekzod: User
    jasur: User
    malika: User
    rustam: User
    sevara: User
    botir: User
    aziz: User
    nodira: User


def password() -> str:
    """A new one for every demo: there is no default password anywhere."""
    return "-".join(secrets.token_hex(3) for _part in range(4))


def assemble(moments: Moments, *, password: str) -> Cast:
    with clock.at(moments.on(60, 9)):
        first_path = people.invite_first_officer()
        if first_path is None:
            raise RuntimeError("somebody is here already")
        officer = _come_in(Invitation.objects.get(email=""), OFFICER, password, number=12, by=None)
        organisations.change(Organisation.current(), version=0, by=officer, values=COMPANY)
        post.go()
    found = {"dilnoza": officer}
    for number, part in enumerate(OTHERS):
        with clock.at(moments.on(59, 10, number * 5)):
            invitation = people.invite(part.email, roles=part.roles, language=part.language, by=officer)
            post.go()
        with clock.at(moments.on(59, 11, number * 5)):
            found[part.name.split()[0].lower()] = _come_in(invitation, part, password, number=number + 13, by=officer)
    with clock.at(moments.on(58, 9)):
        _set_rules(officer)
        post.go()
    return Cast(**found)


def _come_in(invitation: Invitation, part: Part, password: str, *, number: int, by: User | None) -> User:
    user = people.join(invitation, email=part.email, full_name=part.name, password=password, language=part.language)
    waiting = factors.begin_set_up(user)
    factors.finish_set_up(waiting, code=waiting.current_code())
    factors.make_recovery_codes(user)
    official: dict[str, object] = {"position": part.position}
    if {Role.OFFICER, Role.DEPUTY} & set(part.roles):
        official |= {"order_number": f"{number}-B", "order_date": dates.local(clock.now()).date()}
    people.change_profile(user, by=by or user, values=official)
    return User.objects.get(pk=user.pk)


def _set_rules(officer: User) -> None:
    """The company's own targets, as its policy may set them, and the address of an invented authority."""
    targets = {"block": 60, "customers": 6 * 60, "center": 8 * 60, "center_final": 14 * 24 * 60, "report": 5 * 24 * 60}
    for duty in duties_in_force():
        if duty.code in targets:
            rules.set_target(duty, minutes=targets[duty.code], by=officer)
    center = authorities().get(code="center")
    center = rules.change_authority(
        center, email="letters@authority.example", address="", phone="", version=center.version, by=officer
    )
    rules.confirm_authority(center, email="letters@authority.example", by=officer)
    for text in texts.all_texts():
        if text.code == "notice/first" and text.language == "uz":
            rules.review_text(
                text.code, language=text.language, sha256=text.sha256, reviewer="Malika Yusupova", by=officer
            )
