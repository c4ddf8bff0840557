"""Groups drawn row by row against the same shapes drawn one by one on a buffer that is laid over the canvas."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from raster_support import Canvas

from velocity_engine.kernels.coverage.coverage import accumulate, room
from velocity_engine.kernels.coverage.group import paint_group
from velocity_engine.kernels.coverage.paint import paint_color
from velocity_engine.kernels.pixels.source_over import lay_over

W, H = 1125, 23
RNG = np.random.default_rng(11)

coordinate = st.one_of(st.floats(-20.0, 80.0), st.floats(-20.0, 1150.0)).map(lambda v: round(v * 256) / 256)
polygon = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=6)
alpha = st.sampled_from([255, 255, 0, 1, 130])
shape = st.tuples(polygon, st.booleans(), alpha, st.tuples(*[st.integers(0, 255)] * 3))


Shape = tuple[list[tuple[float, float]], bool, int, tuple[int, ...]]


def ground() -> NDArray[np.uint32]:
    alphas = RNG.choice([0, 90, 255], (H, W, 1))
    pixels = np.concatenate([RNG.integers(0, 256, (H, W, 3)) * alphas // 255, alphas], 2).astype(np.uint8)
    return np.ascontiguousarray(pixels).view(np.uint32)[..., 0]


def packed(alpha: int, color: tuple[int, ...]) -> int:
    red, green, blue = (value * alpha // 255 for value in color)
    return alpha << 24 | blue << 16 | green << 8 | red


@settings(max_examples=150, deadline=None)
@given(st.lists(shape, min_size=1, max_size=4), st.integers(0, 255), st.integers(0, 9), st.integers(0, 9))
def test_a_group_is_its_buffer_laid_over(shapes: list[Shape], opacity: int, left: int, top: int) -> None:
    clip = (left, top, W - 3, H)
    below = ground()
    want = below.copy()
    layer = np.zeros((clip[3] - top, clip[2] - left), np.uint32)
    each = room(clip[2] - left, clip[3] - top)
    cells, bits = np.zeros(each[0] * len(shapes), np.int32), np.zeros(each[1] * len(shapes), np.uint64)
    extents = np.zeros((len(shapes), 4), np.int64)
    colors, rules = np.zeros(len(shapes), np.uint32), np.zeros(len(shapes), np.bool_)
    count = 0
    for polygon, even_odd, alpha, color in shapes:
        points, starts = np.array(polygon, np.float64), np.array([0, len(polygon)], np.int64)
        canvas = Canvas(*clip)
        if not canvas.accumulate(points, starts):
            continue
        paint_color(layer, left, top, canvas.cells, canvas.bits, canvas.extent, even_odd, packed(alpha, color))
        part = cells[count * each[0] :], bits[count * each[1] :], extents[count]
        assert accumulate(points, starts, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, *clip, *part)
        colors[count], rules[count] = packed(alpha, color), even_odd
        count += 1
    lay_over(want, 0, 0, layer, left, top, *clip, opacity)
    paint_group(below, 0, 0, cells, bits, extents, *each, rules, colors, count, opacity)
    assert (below == want).all()
    assert not cells.any() and not bits.any()
