"""Sweeps: cells of coverage to pixels. Each clears the cells it reads.

``canvas``: (H, W) uint32, packed premultiplied pixels whose top left one is the device pixel (ox, oy). ``extent``: (4,)
int64, the device rectangle of the cells, within the canvas; ``cells`` and ``bits`` as ``coverage.accumulate`` left
them; ``runs``: (k, 3) int64 and ``cover``: (k,) uint8, scratch of ``width + 2`` and ``cells_a_row(width)``.
``even_odd`` is the fill rule.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.coverage.coverage import ONE, cells_a_row, first_column, words_a_row
from velocity_engine.kernels.coverage.sweep import coverage_of, sweep_row
from velocity_engine.kernels.vectors.packed import (
    blend_color,
    blend_colors,
    blend_colors_covered,
    blend_covered,
    copy_span,
    mix_color,
    scaled,
    store_span,
)
from velocity_engine.kernels.vectors.running_sum import BLOCK, sweep_block

DITHER = 4  # pixels: the side of the square of thresholds by which gradients are rounded
THRESHOLDS = np.array([[1, 17, 5, 21], [25, 9, 29, 13], [7, 23, 3, 19], [31, 15, 27, 11]], np.float32) / 32
"""(DITHER, DITHER): added before rounding down. Neighbours are far apart, so that the mean of a few pixels is right."""
PHASES = 64  # parts of a pixel by which the rows of a slanting gradient are told apart
STEEPEST = 2.0  # pixels by which such a row may be moved from the one above it
FARTHEST = 1e9  # pixels
CELLS = "int32[::1], uint64[::1], int64[::1], boolean"
GRADIENT = "uint32[:,:,::1], float64[::1], boolean, float64, float64"
SCRATCH = f"{CELLS}, int64[:,::1], uint8[::1]"


@inlined
def _paint_span(flat, start, stop, color, solid, total, even_odd):
    """Paints pixels that all have the coverage of the running sum ``total``."""
    alpha = coverage_of(total, even_odd)
    if solid and alpha == 255:
        store_span(flat, start, stop, color)
    elif solid and alpha > 0:
        mix_color(flat, start, stop, color, np.uint32(alpha))
    elif alpha > 0:
        blend_color(flat, start, stop, scaled(color, np.uint32(alpha)))


@kernel(f"void(uint32[:,::1], int64, int64, {CELLS}, uint32)", error_model="numpy")
def paint_color(
    canvas: NDArray[np.uint32],
    ox: int,
    oy: int,
    cells: NDArray[np.int32],
    bits: NDArray[np.uint64],
    extent: NDArray[np.int64],
    even_odd: bool,
    color: int,
) -> None:
    """``color``: packed and premultiplied."""
    width = extent[2] - extent[0]
    solid = np.uint32(color) >> np.uint32(24) == np.uint32(255)
    flat = canvas.reshape(-1)
    cover = np.empty(BLOCK, np.uint8)
    for y in range(extent[3] - extent[1]):
        base = (extent[1] - oy + y) * canvas.shape[1] + extent[0] - ox
        row, words = y * cells_a_row(width), y * words_a_row(width)
        total, x = np.int32(0), 0
        for word in range(words_a_row(width)):
            mask = bits[words + word]
            bits[words + word] = np.uint64(0)
            while mask != np.uint64(0):
                column = first_column(mask, word)
                mask &= mask - ONE
                if column > x:
                    _paint_span(flat, np.uint64(base + x), np.uint64(base + column), color, solid, total, even_odd)
                total = sweep_block(cells, np.uint64(row + column), total, even_odd, cover, np.uint64(0))
                x = column + BLOCK
                if x <= width:
                    blend_covered(flat, np.uint64(base + column), BLOCK, color, cover, np.uint64(0))
                else:
                    blend_covered(flat, np.uint64(base + column), width - column, color, cover, np.uint64(0))
        if x < width:
            _paint_span(flat, np.uint64(base + x), np.uint64(base + width), color, solid, total, even_odd)


@kernel(f"void(uint8[:,::1], int64, int64, {SCRATCH})", error_model="numpy")
def paint_mask(
    mask: NDArray[np.uint8],
    ox: int,
    oy: int,
    cells: NDArray[np.int32],
    bits: NDArray[np.uint64],
    extent: NDArray[np.int64],
    even_odd: bool,
    runs: NDArray[np.int64],
    cover: NDArray[np.uint8],
) -> None:
    """Stores the coverage itself; ``mask``: (H, W) uint8 takes the place of the canvas. Pixels without coverage are
    left.
    """
    width = extent[2] - extent[0]
    flat = mask.reshape(-1)
    for y in range(extent[3] - extent[1]):
        base = (extent[1] - oy + y) * mask.shape[1] + extent[0] - ox
        for k in range(sweep_row(cells, bits, y, width, even_odd, runs, cover)):
            start, stop = np.uint64(base + runs[k, 0]), np.uint64(base + runs[k, 1])
            if runs[k, 2] < 0:
                for i in range(np.uint64(runs[k, 1] - runs[k, 0])):
                    share = cover[np.uint64(runs[k, 0]) + i]
                    flat[start + i] = share if share > 0 else flat[start + i]
            else:
                store_span(flat, start, stop, np.uint8(runs[k, 2]))


@inlined
def _shade_linear(shades, first, last, table, x, y, inverse):
    """Colours ``shades[first:last]`` (uint32) of device row ``y``; ``x`` is the device column of ``shades[0]``."""
    top = float(table.shape[1] - 1)
    across = inverse[0] * top
    base = (inverse[2] * (y + 0.5) + inverse[4]) * top
    for i in range(first, last):
        t = across * (np.int64(i) + x + 0.5) + base
        shades[i] = np.uint32(min(max(t, 0.0), top) + 0.5)
    _look_up(shades, first, last, table, x, y)


@inlined
def _shade_strip(strip, length, table, x, across):
    """Colours of PHASES rows of ``length`` pixels into ``strip``: row k holds what a gradient of ``across`` a pixel, 0
    at x = 0, shows from pixel ``x`` on when it is moved left by k of PHASES parts of a pixel."""
    top = float(table.shape[1] - 1)
    step = across * top
    for k in range(PHASES):
        begin, end = np.uint64(k * length), np.uint64((k + 1) * length)
        moved = x + 0.5 + k / PHASES
        for i in range(np.uint64(length)):
            strip[begin + i] = np.uint32(min(max(step * (np.int64(i) + moved), 0.0), top) + 0.5)
        # Rows follow each other by any step of phases: its bits are mixed, lest all get the same row of thresholds.
        _look_up(strip, begin, end, table, x - k * length, k ^ (k >> 2) ^ (k >> 4))


@inlined
def _moved(inverse, y):
    """How far device row ``y`` of a linear gradient is moved left: whole pixels, and PHASES parts of one."""
    parts = np.int64(math.floor((inverse[2] * (y + 0.5) + inverse[4]) / inverse[0] * PHASES + 0.5))
    return parts // PHASES, parts % PHASES


@inlined
def _shade_radial(shades, first, last, table, x, y, inverse, fx, fy):
    """As ``_shade_linear``; (fx, fy) is the focal point within the unit circle."""
    top = float(table.shape[1] - 1)
    rest = 1.0 - (fx * fx + fy * fy)
    part = top / rest
    across_u, across_v = inverse[0], inverse[1]
    base_u = inverse[2] * (y + 0.5) + inverse[4] - fx
    base_v = inverse[3] * (y + 0.5) + inverse[5] - fy
    for i in range(first, last):
        px = np.int64(i) + x + 0.5
        u, v = across_u * px + base_u, across_v * px + base_v
        along = u * fx + v * fy
        t = (along + math.sqrt(along * along + rest * (u * u + v * v))) * part
        shades[i] = np.uint32(min(max(t, 0.0), top) + 0.5)
    _look_up(shades, first, last, table, x, y)


@inlined
def _look_up(shades, first, last, table, x, y):
    """Indices to colours, in a loop of its own: so the arithmetic before it fills whole vectors. ``x`` is the column of
    ``shades[0]``, ``y`` the row, by which they are rounded."""
    top = np.uint32(table.shape[1] - 1)
    colors = table[y & (DITHER - 1)].reshape(-1)
    offset = np.uint32(x & (DITHER - 1))
    for i in range(first, last):
        column = (np.uint32(i) + offset) & np.uint32(DITHER - 1)
        shades[i] = colors[min(shades[i], top) * np.uint32(DITHER) + column]


@kernel(
    f"void(uint32[:,::1], int64, int64, {SCRATCH}, {GRADIENT}, uint32[::1])",
    error_model="numpy",
)
def paint_gradient(
    canvas: NDArray[np.uint32],
    ox: int,
    oy: int,
    cells: NDArray[np.int32],
    bits: NDArray[np.uint64],
    extent: NDArray[np.int64],
    even_odd: bool,
    runs: NDArray[np.int64],
    cover: NDArray[np.uint8],
    table: NDArray[np.uint32],
    inverse: NDArray[np.float64],
    radial: bool,
    focal_x: float,
    focal_y: float,
    shades: NDArray[np.uint32],
) -> None:
    """``table``: (DITHER, n, DITHER) uint32, packed premultiplied colours from the start of the gradient to its end,
    rounded by the thresholds of the device's rows and columns: a gradient of few steps shows no bands so.

    ``inverse``: (6,) float64, device pixels to the plane of the gradient: a linear one runs along x from 0 to 1, a
    radial one from the focal point (inside the unit circle) to the unit circle about 0. One that slants by up to
    STEEPEST pixels a row is exact to 1 / (2 PHASES) pixel, and its thresholds are moved with its rows. ``shades``: (k,)
    uint32, scratch as wide as the extent.
    """
    width, device_left = extent[2] - extent[0], extent[0]
    opaque = True
    for i in range(table.shape[1]):
        opaque &= (table[0, i, 0] >> np.uint32(24)) == 255  # of the lowest threshold
    level = not radial and inverse[0] == 0.0
    upright = not radial and inverse[2] == 0.0
    # All rows are then about the same one, moved; not where it would be moved far. A matter of the gradient alone, so
    # that every region gets the same pixels.
    slanting = not (radial or upright or level) and abs(inverse[2]) <= STEEPEST * abs(inverse[0])
    if slanting:  # by halves of a pixel a row, the thresholds would lie in rows along the slant
        halves = 2.0 * abs(inverse[2] / inverse[0])
        slanting = halves < 0.5 or abs(halves - np.rint(halves)) > 0.05
    slanting &= abs(inverse[4]) <= FARTHEST * abs(inverse[0])
    flat = canvas.reshape(-1)
    strip, length, begin, moved = shades, 0, 0, 0
    if slanting:
        one, other = _moved(inverse, extent[1])[0], _moved(inverse, extent[3] - 1)[0]
        begin, length = min(one, other), width + abs(one - other)
        strip = np.empty(PHASES * length, np.uint32)
        _shade_strip(strip, length, table, device_left + begin, inverse[0])
    if upright:
        strip, length = np.empty(DITHER * width, np.uint32), width
        for row in range(DITHER):
            lane = strip[row * width : (row + 1) * width]
            _shade_linear(lane, np.uint64(0), np.uint64(width), table, device_left, row, inverse)
    for y in range(extent[3] - extent[1]):
        device_y = extent[1] + y
        base = (device_y - oy) * canvas.shape[1] + device_left - ox
        if slanting:
            moved, phase = _moved(inverse, device_y)
            moved += phase * length - begin
        elif upright:
            moved = (device_y & (DITHER - 1)) * width
        for k in range(sweep_row(cells, bits, y, width, even_odd, runs, cover)):
            first, last, alpha = np.uint64(runs[k, 0]), np.uint64(runs[k, 1]), runs[k, 2]
            start = np.uint64(base + runs[k, 0])
            if (slanting or upright) and alpha == 255 and opaque:
                copy_span(flat, start, strip, np.uint64(moved + runs[k, 0]), np.uint64(moved + runs[k, 1]))
                continue
            if slanting or upright:
                copy_span(shades, first, strip, np.uint64(moved + runs[k, 0]), np.uint64(moved + runs[k, 1]))
            elif radial:
                _shade_radial(shades, first, last, table, device_left, device_y, inverse, focal_x, focal_y)
            elif level:
                few = min(first + np.uint64(DITHER), last)
                _shade_linear(shades, first, few, table, device_left, device_y, inverse)
                for i in range(few, last):
                    shades[i] = shades[i - np.uint64(DITHER)]
            else:
                _shade_linear(shades, first, last, table, device_left, device_y, inverse)
            if alpha == 255 and opaque:
                copy_span(flat, start, shades, first, last)
            elif alpha == 255:
                blend_colors(flat, start, shades, first, last)
            else:
                if alpha >= 0:
                    store_span(cover, first, last, np.uint8(alpha))
                blend_colors_covered(flat, start, shades, cover, first, last)
