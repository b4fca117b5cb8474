"""Pictures of the main pages for the documents, of the demo's company. `make screenshots`."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import CHROMIUM
from tests.e2e.system import ROOT, System

FOLDER = ROOT / "docs" / "screenshots"
WIDTHS = (1440, 390)
EMAIL = "dilnoza@namuna.example"
INCIDENT = "Contact list exported from admin panel"


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="hodisa-screenshots-") as folder:
        system = System(Path(folder))
        system.manage("seed_demo")
        system.start()
        try:
            _take(system)
        finally:
            system.stop()
    return 0


def _take(system: System) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(base_url=system.address, locale="en-GB")
        page = context.new_page()
        _sign_in(system, page)
        pages = _pages(page)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for name, path in pages.items():
                page.goto(path)
                path_of_picture = FOLDER / f"{name}-{width}.png"
                # A phone's page is shown as the phone shows it first; a wide one to its end, within reason.
                height = page.evaluate("document.documentElement.scrollHeight")
                clip = {"x": 0, "y": 0, "width": width, "height": min(height, 1400 if width > 900 else 1600)}
                page.screenshot(path=str(path_of_picture), full_page=True, clip=clip)  # type: ignore[arg-type]
                print(path_of_picture.relative_to(ROOT))
        browser.close()


def _sign_in(system: System, page: Page) -> None:
    page.goto("/sign-in/")
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", (system.folder / "demo-password").read_text().strip())
    page.locator("main button.btn.p").click()
    page.fill("[name=code]", system.manage("totp", EMAIL).strip())
    page.locator("main button.btn.p").click()
    page.wait_for_url("**/dashboard/")


def _pages(page: Page) -> dict[str, str]:
    """The addresses of the pages, found as a person finds them."""
    incident = _link(page, "/incidents/", INCIDENT)
    notice = _link(page, f"{incident}notifications/", "NTF-")
    letter = _link(page, f"{incident}regulator/", "REG-")
    return {
        "report": "/incidents/new/",
        "dashboard": "/dashboard/",
        "list": "/incidents/",
        "workspace": incident,
        "composer": f"{notice.split('approval/')[0]}message/en/",
        "letter": f"{letter}card/event/",
    }


def _link(page: Page, path: str, words: str) -> str:
    page.goto(path)
    address = page.locator("main a.ttl, main th a, main td a").filter(has_text=words).first.get_attribute("href")
    assert address is not None
    return address


if __name__ == "__main__":
    sys.exit(main())
