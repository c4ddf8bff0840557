"""Customized templates against a picture of all of them, which was looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from golden.film_strip import CELL, STEPS, Step, cell_of, drawn
from numpy.typing import NDArray
from PIL import Image

import velocity_engine as ve

STRIP = Path(__file__).parent / "film_strip.png"

# Rounding differs a little between processors, and so do what other versions of libx264, libjpeg and libwebp decode to:
# most pixels must be equal within a few steps of 255, and few may be far off. What a step is about shows in more pixels
# than may be: each of them differs from the template as it was made in at least half a per cent.
MEAN = 0.4
MAX_FAR = 0.002
FAR = 24
LEAST_CHANGE = 0.005


@pytest.fixture(scope="module")
def strip() -> NDArray[np.uint8]:
    with Image.open(STRIP) as picture:
        return np.asarray(picture.convert("RGB")).copy()


def over(pixels: NDArray[np.uint8], ground: NDArray[np.uint8]) -> NDArray[np.float64]:
    alpha = pixels[..., 3:].astype(np.float64) / 255.0
    return pixels[..., :3] * alpha + ground * (1.0 - alpha)


@pytest.mark.parametrize("number", range(len(STEPS)), ids=[step.shows for step in STEPS])
@pytest.mark.filterwarnings("ignore::velocity_engine.FindingWarning")
def test_a_step_is_drawn_as_it_was(strip: NDArray[np.uint8], number: int, tmp_path: Path) -> None:
    wanted = cell_of(strip, number).astype(np.float64)
    ground = np.asarray(strip[0, 0], np.uint8)
    difference = np.abs(over(drawn(STEPS[number], tmp_path), ground) - wanted).max(axis=2)
    assert difference.mean() <= MEAN
    assert (difference > FAR).mean() <= MAX_FAR


def test_there_are_21_steps_and_each_shows_something_of_its_own(strip: NDArray[np.uint8], tmp_path: Path) -> None:
    assert len(STEPS) == 21 and strip.shape == (4 + 7 * (CELL[1] + 4), 4 + 3 * (CELL[0] + 4), 3)
    for number, step in enumerate(STEPS[1:], 1):
        plain = drawn(Step("", step.template, step.frame, lambda _: ()), tmp_path)
        ground = np.asarray(strip[0, 0], np.uint8)
        changed = np.abs(over(plain, ground) - cell_of(strip, number)).max(axis=2) > FAR
        assert changed.mean() >= LEAST_CHANGE, step.shows


def test_what_cannot_be_shown_is_told(tmp_path: Path) -> None:
    step = next(step for step in STEPS if step.shows == "letters that no font has")
    with ve.open_template(Path(__file__).parent.parent.parent / "examples" / step.template) as template:
        still = ve.still(template, step.frame, CELL, customizations=list(step.values(tmp_path)))
    assert [one.feature for one in still.findings] == ["text.glyph_missing"]
