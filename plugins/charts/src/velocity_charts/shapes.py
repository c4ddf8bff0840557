"""Paths: boxes with round corners, arcs, and curves through values that can be cut anywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.geometry import Bounds, Path, join_contours

QUARTER = 0.5522847498307936  # of the radius: how far the controls of a quarter of a circle stand off

Curve = NDArray[np.float64]
"""(3 k + 1, 2): k cubic curves, each of which begins where the one before it ends."""


def rounded_box(box: Bounds, upper: float, lower: float) -> Path:
    """A box whose upper and lower corners are round, by these radii."""
    left, top, right, bottom = box
    most = max(0.0, min((right - left) / 2, (bottom - top) / (2 if upper and lower else 1)))
    upper, lower = min(upper, most), min(lower, most)
    corners = (
        ((left, top), (0.0, 1.0), (1.0, 0.0), upper),
        ((right, top), (-1.0, 0.0), (0.0, 1.0), upper),
        ((right, bottom), (0.0, -1.0), (-1.0, 0.0), lower),
        ((left, bottom), (1.0, 0.0), (0.0, -1.0), lower),
    )
    points: list[tuple[float, float]] = []
    for (x, y), (ax, ay), (bx, by), radius in corners:
        start, end = (x + ax * radius, y + ay * radius), (x + bx * radius, y + by * radius)
        near = radius * (1 - QUARTER)
        if points:
            points += [points[-1], start]
        points += [start, (x + ax * near, y + ay * near), (x + bx * near, y + by * near), end]
    points += [points[-1], points[0], points[0]]
    return join_contours([(np.array(points), True)])


def arc(x: float, y: float, radius: float, start: float, end: float) -> Path:
    """A part of a circle, clockwise from the top; ``start`` and ``end`` are shares of the whole turn."""
    count = max(1, math.ceil(4 * (end - start)))
    angles = np.linspace(start, end, count + 1) * 2 * math.pi - math.pi / 2
    step = (end - start) * 2 * math.pi / count
    off = 4 / 3 * math.tan(step / 4) * radius
    points = np.empty((3 * count + 1, 2))
    on = np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=1)
    along = off * np.stack([-np.sin(angles), np.cos(angles)], axis=1)
    points[0::3] = on
    points[1::3] = on[:-1] + along[:-1]
    points[2::3] = on[1:] - along[1:]
    return join_contours([(points, False)])


def disc(x: float, y: float, radius: float) -> Path:
    return join_contours([(arc(x, y, radius, 0.0, 1.0).points, True)])


def line(points: Sequence[tuple[float, float]]) -> Path:
    corners = np.array(points, np.float64)
    return join_contours([(_straight(corners), False)])


def _straight(corners: NDArray[np.float64]) -> Curve:
    points = np.empty((3 * len(corners) - 2, 2))
    points[0::3] = corners
    points[1::3] = corners[:-1]
    points[2::3] = corners[1:]
    return points


def curve_through(points: Sequence[tuple[float, float]]) -> Curve:
    """A smooth curve through points from left to right, which never leaves the range between two neighbours: it shows
    no value that nobody gave (Fritsch and Carlson's monotone interpolation)."""
    at = np.array(points, np.float64)
    if len(at) < 3:
        return _straight(at)
    width = np.diff(at[:, 0])
    slope = np.diff(at[:, 1]) / width
    tangent = np.concatenate(([slope[0]], (slope[:-1] + slope[1:]) / 2, [slope[-1]]))
    tangent[1:-1][slope[:-1] * slope[1:] <= 0.0] = 0.0
    for k, steep in enumerate(slope):
        before, after = tangent[k], tangent[k + 1]
        most = 3 * abs(steep)
        tangent[k], tangent[k + 1] = (
            math.copysign(min(abs(before), most), before),
            math.copysign(min(abs(after), most), after),
        )
    curve = _straight(at)
    curve[1::3] = at[:-1] + np.stack([width / 3, tangent[:-1] * width / 3], axis=1)
    curve[2::3] = at[1:] - np.stack([width / 3, tangent[1:] * width / 3], axis=1)
    return curve


def cut(curve: Curve, until: float) -> Curve:
    """The beginning of a curve, up to a number of its parts: 1.5 is the first one and half of the second."""
    count = (len(curve) - 1) // 3
    whole = min(int(until), count)
    rest = until - whole
    kept = curve[: 3 * whole + 1]
    if whole == count or rest <= 0.0:
        return kept
    a, b, c, d = curve[3 * whole : 3 * whole + 4]
    ab, bc, cd = a + rest * (b - a), b + rest * (c - b), c + rest * (d - c)
    abc, bcd = ab + rest * (bc - ab), bc + rest * (cd - bc)
    return np.concatenate([kept, np.stack([ab, abc, abc + rest * (bcd - abc)])])
