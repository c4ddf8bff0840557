"""The blend modes that need straight colours: dodge, burn, soft light, hard mix, and those of hue, saturation and
luminosity. Formulas of the W3C's Compositing and Blending Level 1.

A row is taken apart into planes of single-precision numbers 0..1, in which every formula is a loop without branches.
"""

from __future__ import annotations

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

_DODGE, _BURN, _SOFT, _HUE, _SATURATION, _COLOR, _LUMINOSITY, _HARD_MIX = 6, 7, 9, 12, 13, 14, 15, 17

_F = np.float32
_ZERO, _ONE, _TWO, _HALF, _TINY = _F(0.0), _F(1.0), _F(2.0), _F(0.5), _F(1e-9)
_QUARTER, _FOUR, _TWELVE, _SIXTEEN = _F(0.25), _F(4.0), _F(12.0), _F(16.0)
_BYTE, _UNIT = _F(255.0), _F(1.0 / 255.0)
_RED, _GREEN, _BLUE = _F(0.3), _F(0.59), _F(0.11)


@inlined
def _take_apart(row, opacity, planes):
    """``row``: (n, 4) uint8, premultiplied; ``planes``: (4, n) float32: straight R, G, B, and alpha times opacity."""
    red, green, blue, alphas = planes[0], planes[1], planes[2], planes[3]
    for x in range(row.shape[0]):
        alpha = _F(row[x, 3])
        unit = _ONE / max(alpha, _ONE)
        red[x] = min(_F(row[x, 0]) * unit, _ONE)
        green[x] = min(_F(row[x, 1]) * unit, _ONE)
        blue[x] = min(_F(row[x, 2]) * unit, _ONE)
        alphas[x] = alpha * opacity


@inlined
def _dodge(source, ground, out):
    for x in range(out.shape[0]):
        value = min(_ONE, ground[x] / max(_ONE - source[x], _TINY))
        out[x] = value if ground[x] > _ZERO else _ZERO


@inlined
def _burn(source, ground, out):
    for x in range(out.shape[0]):
        value = _ONE - min(_ONE, (_ONE - ground[x]) / max(source[x], _TINY))
        out[x] = value if ground[x] < _ONE else _ONE


@inlined
def _soft(source, ground, out):
    for x in range(out.shape[0]):
        s, d = source[x], ground[x]
        curve = ((_SIXTEEN * d - _TWELVE) * d + _FOUR) * d
        root = np.sqrt(d)
        lift = curve if d <= _QUARTER else root
        dark = d * (_ONE - d)
        out[x] = d + (_TWO * s - _ONE) * (dark if s <= _HALF else lift - d)


@inlined
def _hard_mix(source, ground, out):
    for x in range(out.shape[0]):
        out[x] = _ONE if source[x] + ground[x] >= _ONE else _ZERO


@inlined
def _luminosity(r, g, b):
    return _RED * r + _GREEN * g + _BLUE * b


@inlined
def _whole_color(mode, source, ground, out):
    """Hue, saturation, colour and luminosity. All: (3, n) float32."""
    from_source = mode in (_HUE, _COLOR)
    stretched = mode in (_HUE, _SATURATION)
    for x in range(out.shape[1]):
        sr, sg, sb, gr, gg, gb = source[0, x], source[1, x], source[2, x], ground[0, x], ground[1, x], ground[2, x]
        target = _luminosity(sr, sg, sb) if mode == _LUMINOSITY else _luminosity(gr, gg, gb)
        source_low, ground_low = min(sr, min(sg, sb)), min(gr, min(gg, gb))
        source_span, ground_span = max(sr, max(sg, sb)) - source_low, max(gr, max(gg, gb)) - ground_low
        r, g, b = (sr, sg, sb) if from_source else (gr, gg, gb)
        if stretched:
            # The saturation of one, on the other's hue.
            own, wanted = (source_span, ground_span) if from_source else (ground_span, source_span)
            low = source_low if from_source else ground_low
            scale = wanted / own if own > _ZERO else _ZERO
            r, g, b = (r - low) * scale, (g - low) * scale, (b - low) * scale
        shift = target - _luminosity(r, g, b)
        r, g, b = r + shift, g + shift, b + shift
        # Drawn towards grey until it lies in 0..1.
        low, high = min(r, min(g, b)), max(r, max(g, b))
        scale = target / max(target - low, _TINY) if low < _ZERO else _ONE
        other = (_ONE - target) / max(high - target, _TINY) if high > _ONE else _ONE
        scale = min(scale, other)
        out[0, x] = target + (r - target) * scale
        out[1, x] = target + (g - target) * scale
        out[2, x] = target + (b - target) * scale


@inlined
def _put_together(row, source, ground, mixed):
    """Source-over with the mixed colour where both are, onto ``row``: (n, 4) uint8."""
    for x in range(row.shape[0]):
        alpha, base = source[3, x], ground[3, x]
        both = alpha * base
        over, under = alpha - both, base - both
        total = _F(np.int32((over + under + both) * _BYTE + _HALF))
        for k in range(3):
            value = (source[k, x] * over + ground[k, x] * under + mixed[k, x] * both) * _BYTE + _HALF
            row[x, k] = np.uint8(np.int32(min(max(value, _ZERO), total)))
        row[x, 3] = np.uint8(np.int32(total))


@kernel(
    types.void(types.Array(types.uint8, 3, "C"), types.Array(types.uint8, 3, "C", readonly=True), *[types.int64] * 8),
    error_model="numpy",
)
def blend_straight(dst, src, ox, oy, x0, y0, x1, y1, mode, opacity):
    """As ``blend.blend_layer``, for modes 6, 7, 9, 12 to 15 and 17.

    The clip lies inside ``dst`` and ``src``; ``opacity`` is 0..255.
    """
    count = x1 - x0
    source, ground = np.empty((4, count), np.float32), np.empty((4, count), np.float32)
    mixed = np.empty((3, count), np.float32)
    fade = _F(opacity / 65025.0)
    for y in range(y0, y1):
        row = dst[y, x0:x1]
        _take_apart(src[y - oy, x0 - ox : x1 - ox], fade, source)
        _take_apart(row, _UNIT, ground)
        if _HUE <= mode <= _LUMINOSITY:
            _whole_color(mode, source, ground, mixed)
        else:
            for k in range(3):
                if mode == _DODGE:
                    _dodge(source[k], ground[k], mixed[k])
                elif mode == _BURN:
                    _burn(source[k], ground[k], mixed[k])
                elif mode == _SOFT:
                    _soft(source[k], ground[k], mixed[k])
                else:
                    _hard_mix(source[k], ground[k], mixed[k])
        _put_together(row, source, ground, mixed)
