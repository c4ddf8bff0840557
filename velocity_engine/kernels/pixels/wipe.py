"""Wipes: pixels multiplied by a coverage that follows from their position alone.

``pixels``: (h, w, 4) uint8, premultiplied, C-contiguous, written. The centre of pixel (x, y) lies at (x + 0.5, y +
0.5).
"""

from __future__ import annotations

import math

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

_PIXELS = types.Array(types.uint8, 3, "C")
_NUMBERS = types.Array(types.float64, 1, "C", readonly=True)


@inlined
def _multiply(pixels, y, x, factor):
    if factor < 1.0:
        for k in range(4):
            pixels[y, x, k] = np.uint8(pixels[y, x, k] * factor + 0.5)


@kernel(types.void(_PIXELS, *[types.float64] * 3))
def wipe_linear(pixels, a, b, c):
    """Coverage a x + b y + c, clamped to 0..1."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            _multiply(pixels, y, x, min(max(a * (x + 0.5) + b * (y + 0.5) + c, 0.0), 1.0))


@kernel(types.void(_PIXELS, *[types.float64] * 3, _NUMBERS, _NUMBERS))
def wipe_periodic(pixels, a, b, c, stops, heights):
    """Coverage by the fraction of a x + b y + c: linear between ``heights`` (n,) at ``stops`` (n,), which rise from
    0 to 1."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            at = a * (x + 0.5) + b * (y + 0.5) + c
            at -= math.floor(at)
            k = 1
            while k < stops.shape[0] - 1 and stops[k] <= at:
                k += 1
            span = stops[k] - stops[k - 1]
            part = (at - stops[k - 1]) / span if span > 0.0 else 0.0
            _multiply(pixels, y, x, heights[k - 1] + (heights[k] - heights[k - 1]) * part)


@inlined
def _to_ray(px, py, dx, dy):
    """Distance of a point from the ray that leaves the origin in a direction of length 1."""
    return abs(dx * py - dy * px) if dx * px + dy * py > 0.0 else math.hypot(px, py)


@kernel(types.void(_PIXELS, *[types.float64] * 7, types.boolean))
def wipe_wedge(pixels, cx, cy, start_x, start_y, end_x, end_y, softness, wide):
    """Clears the wedge about (cx, cy) from the direction (start_x, start_y) to (end_x, end_y), both of length 1, on
    turning from x towards y; ``wide`` when that turn is over 180 degrees. ``softness``: pixels over which coverage
    changes."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            px, py = x + 0.5 - cx, y + 0.5 - cy
            after, before = start_x * py - start_y * px > 0.0, px * end_y - py * end_x > 0.0
            away = min(_to_ray(px, py, start_x, start_y), _to_ray(px, py, end_x, end_y))
            cleared = (after or before) if wide else (after and before)
            _multiply(pixels, y, x, min(max(0.5 + (-away if cleared else away) / softness, 0.0), 1.0))
