"""Inputs at URLs: fetched once for each version, kept by content, within bounds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import fsspec
import pytest
from network_support import WebServer

import velocity_engine as ve
from velocity_engine.builtin.storage.remote import RemoteStorage
from velocity_engine.cli.app import run
from velocity_engine.storage import fetched
from velocity_engine.storage.fetched import cache_folder, local_path, reference_to

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo.zip"
SMALL = ve.EncoderConfig(resolution=(160, 90), preset=5)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VELOCITY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "fetched"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The URLs that were really read."""
    urls: list[str] = []
    whole = RemoteStorage.open

    def noted(self: RemoteStorage, target: str, *more: int) -> object:
        urls.append(target)
        return whole(self, target, *more)

    monkeypatch.setattr(RemoteStorage, "open", noted)
    return urls


def test_templates_assets_and_sounds_may_be_urls(bucket: str, tmp_path: Path) -> None:
    store = fsspec.filesystem("s3")
    store.put(str(DEMO), f"{bucket}/demo.zip")
    store.put(str(ROOT / "examples" / "replacement.jpg"), f"{bucket}/photo.jpg")
    changes = [{"layer": "Photo", "image": {"assetId": "p"}}]
    for template_at, photo, output in (
        (str(DEMO), str(ROOT / "examples" / "replacement.jpg"), "a.mp4"),
        (f"{bucket}/demo.zip", f"{bucket}/photo.jpg", "b.mp4"),
    ):
        with ve.open_template(template_at) as template:
            asked: dict[str, Any] = {
                "encoder": SMALL,
                "customizations": changes,
                "assets": {"p": photo},
                "frames": (60, 80),
            }
            order = ve.order_for(template, tmp_path / output, **asked)
        ve.render_order(order)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()
    assert order.template == ve.FileReference(f"{bucket}/demo.zip", ve.FileReference.of(DEMO).sha256)


def test_a_version_is_fetched_once(bucket: str, opened: list[str], cache: Path) -> None:
    store = fsspec.filesystem("s3")
    store.pipe(f"{bucket}/a.txt", b"one")
    first = local_path(f"{bucket}/a.txt")
    assert local_path(f"{bucket}/a.txt") == first and len(opened) == 1
    assert Path(first).read_bytes() == b"one" and Path(first).name == "a.txt"
    store.pipe(f"{bucket}/a.txt", b"two")
    assert Path(local_path(f"{bucket}/a.txt")).read_bytes() == b"two" and len(opened) == 2
    assert Path(first).read_bytes() == b"one", "what a render reads stays as it is"
    store.pipe(f"{bucket}/b.txt", b"two")
    local_path(f"{bucket}/b.txt")
    assert len([path for path in cache.iterdir() if path.name != "versions"]) == 2, "contents are kept once"


def test_what_was_used_longest_ago_goes_first(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetched, "MAX_BYTES", 2500)
    store = fsspec.filesystem("memory")
    paths = []
    for number in range(3):
        store.pipe(f"/files/{number}", bytes([number]) * 1000)
        paths.append(Path(local_path(f"memory://files/{number}")))
        os.utime(paths[-1], (number, number))
    assert [path.exists() for path in paths] == [False, True, True]
    assert Path(local_path("memory://files/0")).read_bytes() == bytes([0]) * 1000


def test_a_file_that_is_gone(cache: Path) -> None:
    with pytest.raises(ve.StorageError, match="memory://files/gone cannot be read: there is no such file"):
        ve.open_template("memory://files/gone")
    assert not cache.exists()


def test_file_urls_are_read_where_they_lie() -> None:
    assert local_path(DEMO.as_uri()) == str(DEMO)
    assert reference_to(DEMO.as_uri()).sha256 == reference_to(DEMO).sha256
    assert cache_folder().name == "fetched"


def test_pictures_may_be_named_by_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From Python and by command, where the host may be reached; once for each version."""
    server = WebServer()
    monkeypatch.setenv("VELOCITY_PRIVATE_HOSTS", server.host)
    url = server.serve("/photos/replacement.jpg", (ROOT / "examples" / "replacement.jpg").read_bytes(), '"one"')
    with ve.open_template(DEMO) as template:
        by_url = ve.render_still(template, 75, customizations=[{"layer": "Photo", "image": {"url": url}}])
        path = ROOT / "examples" / "replacement.jpg"
        by_path = ve.render_still(template, 75, customizations=[{"layer": "Photo", "image": path}])
        order = ve.order_for(template, "a.mp4", customizations=[{"layer": "Photo", "image": {"url": url}}])
    assert (by_url == by_path).all()
    assert order.assets == {url: ve.FileReference(url, ve.FileReference.of(path).sha256)}
    assert [headers.get("if-none-match") for _path, headers in server.asked] == [None, '"one"']
    for output, photo in (("a.png", url), ("b.png", str(path))):
        arguments = ["still", str(DEMO), "--frame", "75", "-o", str(tmp_path / output), "--set", f"Photo={photo}"]
        assert run([*arguments, "--quiet"]) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    server.close()


def test_private_hosts_are_not_reached_unless_they_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    server = WebServer()
    url = server.serve("/a.jpg", b"x")
    monkeypatch.delenv("VELOCITY_PRIVATE_HOSTS", raising=False)
    with pytest.raises(ve.StorageError, match=r"may not be fetched: 127\.0\.0\.1 is not a public address") as refused:
        local_path(url)
    assert "VELOCITY_PRIVATE_HOSTS" in str(refused.value.hint) and server.asked == []
    monkeypatch.setenv("VELOCITY_PRIVATE_HOSTS", "http://nas")
    with pytest.raises(ve.StorageError, match="VELOCITY_PRIVATE_HOSTS cannot be used"):
        local_path(url)
    with pytest.raises(ve.StorageError, match="can be read, not written"):
        ve.render(ve.open_template(DEMO), f"{server.url}/a.mp4")
    server.close()


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ({"url": "ftp://example.com/a.jpg"}, "It must begin with http:// or https://"),
        ({"url": "file:///etc/passwd"}, "It must begin with http:// or https://"),
        ({"url": 5}, "url is 5"),
        ({"connection": "media"}, "path is null"),
        ({"connection": "media", "path": "a.jpg"}, "Connections are named by the administrator of a service"),
        ({"url": "https://example.com/a.jpg", "file": "a.jpg"}, "image has several sources"),
    ],
)
def test_sources_that_lead_nowhere(source: dict[str, Any], words: str) -> None:
    with ve.open_template(DEMO) as template, pytest.raises(ve.CustomizationError, match=words):
        ve.render_still(template, 75, customizations=[{"layer": "Photo", "image": source}])
