"""The cache by command: what a second render takes, and what is shown and cleared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from velocity_engine.cli.app import run

DEMO = str(Path(__file__).resolve().parents[2] / "examples" / "demo.zip")
SMALL = ["--size", "160x90", "--preset", "5", "--frames", "60:64", "--json"]

Captured = pytest.CaptureFixture[str]


def told(capsys: Captured, *words: str) -> dict[str, Any]:
    assert run(list(words)) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_second_render_is_a_copy_unless_it_shall_not(capsys: Captured, tmp_path: Path) -> None:
    words = ["render", DEMO, "-o", str(tmp_path / "a.mp4"), *SMALL]
    first = told(capsys, *words)
    expected = (tmp_path / "a.mp4").read_bytes()
    assert (first["reusedFrames"], told(capsys, *words)["reusedFrames"]) == (0, 4)
    assert (tmp_path / "a.mp4").read_bytes() == expected
    assert told(capsys, *words, "--no-cache")["reusedFrames"] == 0
    assert told(capsys, *words, "--cache", str(tmp_path / "other"))["reusedFrames"] == 0
    assert (tmp_path / "other" / "videos").is_dir()


def test_what_is_kept_is_shown_and_cleared(capsys: Captured, tmp_path: Path) -> None:
    place = ["--cache", str(tmp_path / "cache")]
    told(capsys, "render", DEMO, "-o", str(tmp_path / "a.mp4"), *SMALL, *place)
    shown = told(capsys, "cache", *place, "--json")
    assert (shown["place"], shown["videos"]["entries"], shown["segments"]["entries"]) == (place[1], 1, 1)
    assert shown["videos"]["bytes"] > (tmp_path / "a.mp4").stat().st_size
    assert run(["cache", *place, "--clear"]) == 0
    assert "2 entries were deleted" in capsys.readouterr().out
    assert told(capsys, "cache", *place, "--json")["videos"]["entries"] == 0


def test_its_bound_is_a_setting(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VELOCITY_CACHE_MB", "64")
    assert told(capsys, "cache", "--json")["limitBytes"] == 64 << 20
    monkeypatch.setenv("VELOCITY_CACHE_MB", "much")
    assert run(["cache"]) == 2
    assert "VELOCITY_CACHE_MB is 'much'; it must be a number of MiB, such as 8192" in " ".join(
        capsys.readouterr().err.replace("│", " ").split()
    )


def test_a_damaged_entry_is_told(capsys: Captured, tmp_path: Path) -> None:
    words = ["render", DEMO, "-o", str(tmp_path / "a.mp4"), *SMALL[:-1], "--cache", str(tmp_path / "cache")]
    assert run(words) == 0
    for file in (tmp_path / "cache").rglob("*"):
        if file.is_file():
            file.write_bytes(b"nothing")
    capsys.readouterr()
    assert run(words) == 0
    assert "warning: the entry videos/" in capsys.readouterr().err


def test_a_place_without_a_backend_is_a_mistake_before_any_work(capsys: Captured, tmp_path: Path) -> None:
    words = ["render", DEMO, "-o", str(tmp_path / "a.mp4"), "--cache", "nowhere://bucket/cache"]
    assert run(words) == 1
    assert "no storage backend serves nowhere://" in capsys.readouterr().err
