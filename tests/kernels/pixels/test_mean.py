"""The mean of several buffers against numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.pixels.mean import add_pixels, store_mean


def premultiplied(random: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    pixels = random.integers(0, 256, (height, width, 4), np.uint8)
    pixels[..., :3] = np.minimum(pixels[..., :3], pixels[..., 3:])
    return pixels


def mean(parts: list[tuple[NDArray[np.uint8], int, int, int]], count: int, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """The twin in numpy: parts are pixels, left, top and weight."""
    total = np.zeros((*shape, 4), np.int64)
    for pixels, left, top, weight in parts:
        height, width = pixels.shape[:2]
        total[top : top + height, left : left + width] += pixels.astype(np.int64) * weight
    return ((total + count // 2) // count).astype(np.uint8)


def test_means_of_parts_with_weights_equal_those_of_numpy() -> None:
    random = np.random.default_rng(7)
    for count in (2, 3, 16, 64, 256):
        parts = []
        left_over = count
        while left_over:
            weight = int(random.integers(1, min(left_over, 30) + 1))
            left_over -= weight
            height, width = (int(side) for side in random.integers(1, 20, 2))
            left, top = int(random.integers(0, 21 - width)), int(random.integers(0, 21 - height))
            parts.append((premultiplied(random, height, width), left, top, weight))
        sums, stored = np.zeros((20, 20, 4), np.uint16), np.full((20, 20, 4), 9, np.uint8)
        for pixels, left, top, weight in parts:
            add_pixels(sums, pixels, left, top, weight)
        store_mean(sums, count, stored)
        assert np.array_equal(stored, mean(parts, count, (20, 20)))
        assert (stored[..., :3] <= stored[..., 3:]).all()


def test_the_largest_mean_does_not_overflow() -> None:
    sums, stored = np.zeros((1, 5, 4), np.uint16), np.zeros((1, 5, 4), np.uint8)
    for _ in range(256):
        add_pixels(sums, np.full((1, 5, 4), 255, np.uint8), 0, 0, 1)
    store_mean(sums, 256, stored)
    assert (stored == 255).all()
