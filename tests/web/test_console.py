"""The console's files as the service serves them: whole, cached rightly, and bound by a strict policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from web.support_service import Client

CONSOLE = Path(__file__).resolve().parents[2] / "velocity_web" / "console"
OWN = sorted(path for path in CONSOLE.rglob("*.js") if "vendor" not in path.parts)
IMPORT = re.compile(r'^(?:(?:import|export) .*?from |.*\bimport\()"([^"]+)"', re.MULTILINE)


@pytest.fixture
def visitor(client: Client) -> Client:
    """Without a key."""
    client.headers.pop("X-API-Key")
    return client


def test_the_page_has_a_strict_policy_and_nothing_inline(visitor: Client) -> None:
    page = visitor.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert not re.search(r"<style|<script(?![^>]* src=)|style=| on\w+=|https?://", page.text)


def test_files_are_kept_for_good_under_their_digest(visitor: Client) -> None:
    page = visitor.get("/")
    assert page.headers["cache-control"] == "no-cache"
    again = visitor.get("/", headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    for address in re.findall(r'(?:src|href)="(/console/[^"]+)"', page.text):
        file = visitor.get(address)
        assert file.status_code == 200, address
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert visitor.get(address, headers={"If-None-Match": f"W/{file.headers['etag']}"}).status_code == 304


def test_files_without_a_digest_are_asked_for_again(visitor: Client) -> None:
    assert visitor.get("/console/app.js").headers["cache-control"] == "no-cache"
    for path in ("vendor/preact-license.txt", "vendor/README.md", "..%2Fpages%2Fdocs.html", "0123456789abcdef/app.js"):
        assert visitor.get(f"/console/{path}").status_code == 404, path


def test_the_configuration_says_what_runs(visitor: Client) -> None:
    told = visitor.get("/config.json").json()
    assert told["mode"] == "service"
    assert told.keys() == {"mode", "version"}


@pytest.mark.parametrize("path", OWN, ids=lambda path: str(path.relative_to(CONSOLE)))
def test_modules_are_small_and_import_files_that_are_there(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) < 400
    for name in IMPORT.findall(text):
        assert name.startswith("."), "only files of the console"
        assert (path.parent / name).resolve().is_relative_to(CONSOLE)
        assert (path.parent / name).is_file(), name
        assert name.lower() == name, "the service knows paths in lower case"


def test_every_module_is_used() -> None:
    used = {(path.parent / name).resolve() for path in OWN for name in IMPORT.findall(path.read_text())}
    used |= {
        CONSOLE / name for name in re.findall(r"/console/@?/?([\w./-]+\.js)", (CONSOLE / "index.html").read_text())
    }
    assert [path.name for path in OWN if path not in used and path.name != "velocity-preview.js"] == []
