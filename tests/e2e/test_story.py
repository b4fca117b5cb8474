"""The main job from the first link to the closed file, by people at browsers, against the real system."""

import io
import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import pytest
import segno
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Browser
from pypdf import PdfReader

from tests.e2e.person import Person
from tests.e2e.system import System

pytestmark = pytest.mark.e2e

CUSTOMERS = """\
customer;contract;contact;email;phone;language;people;data
Bilim Maskani;N-1;Gulnora Rashidova;gulnora@bilim.example;;uz;120;names
Маърифат Уйи;N-2;Ўктам Ғаниев;uktam@marifat.example;;uz-Cyrl;80;names
Школа «Образец»;N-3;Ольга Ким;olga@obrazec.example;;ru;45;names
Sample School;N-4;James Miller;james@sample.example;;en;30;names
Sample School;N-4;James Miller;james@sample.example;;en;30;names
Qoʻngʻiroq Maktabi;N-5;Shavkat Umarov;;+998 90 000 00 05;uz;12;names
Broken Address;N-6;Nobody;nobody-at-example;;en;5;names
"""
READERS = {
    "gulnora@bilim.example": ("uz", "Bilim Maskani"),
    "uktam@marifat.example": ("uz-cyrl", "Маърифат Уйи"),
    "olga@obrazec.example": ("ru", "Школа «Образец»"),
    "james@sample.example": ("en", "Sample School"),
}
# What the officer writes where the built-in text leaves a place open.
SENTENCES = {
    "uz": "Maʼlumotlaringizni himoya qildik va tekshiruv davom etmoqda.",
    "uz-cyrl": "Маълумотларингизни ҳимоя қилдик ва текширув давом этмоқда.",
    "ru": "Мы защитили ваши данные, расследование продолжается.",
    "en": "We protected your data, and the investigation goes on.",
}


