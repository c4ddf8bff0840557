"""A picture sampled at given points: what displaces, bends and tiles pixels."""

from __future__ import annotations

import numpy as np
from numba import types
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.vectors.packed import joined, spread
from velocity_engine.kernels.vectors.taps import FRACTION, WHOLE, mean, share_of_both

_PACKED = types.Array(types.uint32, 2, "C")
_PACKED_SOURCE = types.Array(types.uint32, 2, "C", readonly=True)
_POINTS = types.Array(types.float32, 2, "C", readonly=True)

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
def _tap(src, j, i, share):
    """As ``taps.tap``, without the check of the upper ends, which ``_within`` made: with it this would take nearly
    three times as long."""
    if i < 0 or j < 0:
        return np.uint64(0)
    return spread(src[j, i]) * share


@kernel(types.void(_PACKED, _PACKED_SOURCE, _POINTS, _POINTS, types.int64), error_model="numpy")
def _sample(dst, src, u, v, edge):
    height, width = src.shape
    for y in range(dst.shape[0]):
        for x in range(dst.shape[1]):
            across, down = float(u[y, x]) - 0.5, float(v[y, x]) - 0.5
            if not (abs(across) < 1e9 and abs(down) < 1e9):
                dst[y, x] = np.uint32(0)
                continue
            fixed_u, fixed_v = np.int64(np.floor(across * 256.0 + 0.5)), np.int64(np.floor(down * 256.0 + 0.5))
            i, j = fixed_u >> 8, fixed_v >> 8
            wx, wy = np.uint64(fixed_u) & FRACTION, np.uint64(fixed_v) & FRACTION
            i0, i1 = _within(i, width, edge), _within(i + 1, width, edge)
            j0, j1 = _within(j, height, edge), _within(j + 1, height, edge)
            w11 = share_of_both(wx, wy)
            total = _tap(src, j0, i0, WHOLE - wx - wy + w11) + _tap(src, j0, i1, wx - w11)
            total += _tap(src, j1, i0, wy - w11) + _tap(src, j1, i1, w11)
            dst[y, x] = joined(mean(total))


def sample_at(
    src: NDArray[np.uint8], u: NDArray[np.float32], v: NDArray[np.float32], edge: int = CLEAR
) -> NDArray[np.uint8]:
    """For each pixel of the result, ``src`` at (u, v), bilinearly in steps of 1/256 pixel.

    ``src``: (h, w, 4) uint8, premultiplied; ``u``, ``v``: (H, W) float32 in pixels of ``src``, whose centres lie at
    halves. Returns (H, W, 4). What lies outside of ``src`` is CLEAR, its nearest pixel (REPEAT_EDGE), or ``src`` again
    (WRAP). A point that is not finite, or beyond 1e9, is clear.
    """
    out = np.zeros((*u.shape, 4), np.uint8)
    if out.size and src.size:
        packed = np.ascontiguousarray(src).view(np.uint32)[..., 0]
        points = (np.ascontiguousarray(u, np.float32), np.ascontiguousarray(v, np.float32))
        _sample(out.view(np.uint32)[..., 0], packed, *points, edge)
    return out
