"""Half as large copies of a picture, as Skia makes its mip levels.

Of an even side two pixels become one; of an odd side three, the middle one counting double, so that no edge is left out
and the copy has half as many pixels, rounded down.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.pictures.warp import halve

_PICTURE = types.Array(types.uint8, 3, "C")
_SOURCE = types.Array(types.uint8, 3, "C", readonly=True)


@inlined
def _pair_or_three(first, second, third, odd):
    """Four times the mean of two, or of three with the middle one twice. Of one pixel alone all are the same."""
    return first + (second << 1) + third if odd else (first + second) << 1


@kernel(types.void(_SOURCE, _PICTURE), error_model="numpy")
def _smaller(src, out):
    height, width = src.shape[:2]
    tall, wide = height & 1, width & 1
    for y in range(out.shape[0]):
        upper = src[min(2 * y, height - 1)]
        middle, lower = src[min(2 * y + 1, height - 1)], src[min(2 * y + 2, height - 1)]
        for x in range(out.shape[1]):
            one, two, three = min(2 * x, width - 1), min(2 * x + 1, width - 1), min(2 * x + 2, width - 1)
            for k in range(4):
                a = _pair_or_three(np.int32(upper[one, k]), np.int32(upper[two, k]), np.int32(upper[three, k]), wide)
                b = _pair_or_three(np.int32(middle[one, k]), np.int32(middle[two, k]), np.int32(middle[three, k]), wide)
                c = _pair_or_three(np.int32(lower[one, k]), np.int32(lower[two, k]), np.int32(lower[three, k]), wide)
                out[y, x, k] = np.uint8((_pair_or_three(a, b, c, tall) + 8) >> 4)


def smaller(src: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The next smaller copy of a picture.

    ``src``: (h, w, 4) uint8, premultiplied. Returns (h // 2, w // 2, 4), of at least one pixel a side.
    """
    height, width = src.shape[:2]
    if not (height & 1 or width & 1):
        return halve(src)
    out = np.empty((max(height // 2, 1), max(width // 2, 1), 4), np.uint8)
    _smaller(np.ascontiguousarray(src), out)
    return out
