"""A picture sampled at given places: what displaces, bends and tiles pixels."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

_PACKED = types.Array(types.uint32, 2, "C")
_PACKED_SOURCE = types.Array(types.uint32, 2, "C", readonly=True)
_PLACES = types.Array(types.float32, 2, "C", readonly=True)
_MASK = np.uint64(0x00FF00FF00FF00FF)

CLEAR, REPEAT_EDGE, WRAP = 0, 1, 2


@inlined
def _within(i, size, edge):
    """The pixel that stands for pixel ``i`` of a row of ``size``; -1 for none."""
    if 0 <= i < size:
        return i
    if edge == REPEAT_EDGE:
        return np.int64(0) if i < 0 else size - 1
    return i % size if edge == WRAP else np.int64(-1)


@inlined
def _tap(src, j, i, weight):
    """A pixel's four channels in 16-bit lanes, times an 8-bit weight; nothing for a place below 0."""
    if i < 0 or j < 0:
        return np.uint64(0)
    wide = np.uint64(src[j, i])
    return ((wide | (wide << np.uint64(24))) & _MASK) * weight


@kernel(types.void(_PACKED, _PACKED_SOURCE, _PLACES, _PLACES, types.int64), error_model="numpy")
def _sample(dst, src, u, v, edge):
    height, width = src.shape
    low, full = np.uint64(0xFF), np.uint64(256)
    for y in range(dst.shape[0]):
        for x in range(dst.shape[1]):
            across, down = float(u[y, x]) - 0.5, float(v[y, x]) - 0.5
            if not (abs(across) < 1e9 and abs(down) < 1e9):
                dst[y, x] = np.uint32(0)
                continue
            fixed_u, fixed_v = np.int64(np.floor(across * 256.0 + 0.5)), np.int64(np.floor(down * 256.0 + 0.5))
            i, j = fixed_u >> 8, fixed_v >> 8
            wx, wy = np.uint64(fixed_u) & low, np.uint64(fixed_v) & low
            i0, i1 = _within(i, width, edge), _within(i + 1, width, edge)
            j0, j1 = _within(j, height, edge), _within(j + 1, height, edge)
            w11 = (wx * wy + np.uint64(128)) >> np.uint64(8)
            total = _tap(src, j0, i0, full - wx - wy + w11) + _tap(src, j0, i1, wx - w11)
            total += _tap(src, j1, i0, wy - w11) + _tap(src, j1, i1, w11)
            total = ((total + np.uint64(0x0080008000800080)) >> np.uint64(8)) & _MASK
            dst[y, x] = np.uint32(total | (total >> np.uint64(24)))


def sample_places(
    src: NDArray[np.uint8], u: NDArray[np.float32], v: NDArray[np.float32], edge: int = CLEAR
) -> NDArray[np.uint8]:
    """For each pixel of the result, ``src`` at (u, v), bilinearly in steps of 1/256 pixel.

    ``src``: (h, w, 4) uint8, premultiplied; ``u``, ``v``: (H, W) float32 in pixels of ``src``, whose centres lie at
    halves. Returns (H, W, 4). What lies outside of ``src`` is CLEAR, its nearest pixel (REPEAT_EDGE), or ``src`` again
    (WRAP). A place that is not finite, or beyond 1e9, is clear.
    """
    out = np.zeros((*u.shape, 4), np.uint8)
    if out.size and src.size:
        packed = np.ascontiguousarray(src).view(np.uint32)[..., 0]
        places = (np.ascontiguousarray(u, np.float32), np.ascontiguousarray(v, np.float32))
        _sample(out.view(np.uint32)[..., 0], packed, *places, edge)
    return out
