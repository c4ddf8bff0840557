"""``--duration``, and what ``inspect`` says of regions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from lengths_support import clip_layer, marker, template
from media_support import make_sound, tone

from velocity_engine.cli.app import run

HOLD = [marker("Middle velocity:hold", 40, 20)]


Captured = pytest.CaptureFixture[str]


def said(capsys: Captured, *words: str | Path) -> str:
    assert run([str(word) for word in words]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    ("duration", "more", "frames"),
    [
        ("6.0", (), 150),
        ("layer:Clip", (), 110),
        ("audio", ("--audio", "voice.wav"), 125),
        ("6", ("--frames", "50:"), 100),
    ],
)
def test_a_video_of_a_length(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch, duration: str, more: tuple[str, ...], frames: int
) -> None:
    monkeypatch.chdir(tmp_path)
    make_sound(tmp_path / "voice.wav", tone(5.0))
    with template(tmp_path, HOLD, [clip_layer(ip=30, op=70, st=30)], clip_frames=50):
        found = said(
            capsys, "render", "lengths.zip", "-o", "v.mp4", "--duration", duration, *more, "--json", "--no-cache"
        )
    assert json.loads(found)["frames"] == frames


@pytest.mark.parametrize(
    ("duration", "what"),
    [("video", "cannot follow 'video'"), ("-3", "more than 0"), ("2.0", "shortest possible video has 3.24")],
)
def test_lengths_that_cannot_be(tmp_path: Path, capsys: Captured, duration: str, what: str) -> None:
    with template(tmp_path, HOLD):
        words = ["render", str(tmp_path / "lengths.zip"), "-o", str(tmp_path / "v.mp4"), "--duration", duration]
        assert run(words) != 0
    printed = capsys.readouterr()
    assert what in " ".join(f"{printed.out} {printed.err}".replace("│", " ").split())
    assert not (tmp_path / "v.mp4").exists()


def test_inspect_shows_regions_and_lengths(tmp_path: Path, capsys: Captured) -> None:
    with template(tmp_path, HOLD):
        found = json.loads(said(capsys, "inspect", tmp_path / "lengths.zip", "--json"))
        text = said(capsys, "inspect", tmp_path / "lengths.zip")
    assert found["regions"] == [
        {"kind": "protect", "start": 0.0, "end": 40.0},
        {"kind": "hold", "start": 40.0, "end": 60.0, "marker": "Middle"},
        {"kind": "protect", "start": 60.0, "end": 100.0},
    ]
    assert (found["shortestSeconds"], found["longestSeconds"]) == (3.24, 86_400.0)
    assert found["markers"] == [{"name": "Middle", "frame": 40.0, "duration": 20.0, "region": "hold"}]
    assert "holds its last frame" in text
    assert "Videos have 3.24 to 86400 seconds." in text
