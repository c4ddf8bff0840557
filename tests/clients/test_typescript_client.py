"""The TypeScript client: it compiles under strict, and node runs its tests against a live service."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from clients.breaking_proxy import BreakingProxy, Fault
from web.support_service import PATIENCE, Service
from web.support_templates import png, slow_template, template_zip, wav, zipped

ROOT = Path(__file__).resolve().parents[2]
CLIENT = ROOT / "clients" / "typescript"
pytestmark = [pytest.mark.clients]


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        [str(part) for part in command],
        cwd=CLIENT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture(scope="module")
def built() -> None:
    for made in ("dist", "build"):
        shutil.rmtree(CLIENT / made, ignore_errors=True)
    compiler = CLIENT / "node_modules" / ".bin" / "tsc"
    run(compiler, "-p", ".")
    run(compiler, "-p", "tsconfig.test.json")


def test_against_servers_that_follow_a_script(built: None) -> None:
    assert "# fail 0" in run("node", "--test", "build/scripted.test.js")


def test_against_a_live_service(built: None, service: Service, tmp_path: Path) -> None:
    files = {
        "card.zip": template_zip(),
        "slow.zip": slow_template(),
        "broken.zip": zipped({"data.json": "{}"}),
        "photo.png": png(),
        "sound.wav": wav(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    cut = Fault(b"/download HTTP", 1500, times=2)
    lost = [Fault(b"POST /render ", 0, times=2), Fault(b"POST /template/upload", 0)]
    with BreakingProxy(service.url, cut) as breaking, BreakingProxy(service.url, *lost) as lossy:
        said = run(
            *("node", "--test", "build/live.test.js"),
            VELOCITY_URL=service.url,
            VELOCITY_KEY=service.add_user(),
            TEST_FOLDER=str(tmp_path),
            DEMO=str(ROOT / "examples" / "demo.zip"),
            BREAKING_URL=breaking.url,
            LOSSY_URL=lossy.url,
        )
    assert "# fail 0" in said
    downloads = [head for head in breaking.requests if b"/download" in head.split(b"\r\n", 1)[0]]
    assert len(downloads) == 3
    assert [b"if-range" in head.lower() for head in downloads] == [False, True, True]
    assert len(lossy.heads(b"POST /render ")) == 3
    assert len(lossy.heads(b"POST /template/upload")) == 1


def test_what_the_documents_show_compiles(built: None) -> None:
    shown = [ROOT / "docs" / "clients.md", CLIENT / "README.md"]
    blocks = [block for path in shown for block in re.findall(r"```ts\n(.*?)```", path.read_text(), re.DOTALL)]
    assert len(blocks) == 2
    compiler = CLIENT / "node_modules" / ".bin" / "tsc"
    for number, block in enumerate(blocks):
        program = CLIENT / "build" / f"shown{number}.ts"
        known = "declare const key: string, input: { files: File[] };\n" if "input.files" in block else ""
        program.write_text(block.replace("input.files[0]", "input.files[0]!") + known)
        options = ("--strict", "--noEmit", "--module", "nodenext", "--target", "es2022", "--types", "node")
        run(compiler, *options, program)


def test_the_package_has_what_it_names(built: None) -> None:
    packed = run("npm", "pack", "--dry-run", "--ignore-scripts", "--json")
    for name in ("dist/index.js", "dist/index.d.ts", "dist/node.js", "dist/webhooks.js", "dist/generated/schema.d.ts"):
        assert f'"{name}"' in packed
