"""How far pixels lie from a shape, and which pixel of it is nearest: an exact Euclidean distance transform.

Columns are scanned first, then the lower envelope of parabolas is taken along each row (Felzenszwalb and Huttenlocher,
2012). The outline runs where coverage is one half; the coverage of a pixel there says how far from its centre.
"""

from __future__ import annotations

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

_MASK = types.Array(types.uint8, 2, "C", readonly=True)
_INDEX = types.Array(types.int32, 2, "C")
_INDEX_SOURCE = types.Array(types.int32, 2, "C", readonly=True)
_PIXELS = types.Array(types.uint8, 3, "C")
_FAR = 1e12


@inlined
def _holds(mask, y, x, flip):
    return (mask[y, x] ^ flip) >= 128


@inlined
def _is_seed(mask, y, x, flip):
    """Inside of the outline, or the pixel that the outline crosses just outside of it."""
    if _holds(mask, y, x, flip):
        return True
    if (mask[y, x] ^ flip) == 0:
        return False
    height, width = mask.shape
    for j in range(max(y - 1, 0), min(y + 2, height)):
        for i in range(max(x - 1, 0), min(x + 2, width)):
            if _holds(mask, j, i, flip):
                return True
    return False


@inlined
def _nearest_rows(mask, flip, rows):
    """rows[y, x] = the row of the nearest seed in column x, or -1."""
    height, width = mask.shape
    for y in range(height):
        for x in range(width):
            if _is_seed(mask, y, x, flip):
                rows[y, x] = y
            else:
                rows[y, x] = rows[y - 1, x] if y > 0 else -1
    for y in range(height - 2, -1, -1):
        for x in range(width):
            below = rows[y + 1, x]
            if below > y and (rows[y, x] < 0 or below - y < y - rows[y, x]):
                rows[y, x] = below


@kernel(_INDEX(_MASK, types.boolean))
def nearest_pixels(mask, outside):
    """For each pixel, the nearest one of the shape (or of what is ``outside`` of it), as y * width + x; -1 where
    there is none.

    ``mask``: (h, w) uint8 coverage. Returns (h, w) int32.
    """
    height, width = mask.shape
    flip = np.uint8(255 if outside else 0)
    rows, nearest = np.empty((height, width), np.int32), np.empty((height, width), np.int32)
    _nearest_rows(mask, flip, rows)
    hull, border, depth = np.empty(width + 1, np.int64), np.empty(width + 2, np.float64), np.empty(width, np.float64)
    for y in range(height):
        top = -1
        for q in range(width):
            if rows[y, q] < 0:
                continue
            depth[q] = float((rows[y, q] - y) * (rows[y, q] - y))
            meet = -_FAR
            while top >= 0:
                p = hull[top]
                meet = (depth[q] - depth[p] + float(q * q - p * p)) / (2.0 * (q - p))
                if meet > border[top]:
                    break
                top -= 1
            top += 1
            hull[top], border[top], border[top + 1] = q, meet if top > 0 else -_FAR, _FAR
        if top < 0:
            nearest[y] = -1
            continue
        at = 0
        for q in range(width):
            while border[at + 1] < q:
                at += 1
            nearest[y, q] = rows[y, hull[at]] * width + hull[at]
    return nearest


@inlined
def _outline_at(mask, y, x, row, column, flip):
    """Distance from the centre of (x, y) to the outline, which crosses (column, row) at a right angle to the way."""
    apart = np.sqrt(float((row - y) * (row - y) + (column - x) * (column - x)))
    return apart + 0.5 - (mask[row, column] ^ flip) / 255.0


@kernel(types.Array(types.float32, 2, "C")(_MASK, _INDEX_SOURCE, types.boolean))
def outline_distance(mask, nearest, outside):
    """Pixels from each pixel's centre to the outline, negative where it lies beyond; ``nearest`` and ``outside`` as
    above."""
    height, width = mask.shape
    flip = np.uint8(255 if outside else 0)
    out = np.empty((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            at = nearest[y, x]
            if at < 0:
                out[y, x] = np.float32(1e6)
                continue
            row, column = at // width, at % width
            least = _outline_at(mask, y, x, row, column, flip)
            if row != y or column != x:
                # Of the pixels about the nearest, another may hold more of the shape.
                for j in range(max(row - 1, 0), min(row + 2, height)):
                    for i in range(max(column - 1, 0), min(column + 2, width)):
                        away = _outline_at(mask, y, x, j, i, flip)
                        if away < least and _is_seed(mask, j, i, flip):
                            least = away
            out[y, x] = np.float32(least)
    return out


@inlined
def _fullest(pixels, y, x):
    """Of a pixel and its four neighbours, the one whose colour is known best: that of the highest alpha."""
    height, width = pixels.shape[0], pixels.shape[1]
    row, column = y, x
    for j, i in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
        if 0 <= j < height and 0 <= i < width and pixels[j, i, 3] > pixels[row, column, 3]:
            row, column = j, i
    return row, column


@kernel(types.void(_PIXELS, _INDEX_SOURCE, _MASK))
def spread_colors(pixels, nearest, coverage):
    """Lays each pixel over the straight colour of its nearest one at ``coverage``, in place. ``pixels``: (h, w, 4)
    premultiplied."""
    height, width = coverage.shape
    source = pixels.copy()
    for y in range(height):
        for x in range(width):
            at, cover = nearest[y, x], coverage[y, x]
            alpha = source[y, x, 3]
            if at < 0 or cover == 0 or alpha == 255:
                continue
            row, column = _fullest(source, at // width, at % width)
            unit = (255 - alpha) * cover / (255.0 * max(source[row, column, 3], 1))
            for k in range(4):
                pixels[y, x, k] = np.uint8(min(255.0, source[y, x, k] + source[row, column, k] * unit + 0.5))
