"""Inputs at URLs: fetched once for each version, kept by content, within bounds."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import fsspec
import pytest

import velocity_engine as ve
from velocity_engine.builtin.storage.remote import RemoteStorage
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
