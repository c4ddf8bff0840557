"""Captions on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from velocity_engine.cli.app import run

DEMO = str(Path(__file__).resolve().parents[2] / "examples" / "demo.zip")
SRT = "1\n00:00:00,000 --> 00:00:01,000\nHello you\n\n2\n00:00:01,000 --> 00:00:02,000\nAnd you\n"
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def said(tmp_path: Path) -> str:
    path = tmp_path / "said.srt"
    path.write_text(SRT)
    return str(path)


def test_a_render_has_them_and_a_sidecar(capsys: Captured, tmp_path: Path, said: str) -> None:
    out, sidecar = str(tmp_path / "a.mp4"), tmp_path / "a.vtt"
    more = ["--captions", said, "--caption-style", "karaoke", "--sidecar", str(sidecar), "--text-track", "--json"]
    more += ["--size", "128x72", "--preset", "5", "--frames", "15:45", "--no-cache"]
    assert run(["render", DEMO, "-o", out, *more]) == 0
    assert json.loads(capsys.readouterr().out)["sidecar"] == str(sidecar)
    assert sidecar.read_text() == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.500\nHello you\n\n00:00:00.500 --> 00:00:01.000\nAnd you\n"
    )


def test_a_still_shows_them(tmp_path: Path, said: str) -> None:
    pictures = []
    for number, more in enumerate(([], ["--captions", said], ["--captions", said, "--caption-layer", "Tagline"])):
        out = str(tmp_path / f"{number}.png")
        assert run(["still", DEMO, "-o", out, "--size", "320x180", "--frame", "28", *more]) == 0
        pictures.append(np.asarray(Image.open(out)))
    assert not any(np.array_equal(pictures[0], one) for one in pictures[1:])
    assert not np.array_equal(pictures[1], pictures[2])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--caption-style", "loud"], "field --caption-style"),
        (["--caption-safe-area", "1"], "field --caption-safe-area"),
        (["--caption-layer", "Nobody"], "field --caption-layer"),
        (["--sidecar", "a.txt"], "field --sidecar"),
    ],
)
def test_what_is_wrong_is_told_by_its_option(capsys: Captured, said: str, options: list[str], words: str) -> None:
    assert run(["render", DEMO, "-o", "a.mp4", "--captions", said, *options]) == 2
    assert words in capsys.readouterr().err


def test_a_file_that_is_none_is_told_and_options_alone_say_nothing(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "a.srt").write_text("nothing")
    assert run(["still", DEMO, "-o", str(tmp_path / "a.png"), "--captions", str(tmp_path / "a.srt")]) == 2
    assert "field --captions" in capsys.readouterr().err
    assert run(["still", DEMO, "-o", str(tmp_path / "a.png"), "--caption-size", "0.1"]) == 2
    assert "there are no captions" in capsys.readouterr().err
