"""One frame of a warm template at 1920x1080, and the same by rlottie, by thorvg and by Skia."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

import velocity_engine as ve
from benchmarks import measures
from benchmarks.templates import template_path
from benchmarks.test_encode_path import SIZES
from benchmarks.test_peers import document_with_pictures

SIZE = SIZES["1080p"]
FRAMES = (100, 110, 120, 130, 140)


def _milliseconds(benchmark: Any, work: Callable[[int], object]) -> float:
    """Of the processor, for one frame: the best of several different ones, so that nothing is kept from the last."""
    found: list[float] = []

    def all_frames() -> None:
        found.extend(measures.taken(partial(work, frame)).cpu for frame in FRAMES)

    benchmark.pedantic(all_frames, rounds=3, warmup_rounds=1)
    return 1000 * min(found)


@pytest.mark.parametrize("name", ["promo", "motion", "vector"])
def test_velocity(benchmark: Any, record: Any, name: str) -> None:
    with ve.open_template(template_path(name)) as template:
        took = _milliseconds(benchmark, lambda frame: ve.render_still(template, frame=frame, size=SIZE))
    record(name, "1080p", 1, "still:Velocity", ms=took)


@pytest.mark.parametrize("name", ["promo", "motion", "vector"])
def test_rlottie(benchmark: Any, record: Any, name: str) -> None:
    rlottie = pytest.importorskip("rlottie_python")
    animation = rlottie.LottieAnimation.from_data(document_with_pictures(template_path(name)))
    took = _milliseconds(
        benchmark, lambda frame: animation.lottie_animation_render(frame, width=SIZE[0], height=SIZE[1])
    )
    record(name, "1080p", 1, "still:rlottie (no texts)", ms=took)


@pytest.mark.parametrize("name", ["promo", "motion", "vector"])
def test_thorvg(benchmark: Any, record: Any, name: str) -> None:
    pytest.importorskip("thorvg_python")
    from benchmarks.thorvg_player import ThorvgPlayer

    player = ThorvgPlayer(document_with_pictures(template_path(name)), SIZE)
    took = _milliseconds(benchmark, player.draw)
    assert player.draw(FRAMES[0]).any()
    record(name, "1080p", 1, "still:thorvg (no texts)", ms=took)


@pytest.mark.parametrize("name", ["promo", "motion", "vector"])
def test_skia(benchmark: Any, record: Any, name: str) -> None:
    """Skia draws the display list of Velocity: what it is to draw is free."""
    skia = pytest.importorskip("skia")
    from benchmarks.skia_painter import SkiaPainter

    with ve.open_template(template_path(name)) as template:
        work = measures.job(template, SIZE, template.frame_count)
        with measures.scene(work) as scene:
            lists = {frame: scene.display_list(frame) for frame in FRAMES}
            pixels = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)
            painter = SkiaPainter(skia.Surface(pixels, colorType=skia.kRGBA_8888_ColorType))
            took = _milliseconds(benchmark, lambda frame: painter.draw(lists[frame]))
    assert pixels.any()
    record(name, "1080p", 1, "still:Skia (drawing only)", ms=took)
