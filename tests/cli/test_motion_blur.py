"""Motion blur by options."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import velocity_engine as ve
from velocity_engine.cli.app import run

DOCUMENT = Path(__file__).parent.parent / "golden" / "documents" / "motion_blur.json"
Captured = pytest.CaptureFixture[str]


def told(capsys: Captured, *words: str) -> dict[str, Any]:
    assert run(list(words)) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize(
    ("options", "blur"),
    [
        ([], None),
        (["--motion-blur"], ve.MotionBlur()),
        (["--blur-samples", "4"], ve.MotionBlur(samples=4)),
        (
            ["--shutter-angle", "360", "--shutter-phase", "-180"],
            ve.MotionBlur(shutter_angle=360, shutter_phase=-180),
        ),
    ],
)
def test_a_still_is_blurred_as_its_options_say(
    options: list[str], blur: ve.MotionBlur | None, capsys: Captured, tmp_path: Path
) -> None:
    output = tmp_path / "still.png"
    told(capsys, "still", str(DOCUMENT), "--frame", "4", "-o", str(output), "--json", *options)
    with Image.open(output) as picture, ve.open_template(DOCUMENT) as template:
        assert np.array_equal(np.asarray(picture), ve.render_still(template, 4, motion_blur=blur))


def test_a_video_is_blurred_and_its_manifest_says_how(capsys: Captured, tmp_path: Path) -> None:
    output, manifest = tmp_path / "out.mp4", tmp_path / "out.json"
    words = ["render", str(DOCUMENT), "-o", str(output), "--frames", "0:5", "--no-cache", "--json"]
    told(capsys, *words, "--blur-samples", "4", "--manifest", str(manifest))
    blurred = output.read_bytes()
    order = json.loads(manifest.read_text())["order"]
    assert order["motion_blur"] == {"samples": 4, "shutter_angle": 180.0, "shutter_phase": -90.0}
    told(capsys, *words)
    assert output.read_bytes() != blurred


@pytest.mark.parametrize(
    ("options", "option"),
    [(["--blur-samples", "1"], "--blur-samples"), (["--shutter-angle", "900"], "--shutter-angle")],
)
def test_numbers_out_of_their_range_are_told_by_the_option(
    options: list[str], option: str, capsys: Captured, tmp_path: Path
) -> None:
    assert run(["still", str(DOCUMENT), "-o", str(tmp_path / "a.png"), *options]) == 2
    assert option in capsys.readouterr().err
