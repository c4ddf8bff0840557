"""Pixels with alpha laid over planar YUV 4:2:0, without turning what is below into RGBA.

Source-over is linear, and so is the way from RGB to YUV: the pixels are turned into Y, U and V, filtered as
``yuv.rgba_to_yuv420`` filters, and what is below them is kept by the share that their alpha, filtered alike, leaves.
Where alpha is 255 the planes get what ``rgba_to_yuv420`` would give, bit for bit.
"""

from __future__ import annotations

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.yuv.bt709 import UB, UG, UR, VB, VG, VR, YB, YG, YR
from velocity_engine.kernels.yuv.yuv import repeat_ends, weigh_columns

_RGBA_SOURCE = types.Array(types.uint8, 3, "C", readonly=True)
_PLANE = types.Array(types.uint8, 2, "C")

_LOW, _HALF, _EVEN = np.uint32(0xFF), np.uint32(0xFFFF), np.uint32(0x00FF00FF)
_S8, _S16, _S24 = np.uint32(8), np.uint32(16), np.uint32(24)
_BLACK, _GREY = np.int32(16), np.int32(128)


@inlined
def _any(pixels):
    found = np.uint32(0)
    for x in range(pixels.shape[0]):
        found |= pixels[x]
    return found != 0


@inlined
def _luma_row(pixels, out):
    for x in range(pixels.shape[0]):
        pixel = pixels[x]
        red, green, blue = np.int32(pixel & _LOW), np.int32((pixel >> _S8) & _LOW), np.int32((pixel >> _S16) & _LOW)
        alpha = np.int32(pixel >> _S24)
        # Of 255, and 65536 / 255 is 257 and one 255th.
        ground = np.int32(np.int32(_BLACK * alpha) + np.int32(np.int32(np.int32(255) - alpha) * np.int32(out[x])))
        ground = np.int32(np.int32(ground * np.int32(257)) + np.int32(np.int32(ground + np.int32(128)) >> np.int32(8)))
        value = np.int32(np.int32(ground + YR * red) + np.int32(np.int32(YG * green) + np.int32(YB * blue)))
        out[x] = np.uint8(np.uint32(np.uint32(value) + np.uint32(32768)) >> _S16)


@inlined
def _sum_rows(upper, lower, red_blue, green_alpha):
    """Sums of two rows, two channels in the halves of a number."""
    for x in range(upper.shape[0]):
        one, other = upper[x], lower[x]
        red_blue[x] = np.uint32(np.uint32(one & _EVEN) + np.uint32(other & _EVEN))
        green_alpha[x] = np.uint32(
            np.uint32(np.uint32(one >> _S8) & _EVEN) + np.uint32(np.uint32(other >> _S8) & _EVEN)
        )


@inlined
def _chroma_sample(below, red, green, blue, alpha, from_red, from_green, from_blue):
    """``red`` to ``alpha`` are sums of eight."""
    rest = np.int32(np.int32(np.int32(2040) - alpha) * np.int32(below))
    ground = np.int32(np.int32(_GREY * alpha) + rest)
    fine = np.int32(np.int32(ground + np.int32(ground >> np.int32(8))) + np.int32(128))
    ground = np.int32(np.int32(ground * np.int32(257)) + np.int32(fine >> np.int32(8)))
    value = np.int32(np.int32(ground + from_red * red) + np.int32(np.int32(from_green * green) + from_blue * blue))
    return np.uint8(np.uint32(np.uint32(value) + np.uint32(1 << 18)) >> np.uint32(19))


@inlined
def _chroma_row(red_blue, green_alpha, u, v):
    """``red_blue``, ``green_alpha``: sums of eight."""
    for x in range(u.shape[0]):
        both, rest = red_blue[x], green_alpha[x]
        r, b, g, a = np.int32(both & _HALF), np.int32(both >> _S16), np.int32(rest & _HALF), np.int32(rest >> _S16)
        u[x] = _chroma_sample(u[x], r, g, b, a, UR, UG, UB)
        v[x] = _chroma_sample(v[x], r, g, b, a, VR, VG, VB)


@kernel(types.void(_RGBA_SOURCE, _PLANE, _PLANE, _PLANE, *[types.int64] * 5))
def rgba_over_yuv420(rgba, y, u, v, x0, y0, x1, y1, chroma_end):
    """Lays ``rgba`` over BT.709, limited range, 8-bit 4:2:0, left-sited, inside [x0, x1) x [y0, y1), whose corners are
    even (else widened to be).

    ``rgba``: (H, W, 4) uint8, premultiplied. ``y``: (H, >= W), ``u``, ``v``: (ceil(H / 2), >= ceil(W / 2)) uint8,
    written; all C-contiguous. Chroma samples are written from x0 / 2 to below ``chroma_end``: x1 / 2, or one more where
    the sample at x1, which the region's last column touches, is to change too. Odd widths and heights repeat the last
    column and row of ``rgba``. Where it is clear nothing changes.
    """
    height, width = rgba.shape[0], rgba.shape[1]
    x0, y0 = max(x0, 0) & ~1, max(y0, 0) & ~1
    x1, y1 = min((x1 + 1) & ~1, width), min((y1 + 1) & ~1, height)
    if x0 >= x1 or y0 >= y1:
        return
    first, last = x0 // 2, min(chroma_end, (width + 1) // 2)
    count = 2 * (last - first) + 1
    packed = rgba.reshape(height, 4 * width).view(np.uint32)
    red_blue_pairs, green_alpha_pairs = np.empty(last - first + 1, np.uint64), np.empty(last - first + 1, np.uint64)
    red_blue, green_alpha = red_blue_pairs.view(np.uint32), green_alpha_pairs.view(np.uint32)
    red_blue_sums, green_alpha_sums = np.empty(last - first, np.uint32), np.empty(last - first, np.uint32)
    begin, end = max(x0 - 1, 0), min(x0 - 1 + count, width)
    skip = begin - (x0 - 1)
    filled = skip + end - begin
    for j in range(y0, y1, 2):
        below = min(j + 1, height - 1)
        if not (_any(packed[j, begin:end]) or _any(packed[below, begin:end])):
            continue
        _luma_row(packed[j, x0:x1], y[j, x0:x1])
        if below > j:
            _luma_row(packed[below, x0:x1], y[below, x0:x1])
        _sum_rows(packed[j, begin:end], packed[below, begin:end], red_blue[skip:filled], green_alpha[skip:filled])
        for sums in (red_blue, green_alpha):
            repeat_ends(sums, skip, filled, count)
        weigh_columns(red_blue_pairs, red_blue_sums)
        weigh_columns(green_alpha_pairs, green_alpha_sums)
        _chroma_row(red_blue_sums, green_alpha_sums, u[j // 2, first:last], v[j // 2, first:last])
