"""Between RGBA and planar YUV 4:2:0, in integers.

Chroma is sited as in MPEG-2, the default of H.264 (chroma_sample_loc_type 0): horizontally on the even luma columns,
vertically halfway between two luma rows.
"""

from __future__ import annotations

import numpy as np
from numba import njit, types

from velocity_engine.kernels.inner import inner

_RGBA = types.Array(types.uint8, 3, "C")
_RGBA_SOURCE = types.Array(types.uint8, 3, "C", readonly=True)
_PLANE = types.Array(types.uint8, 2, "C")
_PLANE_SOURCE = types.Array(types.uint8, 2, "C", readonly=True)

# BT.709: 219/255 (luma) and 224/255 (chroma) times the matrix of ITU-R BT.709-6, item 3, in units of 2**-16.
_YR, _YG, _YB = np.int32(11966), np.int32(40254), np.int32(4064)
_UR, _UG, _UB = np.int32(-6596), np.int32(-22189), np.int32(28785)
_VR, _VG, _VB = np.int32(28785), np.int32(-26145), np.int32(-2640)
_LUMA_BASE = np.int32((16 << 16) + (1 << 15))
_CHROMA_BASE = np.int32((128 << 19) + (1 << 18))


@inner
def _luma_row(pixels, out):  # type: ignore[no-untyped-def]
    for x in range(pixels.shape[0]):
        value = _LUMA_BASE + _YR * np.int32(pixels[x, 0]) + _YG * np.int32(pixels[x, 1]) + _YB * np.int32(pixels[x, 2])
        out[x] = np.uint8(np.int32(value) >> 16)


@inner
def _sum_rows(upper, lower, red, green, blue):  # type: ignore[no-untyped-def]
    for x in range(upper.shape[0]):
        red[x] = np.int32(upper[x, 0]) + np.int32(lower[x, 0])
        green[x] = np.int32(upper[x, 1]) + np.int32(lower[x, 1])
        blue[x] = np.int32(upper[x, 2]) + np.int32(lower[x, 2])


@inner
def _chroma_row(red, green, blue, u, v):  # type: ignore[no-untyped-def]
    """``red``, ``green``, ``blue``: sums of two rows, beginning one column left of the first chroma sample."""
    for x in range(u.shape[0]):
        r = red[2 * x] + np.int32(2) * red[2 * x + 1] + red[2 * x + 2]
        g = green[2 * x] + np.int32(2) * green[2 * x + 1] + green[2 * x + 2]
        b = blue[2 * x] + np.int32(2) * blue[2 * x + 1] + blue[2 * x + 2]
        u[x] = np.uint8(np.int32(_CHROMA_BASE + _UR * r + _UG * g + _UB * b) >> 19)
        v[x] = np.uint8(np.int32(_CHROMA_BASE + _VR * r + _VG * g + _VB * b) >> 19)


@njit(types.void(_RGBA_SOURCE, _PLANE, _PLANE, _PLANE, *[types.int64] * 4), cache=True, nogil=True)
def rgba_to_yuv420(rgba, y, u, v, x0, y0, x1, y1):  # type: ignore[no-untyped-def]
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
    red, green, blue = np.empty(count, np.int32), np.empty(count, np.int32), np.empty(count, np.int32)
    begin, end = max(x0 - 1, 0), min(x0 - 1 + count, width)
    skip = begin - (x0 - 1)
    filled = skip + end - begin
    for j in range(y0, y1, 2):
        below = min(j + 1, height - 1)
        _luma_row(rgba[j, x0:x1], y[j, x0:x1])
        if below > j:
            _luma_row(rgba[below, x0:x1], y[below, x0:x1])
        _sum_rows(rgba[j, begin:end], rgba[below, begin:end], red[skip:filled], green[skip:filled], blue[skip:filled])
        for sums in (red, green, blue):
            if skip:
                sums[0] = sums[1]
            for x in range(filled, count):
                sums[x] = sums[filled - 1]
        _chroma_row(red, green, blue, u[j // 2, first:last], v[j // 2, first:last])


@inner
def _chroma_line(plane, near, far, out):  # type: ignore[no-untyped-def]
    """Chroma of one luma row, times 8, at every luma column: rows weighted 3-1, odd columns halfway between two
    samples."""
    count = (out.shape[0] + 1) // 2
    one, other = plane[near], plane[far]
    for x in range(count):
        out[2 * x] = (np.int32(3) * np.int32(one[x]) + np.int32(other[x])) << 1
    for x in range(count - 1):
        out[2 * x + 1] = (out[2 * x] + out[2 * x + 2]) >> 1
    if out.shape[0] & 1 == 0:
        out[out.shape[0] - 1] = out[out.shape[0] - 2]


@inner
def _clamped(value):  # type: ignore[no-untyped-def]
    return np.uint8(min(max(np.int32(value) >> 16, np.int32(0)), np.int32(255)))


@inner
def _rgb_row(luma, cb, cr, out, y_scale, y_base, red_v, green_u, green_v, blue_u):  # type: ignore[no-untyped-def]
    for x in range(out.shape[0]):
        base = np.int32((np.int32(luma[x]) - y_base) * y_scale + 32768)
        du, dv = cb[x] - np.int32(1024), cr[x] - np.int32(1024)
        out[x, 0] = _clamped(base + dv * red_v)
        out[x, 1] = _clamped(base - du * green_u - dv * green_v)
        out[x, 2] = _clamped(base + du * blue_u)
        out[x, 3] = np.uint8(255)


@njit(
    types.void(_PLANE_SOURCE, _PLANE_SOURCE, _PLANE_SOURCE, types.boolean, types.int64, _RGBA), cache=True, nogil=True
)
def yuv420_to_rgba(y, u, v, full_range, matrix, out):  # type: ignore[no-untyped-def]
    """8-bit planar 4:2:0 to opaque RGBA, chroma left-sited and interpolated linearly.

    ``y``: (>= h, >= w), ``u``, ``v``: (>= ceil(h / 2), >= ceil(w / 2)) uint8; ``out``: (h, w, 4) uint8, written; all
    C-contiguous. ``matrix``: 601 for ITU-R BT.601 (both 525 and 625 lines), anything else is BT.709.
    """
    height, width = out.shape[0], out.shape[1]
    kr, kb = (0.299, 0.114) if matrix == 601 else (0.2126, 0.0722)
    luma_unit = 1.0 if full_range else 255.0 / 219.0
    chroma_unit = (1.0 if full_range else 255.0 / 224.0) / 8.0  # chroma lines carry three more bits
    y_scale, y_base = np.int32(luma_unit * 65536.0 + 0.5), np.int32(0 if full_range else 16)
    kg = 1.0 - kr - kb
    red_v = np.int32(2.0 * (1.0 - kr) * chroma_unit * 65536.0 + 0.5)
    blue_u = np.int32(2.0 * (1.0 - kb) * chroma_unit * 65536.0 + 0.5)
    green_u = np.int32(2.0 * (1.0 - kb) * kb / kg * chroma_unit * 65536.0 + 0.5)
    green_v = np.int32(2.0 * (1.0 - kr) * kr / kg * chroma_unit * 65536.0 + 0.5)
    cb, cr = np.empty(width, np.int32), np.empty(width, np.int32)
    lines = (height + 1) // 2
    for j in range(height):
        near = j // 2
        far = min(near + 1, lines - 1) if j & 1 else max(near - 1, 0)
        _chroma_line(u, near, far, cb)
        _chroma_line(v, near, far, cr)
        _rgb_row(y[j], cb, cr, out[j], y_scale, y_base, red_v, green_u, green_v, blue_u)
