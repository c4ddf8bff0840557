"""Blending a layer's pixels onto a canvas by the sixteen modes of the W3C's Compositing and Blending Level 1, add
and hard mix.

All pixels are premultiplied RGBA, 8 bits each. With alpha, a mode B(backdrop, source) gives
source * (1 - backdrop alpha) + backdrop * (1 - source alpha) + both alphas * B, and alpha by source-over.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit, types
from numpy.typing import NDArray

_MULTIPLY, _SCREEN, _OVERLAY, _DARKEN, _LIGHTEN, _DODGE, _BURN, _HARD, _SOFT, _DIFFERENCE, _EXCLUSION = range(1, 12)
_HUE, _SATURATION, _COLOR, _LUMINOSITY, _ADD, _HARD_MIX = range(12, 18)

_PIXELS = types.Array(types.uint8, 3, "C")
_SOURCE = types.Array(types.uint8, 3, "C", readonly=True)


@njit
def _div255(value):  # type: ignore[no-untyped-def]
    """value / 255, rounded; exact for 0 <= value <= 255 * 255 * 2."""
    biased = np.int32(value + 128)
    return np.int32((biased + (biased >> 8)) >> 8)


@njit
def _row_normal(below, above, opacity):  # type: ignore[no-untyped-def]
    for x in range(below.shape[0]):
        alpha = _div255(np.int32(above[x, 3]) * opacity)
        for k in range(4):
            source = _div255(np.int32(above[x, k]) * opacity)
            below[x, k] = np.uint8(source + _div255(np.int32(below[x, k]) * (255 - alpha)))


@njit
def _row_product(below, above, opacity, times):  # type: ignore[no-untyped-def]
    """Screen (times 1) and exclusion (times 2): s + d - times * s * d."""
    for x in range(below.shape[0]):
        for k in range(4):
            source, ground = _div255(np.int32(above[x, k]) * opacity), np.int32(below[x, k])
            factor = times if k < 3 else 1
            below[x, k] = np.uint8(max(0, source + ground - factor * _div255(source * ground)))


@njit
def _row_multiply(below, above, opacity):  # type: ignore[no-untyped-def]
    for x in range(below.shape[0]):
        alpha, ground_alpha = _div255(np.int32(above[x, 3]) * opacity), np.int32(below[x, 3])
        for k in range(4):
            source, ground = _div255(np.int32(above[x, k]) * opacity), np.int32(below[x, k])
            below[x, k] = np.uint8(_div255(source * (255 - ground_alpha) + ground * (255 - alpha) + source * ground))


@njit
def _row_extreme(below, above, opacity, times, greater):  # type: ignore[no-untyped-def]
    """s + d - times * the lesser (or the greater) of s * backdrop alpha and d * source alpha."""
    for x in range(below.shape[0]):
        alpha, ground_alpha = _div255(np.int32(above[x, 3]) * opacity), np.int32(below[x, 3])
        for k in range(4):
            source, ground = _div255(np.int32(above[x, k]) * opacity), np.int32(below[x, k])
            one, other = source * ground_alpha, ground * alpha
            chosen = max(one, other) if greater else min(one, other)
            factor = times if k < 3 else 1
            below[x, k] = np.uint8(max(0, source + ground - factor * _div255(chosen)))


@njit
def _row_add(below, above, opacity):  # type: ignore[no-untyped-def]
    for x in range(below.shape[0]):
        for k in range(4):
            below[x, k] = np.uint8(min(255, np.int32(below[x, k]) + _div255(np.int32(above[x, k]) * opacity)))


@njit
def _mixed(mode, source, ground):  # type: ignore[no-untyped-def]
    """B(ground, source) of a separable mode, straight values 0..1."""
    if mode in (_OVERLAY, _HARD):
        ruling, other = (ground, source) if mode == _OVERLAY else (source, ground)
        return 2.0 * ruling * other if ruling <= 0.5 else 1.0 - 2.0 * (1.0 - ruling) * (1.0 - other)
    if mode == _DODGE:
        if ground <= 0.0:
            return 0.0
        return 1.0 if source >= 1.0 else min(1.0, ground / (1.0 - source))
    if mode == _BURN:
        if ground >= 1.0:
            return 1.0
        return 0.0 if source <= 0.0 else 1.0 - min(1.0, (1.0 - ground) / source)
    if mode == _SOFT:
        if source <= 0.5:
            return ground - (1.0 - 2.0 * source) * ground * (1.0 - ground)
        curve = ((16.0 * ground - 12.0) * ground + 4.0) * ground if ground <= 0.25 else math.sqrt(ground)
        return ground + (2.0 * source - 1.0) * (curve - ground)
    return 1.0 if source + ground >= 1.0 else 0.0


@njit
def _luminosity(r, g, b):  # type: ignore[no-untyped-def]
    return 0.3 * r + 0.59 * g + 0.11 * b


@njit
def _with_luminosity(r, g, b, target):  # type: ignore[no-untyped-def]
    """The colour moved to a luminosity, then drawn towards grey until it lies in 0..1."""
    shift = target - _luminosity(r, g, b)
    r, g, b = r + shift, g + shift, b + shift
    low, high = min(r, g, b), max(r, g, b)
    scale = 1.0
    if low < 0.0 and target > low:
        scale = target / (target - low)
    if high > 1.0 and high > target:
        scale = min(scale, (1.0 - target) / (high - target))
    return target + (r - target) * scale, target + (g - target) * scale, target + (b - target) * scale


@njit
def _with_saturation(r, g, b, target):  # type: ignore[no-untyped-def]
    low, high = min(r, g, b), max(r, g, b)
    if high <= low:
        return 0.0, 0.0, 0.0
    scale = target / (high - low)
    return (r - low) * scale, (g - low) * scale, (b - low) * scale


@njit
def _mixed_color(mode, sr, sg, sb, gr, gg, gb):  # type: ignore[no-untyped-def]
    """B of the modes that mix hue, saturation and luminosity; straight values 0..1."""
    if mode == _HUE:
        r, g, b = _with_saturation(sr, sg, sb, max(gr, gg, gb) - min(gr, gg, gb))
        return _with_luminosity(r, g, b, _luminosity(gr, gg, gb))
    if mode == _SATURATION:
        r, g, b = _with_saturation(gr, gg, gb, max(sr, sg, sb) - min(sr, sg, sb))
        return _with_luminosity(r, g, b, _luminosity(gr, gg, gb))
    if mode == _COLOR:
        return _with_luminosity(sr, sg, sb, _luminosity(gr, gg, gb))
    return _with_luminosity(gr, gg, gb, _luminosity(sr, sg, sb))


@njit
def _row_general(below, above, opacity, mode):  # type: ignore[no-untyped-def]
    for x in range(below.shape[0]):
        alpha, ground_alpha = above[x, 3] * opacity / 65025.0, below[x, 3] / 255.0
        if alpha == 0.0:
            continue
        if ground_alpha == 0.0:
            for k in range(4):
                below[x, k] = _div255(np.int32(above[x, k]) * opacity)
            continue
        unit, ground_unit = 1.0 / above[x, 3], 1.0 / below[x, 3]
        sr, sg, sb = min(1.0, above[x, 0] * unit), min(1.0, above[x, 1] * unit), min(1.0, above[x, 2] * unit)
        gr, gg, gb = (
            min(1.0, below[x, 0] * ground_unit),
            min(1.0, below[x, 1] * ground_unit),
            min(1.0, below[x, 2] * ground_unit),
        )
        if _HUE <= mode <= _LUMINOSITY:
            r, g, b = _mixed_color(mode, sr, sg, sb, gr, gg, gb)
        else:
            r, g, b = _mixed(mode, sr, gr), _mixed(mode, sg, gg), _mixed(mode, sb, gb)
        only_source, only_ground, both = (
            alpha * (1.0 - ground_alpha),
            ground_alpha * (1.0 - alpha),
            alpha * ground_alpha,
        )
        below[x, 0] = np.uint8((sr * only_source + gr * only_ground + r * both) * 255.0 + 0.5)
        below[x, 1] = np.uint8((sg * only_source + gg * only_ground + g * both) * 255.0 + 0.5)
        below[x, 2] = np.uint8((sb * only_source + gb * only_ground + b * both) * 255.0 + 0.5)
        below[x, 3] = np.uint8((only_source + only_ground + both) * 255.0 + 0.5)


@njit(types.void(_PIXELS, _SOURCE, *[types.int64] * 8), cache=True, nogil=True, error_model="numpy")
def _blend(dst, src, ox, oy, x0, y0, x1, y1, mode, opacity):  # type: ignore[no-untyped-def]
    weight = np.int32(opacity)
    for y in range(y0, y1):
        below, above = dst[y, x0:x1], src[y - oy, x0 - ox : x1 - ox]
        if mode == 0:
            _row_normal(below, above, weight)
        elif mode == _MULTIPLY:
            _row_multiply(below, above, weight)
        elif mode in (_SCREEN, _EXCLUSION):
            _row_product(below, above, weight, np.int32(1 if mode == _SCREEN else 2))
        elif mode in (_DARKEN, _LIGHTEN, _DIFFERENCE):
            _row_extreme(below, above, weight, np.int32(2 if mode == _DIFFERENCE else 1), mode == _DARKEN)
        elif mode == _ADD:
            _row_add(below, above, weight)
        else:
            _row_general(below, above, weight, mode)


def blend_layer(
    dst: NDArray[np.uint8],
    src: NDArray[np.uint8],
    ox: int,
    oy: int,
    x0: int,
    y0: int,
    x1: int,
    y1: int,
    mode: int,
    opacity: float,
) -> None:
    """Blends ``src`` onto ``dst``.

    ``dst``: (H, W, 4) and ``src``: (h, w, 4) uint8, premultiplied, C-contiguous. The top left pixel of ``src`` lies
    at (ox, oy) of
    ``dst``, which is written inside the clip [x0, x1) x [y0, y1) where ``src`` covers it.
    ``mode``: 0 normal, 1 multiply ... 15 luminosity, 16 add (alphas too), 17 hard mix (1 where source and backdrop
    sum to 1
    or more, else 0), as the Lottie specification numbers them. ``opacity`` 0..1 counts in steps of 1/255.
    """
    if not 0 <= mode <= _HARD_MIX:
        raise ValueError(f"blend mode {mode} is not one of 0..{_HARD_MIX}")
    x0, y0 = max(0, int(x0), int(ox)), max(0, int(y0), int(oy))
    x1 = min(dst.shape[1], int(x1), int(ox) + src.shape[1])
    y1 = min(dst.shape[0], int(y1), int(oy) + src.shape[0])
    if not (x0 < x1 and y0 < y1 and opacity > 0.0):
        return
    alpha = min(255, int(opacity * 255.0 + 0.5))
    _blend(dst, np.ascontiguousarray(src), int(ox), int(oy), x0, y0, x1, y1, int(mode), alpha)
