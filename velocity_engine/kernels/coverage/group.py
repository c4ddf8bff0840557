"""Groups of plain shapes: all their coverage is known first, then row after row is blended in the first-level cache and
laid over what is below, so that no buffer of the whole group is cleared, filled and read.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.coverage.coverage import BLOCK_SHIFT, cells_a_row, words_a_row
from velocity_engine.kernels.coverage.sweep import sweep_cover
from velocity_engine.kernels.vectors.packed import blend_covered, over, scaled
from velocity_engine.kernels.vectors.running_sum import BLOCK

SHIFT = np.uint64(BLOCK_SHIFT)


@inlined
def _blend_row(line, cover, begin, end, color):
    """Blends a colour by ``cover``, which is cleared, in the blocks from ``begin`` to ``end`` of ``line``."""
    for block in range(begin, end):
        at = block << SHIFT
        blend_covered(line, at, BLOCK, color, cover, at)
        for k in range(BLOCK):
            cover[at + np.uint64(k)] = np.uint8(0)


@kernel(
    "void(uint32[:,::1], int64, int64, int32[::1], uint64[::1], int64[:,::1], int64, int64, boolean[::1], uint32[::1],"
    " int64, uint32, uint32[::1], uint8[::1])",
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
    line: NDArray[np.uint32],
    cover: NDArray[np.uint8],
) -> None:
    """Lays the first ``count`` shapes, each over those before it, times ``opacity`` (0..255) over the canvas.

    ``canvas``: (H, W) uint32, packed premultiplied pixels whose top left one is the device pixel (ox, oy). Shape k has
    the colour ``colors[k]`` (uint32, packed, premultiplied), the fill rule ``even_odd[k]``, the extent ``extents[k]``
    ((n, 4) int64, within the canvas), and its cells and bits, as ``coverage.accumulate`` left them, from ``k *
    cells_each`` and ``k * bits_each`` on. ``line`` (uint32) and ``cover`` (uint8): scratch, all zero before and after,
    of at least the width of all extents together + 3 BLOCK.
    """
    left = top = np.int64(1 << 62)
    bottom = -left
    for k in range(count):
        left, top = min(left, extents[k, 0]), min(top, extents[k, 1])
        bottom = max(bottom, extents[k, 3])
    below = canvas.reshape(-1)
    for y in range(top, bottom):
        low, high = np.int64(1 << 62), np.int64(0)
        for k in range(count):
            row = y - extents[k, 1]
            if row < 0 or y >= extents[k, 3]:
                continue
            at, width = extents[k, 0] - left, extents[k, 2] - extents[k, 0]
            cell, word = k * cells_each + row * cells_a_row(width), k * bits_each + row * words_a_row(width)
            first, last = sweep_cover(cells, bits, cell, word, width, even_odd[k], cover, at)
            if first < 0:
                continue
            low, high = min(low, at + first), max(high, at + last)
            begin, end = np.uint64(at + first) >> SHIFT, np.uint64(at + last + BLOCK - 1) >> SHIFT
            _blend_row(line, cover, begin, end, colors[k])
        start = np.uint64((y - oy) * canvas.shape[1] + left - ox)
        for i in range(np.uint64(low), np.uint64(high)):
            below[start + i] = over(scaled(line[i], opacity), below[start + i])
            line[i] = np.uint32(0)
