"""RGBA to planar YUV of any subsampling, with 8 or 10 bits a sample, opaque or with alpha, in integers.

``yuv.rgba_to_yuv420`` is faster where the frames are 8-bit 4:2:0 and opaque; these give the same planes there, bit for
bit. Chroma is left-sited: where it has half the columns, those are weighted 1-2-1 about the even one, and where it has
half the rows, two count evenly.
"""

from __future__ import annotations

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.yuv.bt709 import UB, UG, UR, VB, VG, VR, YB, YG, YR

_RGBA_SOURCE = types.Array(types.uint8, 3, "C", readonly=True)


@inlined
def _luma(rgba, y, a, more, x0, y0, x1, y1):
    base, shift = (16 << 16) + (1 << (15 - more)), 16 - more
    full = (256 << more) - 1
    for j in range(y0, y1):
        for x in range(x0, x1):
            red, green, blue = np.int32(rgba[j, x, 0]), np.int32(rgba[j, x, 1]), np.int32(rgba[j, x, 2])
            y[j, x] = (np.int32(YR * red) + np.int32(YG * green) + np.int32(YB * blue) + base) >> shift
        if a.shape[0]:
            for x in range(x0, x1):
                a[j, x] = (np.int32(rgba[j, x, 3]) * full * 2 + 255) // 510


@inlined
def _sums(rgba, across, down, i, k, weighted):
    """Of red, green, blue and the weights of the pixels that make the chroma sample ``i``, ``k`` (column, row)."""
    height, width = rgba.shape[0], rgba.shape[1]
    red, green, blue, total = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
    for row in range(k << down, (k << down) + 1 + down):
        j = min(row, height - 1)
        for column in range((i << across) - across, (i << across) + 1 + across):
            x = min(max(column, 0), width - 1)
            weight = np.int64(2) if across and column == i << 1 else np.int64(1)
            if weighted:
                weight *= np.int64(rgba[j, x, 3])
            red += weight * rgba[j, x, 0]
            green += weight * rgba[j, x, 1]
            blue += weight * rgba[j, x, 2]
            total += weight
    return red, green, blue, total


@inlined
def _sample(colour, total, more):
    """``colour``: of the summed pixels, in units of 2**-16 of an 8-bit step; ``total``: of their weights."""
    if total == 0:
        return np.int64(128) << more
    half = (np.int64(128) << (16 + more)) + (np.int64(1) << 15)
    return ((colour << more) + total * half) // (total << 16)


@inlined
def _convert(rgba, y, u, v, a, across, down, more, x0, y0, x1, y1):
    height, width = rgba.shape[0], rgba.shape[1]
    x0, y0 = max(x0, 0) & ~across, max(y0, 0) & ~down
    x1, y1 = min((x1 + across) & ~across, width), min((y1 + down) & ~down, height)
    if x0 >= x1 or y0 >= y1:
        return
    _luma(rgba, y, a, more, x0, y0, x1, y1)
    last = (min(x1 + 1, width) + 1) // 2 if across else x1
    weighted = a.shape[0] > 0
    for k in range(y0 >> down, (y1 + down) >> down):
        for i in range(x0 >> across, last):
            red, green, blue, total = _sums(rgba, across, down, i, k, weighted)
            u[k, i] = _sample(red * UR + green * UG + blue * UB, total, more)
            v[k, i] = _sample(red * VR + green * VG + blue * VB, total, more)


@kernel(types.void(_RGBA_SOURCE, *[types.Array(types.uint8, 2, "C")] * 4, *[types.int64] * 6))
def rgba_to_planes(rgba, y, u, v, a, across, down, x0, y0, x1, y1):
    """Straight RGBA to BT.709, limited range, 8 bits a sample, inside [x0, x1) x [y0, y1).

    ``rgba``: (H, W, 4) uint8. ``y``: (H, >= W), ``u``, ``v``: (ceil(H / 2), >= ceil(W / 2)) uint8, or as large as
    ``y``, by ``across`` and ``down``: 1 where chroma has half the columns, half the rows; else 0. ``a``: (H, >= W)
    uint8, in full range, or (0, 0) where the picture is opaque and its alpha is ignored. All C-contiguous, written.

    Where there is alpha, each pixel of a chroma sample counts by its own, so that what is clear colours nothing. Where
    chroma has half the columns, corners are widened to even ones, the filter reads one column beyond the region, and
    the chroma sample at x1 is written too: converting the regions that changed gives the same planes as converting the
    whole. Odd widths and heights repeat the last column and row.
    """
    _convert(rgba, y, u, v, a, across, down, 0, x0, y0, x1, y1)


@kernel(types.void(_RGBA_SOURCE, *[types.Array(types.uint16, 2, "C")] * 4, *[types.int64] * 6))
def rgba_to_planes10(rgba, y, u, v, a, across, down, x0, y0, x1, y1):
    """As ``rgba_to_planes``, with 10 bits a sample: the planes are uint16, 64 to 940 (luma), 64 to 960 (chroma) and 0
    to 1023 (alpha)."""
    _convert(rgba, y, u, v, a, across, down, 2, x0, y0, x1, y1)
