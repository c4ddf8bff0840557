from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.pictures.project import draw_projected, sharpen


def test_projection_by_whole_pixels_moves_them() -> None:
    src = np.random.default_rng(1).integers(0, 256, (9, 8, 4), dtype=np.uint8)
    dst = np.zeros((9, 8, 4), np.uint8)
    draw_projected(dst, src, np.array([[1.0, 0, -2], [0, 1, -3], [0, 0, 1]]))
    np.testing.assert_array_equal(dst[3:, 2:], src[:-3, :-2])
    assert not dst[:3].any()


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((3, 3)),
        np.full((3, 3), np.nan),
        np.full((3, 3), np.inf),
        np.array([[1, 0, 0], [0, 1, 0], [0.5, 0, -3.0]]),
    ],
)
def test_wild_projections_do_no_harm(matrix: NDArray[np.float64]) -> None:
    dst = np.zeros((7, 6, 4), np.uint8)
    draw_projected(dst, np.full((7, 6, 4), 255, np.uint8), matrix.astype(float))
    assert not dst.any()


def test_sharpen() -> None:
    flat = np.full((6, 7, 4), (10, 20, 30, 200), np.uint8)
    out = np.empty_like(flat)
    sharpen(out, flat, 2.0)
    np.testing.assert_array_equal(out, flat)
    dot = np.full((5, 5, 4), 255, np.uint8)
    dot[2, 2, :3] = 100
    out = np.empty_like(dot)
    sharpen(out, dot, 1.0)
    assert out[2, 2, 0] == 0
    assert (out[..., 3] == 255).all()
    single = np.full((1, 1, 4), 9, np.uint8)
    out = np.empty_like(single)
    sharpen(out, single, 1.0)
    np.testing.assert_array_equal(out, single)
