"""Renders to URLs: whole or not at all, tried again where that helps, and said before any work where it cannot be."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.builtin.storage.remote import RemoteStorage
from velocity_engine.plugins.outputs import numbered
from velocity_engine.storage import delivery, retries
from velocity_engine.storage.targets import is_local, scheme_of

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo.zip"
SMALL = ve.EncoderConfig(resolution=(160, 90), preset=5)


def rendered(output: str | Path, **more: Any) -> ve.RenderResult:
    with ve.open_template(DEMO) as template:
        return ve.render(template, output, encoder=SMALL, frames=(0, 20), **more)


@pytest.mark.parametrize(
    ("target", "scheme", "local"),
    [
        ("a.mp4", "file", True),
        ("/a/b.mp4", "file", True),
        ("C:/a.mp4", "file", True),
        ("C://a.mp4", "file", True),
        ("file:///a.mp4", "file", False),
        ("S3://bucket/a.mp4", "s3", False),
    ],
)
def test_which_storage_serves_a_target(target: str, scheme: str, local: bool) -> None:
    assert (scheme_of(target), is_local(target)) == (scheme, local)


def test_the_bytes_are_the_same_wherever_they_go(tmp_path: Path, bucket: str) -> None:
    stages: list[str] = []
    rendered(tmp_path / "a.mp4")
    for target in ((tmp_path / "b.mp4").as_uri(), "memory://videos/a.mp4", f"{bucket}/deep/a.mp4"):
        result = rendered(target, progress=lambda now: stages.append(now.stage))
        stored = plugins.storage(scheme_of(target)).open(target).read()
        assert stored == (tmp_path / "a.mp4").read_bytes()
        assert result.output == target and result.size_bytes == len(stored)
        assert list(dict.fromkeys(stages))[-3:] == ["finishing", "storing", "done"]
    assert {path.name for path in tmp_path.iterdir()} == {"a.mp4", "b.mp4"}


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("nowhere://a/b.mp4", "nowhere"),
        ("abfs://container/a.mp4", r"abfs://container/a\.mp4"),
        ("s3://bucket", "s3://bucket"),
        ("missing/a.mp4", "its folder is not there"),
    ],
)
def test_what_cannot_be_stored_is_said_before_any_work(output: str, reason: str) -> None:
    told: list[ve.Progress] = []
    with pytest.raises(ve.StorageError, match=reason) as refused:
        rendered(output, progress=told.append)
    assert refused.value.hint and told == []


class Flaky(RemoteStorage):
    """Fails a few times before it stores."""

    def __init__(self, failures: int) -> None:
        self.left = failures

    def put(self, local_path: str, target: str, progress: Callable[[int], None]) -> int:
        if self.left:
            self.left -= 1
            raise ve.TemporaryStorageError(f"{target} is busy")
        return super().put(local_path, target, progress)


def test_what_may_go_well_a_moment_later_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "PAUSES", (0.01, 0.01))
    monkeypatch.setattr(delivery, "storage_for", lambda target, *place: Flaky(2))
    assert rendered("memory://flaky/a.mp4").size_bytes > 0
    monkeypatch.setattr(delivery, "storage_for", lambda target, *place: Flaky(3))
    with pytest.raises(ve.StorageError, match="busy"):
        rendered("memory://flaky/b.mp4")


def test_a_wait_ends_when_the_render_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()
    monkeypatch.setattr(retries, "PAUSES", (600.0,))
    monkeypatch.setattr(delivery, "storage_for", lambda target, *place: Flaky(1))

    def told(now: ve.Progress) -> None:
        if now.stage == "storing":
            stop.set()

    with pytest.raises(ve.RenderCancelled):
        rendered("memory://flaky/c.mp4", progress=told, cancelled=stop)


def test_nothing_is_left_of_what_cannot_be_stored(bucket: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ve.StorageError, match="no-such-bucket"):
        rendered("s3://no-such-bucket-of-ours/a.mp4")
    assert not list(tmp_path.iterdir())


def test_of_several_files_none_is_left_where_one_cannot_be_stored(tmp_path: Path) -> None:
    with delivery.Deliveries(tmp_path / "%d.bin", numbered) as files:
        for number in range(3):
            files.part(number).write_bytes(b"frame")
        (tmp_path / "2.bin").mkdir()
        with pytest.raises(ve.StorageError):
            files.store()
    assert [path.name for path in tmp_path.iterdir()] == ["2.bin"]


def test_an_older_file_stays_where_a_further_one_cannot_be_stored(tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / f"{number}.bin").write_bytes(b"older")
    with delivery.Deliveries(tmp_path / "%d.bin", numbered) as files:
        for number in range(3):
            files.part(number).write_bytes(b"frame")
        (tmp_path / "2.bin").mkdir()
        with pytest.raises(ve.StorageError):
            files.store()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["0.bin", "1.bin", "2.bin"]


def test_what_is_sent_comes_before_what_is_named_in_place(tmp_path: Path) -> None:
    """So a poster of this machine is not replaced where the video cannot be sent."""
    poster = tmp_path / "old.jpg"
    poster.write_bytes(b"older")
    with delivery.Deliveries("s3://no-such-bucket-of-ours/a.mp4") as files:
        files.part().write_bytes(b"video")
        files.beside(poster).write_bytes(b"newer")
        with pytest.raises(ve.VelocityError):
            files.store(cancelled=lambda: True)
    assert poster.read_bytes() == b"older"
