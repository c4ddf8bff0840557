"""Fractal noise: layers of value noise on ever finer grids, whose values follow from the grid's points alone."""

from __future__ import annotations

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

_F = np.float32
_ALPHA = types.Array(types.uint8, 2, "A", readonly=True)
_VALUES = types.Array(types.float32, 2, "C")
_MAP = types.Array(types.float64, 1, "C", readonly=True)

BLOCK, LINEAR, SOFT_LINEAR = 1, 2, 3
BASIC, TURBULENT_BASIC, TURBULENT_SMOOTH, TURBULENT_SHARP = 0, 1, 2, 3


@inlined
def _hash(x, y, z):
    """A number of 0..1 for a point of the grid: "hash without sine" of D. Hoskins, in single precision."""
    x, y, z = x * _F(0.1031), y * _F(0.1031), z * _F(0.1031)
    x, y, z = x - np.floor(x), y - np.floor(y), z - np.floor(z)
    add = x * (z + _F(31.32)) + y * (x + _F(31.32)) + z * (y + _F(31.32))
    x, y, z = x + add, y + add, z + add
    value = (x + y) * z
    return value - np.floor(value)


@inlined
def _at(x, y, first, second, weight):
    """The grid's value at a point, between two planes of it."""
    one = _hash(x, y, first)
    if weight == _F(0.0):
        return one
    return one + (_hash(x, y, second) - one) * weight


@inlined
def _smooth(x, y, first, second, weight, grain):
    if grain == BLOCK:
        return _at(np.floor(x), np.floor(y), first, second, weight)
    x, y = x - _F(0.5), y - _F(0.5)
    i, j = np.floor(x), np.floor(y)
    s, t = x - i, y - j
    if grain != LINEAR:
        s, t = s * s * (_F(3.0) - _F(2.0) * s), t * t * (_F(3.0) - _F(2.0) * t)
    one, two = _at(i, j, first, second, weight), _at(i + _F(1.0), j, first, second, weight)
    upper = one + (two - one) * s
    one, two = _at(i, j + _F(1.0), first, second, weight), _at(i + _F(1.0), j + _F(1.0), first, second, weight)
    lower = one + (two - one) * s
    return upper + (lower - upper) * t


@inlined
def _folded(value, fold):
    if fold == BASIC:
        return value
    value = _F(2.0) * abs(_F(0.5) - value)
    if fold == TURBULENT_BASIC:
        return value
    return value * value if fold == TURBULENT_SMOOTH else np.sqrt(value)


@kernel(
    types.void(_VALUES, _ALPHA, _MAP, _MAP, *[types.float64] * 5, types.int64, types.int64),
    error_model="numpy",
)
def fractal_noise(out, alpha, matrix, finer, first, second, weight, octaves, share, grain, fold):
    """Values of 0..1 wherever ``alpha`` is not 0.

    ``out``: (h, w) float32, written; ``alpha``: (h, w) uint8. ``matrix``: (6,) the map from pixels to the coarsest
    grid, ``finer`` from each grid to the next. ``first``, ``second``: the planes of the grid, whole numbers, mixed by
    ``weight``. ``octaves``: how many grids, the last counts by the fraction; ``share``: what each counts of the one
    before. ``grain``: BLOCK, LINEAR or SOFT_LINEAR between the grid's points; ``fold``: what becomes of each value v:
    BASIC v, TURBULENT_BASIC |1 - 2 v|, TURBULENT_SMOOTH its square, TURBULENT_SHARP its root.
    """
    one, two, mix = _F(first), _F(second), _F(weight)
    a, b, c, d, e, f = _F(finer[0]), _F(finer[1]), _F(finer[2]), _F(finer[3]), _F(finer[4]), _F(finer[5])
    for v in range(out.shape[0]):
        for u in range(out.shape[1]):
            if alpha[v, u] == 0:
                continue
            x = _F(matrix[0] * (u + 0.5) + matrix[2] * (v + 0.5) + matrix[4])
            y = _F(matrix[1] * (u + 0.5) + matrix[3] * (v + 0.5) + matrix[5])
            left, amplitude, total, weights = octaves, _F(1.0), _F(0.0), _F(0.0)
            while left > 0.0:
                counts = amplitude * _F(min(left, 1.0))
                total += counts * _folded(_smooth(x, y, one, two, mix, grain), fold)
                weights += counts
                amplitude *= _F(share)
                left -= 1.0
                x, y = a * x + c * y + e, b * x + d * y + f
            out[v, u] = total / weights
