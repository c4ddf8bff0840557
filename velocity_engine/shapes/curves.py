"""Cubic curves of a path: where they start, points on them, and parts of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.geometry import Path

Points = NDArray[np.float64]


def curve_rows(path: Path) -> NDArray[np.int64]:
    """(n,): the row of ``path.points`` where each curve starts, contour by contour."""
    if path.contours == 1:
        return np.arange(0, len(path.points) - 1, 3)
    rows = [np.arange(path.starts[i], path.starts[i + 1] - 1, 3) for i in range(path.contours)]
    return np.concatenate(rows) if rows else np.zeros(0, np.int64)


def subdivided(contour: Points, pieces: int) -> Points:
    """A contour (3 k + 1, 2) with each curve cut into ``pieces`` at even parameters: (3 k pieces + 1, 2)."""
    start, one, two, stop = contour[0:-1:3], contour[1::3], contour[2::3], contour[3::3]
    ts = (np.arange(pieces + 1) / pieces)[None, :, None]
    us = 1.0 - ts
    start, one, two, stop = (p[:, None, :] for p in (start, one, two, stop))
    on = us**3 * start + 3 * us * us * ts * one + 3 * us * ts * ts * two + ts**3 * stop
    slope = us * us * (one - start) + 2 * us * ts * (two - one) + ts * ts * (stop - two)
    count = on.shape[0] * pieces
    result = np.empty((3 * count + 1, 2))
    result[0:-1:3] = on[:, :-1].reshape(count, 2)
    result[1::3] = (on[:, :-1] + slope[:, :-1] / pieces).reshape(count, 2)
    result[2::3] = (on[:, 1:] - slope[:, 1:] / pieces).reshape(count, 2)
    result[3::3] = on[:, 1:].reshape(count, 2)
    result[-1] = contour[-1]
    return result


def part(curve: Points, start: float, end: float) -> list[list[float]]:
    """The four points of a curve's part from parameter ``start`` to ``end``; ``curve``: (4, 2)."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve.tolist()
    xs, ys = _part(ax, bx, cx, dx, start, end), _part(ay, by, cy, dy, start, end)
    return [list(pair) for pair in zip(xs, ys, strict=True)]


def _part(a: float, b: float, c: float, d: float, s: float, e: float) -> tuple[float, float, float, float]:
    def blossom(t: float, u: float, v: float) -> float:
        ab, bc, cd = a + (b - a) * t, b + (c - b) * t, c + (d - c) * t
        abc, bcd = ab + (bc - ab) * u, bc + (cd - bc) * u
        return abc + (bcd - abc) * v

    return (
        a if s == 0.0 else blossom(s, s, s),
        blossom(s, s, e),
        blossom(s, e, e),
        d if e == 1.0 else blossom(e, e, e),
    )


def without_standstills(contour: Points) -> Points:
    """A contour without the curves whose four points are one, which have no direction to work with."""
    curves = np.stack((contour[0:-1:3], contour[1::3], contour[2::3], contour[3::3]), axis=1)
    moving = (curves != curves[:, :1]).any(axis=(1, 2))
    if moving.all():
        return contour
    if not moving.any():
        return contour[:1]
    return np.concatenate((curves[moving][:, :3].reshape(-1, 2), contour[-1:]))


@dataclass(frozen=True, slots=True, eq=False)
class Corners:
    """A contour as vertices with absolute control points: (n, 2) each.

    The first of ``ins`` and the last of ``outs`` of an open contour are its ends.
    """

    vertices: Points
    ins: Points
    outs: Points


def corners_of(contour: Points, closed: bool) -> Corners:
    if closed:
        return Corners(contour[0:-1:3], np.roll(contour[2::3], 1, axis=0), contour[1::3])
    vertices = contour[0::3]
    ins = np.concatenate((vertices[:1], contour[2::3]))
    outs = np.concatenate((contour[1::3], vertices[-1:]))
    return Corners(vertices, ins, outs)


def contour_of(corners: Corners, closed: bool) -> Points:
    """The contour (3 k + 1, 2) of vertices and control points."""
    count = len(corners.vertices) + (1 if closed else 0)
    points = np.empty((3 * count - 2, 2))
    points[0::3] = np.resize(corners.vertices, (count, 2))
    points[1::3] = np.resize(corners.outs, (count - 1, 2))
    points[2::3] = np.roll(corners.ins, -1, axis=0)[: count - 1]
    return points
