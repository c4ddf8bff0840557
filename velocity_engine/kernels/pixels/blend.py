"""Blending a layer's pixels onto a canvas by the sixteen modes of the W3C's Compositing and Blending Level 1, add and
hard mix.

All pixels are premultiplied RGBA, 8 bits each. With alpha, a mode B(backdrop, source) gives
source * (1 - backdrop alpha) + backdrop * (1 - source alpha) + both alphas * B, and alpha by source-over.
"""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

_OVERLAY, _HARD, _DIFFERENCE, _EXCLUSION, _LAST = 3, 8, 10, 11, 17

# Modes whose result is s + d - X, where 255 X is a sum of products of s, d and both alphas. The factors of
# s d, d source alpha, s backdrop alpha, and of the greater and the lesser of the last two.
_SUMS = {
    0: (0, 1, 0, 0, 0),  # normal
    1: (-1, 1, 1, 0, 0),  # multiply
    2: (1, 0, 0, 0, 0),  # screen
    4: (0, 0, 0, 1, 0),  # darken
    5: (0, 0, 0, 0, 1),  # lighten
    _DIFFERENCE: (0, 0, 0, 0, 2),
    _EXCLUSION: (2, 0, 0, 0, 0),
    16: (0, 0, 0, 0, 0),  # add
}

_PIXELS = types.Array(types.uint32, 2, "C")
_SOURCE = types.Array(types.uint32, 2, "C", readonly=True)
_FACTORS = types.Array(types.int32, 1, "C", readonly=True)


@inlined
def _div255(value):
    """value / 255, rounded."""
    biased = np.int32(value + 128)
    return np.int32(np.int32(biased + (biased >> 8)) >> 8)


@inlined
def _row_sum(below, above, ground_alpha, alpha, factors):
    """All arrays: (4 n,) uint8, the alphas repeated for each channel."""
    product, by_alpha, by_ground, greater, lesser = factors[0], factors[1], factors[2], factors[3], factors[4]
    for i in range(below.shape[0]):
        source, ground = np.int32(above[i]), np.int32(below[i])
        one, other = np.int32(source * np.int32(ground_alpha[i])), np.int32(ground * np.int32(alpha[i]))
        less = np.int32(np.int32(source * ground) * product + other * by_alpha + one * by_ground)
        less = np.int32(less + np.int32(max(one, other) * greater) + np.int32(min(one, other) * lesser))
        below[i] = np.uint8(min(max(source + ground - _div255(less), np.int32(0)), np.int32(255)))


@inlined
def _row_light(below, above, ground_alpha, alpha, by_ground):
    """Hard light, or overlay when ``by_ground``."""
    for i in range(below.shape[0]):
        source, ground = np.int32(above[i]), np.int32(below[i])
        top, base = np.int32(alpha[i]), np.int32(ground_alpha[i])
        dark = 2 * ground <= base if by_ground else 2 * source <= top
        both = np.int32(2 * source * ground)
        bright = np.int32(top * base - 2 * (base - ground) * (top - source))
        mixed = np.int32(both if dark else bright)
        mixed = _div255(mixed + source * (255 - base) + ground * (255 - top))
        below[i] = np.uint8(min(max(mixed, np.int32(0)), np.int32(255)))


@inlined
def _repeat_alpha(pixels, out):
    for x in range(pixels.shape[0]):
        out[x] = np.uint32(np.uint32(pixels[x] >> np.uint32(24)) * np.uint32(0x01010101))


@inlined
def _scale(source, opacity, out):
    for i in range(source.shape[0]):
        out[i] = np.uint8(_div255(np.int32(source[i]) * opacity))


@kernel(types.void(_PIXELS, _SOURCE, *[types.int64] * 8, _FACTORS), error_model="numpy")
def _blend(dst, src, ox, oy, x0, y0, x1, y1, mode, opacity, factors):
    count = x1 - x0
    above = np.empty(count, np.uint32)
    alpha, ground_alpha = np.empty(count, np.uint32), np.empty(count, np.uint32)
    for y in range(y0, y1):
        below = dst[y, x0:x1]
        _scale(src[y - oy, x0 - ox : x1 - ox].view(np.uint8), np.int32(opacity), above.view(np.uint8))
        _repeat_alpha(above, alpha)
        _repeat_alpha(below, ground_alpha)
        base, top = ground_alpha.view(np.uint8), alpha.view(np.uint8)
        if mode in (_OVERLAY, _HARD):
            _row_light(below.view(np.uint8), above.view(np.uint8), base, top, mode == _OVERLAY)
        else:
            _row_sum(below.view(np.uint8), above.view(np.uint8), base, top, factors)
        if mode in (_DIFFERENCE, _EXCLUSION):
            union = below.view(np.uint8)
            for i in range(3, 4 * count, 4):
                union[i] = np.uint8(
                    np.int32(top[i]) + np.int32(base[i]) - _div255(np.int32(top[i]) * np.int32(base[i]))
                )


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

    ``dst``: (H, W, 4) and ``src``: (h, w, 4) uint8, premultiplied, C-contiguous. The top left pixel of ``src`` lies at
    (ox, oy) of ``dst``, which is written inside the clip [x0, x1) x [y0, y1) where ``src`` covers it.
    ``mode``: 0 normal, 1 multiply ... 15 luminosity, 16 add (alphas too), 17 hard mix (1 where source and backdrop sum
    to 1 or more, else 0), as the Lottie specification numbers them. ``opacity`` 0..1 counts in steps of 1/255.
    """
    if not 0 <= mode <= _LAST:
        raise ValueError(f"blend mode {mode} is not one of 0..{_LAST}")
    x0, y0 = max(0, int(x0), int(ox)), max(0, int(y0), int(oy))
    x1 = min(dst.shape[1], int(x1), int(ox) + src.shape[1])
    y1 = min(dst.shape[0], int(y1), int(oy) + src.shape[0])
    if not (x0 < x1 and y0 < y1 and opacity > 0.0):
        return
    alpha = min(255, int(opacity * 255.0 + 0.5))
    arguments = (int(ox), int(oy), x0, y0, x1, y1, int(mode), alpha)
    if mode not in _SUMS and mode not in (_OVERLAY, _HARD):
        # Seldom used, so compiled only when it is.
        from velocity_engine.kernels.pixels.blend_straight import blend_straight

        blend_straight(dst, np.ascontiguousarray(src), *arguments)
        return
    factors = np.array(_SUMS.get(mode, (0, 0, 0, 0, 0)), np.int32)
    _blend(dst.view(np.uint32)[..., 0], np.ascontiguousarray(src).view(np.uint32)[..., 0], *arguments, factors)
