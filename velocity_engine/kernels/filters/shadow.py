"""Shadows and glows: a layer's own picture over, or under, one colour spread by a mask.

``pixels``: (h, w, 4) uint8, premultiplied, C-contiguous, written. ``mask``: (h, w) uint8, moved by (``dx``, ``dy``)
pixels with linear interpolation; what lies outside of it is ``outside``. The colour is straight, all of ``r``, ``g``,
``b``, ``a`` 0..1.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

_PIXELS = types.Array(types.uint8, 3, "C")
_MASK = types.Array(types.uint8, 2, "C", readonly=True)


@inlined
def _moved_row(mask, y, dx, dy, outside, out):
    """out[x] = mask at (x - dx, y - dy), 0..255 as float32."""
    height, width = mask.shape
    shift_x, shift_y = math.floor(-dx), math.floor(-dy)
    fx, fy = np.float32(-dx - shift_x), np.float32(-dy - shift_y)
    ix, j0 = np.int64(shift_x), y + np.int64(shift_y)
    j1 = j0 + 1
    beyond = np.float32(outside)
    for x in range(width):
        i0, i1 = x + ix, x + ix + 1
        left, right = 0 <= i0 < width, 0 <= i1 < width
        p00 = np.float32(mask[j0, i0]) if left and 0 <= j0 < height else beyond
        p10 = np.float32(mask[j0, i1]) if right and 0 <= j0 < height else beyond
        p01 = np.float32(mask[j1, i0]) if left and 0 <= j1 < height else beyond
        p11 = np.float32(mask[j1, i1]) if right and 0 <= j1 < height else beyond
        upper, lower = p00 + (p10 - p00) * fx, p01 + (p11 - p01) * fx
        out[x] = upper + (lower - upper) * fy


_SIGNATURE = types.void(_PIXELS, _MASK, *[types.float64] * 6)


@kernel(_SIGNATURE)
def cast_under(pixels, mask, dx, dy, r, g, b, a):
    """The picture over the colour. Outside of the mask there is none."""
    spread = np.empty(mask.shape[1], np.float32)
    unit = np.float32(a / 255.0)
    red, green, blue = np.float32(r), np.float32(g), np.float32(b)
    full, half = np.float32(255.0), np.float32(0.5)
    for y in range(pixels.shape[0]):
        row = pixels[y]
        _moved_row(mask, y, dx, dy, 0.0, spread)
        for x in range(row.shape[0]):
            alpha = spread[x] * unit * (full - np.float32(row[x, 3]))
            row[x, 0] = np.uint8(np.int32(np.float32(row[x, 0]) + alpha * red + half))
            row[x, 1] = np.uint8(np.int32(np.float32(row[x, 1]) + alpha * green + half))
            row[x, 2] = np.uint8(np.int32(np.float32(row[x, 2]) + alpha * blue + half))
            row[x, 3] = np.uint8(np.int32(np.float32(row[x, 3]) + alpha + half))


@kernel(_SIGNATURE)
def cast_alone(pixels, mask, dx, dy, r, g, b, a):
    """The colour in place of the picture."""
    spread = np.empty(mask.shape[1], np.float32)
    unit = np.float32(a)
    red, green, blue, half = np.float32(r), np.float32(g), np.float32(b), np.float32(0.5)
    for y in range(pixels.shape[0]):
        row = pixels[y]
        _moved_row(mask, y, dx, dy, 0.0, spread)
        for x in range(row.shape[0]):
            alpha = spread[x] * unit
            row[x, 0] = np.uint8(np.int32(alpha * red + half))
            row[x, 1] = np.uint8(np.int32(alpha * green + half))
            row[x, 2] = np.uint8(np.int32(alpha * blue + half))
            row[x, 3] = np.uint8(np.int32(alpha + half))


@kernel(types.void(_PIXELS, _MASK, *[types.float64] * 7))
def cast_inside(pixels, mask, dx, dy, outside, r, g, b, a):
    """The colour over the picture, only where the picture is; its alpha stays. ``outside``: 0..255."""
    spread = np.empty(mask.shape[1], np.float32)
    unit = np.float32(a / 255.0)
    red, green, blue = np.float32(r), np.float32(g), np.float32(b)
    one, half = np.float32(1.0), np.float32(0.5)
    for y in range(pixels.shape[0]):
        row = pixels[y]
        _moved_row(mask, y, dx, dy, outside, spread)
        for x in range(row.shape[0]):
            cover, alpha = spread[x] * unit, np.float32(row[x, 3])
            row[x, 0] = np.uint8(np.int32(np.float32(row[x, 0]) * (one - cover) + red * cover * alpha + half))
            row[x, 1] = np.uint8(np.int32(np.float32(row[x, 1]) * (one - cover) + green * cover * alpha + half))
            row[x, 2] = np.uint8(np.int32(np.float32(row[x, 2]) * (one - cover) + blue * cover * alpha + half))
