"""Exact-area coverage of polygons: signed area and cover accumulated in cells, a bit for every block of cells that was
touched.

Vertices are rounded to 1/256 pixel. A cell holds the change of coverage from the pixel to its left, in units of
1/131072 pixel; the running sum of a row is the signed (winding) coverage. Sums are of integers and every crossing is
computed from the whole edge, so the coverage of a pixel does not depend on the clip rectangle or on the order of edges.

Scratch: ``cells`` int32 and ``bits`` uint64, flat, all zero before and after a path was accumulated and swept. For an
extent of w x h pixels a row takes w + 2 cells, rounded up to whole blocks, and a word for 64 blocks (``cells_a_row``,
``words_a_row``).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.vectors.bits import trailing_zeros
from velocity_engine.kernels.vectors.running_sum import BLOCK

GUARD = float(1 << 40)  # pixels; further away, coordinates are moved to this distance
ONE, TWO, SIX, SIXTY_THREE = np.uint64(1), np.uint64(2), np.uint64(6), np.uint64(63)
BLOCK_SHIFT, WORD_SHIFT = 4, 10  # from columns to blocks of running_sum.BLOCK cells, and to words of their bits


@inlined
def cells_a_row(width):
    return ((width + 1 >> BLOCK_SHIFT) + 1) << BLOCK_SHIFT


@inlined
def words_a_row(width):
    return (width + 1 >> WORD_SHIFT) + 1


def room(width: int, height: int) -> tuple[int, int]:
    """How many cells and words of bits a clip rectangle needs."""
    return ((width + 1 >> BLOCK_SHIFT) + 1 << BLOCK_SHIFT) * height, ((width + 1 >> WORD_SHIFT) + 1) * height


@inlined
def first_column(mask, word):
    """The first column of the lowest block that is marked in ``mask``, which is the ``word``-th of a row."""
    return (word << WORD_SHIFT) + (np.int64(trailing_zeros(mask)) << BLOCK_SHIFT)


@inlined
def _mark(bits, word, first, last):
    """Marks the blocks of the columns ``first`` to ``last`` of the row whose bits begin at ``word``."""
    begin, end = first >> BLOCK_SHIFT, last >> BLOCK_SHIFT
    for block in range(begin, end + 1):
        bits[word + (block >> 6)] |= ONE << np.uint64(block & 63)


@inlined
def _add(cells, at, near, far):
    cells[at] += np.int32(near)
    cells[at + 1] += np.int32(far)


@inlined
def _add_in_row(cells, bits, row_cells, row_words, width, xa, xb, cover, sign, rate):
    """The piece of an edge within one row, from ``xa`` to ``xb`` (1/256 pixel) over the height ``cover``; ``rate`` is
    the height of the edge for each step of x."""
    if xa > xb:
        xa, xb = xb, xa
    first, last = xa >> 8, xb >> 8
    if last < 0:
        _add(cells, row_cells, sign * cover * 512, 0)
        _mark(bits, row_words, 0, 1)
        return
    if first >= width:
        return
    if first == last:
        area = cover * ((xa & 255) + (xb & 255))
        _add(cells, row_cells + first, sign * (cover * 512 - area), sign * area)
        _mark(bits, row_words, first, first + 1)
        return
    done = 0
    left = xa
    if first < 0:
        done = min(np.int64(np.rint(-xa * rate)), cover)
        _add(cells, row_cells, sign * done * 512, 0)
        first = 0
        left = 0
    final = min(last, width - 1)
    for column in range(first, final + 1):
        base = column << 8
        right = min(base + 256, xb)
        reached = cover
        if right != xb:
            reached = min(np.int64(np.rint((right - xa) * rate)), cover)
        part = reached - done
        area = part * (left + right - base - base)
        _add(cells, row_cells + column, sign * (part * 512 - area), sign * area)
        done = reached
        left = right
    _mark(bits, row_words, first, final + 1)


@inlined
def _add_steep_rows(cells, bits, cell, word, stride, words, x0, x, down, slope, rate, sign, rows):
    """Whole rows of an edge that moves by a pixel a row at most and stays within the extent: most there is to do.

    ``cell`` and ``word``: where the first row begins, ``x``: where the edge enters it, ``down``: how far its lower end
    is below the edge's. Each piece lies in two columns at most; one or two makes no branch, which the processor could
    not foresee. Returns where the edge leaves the last row.
    """
    for _ in range(rows):
        end = x0 + np.int64(np.rint(down * slope))
        near, far = (x, end) if x < end else (end, x)
        base = (near | 255) + 1
        reached = np.int64(np.rint((base - near) * rate))
        rest = (256 - reached if reached < 256 else 0) & -np.int64(far > base)
        within, beyond = sign * (256 - rest), sign * rest
        area, over = within * ((near & 255) + min(base, far) - base + 256), beyond * (far - base)
        column = np.uint64(near >> 8)
        at = cell + column
        cells[at] += np.int32(within * 512 - area)
        cells[at + ONE] += np.int32(area + beyond * 512 - over)
        cells[at + TWO] += np.int32(over)
        one, two = column >> np.uint64(BLOCK_SHIFT), (column + TWO) >> np.uint64(BLOCK_SHIFT)
        bits[word + (one >> SIX)] |= ONE << (one & SIXTY_THREE)
        bits[word + (two >> SIX)] |= ONE << (two & SIXTY_THREE)
        x = end
        cell += stride
        word += words
        down += 256.0
    return x


@inlined
def _add_edge(cells, bits, width, height, x0, y0, x1, y1):
    """An edge in 1/256 pixel, relative to the top left corner of the extent of ``width`` x ``height`` pixels."""
    if y0 == y1:
        return
    sign = 1
    if y0 > y1:
        x0, y0, x1, y1 = x1, y1, x0, y0
        sign = -1
    top, bottom = max(y0, 0), min(y1, height << 8)
    if top >= bottom:
        return
    right = width << 8
    if x0 >= right and x1 >= right:
        return
    stride, words = cells_a_row(width), words_a_row(width)
    slope = rate = 0.0
    if x0 < 0 and x1 < 0:
        x0 = x1 = -1
    elif x0 != x1:
        slope = (x1 - x0) / (y1 - y0)
        rate = abs(1.0 / slope)
    row = top >> 8
    y = top
    x = x0 + np.int64(np.rint((top - y0) * slope))
    below = (row + 1) << 8
    down = float(below - y0)
    if abs(slope) <= 1.0 and min(x0, x1) >= 0 and max(x0, x1) < right and below < bottom:
        if y & 255:
            end = x0 + np.int64(np.rint(down * slope))
            _add_in_row(cells, bits, row * stride, row * words, width, x, end, below - y, sign, rate)
            x, y, row, below, down = end, below, row + 1, below + 256, down + 256.0
        rows = (bottom - y) >> 8
        cell, word = np.uint64(row * stride), np.uint64(row * words)
        x = _add_steep_rows(
            cells, bits, cell, word, np.uint64(stride), np.uint64(words), x0, x, down, slope, rate, sign, rows
        )
        row += rows
        y = row << 8
        if y == bottom:
            return
        below = bottom
    while below < bottom:
        end = x0 + np.int64(np.rint(down * slope))
        _add_in_row(cells, bits, row * stride, row * words, width, x, end, below - y, sign, rate)
        x = end
        y = below
        row += 1
        below += 256
        down += 256.0
    end = x1
    if bottom != y1:
        end = x0 + np.int64(np.rint((bottom - y0) * slope))
    _add_in_row(cells, bits, row * stride, row * words, width, x, end, bottom - y, sign, rate)


@inlined
def _fixed(value, origin):
    """A coordinate in 1/256 pixel, relative to a pixel."""
    return np.int64(np.rint(min(max(value, -GUARD), GUARD) * 256.0)) - (origin << 8)


@inlined
def _finite(points, first, last):
    total = 0.0
    for i in range(first, last):
        total += points[i, 0] * 0.0 + points[i, 1] * 0.0
    return total == 0.0


@kernel(
    "boolean(float64[:,::1], int64[::1], float64, float64, float64, float64, float64, float64,"
    " int64, int64, int64, int64, int32[::1], uint64[::1], int64[::1])",
    error_model="numpy",
)
def accumulate(
    points: NDArray[np.float64],
    starts: NDArray[np.int64],
    a: float,
    b: float,
    c: float,
    d: float,
    e: float,
    f: float,
    x0: int,
    y0: int,
    x1: int,
    y1: int,
    cells: NDArray[np.int32],
    bits: NDArray[np.uint64],
    extent: NDArray[np.int64],
) -> bool:
    """Accumulates polygons under a matrix, clipped to the device rectangle x0, y0, x1, y1.

    ``points``: (n, 2) float64; ``starts``: (m + 1,) int64, where each contour begins; a contour is closed by a straight
    edge, and left out when it has a coordinate that is not finite. ``extent``: (4,) int64, is set to the device
    rectangle that the cells stand for; it begins whole blocks right of the clip rectangle. False (nothing accumulated,
    nothing to sweep) when the polygons do not meet the clip rectangle. The scratch must have room for the clip
    rectangle.
    """
    low_x = low_y = np.inf
    high_x = high_y = -np.inf
    for k in range(starts.shape[0] - 1):
        if _finite(points, starts[k], starts[k + 1]):
            for i in range(starts[k], starts[k + 1]):
                x = a * points[i, 0] + c * points[i, 1] + e
                y = b * points[i, 0] + d * points[i, 1] + f
                low_x, high_x = min(low_x, x), max(high_x, x)
                low_y, high_y = min(low_y, y), max(high_y, y)
    if not (low_x < x1 and high_x >= x0 and low_y < y1 and high_y >= y0):
        return False
    low_x, low_y = max(low_x, -GUARD), max(low_y, -GUARD)
    high_x, high_y = min(high_x, GUARD), min(high_y, GUARD)
    left = max(x0, math.floor(low_x - 0.002))
    left -= (left - x0) & (BLOCK - 1)  # so that the blocks of all shapes of a clip rectangle lie in the same columns
    top = max(y0, math.floor(low_y - 0.002))
    right = min(x1, math.floor(high_x + 0.002) + 1)
    bottom = min(y1, math.floor(high_y + 0.002) + 1)
    width, height = right - left, bottom - top
    if width <= 0 or height <= 0:
        return False
    extent[0], extent[1], extent[2], extent[3] = left, top, right, bottom
    for k in range(starts.shape[0] - 1):
        first, last = starts[k], starts[k + 1]
        if last - first < 2 or not _finite(points, first, last):
            continue
        x = _fixed(a * points[last - 1, 0] + c * points[last - 1, 1] + e, left)
        y = _fixed(b * points[last - 1, 0] + d * points[last - 1, 1] + f, top)
        for i in range(first, last):
            next_x = _fixed(a * points[i, 0] + c * points[i, 1] + e, left)
            next_y = _fixed(b * points[i, 0] + d * points[i, 1] + f, top)
            _add_edge(cells, bits, width, height, x, y, next_x, next_y)
            x, y = next_x, next_y
    return True
