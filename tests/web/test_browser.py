"""The documentation page in a real browser, which is kept off every other host."""

from __future__ import annotations

import shutil

import pytest
from web.support_service import Service

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (make browser brings it)")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="the system has no Chromium"),
]


def test_the_documentation_page_lists_every_operation_without_the_network(service: Service) -> None:
    foreign: list[str] = []
    faults: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.on(
            "request",
            lambda request: None if request.url.startswith((service.url, "data:")) else foreign.append(request.url),
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(f"{service.url}/docs")
        page.wait_for_selector(".opblock")
        shown = page.locator(".opblock").count()
        document = page.evaluate("fetch('/openapi.json').then((answer) => answer.json())")
        browser.close()
    methods = {"get", "post", "put", "patch", "delete", "head"}
    assert shown == sum(len(methods & set(item)) for item in document["paths"].values())
    assert not foreign
    assert not faults
