"""Cubic contours to polylines.

Each curve is cut into equal steps of its parameter; their number follows from the second differences of its control
points (Wang's formula), measured in device pixels, so that no chord is further from its curve than the tolerance. Ends
of wide strokes need more: there the direction of the chord counts, so the number also follows from how far the legs of
the control polygon turn.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

MAX_STEPS = 2048  # of one curve
MAX_POINTS = 2_000_000  # of one path; beyond it all its curves get coarser


@inlined
def _bend(points, i, a, b, c, d):
    """How much the curve whose first control point is row ``i`` bends: the length of its greater second difference
    on the device; 0 when it is straight.
    """
    x1 = a * (points[i + 1, 0] - points[i, 0]) + c * (points[i + 1, 1] - points[i, 1])
    y1 = b * (points[i + 1, 0] - points[i, 0]) + d * (points[i + 1, 1] - points[i, 1])
    x2 = a * (points[i + 2, 0] - points[i, 0]) + c * (points[i + 2, 1] - points[i, 1])
    y2 = b * (points[i + 2, 0] - points[i, 0]) + d * (points[i + 2, 1] - points[i, 1])
    x3 = a * (points[i + 3, 0] - points[i, 0]) + c * (points[i + 3, 1] - points[i, 1])
    y3 = b * (points[i + 3, 0] - points[i, 0]) + d * (points[i + 3, 1] - points[i, 1])
    square = x3 * x3 + y3 * y3
    off = max(abs(x1 * y3 - y1 * x3), abs(x2 * y3 - y2 * x3))
    along1, along2 = x1 * x3 + y1 * y3, x2 * x3 + y2 * y3
    within = min(along1, along2) >= 0.0 and max(along1, along2) <= square
    dot = max(x1 * x1 + y1 * y1, x2 * x2 + y2 * y2, square) < 1e-6
    if dot or (square > 0.0 and off * off <= 1e-6 * square and within):
        return 0.0
    bend = max(math.hypot(x2 - x1 - x1, y2 - y1 - y1), math.hypot(x1 - x2 - x2 + x3, y1 - y2 - y2 + y3))
    return bend if bend == bend else 0.0


@inlined
def _turning(points, i):
    """By how many radians the legs of the control polygon from row ``i`` on turn, in the contours' own coordinates."""
    total, px, py = 0.0, 0.0, 0.0
    for j in range(i, i + 3):
        x, y = points[j + 1, 0] - points[j, 0], points[j + 1, 1] - points[j, 1]
        if x == 0.0 and y == 0.0:
            continue
        if px != 0.0 or py != 0.0:
            total += abs(math.atan2(px * y - py * x, px * x + py * y))
        px, py = x, y
    return total if total == total else 0.0


@kernel(
    "Tuple((float64[:,::1], int64[::1], uint8[::1]))"
    "(float64[:,::1], int64[::1], float64, float64, float64, float64, float64, float64)",
    error_model="numpy",
)
def flatten(
    points: NDArray[np.float64],
    starts: NDArray[np.int64],
    a: float,
    b: float,
    c: float,
    d: float,
    tolerance: float,
    turn: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.uint8]]:
    """Polylines of cubic contours, in the contours' own coordinates.

    ``points``, ``starts``: as in a path, (n, 2) float64 and (m + 1,) int64. a, b, c, d: the linear part of the map to
    device pixels, in which ``tolerance`` is measured. ``turn``: the radians that a step may turn by, 0 for any number.
    Returns the vertices (k, 2) float64, where each contour begins (m + 1,) int64, and (k,) uint8: 1 at the ends of
    curves, 0 at vertices within a curve.
    """
    contours = starts.shape[0] - 1
    steps = np.empty(points.shape[0] // 3 + 1, np.int64)
    factor = math.sqrt(0.75 / tolerance)
    total = MAX_POINTS + 1
    while total > MAX_POINTS:
        total = curve = 0
        for k in range(contours):
            for i in range(starts[k], starts[k + 1] - 3, 3):
                count = math.sqrt(_bend(points, i, a, b, c, d)) * factor
                if turn > 0.0 and count > 0.0:
                    count = max(count, _turning(points, i) / turn)
                steps[curve] = max(1, math.ceil(min(count, MAX_STEPS)))
                total += steps[curve]
                curve += 1
        factor *= 0.5
        turn *= 2.0
        if factor < 1e-3:
            break
    out = np.empty((total + contours, 2), np.float64)
    corners = np.empty(total + contours, np.uint8)
    out_starts = np.empty(contours + 1, np.int64)
    n = curve = 0
    for k in range(contours):
        out_starts[k] = n
        first = starts[k]
        if starts[k + 1] <= first:
            continue
        out[n, 0], out[n, 1], corners[n] = points[first, 0], points[first, 1], 1
        n += 1
        for i in range(first, starts[k + 1] - 3, 3):
            pieces = steps[curve]
            curve += 1
            x0, y0, x3, y3 = points[i, 0], points[i, 1], points[i + 3, 0], points[i + 3, 1]
            if pieces > 1:
                bx, by = 3.0 * (points[i + 1, 0] - x0), 3.0 * (points[i + 1, 1] - y0)
                cx, cy = (
                    3.0 * (points[i + 2, 0] - points[i + 1, 0]) - bx,
                    3.0 * (points[i + 2, 1] - points[i + 1, 1]) - by,
                )
                dx, dy = x3 - x0 - bx - cx, y3 - y0 - by - cy
                for step in range(1, pieces):
                    t = step / pieces
                    out[n, 0] = x0 + t * (bx + t * (cx + t * dx))
                    out[n, 1] = y0 + t * (by + t * (cy + t * dy))
                    corners[n] = 0
                    n += 1
            out[n, 0], out[n, 1], corners[n] = x3, y3, 1
            n += 1
    out_starts[contours] = n
    return out[:n], out_starts, corners[:n]


@kernel(
    "UniTuple(float64, 4)(float64[:,::1], float64, float64, float64, float64, float64, float64)",
    error_model="numpy",
)
def control_box(
    points: NDArray[np.float64], a: float, b: float, c: float, d: float, e: float, f: float
) -> tuple[float, float, float, float]:
    """The box (x0, y0, x1, y1) of points (n, 2) float64 under a matrix; x0 > x1 when there are none.

    Coordinates that are not numbers count for nothing."""
    x0 = y0 = np.inf
    x1 = y1 = -np.inf
    for i in range(points.shape[0]):
        x = a * points[i, 0] + c * points[i, 1] + e
        y = b * points[i, 0] + d * points[i, 1] + f
        if x < x0:
            x0 = x
        if x > x1:
            x1 = x
        if y < y0:
            y0 = y
        if y > y1:
            y1 = y
    return x0, y0, x1, y1
