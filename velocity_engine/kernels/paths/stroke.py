"""Outlines of strokes: polylines to polygons that are filled with the non-zero rule.

The outline of a polyline is the sum of one rectangle for each segment, one wedge for each join on its outer side and
the caps, all of the same orientation. Where both neighbours are long enough the inner sides meet in one point; else the
outline goes through the vertex itself. So windings never cancel, and a stroke that covers itself has no holes.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

BUTT, ROUND, SQUARE = 1, 2, 3
MITER, ROUND_JOIN, BEVEL = 1, 2, 3

FINEST_STEP = 0.01  # radians between the points of an arc
COARSENING = 4e-7  # radians for each point of the line, so that the outline of any line fits in memory


@inlined
def _room(out, n, need):
    """``out`` or a larger copy, with room for ``need`` more vertices after the first ``n``."""
    if n + need <= out.shape[0]:
        return out
    larger = np.empty((2 * (n + need), 2), np.float64)
    for i in range(n):
        larger[i, 0], larger[i, 1] = out[i, 0], out[i, 1]
    return larger


@inlined
def _fan(out, n, px, py, nx, ny, angle, step):
    """An arc about (px, py) from the offset (nx, ny) through ``angle``, without its first point, with its last."""
    pieces = max(1, math.ceil(abs(angle) / step))
    cos, sin = math.cos(angle / pieces), math.sin(angle / pieces)
    for _ in range(pieces):
        nx, ny = nx * cos - ny * sin, nx * sin + ny * cos
        out[n, 0], out[n, 1] = px + nx, py + ny
        n += 1
    return n


@inlined
def _join(out, n, px, py, ax, ay, bx, by, shorter, half, corner, join, miter_limit, step):
    """The join at a vertex, on the side to which the directions are turned by +90 degrees.

    (ax, ay), (bx, by): unit directions into and out of the vertex; ``shorter``: length of the shorter of both segments.
    """
    cross, dot = ax * by - ay * bx, ax * bx + ay * by
    n0x, n0y, n1x, n1y = -ay * half, ax * half, -by * half, bx * half
    if abs(cross) < 1e-9 and dot > 0.0:
        out[n, 0], out[n, 1] = px + n1x, py + n1y
        return n + 1
    reach = 1.0 / (1.0 + dot) if dot > -0.999999 else 1e12
    if cross > 0.0 and abs(cross) >= 1e-9:
        if half * cross * reach <= 0.5 * shorter:
            out[n, 0], out[n, 1] = px + (n0x + n1x) * reach, py + (n0y + n1y) * reach
            return n + 1
        out[n, 0], out[n, 1] = px + n0x, py + n0y
        out[n + 1, 0], out[n + 1, 1] = px, py
        out[n + 2, 0], out[n + 2, 1] = px + n1x, py + n1y
        return n + 3
    angle = math.atan2(-abs(cross), dot)
    sharp = join == MITER and 2.0 * reach <= miter_limit * miter_limit
    if corner == 0 or (join == ROUND_JOIN and -angle < step):
        if -angle < step:
            sharp = True
        else:
            join = ROUND_JOIN
            sharp = False
    if sharp:
        out[n, 0], out[n, 1] = px + (n0x + n1x) * reach, py + (n0y + n1y) * reach
        return n + 1
    out[n, 0], out[n, 1] = px + n0x, py + n0y
    n += 1
    if join == ROUND_JOIN:
        return _fan(out, n, px, py, n0x, n0y, angle, step)
    out[n, 0], out[n, 1] = px + n1x, py + n1y
    return n + 1


@inlined
def _cap(out, n, xs, ys, count, back, half, cap, step):
    """The cap at the last point of a polyline (``back``: at the first), from the +90 degree side to the other one."""
    i, j = (0, 1) if back else (count - 1, count - 2)
    px, py = xs[i], ys[i]
    length = math.hypot(px - xs[j], py - ys[j])
    ex, ey = (px - xs[j]) / length * half, (py - ys[j]) / length * half
    out[n, 0], out[n, 1] = px - ey, py + ex
    n += 1
    if cap == ROUND:
        return _fan(out, n, px, py, -ey, ex, -math.pi, step)
    if cap == SQUARE:
        out[n, 0], out[n, 1] = px - ey + ex, py + ex + ey
        out[n + 1, 0], out[n + 1, 1] = px + ey + ex, py - ex + ey
        n += 2
    out[n, 0], out[n, 1] = px + ey, py - ex
    return n + 1


@inlined
def _distinct(points, corners, first, last, closed, least, xs, ys, marks):
    """Copies a polyline without repeated points. Returns their number, 0 when a coordinate is not finite.
    A closed one keeps no copy of its first point."""
    n = 0
    for i in range(first, last):
        x, y = points[i, 0], points[i, 1]
        if not math.isfinite(x + y):
            return 0
        if n > 0 and abs(x - xs[n - 1]) <= least and abs(y - ys[n - 1]) <= least:
            marks[n - 1] |= corners[i]
            continue
        xs[n], ys[n], marks[n] = x, y, corners[i]
        n += 1
    if closed:
        while n > 1 and abs(xs[n - 1] - xs[0]) <= least and abs(ys[n - 1] - ys[0]) <= least:
            marks[0] |= marks[n - 1]
            n -= 1
    return n


@inlined
def _side(out, n, xs, ys, marks, count, closed, back, half, join, miter_limit, step, need):
    """The +90 degree side of a polyline, followed forwards or ``back``; the ends of an open one are left to the
    caps.
    """
    ax = ay = before = 0.0
    turn = count - 1 if back else 1
    i = 0 if closed or not back else count - 1
    for k in range(count + 1 if closed else count - 1):
        j = (i + turn) % count
        dx, dy = xs[j] - xs[i], ys[j] - ys[i]
        length = math.hypot(dx, dy)
        bx, by = dx / length, dy / length
        if k > 0:
            out = _room(out, n, need)
            n = _join(
                out, n, xs[i], ys[i], ax, ay, bx, by, min(before, length), half, marks[i], join, miter_limit, step
            )
        ax, ay, before = bx, by, length
        i = j
    return out, n


@inlined
def _dot(out, n, x, y, half, cap, step):
    """What a polyline of no length leaves: a disc or a square."""
    if cap == ROUND:
        return _fan(out, n, x, y, half, 0.0, -2.0 * math.pi, step)
    for sx, sy in ((1.0, 1.0), (1.0, -1.0), (-1.0, -1.0), (-1.0, 1.0)):
        out[n, 0], out[n, 1] = x + sx * half, y + sy * half
        n += 1
    return n


@kernel(
    "Tuple((float64[:,::1], int64[::1]))"
    "(float64[:,::1], int64[::1], uint8[::1], boolean[::1], float64, int64, int64, float64, float64)",
    error_model="numpy",
)
def outline(
    points: NDArray[np.float64],
    starts: NDArray[np.int64],
    corners: NDArray[np.uint8],
    closed: NDArray[np.bool_],
    half: float,
    cap: int,
    join: int,
    miter_limit: float,
    tolerance: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The outline of a stroke, in the polylines' own coordinates: vertices (n, 2) float64 and starts (m + 1,) int64.

    ``points``, ``starts``, ``corners``: as ``flatten`` returns them; ``closed``: (m,) bool; a closed contour's last
    point is its first. ``half``: half the width, > 0. ``cap``: 1 butt, 2 round, 3 square; ``join``: 1 miter, 2 round, 3
    bevel. ``tolerance``: how far a chord may be from a round join or cap; points nearer than a thousandth of it are
    one. All in the coordinates of the points.
    """
    step = 2.0 * math.acos(max(0.0, 1.0 - tolerance / half)) if tolerance < half else 0.5 * math.pi
    step = min(max(step, FINEST_STEP, COARSENING * points.shape[0]), 0.5 * math.pi)
    need = int(2.0 * math.pi / step) + 8
    least = 1e-3 * tolerance
    most = 0
    for k in range(starts.shape[0] - 1):
        most = max(most, starts[k + 1] - starts[k])
    xs, ys, marks = np.empty(most, np.float64), np.empty(most, np.float64), np.empty(most, np.uint8)
    out = np.empty((4 * points.shape[0] + 2 * need + 16, 2), np.float64)
    out_starts = np.empty(2 * starts.shape[0], np.int64)
    out_starts[0] = 0
    contours = n = 0
    for k in range(starts.shape[0] - 1):
        first, last = starts[k], starts[k + 1]
        count = _distinct(points, corners, first, last, closed[k], least, xs, ys, marks)
        if count == 0 or (count == 1 and cap == BUTT):
            continue
        if count == 1:
            out = _room(out, n, need)
            n = _dot(out, n, xs[0], ys[0], half, cap, step)
            contours += 1
            out_starts[contours] = n
            continue
        for back in range(2):
            out, n = _side(out, n, xs, ys, marks, count, closed[k], back == 1, half, join, miter_limit, step, need)
            if closed[k]:
                contours += 1
                out_starts[contours] = n
            else:
                out = _room(out, n, need)
                n = _cap(out, n, xs, ys, count, back == 1, half, cap, step)
        if not closed[k]:
            contours += 1
            out_starts[contours] = n
    return out[:n], out_starts[: contours + 1]
