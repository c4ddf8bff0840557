"""Between RGBA and planar YUV 4:2:0, in integers.

Pixels are taken and given as one uint32 each, and the casts keep all numbers 32 bits wide: the loops then fill whole
vectors, which is worth a factor of four.

Chroma is sited as in MPEG-2, the default of H.264 (chroma_sample_loc_type 0): horizontally on the even luma columns,
vertically halfway between two luma rows.
"""

from __future__ import annotations

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.yuv.bt709 import UB, UG, UR, VB, VG, VR, YB, YG, YR

_RGBA = types.Array(types.uint8, 3, "C")
_RGBA_SOURCE = types.Array(types.uint8, 3, "C", readonly=True)
_PLANE = types.Array(types.uint8, 2, "C")
_PLANE_SOURCE = types.Array(types.uint8, 2, "C", readonly=True)

_LUMA_BASE = np.int32((16 << 16) + (1 << 15))
_CHROMA_BASE = np.int32((128 << 19) + (1 << 18))

_LOW, _HALF, _EVEN = np.uint32(0xFF), np.uint32(0xFFFF), np.uint32(0x00FF00FF)
_S8, _S16 = np.uint32(8), np.uint32(16)
_ONE, _S32 = np.uint64(1), np.uint64(32)


@inlined
def _luma_row(pixels, out):
    for x in range(pixels.shape[0]):
        pixel = pixels[x]
        red, green, blue = np.int32(pixel & _LOW), np.int32((pixel >> _S8) & _LOW), np.int32((pixel >> _S16) & _LOW)
        value = np.int32(np.int32(_LUMA_BASE + YR * red) + np.int32(np.int32(YG * green) + np.int32(YB * blue)))
        out[x] = np.uint8(np.uint32(value) >> _S16)


@inlined
def _sum_rows(upper, lower, red_blue, green):
    """Sums of two rows, red in the low and blue in the high half of a number."""
    for x in range(upper.shape[0]):
        one, other = upper[x], lower[x]
        red_blue[x] = np.uint32(np.uint32(one & _EVEN) + np.uint32(other & _EVEN))
        green[x] = np.uint32(np.uint32((one >> _S8) & _LOW) + np.uint32((other >> _S8) & _LOW))


@inlined
def repeat_ends(sums, skip, filled, count):
    """Columns beyond the picture get its first and last: ``sums`` has those from ``skip`` (0 or 1) to ``filled``."""
    if skip:
        sums[0] = sums[1]
    for x in range(filled, count):
        sums[x] = sums[filled - 1]


@inlined
def _chroma_sample(base, red, green, blue, from_red, from_green, from_blue):
    value = np.int32(np.int32(base + from_red * red) + np.int32(np.int32(from_green * green) + from_blue * blue))
    return np.uint8(np.uint32(value) >> np.uint32(19))


@inlined
def weigh_columns(sums, out):
    """Sums of three columns, weighted 1-2-1 about every second one. ``sums``: two columns in the halves of a number,
    beginning one column left of the first that is weighted twice."""
    for x in range(out.shape[0]):
        pair = sums[x]
        out[x] = np.uint32(pair + ((pair >> _S32) << _ONE) + sums[x + 1])


@inlined
def _chroma_row(red_blue, green, u, v):
    """``red_blue``, ``green``: sums of eight."""
    for x in range(u.shape[0]):
        both, g = red_blue[x], np.int32(green[x])
        r, b = np.int32(both & _HALF), np.int32(both >> _S16)
        u[x] = _chroma_sample(_CHROMA_BASE, r, g, b, UR, UG, UB)
        v[x] = _chroma_sample(_CHROMA_BASE, r, g, b, VR, VG, VB)


