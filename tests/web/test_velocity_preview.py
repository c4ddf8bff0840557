"""The element <velocity-preview> in the example's page, which another origin serves."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from web.support_browser import running_browser, wait_until
from web.support_service import PATIENCE, Client, Service

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "preview-element.html"
IMAGE = "document.querySelector('velocity-preview').shadowRoot?.querySelector('img')"


class Quiet(SimpleHTTPRequestHandler):
    def log_request(self, *_told: Any) -> None:
        """What a page asks is no news."""


@pytest.fixture
def other_origin(tmp_path: Path) -> Iterator[str]:
    """An address of this machine whose pages lie in ``tmp_path``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page() -> Iterator[Page]:
    with running_browser() as browser:
        opened = browser.new_page()
        opened.set_default_timeout(1000 * PATIENCE)
        yield opened


@pytest.fixture
def template_id(client: Client) -> str:
    return client.ready_template((ROOT / "examples" / "demo.zip").read_bytes())


def example(service: Service, template_id: str, key: str) -> str:
    text = EXAMPLE.read_text().replace("http://127.0.0.1:8080", service.url)
    return text.replace("the template's id", template_id).replace("a key with the scope preview alone", key)


def account_of(client: Client) -> str:
    return str(client.get("/account").json()["id"])


def test_another_sites_page_shows_what_is_typed_there(
    service: Service, client: Client, template_id: str, other_origin: str, page: Page, tmp_path: Path
) -> None:
    key = service.add_key(account_of(client), "preview")
    (tmp_path / "index.html").write_text(example(service, template_id, key))
    page.goto(f"{other_origin}/index.html")
    wait_until(page, f"{IMAGE}.naturalWidth > 0")
    before = page.evaluate(f"{IMAGE}.src")
    page.get_by_label("Headline").fill("Seen in a shop")
    wait_until(page, f"before => {IMAGE}.src !== before", before)
    assert page.evaluate("document.querySelector('velocity-preview').findings") == []
    assert page.evaluate(f"{IMAGE}.alt") == "A preview of your video"


def test_a_wrong_value_is_told_in_the_page(
    service: Service, client: Client, template_id: str, other_origin: str, page: Page, tmp_path: Path
) -> None:
    key = service.add_key(account_of(client), "preview")
    wrong = example(service, template_id, key).replace('{"Headline": "Hello"}', '{"Headlines": "Hello"}')
    (tmp_path / "index.html").write_text(wrong)
    page.goto(f"{other_origin}/index.html")
    page.get_by_text("Headline?").wait_for()


def test_a_key_that_may_do_more_is_refused_to_other_sites(
    service: Service, client: Client, template_id: str, other_origin: str, page: Page, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text(example(service, template_id, client.key))
    page.goto(f"{other_origin}/index.html")
    page.get_by_text("does not allow this page").wait_for()
    assert page.evaluate(f"{IMAGE}.hidden")
