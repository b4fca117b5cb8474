"""A browser, and systems that are started for a journey and end with it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.system import System

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def start_system(tmp_path: Path) -> Iterator[Callable[[], System]]:
    """Start an empty system; it ends with the test, within ten seconds."""
    started: list[System] = []

    def start() -> System:
        system = System(tmp_path)
        started.append(system)
        system.start()
        return system

    yield start
    for system in started:
        assert system.stop() < 10, "the system did not stop within ten seconds"
