"""The blend modes that need straight colours: dodge, burn, soft light, hard mix, and those of hue, saturation and
luminosity. Formulas of the W3C's Compositing and Blending Level 1."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, types

from velocity_engine.kernels.inner import inner

_DODGE, _BURN, _SOFT, _HUE, _SATURATION, _COLOR, _LUMINOSITY = 6, 7, 9, 12, 13, 14, 15


@inner
def _mixed(mode, source, ground):  # type: ignore[no-untyped-def]
    """B(ground, source) of a separable mode, straight values 0..1."""
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


@inner
def _luminosity(r, g, b):  # type: ignore[no-untyped-def]
    return 0.3 * r + 0.59 * g + 0.11 * b


@inner
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


@inner
def _with_saturation(r, g, b, target):  # type: ignore[no-untyped-def]
    low, high = min(r, g, b), max(r, g, b)
    scale = target / (high - low) if high > low else 0.0
    return (r - low) * scale, (g - low) * scale, (b - low) * scale


@inner
def _mixed_color(mode, sr, sg, sb, gr, gg, gb):  # type: ignore[no-untyped-def]
    """B of the modes that mix hue, saturation and luminosity; straight values 0..1."""
    light = _luminosity(gr, gg, gb)
    if mode == _LUMINOSITY:
        light = _luminosity(sr, sg, sb)
    r, g, b = (sr, sg, sb) if mode in (_HUE, _COLOR) else (gr, gg, gb)
    if mode == _HUE:
        r, g, b = _with_saturation(r, g, b, max(gr, gg, gb) - min(gr, gg, gb))
    elif mode == _SATURATION:
        r, g, b = _with_saturation(r, g, b, max(sr, sg, sb) - min(sr, sg, sb))
    return _with_luminosity(r, g, b, light)


@njit(
    types.void(types.Array(types.uint8, 3, "C"), types.Array(types.uint8, 3, "C", readonly=True), *[types.int64] * 8),
    cache=True,
    nogil=True,
    error_model="numpy",
)
def blend_straight(dst, src, ox, oy, x0, y0, x1, y1, mode, opacity):  # type: ignore[no-untyped-def]
    """As ``blend.blend_layer``, for modes 6, 7, 9, 12 to 15 and 17.

    The clip lies inside ``dst`` and ``src``; ``opacity`` is 0..255.
    """
    for y in range(y0, y1):
        for x in range(x0, x1):
            top, base = src[y - oy, x - ox], dst[y, x]
            if top[3] == 0:
                continue
            alpha, ground_alpha = top[3] * opacity / 65025.0, base[3] / 255.0
            unit, ground_unit = 1.0 / top[3], 1.0 / base[3] if base[3] else 0.0
            sr, sg, sb = min(1.0, top[0] * unit), min(1.0, top[1] * unit), min(1.0, top[2] * unit)
            gr, gg = min(1.0, base[0] * ground_unit), min(1.0, base[1] * ground_unit)
            gb = min(1.0, base[2] * ground_unit)
            if _HUE <= mode <= _LUMINOSITY:
                r, g, b = _mixed_color(mode, sr, sg, sb, gr, gg, gb)
            else:
                r, g, b = _mixed(mode, sr, gr), _mixed(mode, sg, gg), _mixed(mode, sb, gb)
            both = alpha * ground_alpha
            over, under = alpha - both, ground_alpha - both
            base[0] = np.uint8((sr * over + gr * under + r * both) * 255.0 + 0.5)
            base[1] = np.uint8((sg * over + gg * under + g * both) * 255.0 + 0.5)
            base[2] = np.uint8((sb * over + gb * under + b * both) * 255.0 + 0.5)
            base[3] = np.uint8((over + under + both) * 255.0 + 0.5)
