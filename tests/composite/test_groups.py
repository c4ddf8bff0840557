"""Which groups can be drawn without a buffer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from velocity_engine.composite import Compositor
from velocity_engine.composite.groups import plain_shapes
from velocity_engine.display import (
    Clip,
    DrawCommand,
    FillSource,
    MaskPath,
    SolidPaint,
    command,
    display_list,
    group_source,
)
from velocity_engine.model.geometry import IDENTITY, rectangle_path
from velocity_engine.model.layers import BlendMode, MaskMode

RED = (1.0, 0.0, 0.0, 1.0)
CLIP = Clip((0.0, 0.0, 10.0, 40.0), IDENTITY)


def box(x0: float, y0: float, x1: float, y1: float, **acting: Any) -> DrawCommand:
    return command(FillSource(rectangle_path(x0, y0, x1, y1), SolidPaint(RED)), **acting)


@pytest.mark.parametrize(
    "acting",
    [
        {"clips": (CLIP,)},
        {"blend": BlendMode.ADD},
        {"masks": (MaskPath(rectangle_path(0, 0, 9, 9), MaskMode.ADD, False, 1.0, 0.0, (0.0, 0.0)),)},
    ],
)
def test_a_shape_is_plain_where_only_its_opacity_acts_on_it(acting: dict[str, Any]) -> None:
    plain = box(0, 0, 20, 20, opacity=0.5)
    found = plain_shapes((plain,))
    assert found == [(plain.source, RED, IDENTITY, 0.5)]
    assert plain_shapes((plain, box(0, 0, 20, 20, **acting))) is None


def test_a_clipped_shape_in_a_pale_group_keeps_its_clip() -> None:
    group = command(group_source([box(0, 0, 30, 30, clips=(CLIP,)), box(0, 20, 30, 40)]), opacity=0.5)
    canvas = np.zeros((40, 40, 4), np.uint8)
    Compositor().draw(display_list(40, 40, (0.0, 0.0, 0.0, 0.0), (group,)), canvas)
    assert canvas[5, [5, 15], 3].tolist() == [128, 0]
    assert canvas[25, [5, 15], 3].tolist() == [128, 128]
