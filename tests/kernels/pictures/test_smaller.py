from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.pictures.smaller import smaller


def halved(values: NDArray[np.int64], axis: int) -> NDArray[np.int64]:
    """Four times the means along an axis."""
    rows = np.moveaxis(values, axis, 0)
    count = len(rows) // 2
    if len(rows) == 1:
        found = rows * 4
    elif len(rows) % 2:
        found = rows[: 2 * count : 2] + 2 * rows[1 : 2 * count + 1 : 2] + rows[2 : 2 * count + 2 : 2]
    else:
        found = 2 * (rows[::2] + rows[1::2])
    return np.moveaxis(found, 0, axis)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (1, 5), (4, 1), (6, 8), (7, 9), (7, 8), (6, 9), (3, 3), (397, 251)])
def test_means_of_two_and_of_three_with_the_middle_one_twice(shape: tuple[int, int]) -> None:
    src = np.random.default_rng(3).integers(0, 256, (*shape, 4), np.uint8)
    wanted = (halved(halved(src.astype(np.int64), 0), 1) + 8) >> 4
    np.testing.assert_array_equal(smaller(src), wanted)


def test_a_line_in_the_middle_of_an_odd_picture_is_shared_by_both_halves() -> None:
    src = np.zeros((5, 5, 4), np.uint8)
    src[2] = 255
    assert smaller(src)[..., 0].tolist() == [[64, 64], [64, 64]]
