"""A prefix of still commands is drawn once and gives the same bits as drawing it again."""

from __future__ import annotations

from typing import Any

import numpy as np
from raster_support import circle

from velocity_engine.composite import Compositor, FrameCompositor
from velocity_engine.composite.still_prefix import FRAMES, MIN_WORK, StillPrefix, still_between, work_of
from velocity_engine.display import (
    DisplayList,
    DrawCommand,
    FillSource,
    Matte,
    SolidPaint,
    StrokeSource,
    command,
    display_list,
    group_source,
)
from velocity_engine.model.geometry import rectangle_path, translation
from velocity_engine.model.layers import BlendMode, MatteMode

W, H = 200, 140
Color = tuple[float, float, float, float]


def scenery(count: int = MIN_WORK) -> list[DrawCommand]:
    rng = np.random.default_rng(5)
    places = [(float(x), float(y)) for x, y in rng.uniform(0, 150, (count, 2))]
    colors = [(float(r), float(g), float(b)) for r, g, b in rng.uniform(0, 1, (count, 3))]
    return [
        command(
            FillSource(circle(*places[i], 30), SolidPaint((*colors[i], 0.7))),
            blend=BlendMode.MULTIPLY if i % 5 == 4 else BlendMode.NORMAL,
        )
        for i in range(count)
    ]


def mover(x: float, **acting: Any) -> DrawCommand:
    source = StrokeSource(rectangle_path(10, 10, 60, 50), SolidPaint((1.0, 0.5, 0.0, 1.0)), 6.0)
    return command(source, translation(x, 20.3), opacity=0.8, **acting)


def shown(*commands: DrawCommand, background: Color = (0.2, 0.3, 0.4, 1.0)) -> DisplayList:
    return display_list(W, H, background, commands)


def test_frames_over_a_kept_run_are_those_drawn_in_whole() -> None:
    still, top = scenery(), scenery(3)
    frames, whole = FrameCompositor(W, H), Compositor()
    for step in range(4 * FRAMES):
        below = still if step < 3 * FRAMES else still[1:]
        display = shown(*below, mover(3.7 * step, blend=BlendMode.SCREEN), *top)
        canvas, _ = frames.advance(display)
        want = np.zeros((H, W, 4), np.uint8)
        whole.draw(display, want)
        assert (canvas == want).all()


def test_a_run_is_kept_once_it_was_still_for_some_frames() -> None:
    still, prefix = scenery(), StillPrefix(Compositor())
    displays = [shown(*still, mover(float(step))) for step in range(FRAMES + 2)]
    counts = []
    for before, now in zip([None, *displays], displays, strict=False):
        prefix.follow(before, now)
        counts.append(prefix.count)
    assert counts == [0] * FRAMES + [MIN_WORK] * 2
    want = np.zeros((H, W, 4), np.uint8)
    Compositor().draw(shown(*still), want)
    assert (prefix.pixels == want).all()
    prefix.follow(displays[-1], shown(*still[1:], mover(9.0)))
    assert prefix.count == 0


def test_a_run_that_ends_soon_must_be_still_for_longer_next_time() -> None:
    prefix, before, kept = StillPrefix(Compositor()), None, 0
    for step in range(120):
        still = scenery(MIN_WORK + 1)[step // 5 % 2 :]
        now = shown(*still, mover(float(step)))
        had = prefix.count
        prefix.follow(before, now)
        kept += prefix.count > had
        before = now
    assert kept == 1


def test_little_work_is_not_worth_it() -> None:
    still, prefix = scenery(MIN_WORK - 1), StillPrefix(Compositor())
    displays = [shown(*still, mover(float(step))) for step in range(2 * FRAMES)]
    for before, now in zip([None, *displays], displays, strict=False):
        prefix.follow(before, now)
    assert prefix.count == 0


def test_work_counts_paths_wherever_they_are() -> None:
    two, one = scenery(2), mover(0.0)
    matted = command(group_source(two), matte=Matte(MatteMode.ALPHA, (one,)))
    assert work_of((matted, one)) == 4


def test_another_ground_has_nothing_still_between() -> None:
    still = scenery(3)
    assert still_between(shown(*still), shown(*still[:2], mover(0.0))) == 2
    assert still_between(shown(*still), shown(*still, background=(0.0, 0.0, 0.0, 1.0))) == 0
