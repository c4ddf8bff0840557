"""The documentation page in a real browser, which is kept off every other host."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from web.support_service import Service
from web.support_templates import template_zip

from velocity_web.http import examples

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (make browser brings it)")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="the system has no Chromium"),
]


def test_the_documentation_page_lists_every_operation_without_the_network(service: Service) -> None:
    foreign: list[str] = []
    faults: list[str] = []
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
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
    methods = {"get", "post", "put", "patch", "delete"}
    described = [*document["paths"].values(), *document["webhooks"].values()]
    assert shown == sum(len(methods & set(item)) for item in described)
    assert not foreign
    assert not faults


def test_the_example_of_a_render_works_when_it_is_executed(service: Service) -> None:
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        key = client.key
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.goto(f"{service.url}/docs")
        page.click(".authorize")
        page.fill(".auth-container input", key)
        page.click(".auth-container button.authorize")
        page.click(".btn-done")
        block = page.locator("#operations-Render-createRender")
        block.locator(".opblock-summary-control").click()
        block.locator(".try-out__btn").click()
        body = block.locator("textarea.body-param__text")
        shown = body.input_value()
        assert "null" not in shown
        assert examples.TEMPLATE in shown, "which stands for the newest of one's own"
        block.locator(".execute").click()
        block.locator(".live-responses-table .response-col_status").first.wait_for()
        status = block.locator(".live-responses-table tbody .response-col_status").first.inner_text()
        answer = block.locator(".live-responses-table .highlight-code").first.inner_text()
        sent = block.locator(".curl-command").inner_text()
        browser.close()
    assert status.split()[0] == "200"
    assert "renderId" in answer
    assert template_id in sent
    assert examples.TEMPLATE not in sent


FETCH = """async ([url, key]) => {
  const body = JSON.stringify({customizationMap: [{layer: "Ground", color: "#00ff00"}], width: 64});
  const headers = {"X-API-Key": key, "Content-Type": "application/json"};
  try {
    const answer = await fetch(url, {method: "POST", headers, body});
    return [answer.status, answer.headers.get("content-type"), Boolean(answer.headers.get("etag"))];
  } catch (error) {
    return ["kept from the page"];
  }
}"""
SHOWN = """(url) => new Promise((done) => {
  const image = new Image();
  image.onload = () => done(image.naturalWidth);
  image.onerror = () => done("not shown");
  image.src = url;
})"""
PLAYED = """(url) => new Promise((done) => {
  const video = document.createElement("video");
  video.onloadeddata = () => done(video.videoWidth);
  video.onerror = () => done("not played");
  video.muted = true;
  video.src = url;
})"""


def test_pages_of_another_origin_have_previews_and_links(service: Service, new_service: Callable[..., Service]) -> None:
    """A second service only serves the page, from another port, which is another origin."""
    elsewhere = new_service(workers="0").url
    with service.client() as client:
        template_id = client.ready_template(template_zip())
        account = service.account_of(client.key)
        render_id = client.ready_render(template_id, encoderConfig={"bitrate": 100_000, "codec": "vp9"})
        video = client.post(f"/render/{render_id}/link", json={}).json()["url"]
        picture = client.post(f"/template/{template_id}/preview/link", json={"width": 64}).json()["url"]
        whole = client.key
    keys = {
        "page": service.add_key(account, "preview"),
        "its own": service.add_key(account, "preview", elsewhere),
        "another's": service.add_key(account, "preview", "https://other.example"),
        "whole": whole,
    }
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page()
        page.goto(f"{elsewhere}/health")
        url = f"{service.url}/template/{template_id}/preview"
        seen = {name: page.evaluate(FETCH, [url, key]) for name, key in keys.items()}
        lists = page.evaluate(FETCH, [f"{service.url}/render", keys["page"]])
        wide, played = page.evaluate(SHOWN, picture), page.evaluate(PLAYED, video)
        browser.close()
    good = [200, "image/png", True]
    assert seen == {
        "page": good,
        "its own": good,
        "another's": [403, "application/problem+json", False],
        "whole": ["kept from the page"],
    }
    assert lists == ["kept from the page"]
    assert wide == 64
    assert isinstance(played, int) and played > 0
