"""The console in Firefox, which is driven over WebDriver BiDi: Playwright takes only a Firefox of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from web.support_service import PATIENCE, Client, Service

pytestmark = pytest.mark.browser
HERE = Path(__file__).resolve().parent
DEMO = HERE.parents[1] / "examples" / "demo.zip"
DRIVER = "puppeteer-core@24"
FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")


@pytest.fixture(scope="module")
def driver(pytestconfig: pytest.Config) -> str:
    """The address of puppeteer's module, which npm installs into pytest's cache."""
    npm = shutil.which("npm")
    if npm is None or FIREFOX is None:
        pytest.skip("npm or Firefox is not installed")
    folder = Path(pytestconfig.cache.mkdir("puppeteer"))
    package = folder / "node_modules" / "puppeteer-core"
    if not package.exists():
        command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), DRIVER]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        if done.returncode:
            pytest.skip(f"npm could not install puppeteer-core: {done.stderr[-200:]}")
    entry = json.loads((package / "package.json").read_text())["exports"]["."]
    return (package / str(entry["import"])).as_uri()


def test_a_video_is_made_in_firefox(service: Service, client: Client, driver: str) -> None:
    template_id = client.ready_template(DEMO.read_bytes(), "promo.zip")
    command = ["node", str(HERE / "firefox_console.mjs"), driver, str(FIREFOX), service.url, client.key, template_id]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"faults": [], "heading": "promo"}
    [made] = client.get("/render/all").json()
    [change] = client.get(f"/render/renders/{made['renderId']}").json()["customizationMap"]
    assert change["layer"] == "Headline"
    assert change["text"].endswith("in Firefox")
