"""Laying one buffer of premultiplied pixels over another by source-over: the common case of ``blend``, on packed
pixels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.vectors.packed import FULL, over, scaled

RUN = np.uint64(64)  # pixels that are left alone together where all are clear


@kernel(
    "void(uint32[:,::1], int64, int64, uint32[:,::1], int64, int64, int64, int64, int64, int64, uint32)",
    error_model="numpy",
)
def lay_over(
    canvas: NDArray[np.uint32],
    ox: int,
    oy: int,
    layer: NDArray[np.uint32],
    lx: int,
    ly: int,
    x0: int,
    y0: int,
    x1: int,
    y1: int,
    opacity: int,
) -> None:
    """Lays ``layer`` times ``opacity`` (0..255) over ``canvas`` inside the device rectangle x0, y0, x1, y1.

    Both are (h, w) uint32, packed premultiplied pixels, with their top left pixels at the device pixels (ox, oy) and
    (lx, ly); both contain the rectangle.
    """
    below, above = canvas.reshape(-1), layer.reshape(-1)
    for y in range(y0, y1):
        at = np.uint64((y - oy) * canvas.shape[1] + x0 - ox)
        source = np.uint64((y - ly) * layer.shape[1] + x0 - lx)
        left = np.uint64(x1 - x0)
        while left > 0:
            count = min(left, RUN)
            some = np.uint32(0)
            for i in range(count):
                some |= above[source + i]
            if some == 0:
                pass
            elif opacity == FULL:
                for i in range(count):
                    below[at + i] = over(above[source + i], below[at + i])
            else:
                for i in range(count):
                    below[at + i] = over(scaled(above[source + i], opacity), below[at + i])
            at += count
            source += count
            left -= count
