from typing import Any

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from velocity_engine.kernels.vectors.bilinear import SAMPLES, sample


@njit(error_model="numpy")
def sampled(
    source: NDArray[np.uint32],
    stride: int,
    index: NDArray[np.uint32],
    weights: NDArray[np.uint32],
    out: NDArray[np.uint32],
) -> Any:
    return sample(source, stride, index, weights, index.size, out)


def twin(
    source: NDArray[np.uint32], stride: int, index: NDArray[np.int64], weights: NDArray[np.int64]
) -> NDArray[np.uint32]:
    """One sample after the other, channel by channel."""
    across, down = weights & 255, (weights >> 8) & 255
    both = (across * down + 128) >> 8
    shares = (256 - across - down + both, across - both, down - both, both)
    neighbours = (index, index + 1, index + stride, index + stride + 1)
    total: NDArray[np.int64] = sum(
        share[:, None] * source[at].view(np.uint8).reshape(-1, 4).astype(np.int64)
        for share, at in zip(shares, neighbours, strict=True)
    )
    found: NDArray[np.uint32] = ((total + 128) >> 8).astype(np.uint8).view(np.uint32)[:, 0]
    return found


@pytest.mark.parametrize("count", [SAMPLES, 5 * SAMPLES])
@pytest.mark.parametrize("brightest", [False, True])
def test_equals_one_sample_after_the_other(count: int, brightest: bool) -> None:
    rng = np.random.default_rng(count)
    stride = 37
    source = rng.integers(0, 2**32, 20 * stride, dtype=np.uint32)
    if brightest:
        source[:] = 0xFFFFFFFF
    index = rng.integers(0, 19 * stride - 1, count, dtype=np.uint32)
    weights = rng.integers(0, 2**16, count, dtype=np.uint32)
    weights[:4] = (0, 255, 255 << 8, 0xFFFF)
    out = np.zeros(count, np.uint32)
    common = sampled(source, stride, index, weights, out)
    expected = twin(source, stride, index.astype(np.int64), weights.astype(np.int64))
    np.testing.assert_array_equal(out, expected)
    assert common == np.bitwise_and.reduce(expected)
