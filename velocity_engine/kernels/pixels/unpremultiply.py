"""From premultiplied to straight alpha."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel


@kernel("void(u1[:,:,::1])")
def to_straight(pixels: NDArray[np.uint8]) -> None:
    """Divides the colours of ``pixels``, (h, w, 4) uint8 premultiplied RGBA, by their alpha, rounded, in place."""
    height, width = pixels.shape[0], pixels.shape[1]
    for y in range(height):
        for x in range(width):
            alpha = np.int64(pixels[y, x, 3])
            if alpha == 0:
                pixels[y, x, 0] = 0
                pixels[y, x, 1] = 0
                pixels[y, x, 2] = 0
            elif alpha < 255:
                half = alpha >> 1
                for channel in range(3):
                    value = (np.int64(pixels[y, x, channel]) * 255 + half) // alpha
                    pixels[y, x, channel] = np.uint8(min(value, 255))
