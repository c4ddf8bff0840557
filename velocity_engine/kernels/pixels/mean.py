"""The mean of several buffers of premultiplied pixels, added up in 16 bits and rounded once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel


@kernel("void(uint16[:,:,::1], uint8[:,:,::1], int64, int64, uint16)", error_model="numpy")
def add_pixels(sums: NDArray[np.uint16], pixels: NDArray[np.uint8], left: int, top: int, weight: int) -> None:
    """Adds ``weight`` times ``pixels`` to ``sums`` from its pixel (left, top) on.

    Both are (h, w, 4), and ``sums`` contains the other. What is added to a pixel in all must stay below 65,536: 257
    pictures.
    """
    width = 4 * pixels.shape[1]
    added, total = pixels.reshape(-1), sums.reshape(-1)
    for y in range(pixels.shape[0]):
        source = np.uint64(y * width)
        at = np.uint64(4 * ((y + top) * sums.shape[1] + left))
        for i in range(np.uint64(width)):
            total[at + i] += np.uint16(added[source + i] * weight)


@kernel("void(uint16[:,:,::1], uint16, uint8[:,:,::1])", error_model="numpy")
def store_mean(sums: NDArray[np.uint16], count: int, pixels: NDArray[np.uint8]) -> None:
    """Stores ``sums`` divided by ``count``, rounded, in ``pixels``; both are (h, w, 4).

    No colour becomes larger than its alpha: a sum of premultiplied pixels is premultiplied, and rounding keeps order.
    """
    # Times 2^32 / count, rounded up: exact for all sums of 16 bits, and four times as fast as dividing.
    half, factor = np.uint64(count >> 1), np.uint64((4294967296 + count - 1) // count)
    total, stored = sums.reshape(-1), pixels.reshape(-1)
    for i in range(np.uint64(len(total))):
        stored[i] = np.uint8(((np.uint64(total[i]) + half) * factor) >> np.uint64(32))
