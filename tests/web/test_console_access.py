"""The console for everybody: axe finds nothing serious on any page, in light and dark, and the keyboard suffices."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from text_support import named_font
from web.support_browser import Visit, running_browser, visiting, wait_until
from web.support_service import PATIENCE, Client, Service
from web.support_templates import png, template_zip, wav, zipped

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
AXE = "axe-core@4.14.1"
GRAVE = ("serious", "critical")
EVERYTHING = "render read preview admin"
DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"


@dataclass(frozen=True)
class World:
    """An account in which each page has something to show."""

    key: str
    pages: dict[str, str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as running:
        yield running


@pytest.fixture(scope="module")
def axe(pytestconfig: pytest.Config) -> str:
    """The source of axe-core, which npm installs into pytest's cache."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed")
    folder = Path(pytestconfig.cache.mkdir("axe"))
    module = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not module.exists():
        command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), AXE]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            pytest.skip(f"npm could not install axe-core: {done.stderr[-200:]}")
    return module.read_text()


@pytest.fixture(scope="module")
def world(one_service: Service) -> World:
    client = Client(one_service.url, one_service.add_user(scopes=EVERYTHING))
    demo = client.ready_template(DEMO.read_bytes(), "promo.zip")
    small = client.ready_template(template_zip())
    client.settle(f"/template/{client.upload_template(zipped({'data.json': '{'}), 'broken.zip')}/status")
    render = client.ready_render(small)
    client.post("/asset", files={"file": ("green.png", png(64, 64))})
    client.ready_audio(wav())
    client.post("/font", files={"file": ("Brand.ttf", named_font("DejaVuSans.ttf", "abc", "Brand"))})
    campaign = client.post("/campaign", json={"name": "Spring"}).json()["id"]
    client.post(f"/campaign/{campaign}/template-instance", json={"templateId": small, "name": "One"})
    rows = [{"name": "Good"}, {"name": "Bad", "customizationMap": [{"layer": "Grund", "color": "#00ff00"}]}]
    request = {"templateId": small, "encoderConfig": {"bitrate": 100_000, "preset": 5}, "rows": rows}
    batch = client.post("/render/batch", json=request).json()["batchId"]
    client.until(f"/render/batch/{batch}", lambda status: status["status"] == "completed")
    account = client.get("/account").json()["id"]
    pages = {
        "templates": "This template cannot be used",
        f"templates/{demo}": "Texts and pictures",
        "renders": "Completed",
        f"renders/{render}": "The same in code",
        "batches": "batch",
        f"batches/new?template={small}": "The table",
        f"batches/{batch}": "not valid",
        "assets": "green.png",
        "audio": "sound.wav",
        "fonts": "Brand-Regular",
        "campaigns": "Spring",
        f"campaigns/{campaign}": "Audio groups",
        "usage": "Render time",
        "admin/users": "Render time",
        f"admin/users/{account}": "How much it may use",
        "admin/queue": "Workers",
        "admin/cache": "Parts of earlier renders",
        "nowhere": "There is no such page",
    }
    client.close()
    return World(client.key, pages)


def grave(visit: Visit, axe: str) -> list[str]:
    """What axe finds that keeps somebody out, each with the elements."""
    wait_until(visit.page, "document.getAnimations().every((one) => one.playState !== 'running' || "
                                 "one.effect.getTiming().iterations === Infinity)")  # fmt: skip
    visit.page.evaluate(axe)
    found: dict[str, Any] = visit.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {json.dumps([node['html'][:160] for node in one['nodes'][:3]])}"
        for one in found["violations"]
        if one["impact"] in GRAVE
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(browser: Browser, one_service: Service, world: World, axe: str, scheme: str) -> None:
    wrong: dict[str, list[str]] = {}
    with visiting(browser, one_service, color_scheme=scheme) as visit:
        visit.page.goto(one_service.url)
        visit.page.get_by_label("API key").wait_for()
        wrong["sign in"] = grave(visit, axe)
        visit.sign_in(world.key)
        for path, text in world.pages.items():
            visit.go(path)
            visit.expect(text)
            wrong[path] = grave(visit, axe)
    assert {path: found for path, found in wrong.items() if found} == {}


def test_open_parts_of_the_template_page_are_right_as_well(
    browser: Browser, one_service: Service, world: World, axe: str
) -> None:
    path = next(path for path in world.pages if path.startswith("templates/"))
    with visiting(browser, one_service) as visit:
        page = visit.page
        visit.sign_in(world.key)
        visit.go(path)
        page.get_by_role("button", name="Style of Headline").click()
        page.get_by_role("button", name="More of Headline").click()
        page.get_by_label("What draws Headline").select_option("bar-chart")
        page.get_by_role("group", name="Bars", exact=True).wait_for()
        assert grave(visit, axe) == []
        for tab in ("Output", "Code"):
            page.get_by_role("tab", name=tab).click()
            assert grave(visit, axe) == [], tab
        page.get_by_role("tab", name="Output").click()
        page.get_by_role("button", name="Advanced").click()
        assert grave(visit, axe) == []
        page.get_by_role("tab", name="Content").click()
        page.get_by_role("button", name="Choose an uploaded one").click()
        page.get_by_role("dialog").get_by_text("green.png").wait_for()
        assert grave(visit, axe) == []


def focused(visit: Visit) -> str:
    return str(
        visit.page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.innerText")
    )


def tab_to(visit: Visit, name: str) -> None:
    """Press the tabulator until what is called so has the focus, which must be seen."""
    for _ in range(80):
        visit.page.keyboard.press("Tab")
        if name in focused(visit) and not visit.page.evaluate("document.activeElement === document.body"):
            return
    raise AssertionError(f"{name} is not reached; the focus is on {focused(visit)}")


def test_the_keyboard_alone_leads_from_the_key_to_a_video(browser: Browser, one_service: Service, world: World) -> None:
    with visiting(browser, one_service) as visit:
        page, keys = visit.page, visit.page.keyboard
        page.goto(one_service.url)
        page.get_by_label("API key").wait_for()
        wait_until(page, "document.activeElement.tagName === 'INPUT'")
        keys.type(world.key)
        keys.press("Enter")
        visit.expect("promo")
        tab_to(visit, "promo")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        keys.press("Enter")
        page.locator(".frame img").wait_for()
        tab_to(visit, "Render")
        tab_to(visit, "Content")
        keys.press("ArrowRight")
        assert page.get_by_role("tab", name="Output").get_attribute("aria-selected") == "true"
        keys.press("ArrowLeft")
        tab_to(visit, "Text of Headline")
        keys.press("Control+a")
        keys.type("By keyboard")
        tab_to(visit, "Moment of the template")
        keys.press("Home")
        visit.expect("frame 0 of 150")
        keys.press("ArrowRight")
        visit.expect("frame 1 of 150")
        page.get_by_role("button", name="Render").focus()
        keys.press("Enter")
        page.locator(".done video").wait_for()
        tab_to(visit, "Link")
        keys.press("Enter")
        page.get_by_role("dialog").wait_for()
        keys.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
        wait_until(page, "document.activeElement.innerText === 'Link'")  # a moment after the dialog has gone
