"""The ring of YUV frames shows what the canvas shows, though only changes are converted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velocity_engine.kernels.yuv.yuv import rgba_to_yuv420
from velocity_engine.pipeline.frame_ring import YuvRing


@pytest.mark.parametrize("size", [(300, 200), (64, 64), (33, 17)])
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000))
def test_every_frame_is_as_a_whole_conversion(size: tuple[int, int], seed: int) -> None:
    width, height = size
    random = np.random.default_rng(seed)
    canvas = random.integers(0, 256, (height, width, 4), np.uint8)
    ring = YuvRing(width, height, 3)
    kept = []
    regions: list[tuple[int, int, int, int]] = [(0, 0, width, height)]
    for _ in range(8):
        taken = ring.take()
        ring.fill(taken, canvas, regions)
        y, u, v = taken.planes()
        whole = [np.zeros_like(plane) for plane in (y, u, v)]
        rgba_to_yuv420(canvas, *whole, 0, 0, width, height)
        assert np.array_equal(y[:height, :width], whole[0][:height, :width])
        for plane, other in ((u, whole[1]), (v, whole[2])):
            assert np.array_equal(
                plane[: (height + 1) // 2, : (width + 1) // 2], other[: (height + 1) // 2, : (width + 1) // 2]
            )
        kept.append(taken)
        if len(kept) == 3:
            ring.give_back(kept.pop(random.integers(0, 3)))
        x0, y0 = random.integers(0, width), random.integers(0, height)
        x1, y1 = random.integers(x0, width) + 1, random.integers(y0, height) + 1
        canvas[y0:y1, x0:x1] = random.integers(0, 256, 4, np.uint8)
        regions = [(int(x0), int(y0), int(x1), int(y1))]
