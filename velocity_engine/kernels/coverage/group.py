"""Groups of plain shapes: all their coverage is known first, then row after row is blended and laid over what is below.

No buffer of the whole group is cleared, filled and read: where an edge passes, sixteen pixels are blended at a time;
between edges all pixels have one colour, which is worked out once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.coverage.coverage import BLOCK_SHIFT, ONE, cells_a_row, first_column, words_a_row
from velocity_engine.kernels.coverage.sweep import coverage_of
from velocity_engine.kernels.vectors.packed import (
    ALPHA_SHIFT,
    FULL,
    blend_color,
    blend_covered,
    laid,
    over,
    scaled,
    store_span,
)
from velocity_engine.kernels.vectors.running_sum import BLOCK, sweep_block

CELL, WORD, WORDS, SHIFT = 0, 1, 2, 3
"""The columns of the places of a row: where its cells and its bits begin, how many words of bits it has (none where the
shape is not in the row), and by how many blocks it begins right of the group."""


@inlined
def _place_row(places, extents, cells_each, bits_each, count, y, left):
    for k in range(count):
        row, width = y - extents[k, 1], extents[k, 2] - extents[k, 0]
        places[k, CELL] = k * cells_each + row * cells_a_row(width)
        places[k, WORD] = k * bits_each + row * words_a_row(width)
        places[k, WORDS] = words_a_row(width) if row >= 0 and y < extents[k, 3] else 0
        places[k, SHIFT] = (extents[k, 0] - left) >> BLOCK_SHIFT


@inlined
def _marked(bits, places, count, number):
    """The blocks of the group that any shape has marked, of the ``number``-th word of the row."""
    marked = np.uint64(0)
    for k in range(count):
        at, shift = number - (places[k, SHIFT] >> 6), np.uint64(places[k, SHIFT] & 63)
        if 0 <= at < places[k, WORDS]:
            marked |= bits[places[k, WORD] + at] << shift
        if 1 <= at <= places[k, WORDS] and shift > 0:
            marked |= bits[places[k, WORD] + at - 1] >> (np.uint64(64) - shift)
    return marked


@inlined
def _lay_span(below, start, stop, totals, even_odd, colors, count, opacity):
    """Pixels without an edge: all have the coverage of the running sums."""
    pixel = np.uint32(0)
    for k in range(count):
        if totals[k] != 0:
            pixel = laid(colors[k], np.uint32(coverage_of(totals[k], even_odd[k])), pixel)
    pixel = scaled(pixel, opacity)
    if pixel >> ALPHA_SHIFT == FULL:
        store_span(below, start, stop, pixel)
    elif pixel != 0:
        blend_color(below, start, stop, pixel)


@inlined
def _blend_block(line, cover, cells, bits, places, totals, even_odd, colors, count, block):
    """Blends the shapes on the BLOCK pixels of ``line``, and takes their running sums to the end of the block."""
    for i in range(BLOCK):
        line[i] = np.uint32(0)
    for k in range(count):
        own = block - places[k, SHIFT]
        marked = False
        if own >= 0 and own >> 6 < places[k, WORDS]:
            marked = (bits[places[k, WORD] + (own >> 6)] >> np.uint64(own & 63)) & ONE != 0
        if marked:
            at = np.uint64(places[k, CELL] + (own << BLOCK_SHIFT))
            totals[k] = sweep_block(cells, at, totals[k], even_odd[k], cover, np.uint64(0))
        elif totals[k] != 0:
            share = np.uint8(coverage_of(totals[k], even_odd[k]))
            for i in range(BLOCK):
                cover[i] = share
        else:
            continue
        blend_covered(line, np.uint64(0), BLOCK, colors[k], cover, np.uint64(0))


@kernel(
    "void(uint32[:,::1], int64, int64, int32[::1], uint64[::1], int64[:,::1], int64, int64, boolean[::1], uint32[::1],"
    " int64, uint32)",
    error_model="numpy",
)
def paint_group(
    canvas: NDArray[np.uint32],
    ox: int,
    oy: int,
    cells: NDArray[np.int32],
    bits: NDArray[np.uint64],
    extents: NDArray[np.int64],
    cells_each: int,
    bits_each: int,
    even_odd: NDArray[np.bool_],
    colors: NDArray[np.uint32],
    count: int,
    opacity: int,
) -> None:
    """Lays the first ``count`` shapes, each over those before it, times ``opacity`` (0..255) over the canvas.

    ``canvas``: (H, W) uint32, packed premultiplied pixels whose top left one is the device pixel (ox, oy). Shape k has
    the colour ``colors[k]`` (uint32, packed, premultiplied), the fill rule ``even_odd[k]``, the extent ``extents[k]``
    ((n, 4) int64, within the canvas), and its cells and bits, as ``coverage.accumulate`` left them for one clip
    rectangle, from ``k * cells_each`` and ``k * bits_each`` on.
    """
    left = top = np.int64(1 << 62)
    right = bottom = -left
    for k in range(count):
        left, top = min(left, extents[k, 0]), min(top, extents[k, 1])
        right, bottom = max(right, extents[k, 2]), max(bottom, extents[k, 3])
    width = right - left
    below = canvas.reshape(-1)
    places, totals = np.empty((count, 4), np.int64), np.empty(count, np.int32)
    line, cover = np.empty(BLOCK, np.uint32), np.empty(BLOCK, np.uint8)
    for y in range(top, bottom):
        _place_row(places, extents, cells_each, bits_each, count, y, left)
        base = (y - oy) * canvas.shape[1] + left - ox
        totals[:] = 0
        x = 0
        for number in range(words_a_row(width)):
            mask = _marked(bits, places, count, number)
            while mask != np.uint64(0):
                column = first_column(mask, number)
                mask &= mask - ONE
                if column > x:
                    stop = np.uint64(base + min(column, width))
                    _lay_span(below, np.uint64(base + x), stop, totals, even_odd, colors, count, opacity)
                block = column >> BLOCK_SHIFT
                _blend_block(line, cover, cells, bits, places, totals, even_odd, colors, count, block)
                start = np.uint64(base + column)
                x = column + BLOCK
                if x <= width:
                    for i in range(BLOCK):
                        at = start + np.uint64(i)
                        below[at] = over(scaled(line[i], opacity), below[at])
                else:
                    for i in range(width - column):
                        at = start + np.uint64(i)
                        below[at] = over(scaled(line[i], opacity), below[at])
        if x < width:
            stop = np.uint64(base + width)
            _lay_span(below, np.uint64(base + x), stop, totals, even_odd, colors, count, opacity)
        for k in range(count):
            for word in range(places[k, WORD], places[k, WORD] + places[k, WORDS]):
                bits[word] = np.uint64(0)
