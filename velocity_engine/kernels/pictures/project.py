"""Pictures through a projective map, and a sharpening kernel: what effects do to a finished picture beyond affine
maps."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.vectors.packed import joined
from velocity_engine.kernels.vectors.taps import FRACTION, WHOLE, mean, share_of_both, tap

_PIXELS = types.Array(types.uint8, 3, "C")
_SOURCE = types.Array(types.uint8, 3, "C", readonly=True)
_PACKED = types.Array(types.uint32, 2, "C")
_PACKED_SOURCE = types.Array(types.uint32, 2, "C", readonly=True)
_MATRIX = types.Array(types.float64, 2, "C", readonly=True)


@kernel(types.void(_PACKED, _PACKED_SOURCE, _MATRIX), error_model="numpy")
def _project(dst, src, inverse):
    m = inverse
    height, width = src.shape
    for y in range(dst.shape[0]):
        for x in range(dst.shape[1]):
            px, py = x + 0.5, y + 0.5
            depth = m[2, 0] * px + m[2, 1] * py + m[2, 2]
            if not depth > 1e-9:
                continue
            scale = 1.0 / depth
            u = (m[0, 0] * px + m[0, 1] * py + m[0, 2]) * scale - 0.5
            v = (m[1, 0] * px + m[1, 1] * py + m[1, 2]) * scale - 0.5
            if not (-1.0 < u < width and -1.0 < v < height):
                continue
            fixed_u, fixed_v = np.int64((u + 1.0) * 256.0), np.int64((v + 1.0) * 256.0)
            i, j = (fixed_u >> 8) - 1, (fixed_v >> 8) - 1
            wx, wy = np.uint64(fixed_u) & FRACTION, np.uint64(fixed_v) & FRACTION
            w11 = share_of_both(wx, wy)
            total = tap(src, j, i, WHOLE - wx - wy + w11) + tap(src, j, i + 1, wx - w11)
            total += tap(src, j + 1, i, wy - w11) + tap(src, j + 1, i + 1, w11)
            dst[y, x] = joined(mean(total))


def draw_projected(dst: NDArray[np.uint8], src: NDArray[np.uint8], inverse: NDArray[np.float64]) -> None:
    """Samples ``src`` bilinearly for every pixel of ``dst`` that sees it; the others stay. Outside of ``src`` is clear.

    Both: (h, w, 4) uint8, premultiplied, C-contiguous. ``inverse``: (3, 3) float64, from homogeneous pixels of
    ``dst`` to
    those of ``src``, whose centres lie at halves. Points at or behind the horizon (third coordinate not above 0) see
    nothing.
    """
    _project(
        dst.view(np.uint32)[..., 0], np.ascontiguousarray(src).view(np.uint32)[..., 0], np.ascontiguousarray(inverse)
    )


@kernel(types.void(_PIXELS, _SOURCE, types.float64))
def sharpen(dst, src, amount):
    """Each pixel plus ``amount`` times its difference from the mean of its eight neighbours (edges repeated); alpha
    bounds colour."""
    height, width = src.shape[0], src.shape[1]
    for y in range(height):
        j0, j1 = max(y - 1, 0), min(y + 1, height - 1)
        for x in range(width):
            i0, i1 = max(x - 1, 0), min(x + 1, width - 1)
            for k in range(3, -1, -1):
                around = 0.0 + src[j0, i0, k] + src[j0, x, k] + src[j0, i1, k] + src[y, i0, k] + src[y, i1, k]
                around += 0.0 + src[j1, i0, k] + src[j1, x, k] + src[j1, i1, k]
                value = src[y, x, k] * (1.0 + amount) - around * amount / 8.0
                limit = 255.0 if k == 3 else float(dst[y, x, 3])
                dst[y, x, k] = np.uint8(min(max(value, 0.0), limit) + 0.5)
