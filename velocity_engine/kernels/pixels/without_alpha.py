"""RGB from opaque RGBA."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel


@kernel("void(u1[:,:,:], u1[:,:,:])")
def without_alpha(pixels: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
    """Copies the colours of ``pixels``, (h, w, 4) uint8 RGBA, to ``out``, (h, w, 3) uint8 RGB."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            out[y, x, 0] = pixels[y, x, 0]
            out[y, x, 1] = pixels[y, x, 1]
            out[y, x, 2] = pixels[y, x, 2]
