"""The studio in a real browser: a file is saved and the picture changes, values stay, a layer is pointed at."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from proofs_support import write_template
from web.support_studio import PATIENCE, RunningStudio, running_studio, until

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (make browser brings it)")
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
MS = 1000 * PATIENCE

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="the system has no Chromium"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    folder = tmp_path_factory.mktemp("studio")
    with running_studio(write_template(folder), folder / "videos") as started:
        yield started


@pytest.fixture
def page(browser: Any, studio: RunningStudio) -> Iterator[Any]:
    faults: list[str] = []
    foreign: list[str] = []
    context = browser.new_context(viewport={"width": 1280, "height": 860})
    context.set_default_timeout(MS)
    opened = context.new_page()
    opened.on("pageerror", lambda error: faults.append(str(error)))
    own = (studio.url, "blob:", "data:")
    opened.on("request", lambda request: None if request.url.startswith(own) else foreign.append(request.url))
    opened.goto(studio.address)
    opened.wait_for_selector(".frame img")
    yield opened
    context.close()
    assert faults == []
    assert foreign == []


def shown(page: Any) -> list[int]:
    """The pixels of the preview, as few as tell pictures apart."""
    pixels: list[int] = page.evaluate(
        """async () => {
            const shown = document.querySelector(".frame img");
            const image = new Image();
            image.src = shown.src;
            await image.decode();
            const canvas = new OffscreenCanvas(100, 60);
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0, 100, 60);
            return [...context.getImageData(0, 0, 100, 60).data];
        }"""
    )
    return pixels


def fill_title(page: Any, words: str) -> None:
    before = shown(page)
    page.locator('[data-layer="Title"] textarea').fill(words)
    until(lambda: shown(page) != before, "the picture with the new title")


def smaller_photo(document: dict[str, Any]) -> None:
    document["layers"][1]["ks"]["s"]["k"] = [60, 60, 100]


def test_the_picture_follows_what_is_saved_and_values_stay(page: Any, studio: RunningStudio) -> None:
    assert "token" not in page.url, "the token does not stay in the address line"
    fill_title(page, "Mine")
    before = shown(page)
    begun = time.monotonic()
    studio.save(smaller_photo)
    until(lambda: shown(page) != before, "the picture of what was saved")
    print(f"\n  from saving to the picture in the browser: {time.monotonic() - begun:.2f} s")
    assert page.locator('[data-layer="Title"] textarea').input_value() == "Mine"
    page.reload()
    page.wait_for_selector(".frame img")
    assert page.locator('[data-layer="Title"] textarea').input_value() == "Mine"


def test_a_save_that_cannot_be_opened_is_told_beside_the_last_picture(page: Any, studio: RunningStudio) -> None:
    before = shown(page)
    file = studio.place / "data.json"
    whole = file.read_text()
    file.write_text(whole[: len(whole) // 2])
    page.wait_for_selector(".studio-fault .notice")
    assert shown(page) == before
    file.write_text(whole)
    page.wait_for_selector(".studio-fault", state="detached")


@pytest.mark.parametrize("width", [1280, 1000, 390])
def test_every_tab_is_seen(page: Any, studio: RunningStudio, width: int) -> None:
    """Also that of findings, which a template has that asks for what is not drawn."""

    def strange(document: dict[str, Any]) -> None:
        document["layers"][0]["ef"] = [{"ty": 5, "nm": "X", "mn": "ADBE Nothing", "en": 1, "ef": []}]

    studio.save(strange)
    page.set_viewport_size({"width": width, "height": 860})
    page.wait_for_selector('[data-tab="findings"]')
    panel = page.locator(".editor-side").bounding_box()
    tabs = [one.bounding_box() for one in page.locator(".tabs button").all()]
    assert len(tabs) == 6
    assert all(panel["x"] <= tab["x"] and tab["x"] + tab["width"] <= panel["x"] + panel["width"] for tab in tabs)
    studio.save(lambda document: document["layers"][0].pop("ef"))


def test_a_layer_that_is_pointed_at_shows_its_box(page: Any) -> None:
    page.click('[data-tab="layers"]')
    page.hover('[data-layer-row="Photo"]')
    box = page.wait_for_selector('[data-box="Photo"]')
    picture = page.locator(".frame").bounding_box()
    seen = box.bounding_box()
    scale = picture["width"] / 200
    assert seen["x"] - picture["x"] == pytest.approx(140 * scale, abs=3)
    assert seen["y"] - picture["y"] == pytest.approx(10 * scale, abs=3)
    page.mouse.move(picture["x"] + 30 * scale, picture["y"] + 25 * scale)
    page.wait_for_selector('[data-box="Title"]')
    assert page.locator('[data-layer-row="Title"]').get_attribute("class").split()[1] == "pointed"
    page.mouse.move(5, 5)
    page.wait_for_selector("[data-box]", state="detached")
    page.locator('[data-layer-row="Photo"]').focus()
    page.wait_for_selector('[data-box="Photo"]')


def test_the_speed_panel_names_the_dearest_layers(page: Any) -> None:
    page.click('[data-tab="speed"]')
    page.wait_for_selector(".dear")
    assert page.locator(".dear").count() == 3
    figures = page.locator(".figure").all_inner_texts()
    assert [text.split("\n")[0] for text in figures] == [
        "Expected frames a second",
        "Held frames",
        "Mean frame",
        "Drawn again",
    ]


def test_a_render_is_made_and_said_where_it_is(page: Any, studio: RunningStudio) -> None:
    page.get_by_role("button", name="Render").click()
    page.wait_for_selector(".done video")
    saved = page.locator(".done-bar .cut").inner_text()
    assert Path(saved).parent == studio.renders and Path(saved).is_file()


def test_another_address_says_what_is_missing(browser: Any, studio: RunningStudio) -> None:
    context = browser.new_context()
    context.set_default_timeout(MS)
    page = context.new_page()
    page.goto(studio.url)
    page.get_by_text("Open the address that the terminal shows").wait_for()
    context.close()
