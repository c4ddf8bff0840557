"""The console while the connection to the service is lost, and what was looked at is deleted meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import FilePayload
from web.support_browser import Visit, running_browser, visiting, wait_until
from web.support_service import Client, Service
from web.support_templates import template_zip

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture
def visit(browser: Browser, service: Service, client: Client) -> Iterator[Visit]:
    with visiting(browser, service) as opened:
        opened.sign_in(client.key)
        yield opened


def test_an_upload_asks_again_when_the_connection_was_lost(visit: Visit) -> None:
    page = visit.page
    page.route("**/template/*/status", lambda route: route.abort())
    page.locator("input[type=file]").first.set_input_files(
        FilePayload(name="promo.zip", mimeType="application/zip", buffer=template_zip())
    )
    card = page.get_by_role("article", name="Upload of promo.zip")
    card.get_by_text("The connection to the server is lost").wait_for()
    stage = card.locator(".stages .past").first
    assert stage.evaluate("one => getComputedStyle(one).flexDirection") == "row"
    page.unroute("**/template/*/status")
    page.get_by_role("heading", name="promo", level=1).wait_for()


def test_a_file_that_did_not_arrive_is_sent_again(visit: Visit) -> None:
    page = visit.page
    page.route("**/template/upload", lambda route: route.abort())
    page.locator("input[type=file]").first.set_input_files(
        FilePayload(name="promo.zip", mimeType="application/zip", buffer=template_zip())
    )
    visit.expect("The file did not arrive")
    page.unroute("**/template/upload")
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="promo", level=1).wait_for()


def test_the_template_page_goes_on_when_the_connection_is_back(visit: Visit, template_id: str) -> None:
    page = visit.page
    visit.go(f"templates/{template_id}")
    page.locator(".frame img").wait_for()
    page.locator(".estimate strong").wait_for()
    before = page.locator(".frame img").get_attribute("src")
    page.context.set_offline(True)
    page.get_by_label("Moment of the template").fill("1")
    page.get_by_role("tab", name="Output").click()
    page.get_by_label("Frames a second").select_option("24")
    visit.expect("The connection to the server is lost")
    visit.expect("No connection")
    page.context.set_offline(False)
    wait_until(page, "before => document.querySelector('.frame img').src !== before", before)
    page.get_by_text("The connection to the server is lost").wait_for(state="detached")
    page.locator(".estimate strong").wait_for()


def test_a_template_that_was_deleted_meanwhile_is_told_and_left(visit: Visit, client: Client, template_id: str) -> None:
    page = visit.page
    visit.go(f"templates/{template_id}")
    page.locator(".frame img").wait_for()
    client.delete(f"/template/{template_id}").raise_for_status()
    page.get_by_label("Moment of the template").fill("1")
    visit.expect("This template is not there")
    page.get_by_role("link", name="To the templates").click()
    page.get_by_role("heading", name="Templates", level=1).wait_for()
