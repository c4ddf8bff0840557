"""GIF: it begins again exactly, and is no larger than FFmpeg's at the same likeness."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clear_template import clear_template
from gif_reference import reference_gif, shown_at, ssim
from numpy.typing import NDArray
from PIL import Image

import velocity_engine as ve
from velocity_pictures.palette import COLOURS, Histogram, nearest

DEMO = Path(__file__).parents[3] / "examples" / "demo.zip"
SIZE, FRAMES = (320, 180), 45


def delays(path: Path) -> list[int]:
    with Image.open(path) as picture:
        opened: Any = picture
        found = []
        for number in range(opened.n_frames):
            opened.seek(number)
            found.append(int(opened.info["duration"]))
    return found


@pytest.mark.parametrize("rate", [(30, 1), (30_000, 1001), (24, 1), (50, 1)])
def test_it_lasts_as_long_as_its_frames_and_repeats_for_ever(tmp_path: Path, rate: tuple[int, int]) -> None:
    with clear_template(tmp_path, 12, rate=30) as template:
        encoder = ve.EncoderConfig(fps_num=rate[0], fps_den=rate[1])
        result = ve.render(template, tmp_path / "a.gif", encoder=encoder)
    assert abs(sum(delays(tmp_path / "a.gif")) - result.frames * 1000 * rate[1] / rate[0]) <= 5
    with Image.open(tmp_path / "a.gif") as picture:
        assert picture.info["loop"] == 0


def test_it_begins_again_on_nothing(tmp_path: Path) -> None:
    """What a frame leaves is taken away where the next is clear, and at the end all of it."""
    with clear_template(tmp_path, 12) as template:
        ve.render(template, tmp_path / "a.gif")
        alphas = [ve.render_still(template, number)[..., 3] >= 128 for number in range(12)]
    with Image.open(tmp_path / "a.gif") as picture:
        opened: Any = picture
        at = 0
        for number in range(opened.n_frames):
            opened.seek(number)
            shown = np.asarray(opened.convert("RGBA"))[..., 3] > 0
            np.testing.assert_array_equal(shown, alphas[at])
            at += opened.info["duration"] // 40
        assert at == 12 and opened.disposal_method == 2


@pytest.mark.parametrize("dither", ["sierra2_4a", "none"])
def test_it_is_no_larger_than_ffmpegs_at_the_same_likeness(tmp_path: Path, dither: str) -> None:
    """``sierra2_4a`` is what paletteuse does unless it is told otherwise."""
    rate = Fraction(30)
    with ve.open_template(DEMO) as template:
        encoder = ve.EncoderConfig(resolution=SIZE)
        ve.render(template, tmp_path / "own.gif", encoder=encoder, frames=(90, 90 + FRAMES))
        frames = [
            np.ascontiguousarray(ve.render_still(template, 90 + number, size=SIZE)[..., :3]) for number in range(FRAMES)
        ]
    reference_gif(tmp_path / "reference.gif", frames, rate, dither)
    times = [float(number / rate) + 0.006 for number in range(FRAMES)]
    own, other = (
        float(np.mean([ssim(one, frame) for one, frame in zip(shown_at(path, times), frames, strict=True)]))
        for path in (tmp_path / "own.gif", tmp_path / "reference.gif")
    )
    assert own > other - 1e-3 and own > 0.98  # gradients are dithered before; what is left is how each rounds
    assert (tmp_path / "own.gif").stat().st_size <= (tmp_path / "reference.gif").stat().st_size


def test_one_with_clear_parts_is_no_larger_than_ffmpegs_at_the_same_likeness(tmp_path: Path) -> None:
    """With the dither that paletteuse has by itself. Both are compared on grey."""
    rate = Fraction(30)
    hidden = [{"layer": "Backdrop", "visible": False}]
    with ve.open_template(DEMO) as template, template.customized(hidden) as clear:
        encoder = ve.EncoderConfig(resolution=SIZE)
        ve.render(clear, tmp_path / "own.gif", encoder=encoder, frames=(60, 60 + FRAMES))
        frames = [np.ascontiguousarray(ve.still(clear, 60 + number, SIZE).pixels) for number in range(FRAMES)]
    assert np.mean([frame[..., 3] == 0 for frame in frames]) > 0.5, "most of it must be clear"
    reference_gif(tmp_path / "reference.gif", frames, rate)
    times = [float(number / rate) + 0.006 for number in range(FRAMES)]
    own, other = (
        float(np.mean([ssim(on_grey(one), on_grey(frame)) for one, frame in zip(shown, frames, strict=True)]))
        for shown in (shown_at(tmp_path / f"{name}.gif", times, "RGBA") for name in ("own", "reference"))
    )
    assert own >= other and own > 0.97
    assert (tmp_path / "own.gif").stat().st_size <= (tmp_path / "reference.gif").stat().st_size


def on_grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    share = pixels[..., 3:] / 255.0
    shown: NDArray[np.uint8] = np.round(pixels[..., :3] * share + 128 * (1 - share)).astype(np.uint8)
    return shown


def test_what_waits_for_the_palette_does_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with clear_template(tmp_path, 12) as template:
        ve.render(template, tmp_path / "a.gif")
        monkeypatch.setattr("velocity_pictures.gif_writer.HELD_IN_MEMORY", 1000)
        ve.render(template, tmp_path / "b.gif")
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_it_can_be_cancelled_while_its_pictures_are_made(tmp_path: Path) -> None:
    stop = threading.Event()

    def told(now: ve.Progress) -> None:
        if now.stage == "finishing":
            stop.set()

    with clear_template(tmp_path, 12) as template, pytest.raises(ve.RenderCancelled):
        ve.render(template, tmp_path / "a.gif", progress=told, cancelled=stop)
    assert [path.name for path in tmp_path.iterdir()] == ["template"]


def test_few_colours_are_kept_as_they_are() -> None:
    colours = np.random.default_rng(1).integers(0, 256, (COLOURS, 3), np.uint8)
    histogram = Histogram()
    for part in np.array_split(np.repeat(colours, 3, axis=0), 7):
        histogram.add(part)
    assert {tuple(one) for one in histogram.palette().tolist()} == {tuple(one) for one in colours.tolist()}


def test_a_palette_of_many_colours_is_near_to_all() -> None:
    random = np.random.default_rng(2)
    colours = np.clip(random.normal(128, 40, (200_000, 3)), 0, 255).astype(np.uint8)
    histogram = Histogram()
    histogram.add(colours)
    palette = histogram.palette().astype(float)
    chosen = palette[nearest(colours[:5000].astype(float), palette)]
    assert np.abs(chosen - colours[:5000]).mean() < 10


def test_no_colours_at_all() -> None:
    assert not Histogram().palette().any()