@kernel(types.void(_RGBA_SOURCE, _PLANE, _PLANE, _PLANE, *[types.int64] * 4))
def rgba_to_yuv420(rgba, y, u, v, x0, y0, x1, y1):
    """Opaque RGBA to BT.709, limited range, 8-bit 4:2:0, inside [x0, x1) x [y0, y1), whose corners are even (else
    widened to be).

    ``rgba``: (H, W, 4) uint8; alpha is ignored. ``y``: (H, >= W), ``u``, ``v``: (ceil(H / 2), >= ceil(W / 2)) uint8;
    all C-contiguous. Chroma is left-sited: columns are weighted 1-2-1 about the even column, the two rows evenly. The
    filter reads one column beyond the region, and the chroma sample at x1, which the region's last column touches, is
    written too: converting the regions that changed gives the same planes as converting the whole. Odd widths and
    heights repeat the last column and row.
    """
    height, width = rgba.shape[0], rgba.shape[1]
    x0, y0 = max(x0, 0) & ~1, max(y0, 0) & ~1
    x1, y1 = min((x1 + 1) & ~1, width), min((y1 + 1) & ~1, height)
    if x0 >= x1 or y0 >= y1:
        return
    first, last = x0 // 2, (min(x1 + 1, width) + 1) // 2
    count = 2 * (last - first) + 1
    packed = rgba.reshape(height, 4 * width).view(np.uint32)
    red_blue_pairs, green_pairs = np.empty(last - first + 1, np.uint64), np.empty(last - first + 1, np.uint64)
    red_blue, green = red_blue_pairs.view(np.uint32), green_pairs.view(np.uint32)
    red_blue_sums, green_sums = np.empty(last - first, np.uint32), np.empty(last - first, np.uint32)
    begin, end = max(x0 - 1, 0), min(x0 - 1 + count, width)
    skip = begin - (x0 - 1)
    filled = skip + end - begin
    for j in range(y0, y1, 2):
        below = min(j + 1, height - 1)
        _luma_row(packed[j, x0:x1], y[j, x0:x1])
        if below > j:
            _luma_row(packed[below, x0:x1], y[below, x0:x1])
        _sum_rows(packed[j, begin:end], packed[below, begin:end], red_blue[skip:filled], green[skip:filled])
        for sums in (red_blue, green):
            repeat_ends(sums, skip, filled, count)
        weigh_columns(red_blue_pairs, red_blue_sums)
        weigh_columns(green_pairs, green_sums)
        _chroma_row(red_blue_sums, green_sums, u[j // 2, first:last], v[j // 2, first:last])


@inlined
def _mixed_rows(near, far, out):
    """Chroma samples of one luma row, times 4: rows weighted 3-1; one more after the last repeats it."""
    count = near.shape[0]
    for x in range(count):
        out[x] = np.int32(np.int32(np.int32(3) * np.int32(near[x])) + np.int32(far[x]))
    if count < out.shape[0]:
        out[count] = out[count - 1]


@inlined
def _chroma_line(mixed, out):
    """Chroma at every luma column, times 8: odd columns halfway between two samples."""
    for x in range(out.shape[0] // 2):
        out[2 * x] = np.int32(mixed[x] << np.int32(1))
        out[2 * x + 1] = np.int32(mixed[x] + mixed[x + 1])


@inlined
def _clamped(value):
    return np.uint32(min(max(np.int32(value >> np.int32(16)), np.int32(0)), np.int32(255)))


@inlined
def _rgb_row(luma, cb, cr, out, y_scale, y_base, red_v, green_u, green_v, blue_u):
    for x in range(out.shape[0]):
        base = np.int32(np.int32(np.int32(np.int32(luma[x]) - y_base) * y_scale) + np.int32(32768))
        du, dv = np.int32(cb[x] - np.int32(1024)), np.int32(cr[x] - np.int32(1024))
        red = _clamped(np.int32(base + np.int32(dv * red_v)))
        green = _clamped(np.int32(np.int32(base - np.int32(du * green_u)) - np.int32(dv * green_v)))
        blue = _clamped(np.int32(base + np.int32(du * blue_u)))
        upper = np.uint32(np.uint32(blue << _S16) | np.uint32(0xFF000000))
        out[x] = np.uint32(np.uint32(red | np.uint32(green << _S8)) | upper)


@kernel(
    types.void(_PLANE_SOURCE, _PLANE_SOURCE, _PLANE_SOURCE, types.boolean, types.int64, _RGBA, *[types.int64] * 4),
)
def yuv420_to_rgba(y, u, v, full_range, matrix, out, x0, y0, x1, y1):
    """8-bit planar 4:2:0 to opaque RGBA, chroma left-sited and interpolated linearly, inside [x0, x1) x [y0, y1), of
    which ``x0`` is even (else lowered).

    ``y``: (>= h, >= w), ``u``, ``v``: (>= ceil(h / 2), >= ceil(w / 2)) uint8; ``out``: (h, w, 4) uint8, written; all
    C-contiguous. ``matrix``: 601 for ITU-R BT.601 (both 525 and 625 lines), anything else is BT.709. A part is the
    same, bit for bit, as the same part of the whole.
    """
    height, width = out.shape[0], out.shape[1]
    x0, y0, x1, y1 = max(x0, 0) & ~1, max(y0, 0), min(x1, width), min(y1, height)
    if x0 >= x1 or y0 >= y1:
        return
    kr, kb = (0.299, 0.114) if matrix == 601 else (0.2126, 0.0722)
    luma_unit = 1.0 if full_range else 255.0 / 219.0
    chroma_unit = (1.0 if full_range else 255.0 / 224.0) / 8.0  # chroma lines carry three more bits
    y_scale, y_base = np.int32(luma_unit * 65536.0 + 0.5), np.int32(0 if full_range else 16)
    kg = 1.0 - kr - kb
    red_v = np.int32(2.0 * (1.0 - kr) * chroma_unit * 65536.0 + 0.5)
    blue_u = np.int32(2.0 * (1.0 - kb) * chroma_unit * 65536.0 + 0.5)
    green_u = np.int32(2.0 * (1.0 - kb) * kb / kg * chroma_unit * 65536.0 + 0.5)
    green_v = np.int32(2.0 * (1.0 - kr) * kr / kg * chroma_unit * 65536.0 + 0.5)
    packed = out.reshape(height, 4 * width).view(np.uint32)
    first, count = x0 // 2, (x1 - x0 + 1) // 2
    there = min(count + 1, (width + 1) // 2 - first)
    cb, cr = np.empty(2 * count, np.int32), np.empty(2 * count, np.int32)
    mixed = np.empty(count + 1, np.int32)
    lines = (height + 1) // 2
    for j in range(y0, y1):
        near = j // 2
        far = min(near + 1, lines - 1) if j & 1 else max(near - 1, 0)
        for plane, line in ((u, cb), (v, cr)):
            _mixed_rows(plane[near, first : first + there], plane[far, first : first + there], mixed)
            _chroma_line(mixed, line)
        _rgb_row(y[j, x0:x1], cb, cr, packed[j, x0:x1], y_scale, y_base, red_v, green_u, green_v, blue_u)
