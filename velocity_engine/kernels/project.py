"""Pictures through a projective map, and a sharpening kernel: what effects do to a finished picture beyond affine
maps."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, types

from velocity_engine.kernels.inner import inner

_PIXELS = types.Array(types.uint8, 3, "C")
_SOURCE = types.Array(types.uint8, 3, "C", readonly=True)
_MATRIX = types.Array(types.float64, 2, "C", readonly=True)


@inner
def _sample(src, u, v, out, y, x):  # type: ignore[no-untyped-def]
    """Bilinear, transparent outside; (u, v) in pixels whose centres lie at halves."""
    height, width = src.shape[0], src.shape[1]
    if not (-1.0 < u < width + 1.0 and -1.0 < v < height + 1.0):
        return
    left, top = math.floor(u - 0.5), math.floor(v - 0.5)
    fx, fy = u - 0.5 - left, v - 0.5 - top
    i, j = np.int64(left), np.int64(top)
    for k in range(4):
        total = 0.0
        for dj in range(2):
            if not 0 <= j + dj < height:
                continue
            for di in range(2):
                if 0 <= i + di < width:
                    total += (fx if di else 1.0 - fx) * (fy if dj else 1.0 - fy) * src[j + dj, i + di, k]
        out[y, x, k] = np.uint8(total + 0.5)


@njit(types.void(_PIXELS, _SOURCE, _MATRIX), cache=True, nogil=True, error_model="numpy")
def draw_projected(dst, src, inverse):  # type: ignore[no-untyped-def]
    """Samples ``src`` for every pixel of ``dst`` that sees it; the others stay.

    Both: (h, w, 4) uint8, premultiplied. ``inverse``: (3, 3) float64, from homogeneous pixels of ``dst`` to those of
    ``src``. Points at or behind the horizon (third coordinate not above 0) see nothing.
    """
    m = inverse
    for y in range(dst.shape[0]):
        for x in range(dst.shape[1]):
            px, py = x + 0.5, y + 0.5
            depth = m[2, 0] * px + m[2, 1] * py + m[2, 2]
            if depth > 1e-9:
                u = (m[0, 0] * px + m[0, 1] * py + m[0, 2]) / depth
                v = (m[1, 0] * px + m[1, 1] * py + m[1, 2]) / depth
                _sample(src, u, v, dst, y, x)


@njit(types.void(_PIXELS, _SOURCE, types.float64), cache=True, nogil=True)
def sharpen(dst, src, amount):  # type: ignore[no-untyped-def]
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
