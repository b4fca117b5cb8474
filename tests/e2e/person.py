"""A person at a browser: fills fields by name, presses buttons by their words, owns a phone with codes."""

import base64
import time
from collections.abc import Mapping
from typing import Any

from django_otp.oath import hotp
from playwright.sync_api import Browser, Locator, Page, expect

STEP = 30  # seconds


class Person:
    def __init__(self, browser: Browser, address: str, *, name: str, email: str, language: str, width: int) -> None:
        self.name, self.email, self.language = name, email, language
        self.password = f"{name} walks in at dawn 7"
        self.address = address
        locale = {"uz": "uz", "uz-cyrl": "uz-Cyrl", "ru": "ru", "en": "en-GB"}[language]
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, locale=locale, accept_downloads=True, base_url=address
        )
        self.context.add_cookies([{"name": "language", "value": language, "url": address}])
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.problems: list[str] = []
        self.page.on("console", lambda message: self._hear(message.type, message.text))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self._seed = b""
        self._last_step = 0

    def _hear(self, kind: str, text: str) -> None:
        # A refused form answers 422 and the browser mentions it; everything else is a fault.
        if kind == "error" and "422" not in text and "409" not in text:
            self.problems.append(text)

    # --- moving about -----------------------------------------------------------------------------

    def go(self, path: str) -> None:
        response = self.page.goto(path)
        assert response is not None and response.status == 200, f"{path}: {response and response.status}"
        self.fits()

    def fits(self) -> None:
        """No page is wider than the window."""
        over = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{self.page.url} is {over} pixels too wide"

    @property
    def path(self) -> str:
        return self.page.url.removeprefix(self.address)

    def form_with(self, name: str) -> Locator:
        return self.page.locator("main form").filter(has=self.page.locator(f'[name="{name}"]')).first

    @property
    def main_form(self) -> Locator:
        """The form of a page that asks one thing."""
        return self.page.locator("main form").filter(has=self.page.locator("button.btn.p")).first

    def send(self, values: Mapping[str, Any], *, press: str = "", is_refused: bool = False) -> None:
        """Fill a form by the names of its fields and send it by the button with these words (or its main one)."""
        form = self.form_with(next(iter(values)))
        for name, value in values.items():
            self._put(form, name, value)
        self.press(form, press, is_refused=is_refused)

    def press(self, form: Locator, words: str = "", *, is_refused: bool = False) -> None:
        main = form.locator("button.btn.p")
        button = form.get_by_role("button", name=words, exact=True) if words else main
        if not button.count():
            button = form.locator("button:not([type=button])")
        button.first.click()
        self.page.wait_for_load_state()
        self.fits()
        summary = self.page.locator("main .sum[role=alert]")
        told = summary.inner_text() if summary.count() else ""
        assert bool(told) == is_refused, f"{self.path}: {told or 'was not refused'}"

    def _put(self, form: Locator, name: str, value: Any) -> None:
        field = form.locator(f'[name="{name}"]').first
        kind = field.get_attribute("type")
        if kind in {"radio", "checkbox"} and isinstance(value, str):
            form.locator(f'[name="{name}"][value="{value}"]').check(force=True)
        elif kind == "checkbox":
            field.set_checked(bool(value), force=True)
        elif kind == "file":
            field.set_input_files(value)
        elif field.evaluate("e => e.tagName") == "SELECT":
            if isinstance(value, dict):
                field.select_option(**value)
            else:
                field.select_option(value)
        else:
            field.fill(str(value))

    def sees(self, words: str) -> None:
        expect(self.page.locator("main")).to_contain_text(words)

    def waits_for(self, path: str, words: str, *, seconds: float = 60) -> None:
        """Loads the page again until it says so."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.go(path)
            if words in self.page.locator("main").inner_text():
                return
            time.sleep(1)
        raise AssertionError(f"{path} never said {words!r}")

    def download(self, path: str) -> bytes:
        response = self.context.request.get(path)
        assert response.status == 200, f"{path}: {response.status}"
        return response.body()

    # --- the phone --------------------------------------------------------------------------------

    def code(self) -> str:
        """A code that was not used yet. Each serves once, so a second one may need a wait."""
        step = max(self._last_step + 1, int(time.time()) // STEP)
        while step > int(time.time()) // STEP + 1:
            time.sleep(0.5)
        self._last_step = step
        return f"{hotp(self._seed, step):06d}"

    def connect_app(self) -> None:
        """Set-up page: read the key as a person would type it, then keep the recovery codes."""
        key = self.page.locator("code.key").inner_text().replace(" ", "")
        self._seed = base64.b32decode(key)
        self.send({"code": self.code()})
        codes = self.page.locator("ul.codes li").all_inner_texts()
        assert len(codes) == 10
        self.page.locator("p.acts.end a.btn").click()
        self.page.wait_for_load_state()

    def come_in(self, link: str, **more: str) -> None:
        """By an invitation: name, password, app, codes."""
        self.page.goto(link)
        values = {"full_name": self.name, "password": self.password, "language": self.language, **more}
        self.send(values)
        self.connect_app()

    def sign_in(self) -> None:
        self.page.goto("/sign-in/")
        self.send({"email": self.email, "password": self.password})
        self.send({"code": self.code()})

    def sign_out(self) -> None:
        self.context.clear_cookies(name="session")
