"""Wide feathers, which are blurred on a coarse grid, against the integral of the Gaussian."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.composite.coarse import CoarseGrid, coarse_steps
from velocity_engine.composite.extents import SIGMA_OF_FEATHER
from velocity_engine.composite.masks import mask_coverage
from velocity_engine.composite.surface import BufferPool
from velocity_engine.composite.vector import GradientTables, VectorPainter
from velocity_engine.display import MaskPath
from velocity_engine.kernels.pictures.upscale import rows_between
from velocity_engine.model.geometry import rectangle_path
from velocity_engine.model.layers import MaskMode

FRAME = (0, 0, 640, 360)
BOX = (101.3, 60.7, 450.2, 290.1)


def coverage(
    feather: tuple[float, float], rect: tuple[int, int, int, int] = FRAME, expansion: float = 0.0
) -> NDArray[np.uint8]:
    mask = MaskPath(rectangle_path(*BOX), MaskMode.ADD, False, 1.0, expansion, feather)
    found, _ = mask_coverage((mask,), rect, FRAME, VectorPainter(GradientTables()), BufferPool())
    assert found is not None
    return found


def share(count: int, low: float, high: float, sigma: float) -> np.ndarray:
    """How much of a Gaussian about each pixel's centre lies between two places."""
    centres = (np.arange(count) + 0.5).tolist()
    return np.array(
        [(math.erf((high - x) / sigma / 2**0.5) - math.erf((low - x) / sigma / 2**0.5)) / 2 for x in centres]
    )


def expected(feather: tuple[float, float], grown: float = 0.0) -> np.ndarray:
    sigma_x, sigma_y = (SIGMA_OF_FEATHER * f for f in feather)
    across = share(640, BOX[0] - grown, BOX[2] + grown, sigma_x)
    return 255.0 * np.outer(share(360, BOX[1] - grown, BOX[3] + grown, sigma_y), across)


@pytest.mark.parametrize("feather", [(90.0, 90.0), (150.0, 130.0), (400.0, 400.0), (700.0, 1300.0)])
def test_wide_feathers_are_within_a_level_of_the_gaussian(feather: tuple[float, float]) -> None:
    assert coarse_steps(*(SIGMA_OF_FEATHER * f for f in feather)) is not None
    assert np.abs(coverage(feather) - expected(feather)).max() < 1.0


def test_a_feather_that_is_wide_along_one_axis() -> None:
    assert np.abs(coverage((6.0, 600.0)) - expected((6.0, 600.0))).max() < 2.5
    alone = coverage((600.0, 0.0))
    assert not alone[:60].any() and not alone[291:].any()
    assert np.abs(alone[200] - 255.0 * share(640, BOX[0], BOX[2], 600 * SIGMA_OF_FEATHER)).max() < 1.0


def test_an_expansion_is_blurred_with_its_mask() -> None:
    got, sharp = coverage((200.0, 200.0), expansion=30.0), expected((200.0, 200.0), 30.0)
    assert np.abs(got - sharp)[150:200].max() < 1.5


def test_every_part_gets_the_pixels_of_the_whole() -> None:
    whole = coverage((300.0, 300.0))
    for x0, y0, x1, y1 in ((0, 0, 64, 64), (100, 50, 333, 201), (639, 359, 640, 360), (0, 128, 640, 192)):
        np.testing.assert_array_equal(coverage((300.0, 300.0), (x0, y0, x1, y1)), whole[y0:y1, x0:x1])


def test_a_grid_covers_its_rectangle_and_one_pixel_more_all_around() -> None:
    assert CoarseGrid((-7, 8, 21, 30), 4, 5).rect == (-3, 0, 7, 7)
    assert CoarseGrid((0, 0, 16, 15), 4, 5).rect == (-1, -1, 5, 4)


def test_small_feathers_stay_on_device_pixels() -> None:
    assert coarse_steps(31.0, 5.0) is None
    assert coarse_steps(32.0, 31.0) == (4, 1)


def test_rows_between() -> None:
    rows = np.random.default_rng(2).uniform(0, 255, (5, 7)).astype(np.float32)
    places = np.array([0.0, 0.25, 2.0, 3.9, 4.0], np.float32)
    out = np.full((8, 9), 3, np.uint8)
    rows_between(rows, places, out, 1, 2)
    at = [np.interp(places, np.arange(5), rows[:, i]) for i in range(7)]
    assert np.abs(out[2:7, 1:8] - np.stack(at, axis=1)).max() <= 0.51
    assert (out[:2] == 3).all() and (out[:, 0] == 3).all() and (out[:, 8] == 3).all()
