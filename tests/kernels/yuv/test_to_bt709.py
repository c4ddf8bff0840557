"""Planes of other matrices and ranges as BT.709, against the way through RGB in floating point."""

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.yuv.to_bt709 import to_bt709
from velocity_engine.kernels.yuv.yuv import rgba_to_yuv420, yuv420_to_rgba


def planes(random: np.random.Generator, height: int, width: int, pad: int = 0) -> list[NDArray[np.uint8]]:
    half = ((height + 1) // 2, (width + 1) // 2 + pad)
    return [
        random.integers(60, 190, (height, width + pad), dtype=np.uint8),
        random.integers(100, 156, half, dtype=np.uint8),
        random.integers(100, 156, half, dtype=np.uint8),
    ]


def converted(
    y: NDArray[np.uint8], u: NDArray[np.uint8], v: NDArray[np.uint8], full: bool, matrix: int, size: tuple[int, int]
) -> tuple[NDArray[np.uint8], ...]:
    height, width = size
    half = ((height + 1) // 2, (width + 1) // 2)
    out = np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)
    to_bt709(y, u, v, full, matrix, *out)
    return out


def twin(
    y: NDArray[np.uint8], u: NDArray[np.uint8], v: NDArray[np.uint8], full: bool, matrix: int
) -> tuple[NDArray[np.float64], ...]:
    kr, kb = (0.299, 0.114) if matrix == 601 else (0.2126, 0.0722)
    luma = y / 255 if full else (y - 16.0) / 219
    cb, cr = ((plane - 128.0) / (255 if full else 224) for plane in (u, v))
    red, blue = luma + 2 * (1 - kr) * cr, luma + 2 * (1 - kb) * cb
    green = (luma - kr * red - kb * blue) / (1 - kr - kb)
    new = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return 16 + 219 * new, 128 + 224 * (blue - new) / 1.8556, 128 + 224 * (red - new) / 1.5748


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", [601, 709])
def test_equals_the_way_through_rgb(full: bool, matrix: int) -> None:
    random = np.random.default_rng(1)
    y, u, v = planes(random, 12, 30)
    u[:], v[:] = u[0, 0], v[0, 0]  # where chroma is even, its interpolation does not matter
    got = converted(y, u, v, full, matrix, (12, 30))
    want = twin(y, np.broadcast_to(u[0, 0], y.shape), np.broadcast_to(v[0, 0], y.shape), full, matrix)
    assert np.abs(got[0] - want[0]).max() <= 0.52
    for plane, all_pixels in zip(got[1:], want[1:], strict=True):
        assert np.abs(plane - all_pixels[::2, ::2]).max() <= 0.52


@pytest.mark.parametrize("shape", [(16, 34), (17, 33), (1, 1), (2, 5)])
@pytest.mark.parametrize(("full", "matrix"), [(False, 601), (True, 709), (True, 601)])
def test_shows_the_same_colours(shape: tuple[int, int], full: bool, matrix: int) -> None:
    """Luma to a level; chroma is filtered on the way through RGBA, so here it is even."""
    random = np.random.default_rng(2)
    y, u, v = planes(random, *shape, pad=3)
    got = converted(y, u, v, full, matrix, shape)
    straight, through = np.empty((*shape, 4), np.uint8), np.empty((*shape, 4), np.uint8)
    yuv420_to_rgba(y, u, v, full, matrix, straight, 0, 0, *shape[::-1])
    yuv420_to_rgba(*got, False, 709, through, 0, 0, *shape[::-1])
    assert np.abs(straight.astype(int) - through).max() <= 3
    luma = np.empty(shape, np.uint8), np.empty_like(got[1]), np.empty_like(got[2])
    rgba_to_yuv420(straight, *luma, 0, 0, *shape[::-1])
    assert np.abs(got[0].astype(int) - luma[0]).max() <= 1


def test_limited_bt709_stays() -> None:
    y, u, v = planes(np.random.default_rng(3), 8, 10)
    assert all(
        np.array_equal(one, other)
        for one, other in zip(converted(y, u, v, False, 709, (8, 10)), (y, u, v), strict=True)
    )


def test_beyond_8_bits_is_cut() -> None:
    extremes = np.array([0, 16, 128, 240, 255], np.uint8)
    y, u, v = (one.reshape(5, 25) for one in np.meshgrid(extremes, extremes, extremes, indexing="ij"))
    for luma, cb, cr in zip(y.flat, u.flat, v.flat, strict=True):
        one = [np.full((1, 1), value, np.uint8) for value in (luma, cb, cr)]
        got = converted(one[0], one[1], one[2], False, 601, (1, 1))
        for plane, want in zip(got, twin(one[0], one[1], one[2], False, 601), strict=True):
            assert abs(plane[0, 0] - min(max(want[0, 0], 0), 255)) <= 0.52
