"""Coverage that was computed on a coarse grid, back at full size."""

from __future__ import annotations

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel

_ROWS = types.Array(types.float32, 2, "C", readonly=True)
_POSITIONS = types.Array(types.float32, 1, "C", readonly=True)


@kernel(types.void(_ROWS, _POSITIONS, types.Array(types.uint8, 2, "C"), types.int64, types.int64))
def rows_between(rows, positions, out, x, y):
    """Stores rows that lie between other rows in ``out`` from (``x``, ``y``) on.

    ``rows``: (n, w) float32, 0 to 255, n >= 2. ``positions``: (h,) float32: each row's position among them, 0 to n - 1.
    ``out``: (>= y + h, >= x + w) uint8, written.
    """
    last = rows.shape[0] - 2
    for j in range(positions.shape[0]):
        above = min(max(int(positions[j]), 0), last)
        part = positions[j] - np.float32(above)
        one, two, target = rows[above], rows[above + 1], out[y + j, x : x + rows.shape[1]]
        for i in range(rows.shape[1]):
            target[i] = np.uint8(one[i] + (two[i] - one[i]) * part + np.float32(0.5))
