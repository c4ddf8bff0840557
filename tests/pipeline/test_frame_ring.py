"""The ring of YUV frames shows what the canvas shows, though only changes are converted."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from velocity_engine.kernels.pixels.unpremultiply import to_straight
from velocity_engine.kernels.yuv.yuv import rgba_to_yuv420
from velocity_engine.pipeline.frame_ring import YuvFrame, YuvRing
from velocity_engine.plugin_types import PIXEL_FORMATS


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


def shown(taken: YuvFrame) -> list[np.ndarray]:
    """What a frame of any format holds, without what pads its rows."""
    if taken.kind.packed:
        return [taken.pixels().copy()]
    found = taken.any_planes()[: len(taken.frame.planes)]
    sizes = [(plane.height, plane.width) for plane in taken.frame.planes]
    return [plane[:rows, :columns].copy() for plane, (rows, columns) in zip(found, sizes, strict=True)]


@pytest.mark.parametrize("size", [(130, 96), (67, 33)])
@pytest.mark.parametrize("name", PIXEL_FORMATS)
def test_frames_of_every_format_are_as_a_whole_conversion(name: str, size: tuple[int, int]) -> None:
    width, height = size
    random = np.random.default_rng(4)
    canvas = random.integers(0, 256, (height, width, 4), np.uint8)
    canvas[..., :3] = np.minimum(canvas[..., :3], canvas[..., 3:])
    ring = YuvRing(width, height, 3, name)
    whole = (0, 0, width, height)
    regions, kept = [whole], []
    for _ in range(8):
        taken, other = ring.take(), YuvRing(width, height, 1, name)
        ring.fill(taken, canvas, regions)
        fresh = other.take()
        other.fill(fresh, canvas, [whole])
        for plane, expected in zip(shown(taken), shown(fresh), strict=True):
            assert plane.size and np.array_equal(plane, expected)
        kept.append(taken)
        if len(kept) == 3:
            ring.give_back(kept.pop(random.integers(0, 3)))
        x0, y0 = int(random.integers(0, width)), int(random.integers(0, height))
        x1, y1 = int(random.integers(x0, width)) + 1, int(random.integers(y0, height)) + 1
        canvas[y0:y1, x0:x1] = np.minimum(random.integers(0, 256, 4), random.integers(0, 256))
        regions = [(x0, y0, x1, y1)]


def test_pixels_with_alpha_are_straight() -> None:
    canvas = np.zeros((5, 6, 4), np.uint8)
    canvas[1:3, 1:4] = (100, 50, 10, 128)
    expected = canvas.copy()
    to_straight(expected)
    ring = YuvRing(6, 5, 1, "rgba")
    taken = ring.take()
    ring.fill(taken, canvas, [(0, 0, 6, 5)])
    np.testing.assert_array_equal(taken.pixels(), expected)
    assert tuple(expected[1, 1]) == (199, 100, 20, 128)
