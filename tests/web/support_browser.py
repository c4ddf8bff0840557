"""The system's Chromium on the console, kept off every other host."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from web.support_service import PATIENCE, Service

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
DESKTOP, PHONE = (1280, 800), (390, 844)


def require_browser() -> Any:
    """playwright.sync_api; skips where it or Chromium is missing."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (make browser brings it)")
    if CHROMIUM is None:
        pytest.skip("the system has no Chromium")
    return api


@contextmanager
def running_browser() -> Iterator[Browser]:
    with require_browser().sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A tab on the console. ``faults`` are errors of its scripts, ``foreign`` requests to other hosts."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.url}/#/{path}")

    def sign_in(self, key: str) -> None:
        self.page.goto(self.url)
        self.page.get_by_label("API key").fill(key)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("heading", name="Templates", level=1).wait_for()

    def expect(self, text: str) -> None:
        self.page.get_by_text(text).first.wait_for()


def wait_until(page: Page, expression: str, given: object = None) -> None:
    """Until an expression, or a function of ``given``, is true. Playwright's own way evaluates texts within the page,
    which its policy forbids."""
    deadline = time.monotonic() + PATIENCE
    while not page.evaluate(expression, given):
        assert time.monotonic() < deadline, expression
        page.wait_for_timeout(50)


@contextmanager
def visiting(browser: Browser, service: Service, size: tuple[int, int] = DESKTOP, **options: Any) -> Iterator[Visit]:
    """A new browser profile's tab. At its end nothing may have gone wrong in it, and nothing been asked of others."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    context.set_default_timeout(1000 * PATIENCE)
    page = context.new_page()
    visit = Visit(page, service.url)
    page.on("pageerror", lambda error: visit.faults.append(str(error)))
    page.on("console", lambda told: visit.faults.append(told.text) if "Content Security Policy" in told.text else None)
    page.on("request", lambda request: _note(visit, request.url))
    yield visit
    context.close()
    assert not visit.faults
    assert not visit.foreign


def _note(visit: Visit, url: str) -> None:
    if not url.startswith((visit.url, "data:", f"blob:{visit.url}")):
        visit.foreign.append(url)
