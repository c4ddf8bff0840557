"""Commands that are drawn apart, in a buffer that stands somewhere on the frame."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.composite import Compositor
from velocity_engine.display import (
    Clip,
    DrawCommand,
    EffectCall,
    FillSource,
    SolidPaint,
    command,
    display_list,
    group_source,
)
from velocity_engine.model.geometry import IDENTITY, rectangle_path
from velocity_engine.model.layers import BlendMode


def box(x0: float, y0: float, x1: float, y1: float, red: float) -> DrawCommand:
    return command(FillSource(rectangle_path(x0, y0, x1, y1), SolidPaint((red, 0.0, 0.0, 1.0))))


def as_it_is(pixels: NDArray[np.uint8], call: EffectCall, origin: tuple[int, int]) -> NDArray[np.uint8]:
    return pixels


@pytest.mark.parametrize("blend", [BlendMode.ADD, BlendMode.NORMAL])
def test_what_an_effect_gave_is_blended_inside_its_clip_only(blend: BlendMode) -> None:
    """Within a group that has a buffer of its own, which does not begin at the frame's first pixel."""
    clip = Clip((30.0, 20.0, 50.0, 40.0), IDENTITY)
    effect = EffectCall("same", (), margin=(10.0, 10.0, 10.0, 10.0))  # so that it gives pixels beyond the clip too
    changed = command(group_source([box(30, 20, 90, 70, 0.4)]), effects=(effect,), blend=blend, clips=(clip,))
    group = command(group_source([box(30, 20, 90, 70, 0.2), changed]), opacity=0.5)
    canvas = np.zeros((80, 120, 4), np.uint8)
    Compositor(apply=as_it_is).draw(display_list(120, 80, (0.0, 0.0, 0.0, 1.0), (group,)), canvas)
    want = np.zeros((80, 120), np.uint8)
    want[20:70, 30:90] = canvas[60, 80, 0]
    want[20:40, 30:50] = canvas[25, 35, 0]
    assert np.array_equal(canvas[..., 0], want)
    assert canvas[60, 80, 0] == 26  # half of 0.2
    assert canvas[25, 35, 0] in ((77,) if blend is BlendMode.ADD else (51,))  # half of 0.6, or of 0.4
