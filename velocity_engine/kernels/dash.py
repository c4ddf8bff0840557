"""Dashes: polylines cut into pieces along their length."""

# mypy: allow-untyped-defs, allow-untyped-calls, disable-error-code="assignment,arg-type,var-annotated"

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

MOST_DASHES = 100_000  # of one path; a finer pattern than that is drawn as a whole line


@njit(nogil=True, error_model="numpy")
def _length(points, first, last):
    total = 0.0
    for i in range(first + 1, last):
        total += math.hypot(points[i, 0] - points[i - 1, 0], points[i, 1] - points[i - 1, 1])
    return total


@njit(
    "Tuple((float64[:,::1], int64[::1], uint8[::1], boolean[::1]))"
    "(float64[:,::1], int64[::1], uint8[::1], boolean[::1], float64[::1], float64, float64)",
    cache=True,
    nogil=True,
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
    period = 0.0
    for i in range(dashes.shape[0]):
        period += dashes[i]
        if not dashes[i] >= 0.0:
            return points, starts, corners, closed
    phases = dashes.shape[0]
    if phases % 2 == 1:
        phases *= 2
        period *= 2.0
    total = 0.0
    for k in range(starts.shape[0] - 1):
        total += _length(points, starts[k], starts[k + 1])
    if not (period > 0.0 and total / period * phases < MOST_DASHES and math.isfinite(offset)):
        return points, starts, corners, closed
    contours = starts.shape[0] - 1
    most = int(total / period * phases) + (phases + 2) * contours
    out = np.empty((points.shape[0] + 2 * most + points.shape[0], 2), np.float64)
    marks = np.zeros(out.shape[0], np.uint8)
    out_starts = np.zeros(most + contours + 1, np.int64)
    pieces = n = 0
    whole = np.zeros(most + contours, np.bool_)
    for k in range(contours):
        first, last = starts[k], starts[k + 1]
        if last - first < 2:
            continue
        phase, left = 0, offset % period
        while left >= dashes[phase % dashes.shape[0]]:
            left -= dashes[phase % dashes.shape[0]]
            phase = (phase + 1) % phases
            if left <= 0.0 and dashes[phase % dashes.shape[0]] > 0.0:
                break
        left = dashes[phase % dashes.shape[0]] - left
        begun_on = phase % 2 == 0
        before = pieces
        if begun_on:
            out[n, 0], out[n, 1], marks[n] = points[first, 0], points[first, 1], 1
            n += 1
        for i in range(first + 1, last):
            x0, y0 = points[i - 1, 0], points[i - 1, 1]
            dx, dy = points[i, 0] - x0, points[i, 1] - y0
            length = math.hypot(dx, dy)
            at = 0.0
            while length - at > left:
                at += left
                x, y = x0 + dx * (at / length), y0 + dy * (at / length)
                on = phase % 2 == 0
                phase = (phase + 1) % phases
                left = dashes[phase % dashes.shape[0]]
                if on:
                    out[n, 0], out[n, 1], marks[n] = x, y, 1
                    n += 1
                    pieces += 1
                    out_starts[pieces] = n
                elif left == 0.0:
                    shift = least / length
                    out[n, 0], out[n, 1], marks[n] = x, y, 1
                    out[n + 1, 0], out[n + 1, 1], marks[n + 1] = x + dx * shift, y + dy * shift, 1
                    n += 2
                    pieces += 1
                    out_starts[pieces] = n
                    phase = (phase + 1) % phases
                    left = dashes[phase % dashes.shape[0]]
                else:
                    out[n, 0], out[n, 1], marks[n] = x, y, 1
                    n += 1
            left -= length - at
            if phase % 2 == 0 and length > 0.0:
                out[n, 0], out[n, 1], marks[n] = points[i, 0], points[i, 1], corners[i]
                n += 1
        if phase % 2 == 0 and n > out_starts[pieces]:
            if closed[k] and begun_on and pieces > before:
                head, stop = out_starts[before], out_starts[before + 1]
                marks[n - 1] |= marks[head]
                for i in range(head + 1, stop):
                    out[n, 0], out[n, 1], marks[n] = out[i, 0], out[i, 1], marks[i]
                    n += 1
                shift = stop - head
                for i in range(stop, n):
                    out[i - shift, 0], out[i - shift, 1], marks[i - shift] = out[i, 0], out[i, 1], marks[i]
                for i in range(before + 1, pieces):
                    out_starts[i] = out_starts[i + 1] - shift
                n -= shift
                out_starts[pieces] = n
            else:
                pieces += 1
                out_starts[pieces] = n
                whole[pieces - 1] = closed[k] and begun_on and pieces - before == 1
    return out[:n], out_starts[: pieces + 1], marks[:n], whole[:pieces]
