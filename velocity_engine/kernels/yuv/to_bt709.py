"""Planar YUV 4:2:0 of another matrix or range to BT.709, limited range, without RGB between."""

from __future__ import annotations

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

_PLANE = types.Array(types.uint8, 2, "C")
_SOURCE = types.Array(types.uint8, 2, "C", readonly=True)


@inlined
def _clamped(value):
    return np.uint8(min(max(np.int32(value >> np.int32(16)), np.int32(0)), np.int32(255)))


@inlined
def _added(cb, cr, from_u, from_v, out):
    """What chroma adds to luma at each sample; one more after the last repeats it."""
    for x in range(cb.shape[0]):
        u, v = np.int32(np.int32(cb[x]) - np.int32(128)), np.int32(np.int32(cr[x]) - np.int32(128))
        out[x] = np.int32(np.int32(u * from_u) + np.int32(v * from_v))
    out[cb.shape[0]] = out[cb.shape[0] - 1]


@inlined
def _interpolated(near, far, out):
    """At every luma column, times 8: rows weighted 3-1, odd columns halfway between two samples."""
    for x in range(out.shape[0] // 2):
        here = np.int32(np.int32(np.int32(3) * near[x]) + far[x])
        after = np.int32(np.int32(np.int32(3) * near[x + 1]) + far[x + 1])
        out[2 * x] = np.int32(here << np.int32(1))
        out[2 * x + 1] = np.int32(here + after)


@inlined
def _luma_row(luma, added, gain, base, out):
    for x in range(out.shape[0]):
        out[x] = _clamped(np.int32(np.int32(np.int32(np.int32(luma[x]) * gain) + base) + added[x]))


@inlined
def _chroma_row(cb, cr, u_u, u_v, v_u, v_v, out_u, out_v):
    half = np.int32((128 << 16) + (1 << 15))
    for x in range(out_u.shape[0]):
        u, v = np.int32(np.int32(cb[x]) - np.int32(128)), np.int32(np.int32(cr[x]) - np.int32(128))
        out_u[x] = _clamped(np.int32(np.int32(half + np.int32(u * u_u)) + np.int32(v * u_v)))
        out_v[x] = _clamped(np.int32(np.int32(half + np.int32(u * v_u)) + np.int32(v * v_v)))


@kernel(
    types.void(_SOURCE, _SOURCE, _SOURCE, types.boolean, types.int64, _PLANE, _PLANE, _PLANE),
    error_model="numpy",
)
def to_bt709(y, u, v, full_range, matrix, out_y, out_u, out_v):
    """8-bit planes with the chroma of ``matrix`` (601, or else 709) and in full or limited range to BT.709, limited.

    ``y``: (>= h, >= w), ``u``, ``v``: (>= ceil(h / 2), >= ceil(w / 2)) uint8. ``out_y``: (h, w), ``out_u``, ``out_v``:
    (ceil(h / 2), ceil(w / 2)) uint8, written; all C-contiguous. Chroma stays where it is; for luma it is interpolated
    as ``yuv.yuv420_to_rgba`` does. ITU-R BT.601-7 and BT.709-6, item 3.
    """
    height, width = out_y.shape
    kr, kb = (0.299, 0.114) if matrix == 601 else (0.2126, 0.0722)
    luma_unit, chroma_unit = (1.0 / 255.0, 1.0 / 255.0) if full_range else (1.0 / 219.0, 1.0 / 224.0)
    kg, red, blue = 1.0 - kr - kb, 2.0 * (1.0 - kr), 2.0 * (1.0 - kb)
    from_u = 0.0722 * blue - 0.7152 * blue * kb / kg  # what Cb and Cr add to the luma of BT.709
    from_v = 0.2126 * red - 0.7152 * red * kr / kg
    unit = 65536.0 * 219.0
    gain = np.int32(np.floor(unit * luma_unit + 0.5))
    base = np.int32((16 << 16) + (1 << 15) - (0 if full_range else 16 * gain))
    luma_u = np.int32(np.floor(unit * chroma_unit / 8.0 * from_u + 0.5))
    luma_v = np.int32(np.floor(unit * chroma_unit / 8.0 * from_v + 0.5))
    unit = 65536.0 * 224.0 * chroma_unit
    u_u = np.int32(np.floor(unit * (blue - from_u) / 1.8556 + 0.5))
    u_v = np.int32(np.floor(unit * -from_v / 1.8556 + 0.5))
    v_u = np.int32(np.floor(unit * -from_u / 1.5748 + 0.5))
    v_v = np.int32(np.floor(unit * (red - from_v) / 1.5748 + 0.5))
    lines, samples = out_u.shape
    added = np.empty(2 * samples, np.int32)
    near, far = np.empty(samples + 1, np.int32), np.empty(samples + 1, np.int32)
    for j in range(height):
        line = j // 2
        other = min(line + 1, lines - 1) if j & 1 else max(line - 1, 0)
        _added(u[line, :samples], v[line, :samples], luma_u, luma_v, near)
        _added(u[other, :samples], v[other, :samples], luma_u, luma_v, far)
        _interpolated(near, far, added)
        _luma_row(y[j, :width], added, gain, base, out_y[j])
    for j in range(lines):
        _chroma_row(u[j], v[j], u_u, u_v, v_u, v_v, out_u[j], out_v[j])
