"""What renders leave for later ones: for the same account alone, bounded, and with the same bytes."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from web.support_service import PATIENCE, Client, Service
from web.support_templates import slow_template, template_zip

from velocity_web.settings import MIB, load_settings
from velocity_web.storage.render_caches import render_cache, sweep_render_caches

CONFIG = {"bitrate": 100_000, "preset": 5, "gop": 25}


def entries(service: Service) -> list[Path]:
    found = (service.data / "cache").rglob("*")
    return [path for path in found if path.is_file() and path.suffix != ".part"]


def video(client: Client, template_id: str) -> str:
    render_id = client.ready_render(template_id, encoderConfig=CONFIG)
    return hashlib.sha256(client.get(f"/render/{render_id}/download").content).hexdigest()


def logged(service: Service, event: str) -> list[dict[str, Any]]:
    """What the log says of renders."""
    lines = [line for line in (service.data / "server.log").read_text().splitlines() if line.startswith("{")]
    return [found for line in lines if (found := json.loads(line)).get("event") == event and found["kind"] == "render"]


def reused(service: Service) -> list[int]:
    """How many frames each render took over."""
    return [found["reused_frames"] for found in logged(service, "job ended")]


def test_a_second_render_is_a_copy_and_only_for_its_account(new_service: Callable[..., Service]) -> None:
    service = new_service()
    one, other = service.client(), service.client()
    mine, theirs = one.ready_template(template_zip(frames=30)), other.ready_template(template_zip(frames=30))
    assert video(one, mine) == video(one, mine) == video(other, theirs)
    assert reused(service) == [0, 30, 0]
    assert len({path.relative_to(service.data).parts[1] for path in entries(service)}) == 2
    assert all(path.stat().st_mode & 0o077 == 0 for path in (service.data / "cache").iterdir())


def test_what_is_used_counts_as_new(new_service: Callable[..., Service]) -> None:
    """So what nobody uses goes first."""
    service = new_service()
    with service.client() as client:
        template_id = client.ready_template(template_zip(frames=30))
        video(client, template_id)
        long_ago = time.time() - 3600
        for path in entries(service):
            os.utime(path, (long_ago, long_ago))
        video(client, template_id)
    used = {path.relative_to(service.data).parts[2]: path.stat().st_mtime > long_ago + 1 for path in entries(service)}
    assert used == {"videos": True, "segments": False}


def test_accounts_share_where_the_administrator_says_so(new_service: Callable[..., Service]) -> None:
    service = new_service(cache_shared="true")
    one, other = service.client(), service.client()
    mine, theirs = one.ready_template(template_zip(frames=30)), other.ready_template(template_zip(frames=30))
    assert video(one, mine) == video(other, theirs)
    assert reused(service) == [0, 30]


@pytest.mark.long
def test_a_service_can_keep_nothing(new_service: Callable[..., Service]) -> None:
    service = new_service(cache_mb="0")
    client = service.client()
    template_id = client.ready_template(template_zip(frames=30))
    assert video(client, template_id) == video(client, template_id)
    assert (reused(service), entries(service)) == ([0, 0], [])


@pytest.mark.long
def test_a_render_whose_process_is_killed_goes_on_from_its_last_segment(new_service: Callable[..., Service]) -> None:
    service = new_service(poll_seconds="0.1")
    client = service.client()
    template_id = client.ready_template(slow_template(40))
    render_id = client.start_render(template_id, encoderConfig=CONFIG)
    deadline = time.monotonic() + PATIENCE
    while len(entries(service)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(logged(service, "job started")[0]["pid"], signal.SIGKILL)
    assert client.settle(f"/render/{render_id}/status")["status"] == "completed"
    assert reused(service)[-1] > 0


@pytest.fixture
def caches(tmp_path: Path) -> Callable[..., Path]:
    """Makes entries of a size and an age, in MiB and days."""

    def make(account: str, name: str, size: float = 0.1, days: float = 0.0) -> Path:
        path = tmp_path / "cache" / account / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * int(size * MIB))
        written = time.time() - days * 86_400
        os.utime(path, (written, written))
        return path

    (tmp_path / "tmp").mkdir()
    return make


def test_what_is_old_or_too_much_goes(tmp_path: Path, caches: Callable[..., Path]) -> None:
    settings = load_settings(data=tmp_path, cache_mb=2, cache_days=7.0)
    old = caches("a", "segments/ab/ends/old", days=8)
    first = caches("a", "segments/ab/ends/first", 1.0, days=3)
    second, third = caches("b", "videos/cd/second", 1.0, days=2), caches("b", "segments/ab/x/third", 0.9, days=1)
    sweep_render_caches(settings)
    assert [path.exists() for path in (old, first, second, third)] == [False, False, True, True]
    assert not old.parent.exists()
    assert (tmp_path / "cache" / "a").is_dir()


@pytest.mark.parametrize("what", ["link", "folder link", "deep", "pipe"])
def test_a_folder_in_which_something_strange_lies_goes_as_a_whole(
    tmp_path: Path, caches: Callable[..., Path], what: str
) -> None:
    settings = load_settings(data=tmp_path, cache_mb=2)
    precious = tmp_path / "renders" / "precious.mp4"
    precious.parent.mkdir()
    precious.write_bytes(b"video")
    kept, taken = caches("a", "segments/ab/ends/x"), caches("b", "segments/ab/ends/y")
    if what == "link":
        (taken.parent / "z").symlink_to(precious)
    elif what == "folder link":
        (taken.parent / "z").symlink_to(precious.parent)
    elif what == "deep":
        caches("b", "segments/ab/ends/deep/deeper/z")
    else:
        os.mkfifo(taken.parent / "z")
    sweep_render_caches(settings)
    assert (kept.exists(), taken.exists(), precious.read_bytes()) == (True, False, b"video")
    assert len(list((tmp_path / "tmp").glob("cache-*"))) == 1


def test_an_account_folder_that_is_a_link_is_not_followed(tmp_path: Path, caches: Callable[..., Path]) -> None:
    settings = load_settings(data=tmp_path, cache_mb=2)
    caches("a", "segments/ab/ends/x")
    elsewhere = tmp_path / "renders"
    elsewhere.mkdir()
    (elsewhere / "old.mp4").write_bytes(b"video")
    os.utime(elsewhere / "old.mp4", (1e9, 1e9))
    (tmp_path / "cache" / "b").symlink_to(elsewhere)
    sweep_render_caches(settings)
    assert (elsewhere / "old.mp4").exists()


def test_a_disk_without_room_to_spare_gets_no_cache(tmp_path: Path, caches: Callable[..., Path]) -> None:
    settings = load_settings(data=tmp_path, cache_mb=2)
    assert render_cache(settings, "a") == tmp_path.resolve() / "cache" / "a"
    assert render_cache(load_settings(data=tmp_path, cache_mb=1 << 40), "a") is None
    kept = caches("a", "segments/ab/ends/x")
    sweep_render_caches(load_settings(data=tmp_path, cache_mb=2, min_free_bytes=1 << 60))
    assert not kept.exists() or os.statvfs(tmp_path).f_bavail > os.statvfs(tmp_path).f_blocks // 20
