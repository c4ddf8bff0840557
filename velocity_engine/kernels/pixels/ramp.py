"""Two-colour ramps over a picture's own alpha.

``pixels``: (h, w, 4) uint8, premultiplied, C-contiguous, written: each pixel takes the ramp's colour and keeps its
alpha. ``ends``: (2, 3) float64, straight RGB 0..1. ``thresholds``: (4, 4) float32, by row and column, added before
rounding down. The centre of pixel (x, y) lies at (x + 0.5, y + 0.5).
"""

from __future__ import annotations

import math

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

_PIXELS = types.Array(types.uint8, 3, "C")
_ENDS = types.Array(types.float64, 2, "C", readonly=True)
_THRESHOLDS = types.Array(types.float32, 2, "C", readonly=True)


@inlined
def _paint(pixels, y, x, at, ends, thresholds):
    at = min(max(at, 0.0), 1.0)
    alpha, threshold = pixels[y, x, 3], thresholds[y & 3, x & 3]
    for k in range(3):
        pixels[y, x, k] = np.uint8((ends[0, k] + (ends[1, k] - ends[0, k]) * at) * alpha + threshold)


@kernel(types.void(_PIXELS, *[types.float64] * 3, _ENDS, _THRESHOLDS))
def paint_linear(pixels, a, b, c, ends, thresholds):
    """The position on the ramp is a x + b y + c."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            if pixels[y, x, 3]:
                _paint(pixels, y, x, a * (x + 0.5) + b * (y + 0.5) + c, ends, thresholds)


@kernel(types.void(_PIXELS, *[types.float64] * 6, _ENDS, _THRESHOLDS))
def paint_radial(pixels, a, b, c, d, e, f, ends, thresholds):
    """The position on the ramp is the length of (a x + c y + e, b x + d y + f)."""
    for y in range(pixels.shape[0]):
        for x in range(pixels.shape[1]):
            if pixels[y, x, 3]:
                px, py = x + 0.5, y + 0.5
                _paint(pixels, y, x, math.hypot(a * px + c * py + e, b * px + d * py + f), ends, thresholds)