def text_of(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def body_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return part.get_content()


def stamp() -> bytes:
    picture = io.BytesIO()
    segno.make("Received 9/12, 22.11.2026").save(picture, kind="png", scale=4)
    return picture.getvalue()


@pytest.fixture(params=["en", "uz-cyrl"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[1440, 390])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


class Story:
    """The people of one company, at one width and in one language."""

    def __init__(self, browser: Browser, system: System, *, language: str, width: int) -> None:
        self.browser, self.system, self.language, self.width = browser, system, language, width
        self.olga = self.person("Olga Officer", "olga@company.example")
        self.dan = self.person("Dan Director", "dan@company.example")
        self.rita = self.person("Rita Responder", "rita@company.example")
        self.sam = self.person("Sam Staff", "sam@company.example")
        self.ref = ""

    def person(self, name: str, email: str) -> Person:
        return Person(
            self.browser, self.system.address, name=name, email=email, language=self.language, width=self.width
        )

    def _(self, words: str, **values: object) -> str:
        """The words as the page says them in this language."""
        with translation.override(self.language):
            return gettext(words) % values if values else gettext(words)

    @property
    def people(self) -> list[Person]:
        return [self.olga, self.dan, self.rita, self.sam]

    # --- 0. people come in ------------------------------------------------------------------------

    def people_come_in(self) -> None:
        self.olga.come_in(self.system.first_officer_link, company="Namuna", email=self.olga.email)
        self.olga.go("/settings/organisation/")
        self.olga.send(
            {
                "legal_name": "“NAMUNA” MCHJ", "tin": "300000001", "address": "Toshkent, Namuna koʻchasi 1",
                "phone": "+998 71 000 00 01", "contact_hours": "9:00–18:00",
                "security_email": "security@company.example",
            }
        )  # fmt: skip
        for person, role in ((self.dan, "director"), (self.rita, "responder"), (self.sam, "staff")):
            self.olga.go("/users/invite/")
            self.olga.send({"email": person.email, "roles": role, "language": self.language})
            person.come_in(self.system.invitation(person.email))
        # The link of the mail served once.
        spent = self.sam.context.request.get(self.system.invitation(self.sam.email))
        assert spent.status == 404

    # --- 1. a staff member reports ----------------------------------------------------------------

    def staff_report(self) -> None:
        self.sam.sign_out()
        self.sam.sign_in()
        self.sam.go("/incidents/new/")
        self.sam.send({"text": ""}, is_refused=True)
        self.sam.sees(self._("There is a problem"))
        self.sam.send({"text": "A customer saw a sign-in to the admin panel that was not theirs."})
        found = re.search(r"INC-\d{4}-\d{4}", self.sam.page.locator("main").inner_text())
        assert found, "the receipt has no number"
        self.ref = found[0]
        assert re.search(r"\d\d:\d\d:\d\d", self.sam.page.locator("main").inner_text()), "the receipt has no exact time"

    @property
    def home(self) -> str:
        return f"/incidents/{self.ref}/"

    # --- 2. and 3. triage, blocks, notes, evidence, tasks -----------------------------------------

    def triage(self) -> None:
        self.rita.go(f"/triage/{self.ref}/")
        self.rita.send(
            {
                "title": "Sign-in with an old partner account", "kind": "account", "severity": "3",
                "personal_data": "yes", "infrastructure": "no", "lead": {"label": self.rita.name},
            }
        )  # fmt: skip
        assert self.rita.path.startswith(self.home), self.rita.path

    def block_and_investigate(self) -> None:
        rita = self.rita
        rita.go(f"{self.home}blocking/new/")
        rita.send({"kind": "ip", "what": "198.51.100.23", "where": "Edge firewall", "undo_plan": "Remove the rule"})
        rita.go(f"{self.home}blocking/1/check/")
        rita.send({"method": "Tried to connect: refused", "result": "yes"})
        rita.go(f"{self.home}notes/new/")
        rita.send({"text": "The account **partner-erp** had no second factor.", "is_in_report": True})
        rita.go(f"{self.home}evidence/new/")
        log = {"name": "admin.log", "mimeType": "text/plain", "buffer": b"198.51.100.23 GET /admin/export 200\n"}
        rita.send({"files": log, "taken_from": "Web server"})
        rita.sees("admin.log")
        rita.go(f"{self.home}facts/")
        rita.send(
            {
                "is_happened_unknown": True, "systems": "Admin panel", "data_kinds": "Names", "people_count": "287",
                "how_found": "A customer called", "cause": "An old account without a second factor",
                "consequences": "Names of students were seen",
            }
        )  # fmt: skip
        rita.go(f"{self.home}tasks/")
        while (task := rita.page.locator("ul.rows a.ttl").first).count():
            task.click()
            rita.page.wait_for_load_state()
            rita.send({"note": "Done, nothing else found"})
            rita.go(f"{self.home}tasks/")
        rita.go(f"{self.home}measures/")
        rita.send({"title": "Second factor for all", "owner": {"label": rita.name}, "due_on": "31.12.2099"})
        rita.sees("Second factor for all")

    # --- 4. customers -----------------------------------------------------------------------------

    def attach_customers(self) -> None:
        rita = self.rita
        rita.go(f"{self.home}customers/file/")
        table = {"name": "customers.csv", "mimeType": "text/csv", "buffer": CUSTOMERS.encode()}
        rita.send({"file": table})
        rita.sees("nobody-at-example")
        rita.sees(self._("Repeats row %(number)d.", number=5))
        rita.page.locator("main form.acts button.btn.p").click()
        rita.page.wait_for_load_state()
        rita.sees("Маърифат Уйи")

    # --- 5. the notice ----------------------------------------------------------------------------

    def notice(self) -> None:
        rita = self.rita
        rita.go(f"{self.home}notifications/")
        rita.send({"kind": "first"})
        found = re.search(r"NTF-\d+", rita.path)
        assert found, rita.path
        ref = found[0]
        for language, sentence in SENTENCES.items():
            rita.go(f"/notifications/{ref}/message/{language}/")
            form = rita.form_with("subject")
            values = {}
            for part in ("what_happened", "what_data", "what_we_did", "what_to_do", "what_next", "contact"):
                text = form.locator(f'[name="{part}"]').input_value()
                values[part] = re.sub(r"‹[^›]*›", sentence.rstrip("."), text)
            values["subject"] = re.sub(r"‹[^›]*›", "22.11.2026", form.locator('[name="subject"]').input_value())
            rita.send(values)
        rita.go(f"/notifications/{ref}/preview/")
        rita.page.get_by_role("button", name=self._("Send a test to me")).click()
        self.system.wait_for_mails(rita.email, 5)  # the invitation, the set-up, four tests: at least five
        rita.go(f"/notifications/{ref}/approval/")
        rita.press(rita.main_form)
        rita.go(f"/notifications/{ref}/approval/")
        assert not rita.page.locator('[name="code"]').count(), "the author must not be offered the approval"
        self.dan.go(f"/notifications/{ref}/approval/")
        self.dan.send({"code": self.dan.code()}, press=self._("Approve and send to %(n)s", n=4))
        self.every_customer_reads_it(ref)
        self.dan.go(f"/notifications/{ref}/sending/")
        assert self.dan.page.locator("section.prog h2 b").inner_text() == "4"
        assert self.dan.page.locator("section.prog progress").get_attribute("value") == "4"
        rita.go(f"{self.home}calls/")
        rita.page.locator("main a[href*='/calls/CUS-']:not([href*='waive'])").first.click()
        rita.page.wait_for_load_state()
        rita.send({"spoke_with": "Shavkat Umarov"})

    def every_customer_reads_it(self, ref: str) -> None:
        for address, (language, customer) in READERS.items():
            mails = self.system.wait_for_mails(address)
            assert len(mails) == 1, f"{address} got {len(mails)} mails"
            mail = mails[0]
            assert mail["Content-Language"] == {"uz": "uz-Latn", "uz-cyrl": "uz-Cyrl"}.get(language, language)
            body = body_of(mail)
            assert SENTENCES[language].rstrip(".") in body
            assert customer in body and self.ref in body
            assert "{" not in body and "‹" not in body
        assert len({str(mail["Message-ID"]) for mail in self.system.mails()}) == len(self.system.mails())

    # --- 6. the letters ---------------------------------------------------------------------------

    def address_of_the_center(self) -> None:
        self.olga.go("/settings/authorities/center/")
        self.olga.send({"phone": "", "email": "letters@authority.example"})
        self.olga.go("/settings/authorities/center/")
        self.olga.send({"confirm-code": self.olga.code()})

    def letter(self, phase: str, language: str) -> str:
        """Draft, fill, sign; gives the number of the letter."""
        rita = self.rita
        rita.go(f"{self.home}regulator/")
        rita.send({"authority": "center", "phase": phase, "language": language})
        ref = rita.path.rstrip("/").split("/")[-1]
        for group in ("company", "event", "scope", "measures"):
            rita.go(f"/regulator/{ref}/card/{group}/")
            form = rita.page.locator("main form").filter(has=rita.page.locator("textarea")).first
            for field in form.locator("textarea").all():
                if not field.input_value():
                    field.fill("Maʼlumot yoʻq; маълумот йўқ")
            rita.press(form)
        self.olga.go(f"/regulator/{ref}/sign/")
        self.olga.send({"outgoing_number": f"{phase}-41", "code": self.olga.code()})
        self.olga.sees(self._("Signed"))
        return ref

    def letters_to_the_center(self) -> None:
        ref = self.letter("initial", "uz-cyrl" if self.language == "uz-cyrl" else "uz")
        self.olga.go(f"/regulator/{ref}/send/")
        self.olga.press(self.olga.main_form)
        mail = self.system.wait_for_mails("letters@authority.example")[-1]
        attachment = next(mail.iter_attachments())
        assert attachment.get_content_type() == "application/pdf"
        content = attachment.get_content()
        assert content == self.olga.download(f"/regulator/{ref}/pdf/"), "the mailed letter is not the signed one"
        self.olga.waits_for(f"/regulator/{ref}/", self._("Submitted"))
        words = text_of(content)
        assert self.ref in words and "initial-41" in words and "198.51.100.23" not in words[:400]
        assert ("маълумот йўқ" if self.language == "uz-cyrl" else "Maʼlumot yoʻq") in words

    def final_letter(self) -> None:
        ref = self.letter("final", "uz")
        self.rita.go(f"/regulator/{ref}/submitted/")
        proof = {"name": "stamp.png", "mimeType": "image/png", "buffer": stamp()}
        self.rita.send({"channel": "courier", "proof": proof})
        self.rita.go(f"/regulator/{ref}/acknowledged/")
        self.rita.send({"incoming_number": "1184/26"})
        self.rita.sees("1184/26")

    # --- 7. report and closing --------------------------------------------------------------------

    def restore(self) -> None:
        self.rita.go(f"{self.home}state/contained/")
        self.rita.press(self.rita.main_form)
        self.olga.go(f"{self.home}state/reporting/")
        self.olga.send({"restored_how": "The account is retired; nothing was lost."})

    def report_and_close(self) -> None:
        self.rita.go(f"{self.home}report/")
        self.rita.send({"language": self.language})
        ref = f"RPT-{self.ref.removeprefix('INC-')}"
        self.olga.go(f"/reports/{ref}/sign/")
        self.olga.send({"code": self.olga.code()})
        words = text_of(self.olga.download(f"/reports/{ref}/pdf/"))
        assert self.ref in words and "198.51.100.23" in words and self._("Cause") in words
        self.olga.go(f"{self.home}close/")
        self.olga.send({"outcome": "confirmed", "code": self.olga.code()})
        self.olga.go(self.home)
        self.olga.sees(self._("Closed"))

    def the_trail_tells_it(self) -> None:
        self.olga.go(f"{self.home}audit/")
        for event in ("reported an incident", "approved a customer notice", "signed a letter to an authority"):
            self.olga.sees(self._(event))


def test_an_incident_goes_from_the_first_call_to_the_closed_file(
    browser: Browser, start_system: Callable[[], System], language: str, width: int, tmp_path: Path
) -> None:
    system = start_system()
    story = Story(browser, system, language=language, width=width)
    steps = (
        story.people_come_in, story.staff_report, story.triage, story.block_and_investigate, story.attach_customers,
        story.notice, story.address_of_the_center, story.letters_to_the_center, story.restore, story.final_letter,
        story.report_and_close, story.the_trail_tells_it,
    )  # fmt: skip
    for step in steps:
        try:
            step()
        except Exception:
            for person in story.people:
                person.page.screenshot(path=str(tmp_path / f"{step.__name__}-{person.name}.png"), full_page=True)
            raise
    problems = {person.name: person.problems for person in story.people if person.problems}
    assert not problems
