"""Manifests: what a video was made of, and whether it comes out again with the same bytes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve
from velocity_engine.cli.app import run

ROOT = Path(__file__).resolve().parents[2]
DEMO = ROOT / "examples" / "demo.zip"
SMALL = ["--size", "160x90", "--preset", "5", "--frames", "60:70", "--segment-seconds", "0.2", "--gop", "5"]

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, Path]:
    """A video with its manifest, of a copy of the demo and a picture."""
    shutil.copy(DEMO, tmp_path / "demo.zip")
    shutil.copy(ROOT / "examples" / "replacement.jpg", tmp_path / "photo.jpg")
    video, manifest = tmp_path / "a.mp4", tmp_path / "a.json"
    words = ["render", str(tmp_path / "demo.zip"), "-o", str(video), *SMALL, "--manifest", str(manifest), "-q"]
    assert run([*words, "--set", f"Photo={tmp_path / 'photo.jpg'}"]) == 0
    return video, manifest


def told(capsys: Captured, video: Path, manifest: Path) -> dict[str, Any]:
    run(["verify", str(video), str(manifest), "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_video_comes_out_again(capsys: Captured, made: tuple[Path, Path]) -> None:
    video, manifest = made
    assert run(["verify", str(video), str(manifest)]) == 0
    assert capsys.readouterr().out == f"{video}: rendered again, it has the same bytes\n"
    written = json.loads(manifest.read_text())
    assert [(one["first"], one["last"]) for one in written["segments"]] == [(0, 5), (5, 10)]
    assert all(len(one["content"]) == 32 and len(one["sha256"]) == 64 for one in written["segments"])
    assert {"velocity-pictures", "velocity-qrcode"} <= written["plugins"].keys()
    assert [font["name"] for font in written["fonts"]]
    assert written["engine"] == ve.__version__


def test_a_manifest_of_a_copy_is_that_of_the_first(capsys: Captured, made: tuple[Path, Path]) -> None:
    """What the cache returns is told as if it had been rendered."""
    first = made[1].read_text()
    folder = made[0].parent
    words = ["render", str(folder / "demo.zip"), "-o", str(made[0]), *SMALL, "--manifest", str(made[1]), "--json"]
    assert run([*words, "--set", f"Photo={folder / 'photo.jpg'}"]) == 0
    assert json.loads(capsys.readouterr().out)["reusedFrames"] == 10
    assert made[1].read_text() == first


def test_another_video_is_not_that_of_the_manifest(capsys: Captured, made: tuple[Path, Path]) -> None:
    video, manifest = made
    content = bytearray(video.read_bytes())
    content[-1] ^= 1
    video.write_bytes(content)
    assert told(capsys, video, manifest)["reasons"] == [f"{video} is not the video of the manifest"]


@pytest.mark.parametrize("name", ["demo.zip", "photo.jpg"])
def test_a_file_that_has_changed_is_named(capsys: Captured, made: tuple[Path, Path], name: str) -> None:
    video, manifest = made
    file = video.parent / name
    file.write_bytes(file.read_bytes() + b"\0")
    found = told(capsys, video, manifest)
    assert (found["same"], found["reasons"]) == (False, [f"{file} is not the file that was rendered"])


def test_what_came_out_differently_is_told_by_its_frames(capsys: Captured, made: tuple[Path, Path]) -> None:
    video, manifest = made
    values = json.loads(manifest.read_text())
    values["sha256"] = values["segments"][1]["sha256"] = "0" * 64
    values |= {"processor": "abacus", "plugins": {"velocity-qrcode": "0.0.1", "acme-blur": "1.0"}}
    manifest.write_text(json.dumps(values))
    found = told(capsys, video, manifest)
    assert found["frames"] == [5, 10]
    assert "rendered again, the video has other bytes: frames 5 to 9 differ" in found["reasons"]
    assert any(reason.startswith("the processor was abacus, and is ") for reason in found["reasons"])
    assert "the plugin package acme-blur was 1.0, and is not installed" in found["reasons"]
    assert run(["verify", str(video), str(manifest)]) == 1


def test_what_is_no_manifest(capsys: Captured, made: tuple[Path, Path]) -> None:
    video, manifest = made
    for text, what in (("[]", "this is not a manifest"), ('{"version": 9}', "the manifest has another version")):
        manifest.write_text(text)
        assert run(["verify", str(video), str(manifest)]) == 1
        assert what in capsys.readouterr().err


def test_what_has_no_manifest_is_said_before_any_work(capsys: Captured, tmp_path: Path) -> None:
    assert run(["render", str(DEMO), "-o", "-", "--manifest", str(tmp_path / "a.json")]) == 2
    assert "piped" in capsys.readouterr().err
