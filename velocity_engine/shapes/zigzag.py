"""Zig Zag: ridges to both sides of a path, corners or smooth waves, as in After Effects and lottie-web.

Every curve gets ``frequency`` ridges at even parameters; they and the vertices go to alternate sides along the normal.
"""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.model.geometry import Path, join_contours
from velocity_engine.shapes.curves import Corners, Points, contour_of, without_standstills

MAX_RIDGES = 1000
MAX_VERTICES = 200_000


def zigzag(path: Path, amplitude: float, frequency: float, *, smooth: bool) -> Path:
    """``amplitude`` in the path's units, ``frequency`` in ridges a curve (rounded)."""
    curves = max(len(path.points) // 3, 1)
    ridges = min(max(math.floor(frequency + 0.5), 0), MAX_RIDGES, MAX_VERTICES // curves)
    if amplitude == 0.0 or not path.contours:
        return path
    made = []
    for index in range(path.contours):
        closed = bool(path.closed[index])
        contour = without_standstills(path.contour(index))
        if len(contour) >= 4:
            made.append((_zigzag(contour, closed, amplitude, ridges, smooth), closed))
    return join_contours(made)


def _zigzag(contour: Points, closed: bool, amplitude: float, ridges: int, smooth: bool) -> Points:
    on, slopes = _ridge_points(contour, ridges)
    count = len(on)
    vertices = contour[0::3]
    ends = np.concatenate((vertices[1:2] - vertices[:1], vertices[2:] - vertices[:-2], vertices[-1:] - vertices[-2:-1]))
    if closed:
        ends[0] = ends[-1] = vertices[1] - vertices[-2]
    along = np.concatenate((ends[:1], np.concatenate((slopes, ends[1:, None]), axis=1).reshape(-1, 2)))
    along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-12)[:, None]
    points = np.concatenate((vertices[:1], np.concatenate((on, vertices[1:, None]), axis=1).reshape(-1, 2)))
    side = np.where(np.arange(len(points)) % 2 == 0, -amplitude, amplitude)
    points = points + np.stack((along[:, 1], -along[:, 0]), axis=1) * side[:, None]
    if not smooth:
        return _joined(points, points, points, closed)
    chords = np.hypot(*(vertices[1:] - vertices[:-1]).T) / (2.0 * (ridges + 1))
    ahead = np.concatenate((np.repeat(chords, ridges + 1), chords[:1] if closed else [0.0]))
    behind = np.concatenate((chords[-1:] if closed else [0.0], np.repeat(chords, ridges + 1)))
    assert len(points) == count * (ridges + 1) + 1
    return _joined(points, points - along * behind[:, None], points + along * ahead[:, None], closed)


def _joined(points: Points, ins: Points, outs: Points, closed: bool) -> Points:
    """A closed path comes back to where it began, so its last vertex is its first where both lie on the same side."""
    if closed and np.allclose(points[0], points[-1]):
        return contour_of(Corners(points[:-1], np.concatenate((ins[-1:], ins[1:-1])), outs[:-1]), True)
    return contour_of(Corners(points, ins, outs), closed)


def _ridge_points(contour: Points, ridges: int) -> tuple[Points, Points]:
    """Points and directions, (curves, ridges, 2) each. A control point on its vertex moves a third along the chord, so
    that a straight side has even ridges."""
    start, one, two, stop = (p[:, None, :] for p in (contour[0:-1:3], contour[1::3], contour[2::3], contour[3::3]))
    one = np.where((one == start).all(axis=2, keepdims=True), start + (stop - start) / 3, one)
    two = np.where((two == stop).all(axis=2, keepdims=True), stop + (start - stop) / 3, two)
    t = ((np.arange(ridges) + 1) / (ridges + 1))[None, :, None]
    u = 1.0 - t
    on = u**3 * start + 3 * u * u * t * one + 3 * u * t * t * two + t**3 * stop
    slope = u * u * (one - start) + 2 * u * t * (two - one) + t * t * (stop - two)
    return on, slope
