"""Matrices and paths, the two shapes of data that every stage shares.

A matrix is the tuple ``(a, b, c, d, e, f)`` of the affine map ``x' = a x + c y + e``, ``y' = b x + d y + f``
(the order of SVG, Canvas and PDF).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.digests import Digested

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
Bounds = tuple[float, float, float, float]  # x0, y0, x1, y1

MAX_WRITTEN = 64
"""A path of no more points is written into the digests of what shows it, without a digest of its own."""
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def multiply(outer: Matrix, inner: Matrix) -> Matrix:
    """The map that applies ``inner`` first, then ``outer``."""
    a, b, c, d, e, f = outer
    p, q, r, s, t, u = inner
    return (a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * t + c * u + e, b * t + d * u + f)


def translation(x: float, y: float) -> Matrix:
    return (1.0, 0.0, 0.0, 1.0, x, y)


def scaling(x: float, y: float) -> Matrix:
    return (x, 0.0, 0.0, y, 0.0, 0.0)


def rotation(degrees: float) -> Matrix:
    """Clockwise on a screen whose y points down."""
    angle = math.radians(degrees)
    cos, sin = math.cos(angle), math.sin(angle)
    return (cos, sin, -sin, cos, 0.0, 0.0)


STEEPEST = math.tan(math.radians(89.999))
"""The most that a skew leans: at 90 degrees it would have no end."""


def skewing(degrees: float, axis: float) -> Matrix:
    """The skew of After Effects: a shear by ``degrees`` along an axis turned by ``axis`` degrees.

    It repeats after half a turn. After Effects writes no more than 85 degrees, but other tools do.
    """
    if degrees == 0.0:
        return IDENTITY
    lean = math.tan(math.radians(-degrees))
    shear: Matrix = (1.0, 0.0, max(-STEEPEST, min(STEEPEST, lean)), 1.0, 0.0, 0.0)
    return multiply(rotation(axis), multiply(shear, rotation(-axis)))


def axis_lengths(m: Matrix, x: float, y: float) -> tuple[float, float]:
    """How far lengths along two crossed axes (of a blur, say) reach along the target's: at a quarter turn they swap."""
    return (math.hypot(m[0] * x, m[2] * y), math.hypot(m[1] * x, m[3] * y))


def determinant(m: Matrix) -> float:
    return m[0] * m[3] - m[1] * m[2]


def invert(m: Matrix) -> Matrix | None:
    """The inverse map, or None when ``m`` flattens the plane."""
    det = determinant(m)
    if not math.isfinite(det) or abs(det) < 1e-12:
        return None
    a, b, c, d, e, f = m
    return (d / det, -b / det, -c / det, a / det, (c * f - d * e) / det, (b * e - a * f) / det)


def apply(m: Matrix, x: float, y: float) -> Point:
    return (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5])


def mean_scale(m: Matrix) -> float:
    """The factor by which ``m`` scales lengths, as the root of its area factor."""
    return math.sqrt(abs(determinant(m)))


def transformed_bounds(m: Matrix, box: Bounds) -> Bounds:
    a, b, c, d, e, f = m
    x0, y0, x1, y1 = box
    left, right = (a * x0, a * x1) if a * x0 <= a * x1 else (a * x1, a * x0)
    nearer, farther = (c * y0, c * y1) if c * y0 <= c * y1 else (c * y1, c * y0)
    top, bottom = (b * x0, b * x1) if b * x0 <= b * x1 else (b * x1, b * x0)
    upper, lower = (d * y0, d * y1) if d * y0 <= d * y1 else (d * y1, d * y0)
    return (left + nearer + e, top + upper + f, right + farther + e, bottom + lower + f)


@dataclass(frozen=True, slots=True, eq=False)
class Path(Digested):
    """Contours of cubic Bézier curves.

    ``points``: (n, 2) float64. A contour of k curves takes 3 k + 1 rows: start, then control, control, end for each.
    ``starts``: (m + 1,) int64, the row where each contour begins, closed by n.
    ``closed``: (m,) bool. A closed contour ends where it began (its last row equals its first).
    The arrays are never written to after the path was made.
    """

    points: NDArray[np.float64]
    starts: NDArray[np.int64]
    closed: NDArray[np.bool_]

    def _content(self) -> tuple[Any, ...]:
        return (self.points, self.starts, self.closed)

    @property
    def name(self) -> bytes:
        if len(self.points) > MAX_WRITTEN:
            return self.digest
        count = len(self.points).to_bytes(1, "little")  # without it, points could be taken for starts
        return count + self.points.tobytes() + self.starts.tobytes() + self.closed.tobytes()

    @property
    def contours(self) -> int:
        return len(self.closed)

    def contour(self, index: int) -> NDArray[np.float64]:
        return self.points[self.starts[index] : self.starts[index + 1]]

    def bounds(self) -> Bounds | None:
        """The box of all control points (it contains the curves), or None for an empty path."""
        if not len(self.points):
            return None
        low, high = self.points.min(axis=0), self.points.max(axis=0)
        return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def transformed(self, m: Matrix) -> Path:
        if m == IDENTITY:
            return self
        linear = np.array([[m[0], m[1]], [m[2], m[3]]])
        return Path(self.points @ linear + (m[4], m[5]), self.starts, self.closed)

    def reversed(self) -> Path:
        """Each contour run backwards."""
        return join_contours([(self.contour(i)[::-1], bool(self.closed[i])) for i in range(self.contours)])


EMPTY_PATH = Path(np.zeros((0, 2)), np.zeros(1, np.int64), np.zeros(0, np.bool_))


def join_contours(contours: Sequence[tuple[NDArray[np.float64], bool]]) -> Path:
    """A path of contours, each (3 k + 1, 2) points and whether it is closed."""
    if not contours:
        return EMPTY_PATH
    lengths = [len(points) for points, _ in contours]
    starts = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    points = np.ascontiguousarray(np.concatenate([p for p, _ in contours]), dtype=np.float64)
    return Path(points, starts, np.array([c for _, c in contours], np.bool_))


def join_paths(paths: Sequence[Path]) -> Path:
    """All contours of several paths, in order."""
    if len(paths) == 1:
        return paths[0]
    return join_contours([(p.contour(i), bool(p.closed[i])) for p in paths for i in range(p.contours)])


def rectangle_path(x0: float, y0: float, x1: float, y1: float) -> Path:
    """A closed rectangle as four straight curves, clockwise on the screen."""
    corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1], [x0, y0]], np.float64)
    points = np.empty((13, 2))
    points[0::3] = corners
    points[1::3] = corners[:-1]
    points[2::3] = corners[1:]
    return Path(points, np.array([0, 13], np.int64), np.array([True]))
