import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.coverage.polyline_coverage import polyline_coverage


def twin(
    shape: tuple[int, int], points: NDArray[np.float64], starts: NDArray[np.int64], radius: float, softness: float
) -> NDArray[np.float64]:
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    cover = np.zeros(shape)
    for first, last in itertools.pairwise(starts):
        for k in range(first, max(last - 1, first + 1)):
            a, b = points[k], points[min(k + 1, last - 1)]
            way, length = b - a, ((b - a) ** 2).sum()
            at = np.clip(((x - a[0]) * way[0] + (y - a[1]) * way[1]) / length, 0, 1) if length else 0
            away = np.hypot(x - a[0] - at * way[0], y - a[1] - at * way[1])
            cover = np.maximum(cover, np.clip((radius - away) / softness + 0.5, 0, 1))
    return cover * 255


@pytest.mark.parametrize(("radius", "softness"), [(3.0, 1.0), (0.4, 1.0), (5.0, 4.0), (0.0, 1.0)])
def test_equals_the_distance_to_the_lines(radius: float, softness: float) -> None:
    points = np.array([[4.0, 5.0], [20.0, 9.5], [18.0, 25.0], [-9.0, 30.0], [7.5, 20.5]])
    starts = np.array([0, 4, 5])
    mask = np.zeros((31, 28), np.uint8)
    polyline_coverage(mask, points, starts, radius, softness)
    assert np.abs(mask - twin(mask.shape, points, starts, radius, softness)).max() <= 0.51


def test_only_raises_and_takes_wild_points() -> None:
    mask = np.full((5, 6), 200, np.uint8)
    polyline_coverage(mask, np.array([[np.nan, 1.0], [1e30, 2.0], [3.0, 3.0]]), np.array([0, 3]), 0.3, 1.0)
    assert mask.min() == 200
    polyline_coverage(mask, np.zeros((0, 2)), np.array([0]), 3.0, 1.0)
    polyline_coverage(np.zeros((0, 0), np.uint8), np.zeros((1, 2)), np.array([0, 1]), 3.0, 1.0)
