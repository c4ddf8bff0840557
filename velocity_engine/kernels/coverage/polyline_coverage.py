"""The coverage of polylines that are drawn with a round pen."""

from __future__ import annotations

import math

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel

_MASK = types.Array(types.uint8, 2, "C")
_POINTS = types.Array(types.float64, 2, "C", readonly=True)
_STARTS = types.Array(types.int64, 1, "C", readonly=True)


@kernel(
    types.void(_MASK, _POINTS, _STARTS, types.float64, types.float64),
    error_model="numpy",
)
def polyline_coverage(mask, points, starts, radius, softness):
    """Raises ``mask`` to 255 within ``radius`` of a line, falling to 0 over ``softness`` pixels.

    ``mask``: (h, w) uint8, written; the centre of pixel (x, y) lies at (x + 0.5, y + 0.5). ``points``: (n, 2) float64.
    ``starts``: (m + 1,) int64, the row where each polyline begins, closed by n. A point alone leaves a dot.
    """
    height, width = mask.shape
    reach = radius + 0.5 * softness
    for line in range(starts.shape[0] - 1):
        for k in range(starts[line], max(starts[line + 1] - 1, starts[line] + 1)):
            last = min(k + 1, starts[line + 1] - 1)
            ax, ay, bx, by = points[k, 0], points[k, 1], points[last, 0], points[last, 1]
            if not (abs(ax) + abs(ay) + abs(bx) + abs(by) < 1e9):
                continue
            dx, dy = bx - ax, by - ay
            length = dx * dx + dy * dy
            x0, x1 = max(0, math.floor(min(ax, bx) - reach)), min(width, math.ceil(max(ax, bx) + reach))
            y0, y1 = max(0, math.floor(min(ay, by) - reach)), min(height, math.ceil(max(ay, by) + reach))
            for y in range(y0, y1):
                for x in range(x0, x1):
                    px, py = x + 0.5 - ax, y + 0.5 - ay
                    at = min(max((px * dx + py * dy) / length, 0.0), 1.0) if length > 0.0 else 0.0
                    away = math.hypot(px - at * dx, py - at * dy)
                    cover = np.uint8(min(max((radius - away) / softness + 0.5, 0.0), 1.0) * 255.0 + 0.5)
                    if cover > mask[y, x]:
                        mask[y, x] = cover
