"""Planes resampled by given weights, against the same sums in numpy."""

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.pictures.scale_plane import scale_plane


def weights_of(random: np.random.Generator, taps: int, count: int) -> NDArray[np.uint16]:
    found = random.dirichlet(np.ones(taps), count).T * 256
    weights = np.floor(found).astype(np.int64)
    weights[0] += 256 - weights.sum(axis=0)
    return np.ascontiguousarray(weights, np.uint16)


def twin(
    source: NDArray[np.uint8],
    columns: NDArray[np.int64],
    column_weights: NDArray[np.uint16],
    rows: NDArray[np.int64],
    row_weights: NDArray[np.uint16],
) -> NDArray[np.int64]:
    tall = sum(source[rows + t].astype(int) * w.astype(int)[:, None] for t, w in enumerate(row_weights)) + 128 >> 8
    found: NDArray[np.int64] = (
        sum(tall[:, columns + t] * w.astype(int) for t, w in enumerate(column_weights)) + 128 >> 8
    )
    return found


@pytest.mark.parametrize("taps", [2, 4, 8, 12])
@pytest.mark.parametrize("size", [(40, 60), (90, 1200)])
def test_equals_the_sums(taps: int, size: tuple[int, int]) -> None:
    random = np.random.default_rng(taps)
    source = random.integers(0, 256, (70, 100), dtype=np.uint8)
    rows = random.integers(0, 70 - 3, size[0])
    columns = random.integers(0, 100 - taps + 1, size[1])
    row_weights, column_weights = weights_of(random, 3, size[0]), weights_of(random, taps, size[1])
    row_weights[:, 5] = 256, 0, 0
    full = [np.full(n, 255, np.uint8) for n in size]
    out = np.full((size[0] + 10, size[1] + 20), 7, np.uint8)
    arguments = (columns, column_weights, full[1], rows, row_weights, full[0])
    scale_plane(source, out, *arguments, 4, 3, 0, 0, *out.shape[::-1], True)
    want = np.full_like(out, 7)
    want[3 : 3 + size[0], 4 : 4 + size[1]] = twin(source, columns, column_weights, rows, row_weights)
    assert np.array_equal(out, want)
    part = np.full_like(out, 7)
    scale_plane(source, part, *arguments, 4, 3, 10, 20, 33, 31, False)
    assert np.array_equal(part[20:31, 10:33], want[20:31, 10:33])
    part[20:31, 10:33] = 7
    assert (part == 7).all()


def test_what_is_covered_in_part_is_mixed() -> None:
    random = np.random.default_rng(1)
    source, out = random.integers(0, 256, (2, 30, 40), dtype=np.uint8)
    before = out.copy()
    rows, columns, weights = np.arange(30), np.arange(38), np.array([[256], [0]], np.uint16)
    covers = [random.integers(0, 256, n, dtype=np.uint8) for n in (38, 30)]
    covers[1][3] = 0
    repeated = [np.ascontiguousarray(np.repeat(weights, n, axis=1)) for n in (38, 30)]
    scale_plane(source, out, columns, repeated[0], covers[0], rows, repeated[1], covers[1], 0, 0, 0, 0, 40, 30, False)
    share = np.outer(covers[1] / 255.0, covers[0] / 255.0)
    want = share * source[:, :38] + (1 - share) * before[:, :38]
    assert np.abs(out[:, :38] - want).max() <= 1.01  # the share is rounded to 255ths, the sample once
    assert np.array_equal(out[3], before[3]) and np.array_equal(out[:, 38:], before[:, 38:])


def test_outside_nothing_is_written() -> None:
    source, out = np.zeros((8, 8), np.uint8), np.full((8, 8), 9, np.uint8)
    first, weights, cover = np.zeros(4, np.int64), np.full((2, 4), 128, np.uint16), np.full(4, 255, np.uint8)
    for rect in ((0, 0, 2, 2), (7, 7, 7, 9), (6, 0, 3, 8)):
        scale_plane(source, out, first, weights, cover, first, weights, cover, 3, 3, *rect, True)
    assert (out == 9).all()
    scale_plane(source, out, first, weights, cover, first, weights, cover, 6, 6, -5, -5, 99, 99, True)
    assert (out[6:, 6:] == 0).all() and (out == 0).sum() == 4
