"""The wheels and source distributions hold what is needed, and work where nothing else of the project is."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import urllib.request
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(900)]
ROOT = Path(__file__).resolve().parents[2]
PLUGINS = sorted(path.parent for path in (ROOT / "plugins").glob("*/pyproject.toml"))
CLIENT = ROOT / "clients" / "python"
WANTED = (
    "velocity_engine/py.typed",
    "velocity_engine/kernels/coverage/coverage.py",
    "velocity_engine/cli/starters/common/pyproject.toml.txt",
    "velocity_engine/cli/starters/layer/src/acme_sketch/layer.py.txt",
    "velocity_engine/evaluate/expressions/runtime.js",
    "velocity_web/py.typed",
)
FOLDERS = {
    "velocity_engine/fonts/": ".ttf",
    "velocity_web/pages/": ".html",
    "velocity_web/console/": ".html",
    "velocity_web/console/editor/": ".js",
    "velocity_web/console/styles/": ".css",
    "velocity_web/console/vendor/": ".woff2",
    "velocity_web/database/migrations/": ".sql",
}


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels and source distributions of the engine and of each plugin."""
    folder = tmp_path_factory.mktemp("dist")
    for project in (ROOT, CLIENT, *PLUGINS):
        env = {**os.environ, "PIP_CONSTRAINT": str(ROOT / "constraints.txt")}  # pip's, for the environment it builds in
        run(sys.executable, "-m", "build", "--outdir", folder, project, cwd=folder, env=env)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The python of an environment that holds the wheels and what they depend on, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("clean")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    wheels = sorted(str(path) for path in built.glob("*.whl"))
    run(python, "-m", "pip", "install", "-qq", "-c", ROOT / "constraints.txt", *wheels, cwd=folder)
    return python


def clean_environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VELOCITY", "NUMBA"))}
    return kept | {"XDG_CACHE_HOME": str(folder / "cache"), "HOME": str(folder)}


def test_they_are_well_formed(built: Path) -> None:
    files = sorted(built.iterdir())
    assert len(files) == 2 * (2 + len(PLUGINS))
    run(sys.executable, "-m", "twine", "check", "--strict", *files, cwd=built)


def test_they_hold_kernels_fonts_pages_and_migrations(built: Path) -> None:
    (wheel,) = built.glob("velocity_render-*.whl")
    (source,) = built.glob("velocity_render-*.tar.gz")
    with zipfile.ZipFile(wheel) as archive, tarfile.open(source) as other:
        names, sources = set(archive.namelist()), {name.split("/", 1)[-1] for name in other.getnames()}
    for name in WANTED:
        assert name in names and name in sources
    for folder, ending in FOLDERS.items():
        files = {f"{folder}{path.relative_to(ROOT / folder)}" for path in (ROOT / folder).rglob(f"*{ending}")}
        assert files, folder
        assert files <= names and files <= sources, folder
    mine = {
        str(path.relative_to(ROOT))
        for package in ("velocity_engine", "velocity_web")
        for path in (ROOT / package).rglob("*.py")
    }
    assert mine <= names and mine <= sources
    assert not [name for name in names if re.match(r"(tests|benchmarks|examples|out)/|.*\.(nbi|nbc|pyc)$", name)]


def test_it_renders_from_there(installed: Path, tmp_path: Path) -> None:
    environment = clean_environment(tmp_path)
    velocity = installed.parent / "velocity"
    told = run(
        velocity, "render", ROOT / "examples" / "demo.zip", "-o", "out.mp4", "--size", "320x180", "--frames", "0:20",
        "--json", cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert json.loads(told)["frames"] == 20 and (tmp_path / "out.mp4").stat().st_size > 1000
    reports = json.loads(run(velocity, "plugins", "--json", cwd=tmp_path, env=environment))
    assert not [report for report in reports if report["error"]]
    assert sum(not report["built_in"] for report in reports) == len(PLUGINS)
    where = run(
        installed, "-c", "import velocity_engine; print(velocity_engine.__file__)", cwd=tmp_path, env=environment
    )
    assert str(installed.parents[1]) in where


@pytest.fixture
def server(installed: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address and the first key of a server that runs from there."""
    command: list[str | Path] = [installed.parent / "velocity", "serve", "--port", "0", "--data", tmp_path / "data"]
    process = subprocess.Popen(
        command,
        cwd=tmp_path,
        env=clean_environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        key = address = ""
        while not (key and address):
            line = process.stdout.readline()
            assert line, "the server ended"
            key = key or (line.rsplit(": ", 1)[1].strip() if line.startswith("API key") else "")
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            address = address or (found[0] if found else "")
        yield address, key
    finally:
        process.terminate()
        process.wait(30)


def test_it_serves_from_there(server: tuple[str, str]) -> None:
    address, key = server
    for path, expected in (("/health", b"ok"), ("/docs", b"<html"), ("/openapi.json", b"openapi")):
        with urllib.request.urlopen(address + path, timeout=30) as answer:
            assert expected in answer.read().lower(), path
    request = urllib.request.Request(address + "/template/all", headers={"X-API-Key": key})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer) == []
