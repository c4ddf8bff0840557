"""Dashes: polylines cut into pieces along their length."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

MAX_DASHES = 100_000  # of one path; a finer pattern than that is drawn as a whole line


@inlined
def _length(points, first, last):
    total = 0.0
    for i in range(first + 1, last):
        total += math.hypot(points[i, 0] - points[i - 1, 0], points[i, 1] - points[i - 1, 1])
    return total


@inlined
def _start(dashes, phases, offset):
    """The phase of the pattern at ``offset``, and how much of it is left."""
    phase, past = 0, offset
    while past > dashes[phase % dashes.shape[0]] or (past > 0.0 and past == dashes[phase % dashes.shape[0]]):
        past -= dashes[phase % dashes.shape[0]]
        phase = (phase + 1) % phases
    return phase, dashes[phase % dashes.shape[0]] - past


@inlined
def _put(out, marks, n, x, y, mark):
    out[n, 0], out[n, 1], marks[n] = x, y, mark
    return n + 1


@inlined
def _cut(points, corners, first, last, dashes, phases, offset, least, out, marks, out_starts, pieces, n):
    """Appends the dashes of one polyline. Returns the number of whole pieces, of points, and whether the last dash
    goes on.
    """
    phase, left = _start(dashes, phases, offset)
    if phase % 2 == 0:
        n = _put(out, marks, n, points[first, 0], points[first, 1], 1)
    for i in range(first + 1, last):
        x0, y0 = points[i - 1, 0], points[i - 1, 1]
        dx, dy = points[i, 0] - x0, points[i, 1] - y0
        length = math.hypot(dx, dy)
        at = 0.0
        while length - at > left:
            at += left
            x, y = x0 + dx * (at / length), y0 + dy * (at / length)
            if phase % 2 == 0:
                if x == out[n - 1, 0] and y == out[n - 1, 1]:
                    x, y = x + dx * (least / length), y + dy * (least / length)
                pieces += 1
                out_starts[pieces] = n + 1
            n = _put(out, marks, n, x, y, 1)
            phase = (phase + 1) % phases
            left = dashes[phase % dashes.shape[0]]
        left -= length - at
        if phase % 2 == 0 and length > 0.0:
            n = _put(out, marks, n, points[i, 0], points[i, 1], corners[i])
    return pieces, n, phase % 2 == 0


@inlined
def _wrap(out, marks, out_starts, before, pieces, n):
    """Moves the first dash of a closed contour to the end of its last one, in which it goes on. Returns the number
    of points.
    """
    head, stop = out_starts[before], out_starts[before + 1]
    marks[n - 1] |= marks[head]
    for i in range(head + 1, stop):
        n = _put(out, marks, n, out[i, 0], out[i, 1], marks[i])
    shift = stop - head
    for i in range(stop, n):
        _put(out, marks, i - shift, out[i, 0], out[i, 1], marks[i])
    for i in range(before + 1, pieces):
        out_starts[i] = out_starts[i + 1] - shift
    return n - shift


@kernel(
    "Tuple((float64[:,::1], int64[::1], uint8[::1], boolean[::1]))"
    "(float64[:,::1], int64[::1], uint8[::1], boolean[::1], float64[::1], float64, float64)",
    error_model="numpy",
)
def dashed(
    points: NDArray[np.float64],
    starts: NDArray[np.int64],
    corners: NDArray[np.uint8],
    closed: NDArray[np.bool_],
    dashes: NDArray[np.float64],
    offset: float,
    least: float,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.uint8], NDArray[np.bool_]]:
    """The dashes of polylines, in the same form: points (n, 2), starts (m + 1,), corners (n,), closed (m,), as
    ``stroke.outline`` takes them.

    The pattern starts anew with each contour, ``offset`` into it. On a closed contour the dash that runs into the
    contour's start goes on in the one that begins there. A dash of no length becomes a piece of ``least`` length, so
    that its caps know its direction (more than a thousandth of the outline's tolerance). A pattern that is negative,
    all zero or far too fine leaves everything whole.
    """
    phases, period, total = dashes.shape[0], 0.0, 0.0
    for i in range(phases):
        period += dashes[i]
        if not dashes[i] >= 0.0:
            return points, starts, corners, closed
    if phases % 2 == 1:
        phases, period = phases * 2, period * 2.0
    contours = starts.shape[0] - 1
    for k in range(contours):
        total += _length(points, starts[k], starts[k + 1])
    if not (period > 0.0 and total / period * phases < MAX_DASHES and math.isfinite(offset)):
        return points, starts, corners, closed
    most = int(total / period * phases) + (phases + 3) * contours
    out = np.empty((2 * points.shape[0] + 2 * most, 2), np.float64)
    marks = np.empty(out.shape[0], np.uint8)
    out_starts = np.empty(most + 1, np.int64)
    whole = np.empty(most + 1, np.bool_)
    out_starts[0] = pieces = n = 0
    for k in range(contours):
        if starts[k + 1] - starts[k] < 2:
            continue
        before = pieces
        begun = _start(dashes, phases, offset % period)[0] % 2 == 0
        pieces, n, goes_on = _cut(
            points, corners, starts[k], starts[k + 1], dashes, phases, offset % period, least,
            out, marks, out_starts, pieces, n,
        )  # fmt: skip
        for i in range(before, pieces + 1):
            whole[i] = False
        if goes_on and closed[k] and begun and pieces > before:
            n = _wrap(out, marks, out_starts, before, pieces, n)
            out_starts[pieces] = n
        elif goes_on and n > out_starts[pieces]:
            whole[pieces] = closed[k] and begun and pieces == before
            pieces += 1
            out_starts[pieces] = n
    return out[:n], out_starts[: pieces + 1], marks[:n], whole[:pieces]
