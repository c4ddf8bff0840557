"""Groups of plain shapes: all their coverage is known first, then row after row is blended in the first-level cache and
laid over what is below, so that no buffer of the whole group is cleared, filled and read.
"""

# mypy: allow-untyped-defs, allow-untyped-calls, disable-error-code="assignment,arg-type,var-annotated"

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.coverage import SPARE, sweep_cover
from velocity_engine.kernels.inner import inner
from velocity_engine.kernels.kernel import kernel
from velocity_engine.kernels.packed import (
    ALPHA_SHIFT,
    EIGHT,
    EVEN,
    FULL,
    HALF,
    ODD,
    over,
    scaled,
)

STEP = 16  # pixels that are blended together
SHIFT = np.uint64(4)
BESIDE = STEP + SPARE  # pixels of scratch beyond the width of a group


@inner
def _mix_opaque(line, cover, first, last, color):
    """``packed.mixed`` of an opaque colour by ``cover``, which is cleared, for the steps from ``first`` to ``last``."""
    low, high = np.uint32(color & EVEN), np.uint32(np.uint32(color >> EIGHT) & EVEN)
    for step in range(first, last):
        for k in range(STEP):
            i = (step << SHIFT) + np.uint64(k)
            share, ground = np.uint32(cover[i]), line[i]
            rest = np.uint32(FULL - share)
            cover[i] = np.uint8(0)
            even = np.uint32(np.uint32(np.uint32(ground & EVEN) * rest) + np.uint32(low * share))
            even = np.uint32(even + HALF)
            even = np.uint32(np.uint32(even + np.uint32(np.uint32(even >> EIGHT) & EVEN)) >> EIGHT)
            odd = np.uint32(np.uint32(np.uint32(np.uint32(ground >> EIGHT) & EVEN) * rest) + np.uint32(high * share))
            odd = np.uint32(odd + HALF)
            odd = np.uint32(odd + np.uint32(np.uint32(odd >> EIGHT) & EVEN))
            line[i] = np.uint32(np.uint32(even & EVEN) | np.uint32(odd & ODD))


@inner
def _lay_color(line, cover, first, last, color):
    """``packed.covered_over`` of a colour by ``cover``, which is cleared, for the steps from ``first`` to ``last``."""
    for step in range(first, last):
        for k in range(STEP):
            i = (step << SHIFT) + np.uint64(k)
            line[i] = over(scaled(color, np.uint32(cover[i])), line[i])
            cover[i] = np.uint8(0)


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
    of at least the width of all extents together + BESIDE.
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
            cell, word = k * cells_each + row * (width + SPARE), k * bits_each + row * ((width >> 6) + 1)
            first, last = sweep_cover(cells, bits, cell, word, width, even_odd[k], cover, at)
            if first < 0:
                continue
            low, high = min(low, at + first), max(high, at + last)
            begin, end = np.uint64(at + first) >> SHIFT, np.uint64(at + last + STEP - 1) >> SHIFT
            if colors[k] >> ALPHA_SHIFT == FULL:
                _mix_opaque(line, cover, begin, end, colors[k])
            else:
                _lay_color(line, cover, begin, end, colors[k])
        start = np.uint64((y - oy) * canvas.shape[1] + left - ox)
        for i in range(np.uint64(low), np.uint64(high)):
            below[start + i] = over(scaled(line[i], opacity), below[start + i])
            line[i] = np.uint32(0)
