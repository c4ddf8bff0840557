"""The primitives of shape layers as cubic paths.

Lottie specification, section "Shapes": start point and direction are those that Trim Paths goes by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.geometry import EMPTY_PATH, Path
from velocity_engine.model.properties import Bezier
from velocity_engine.model.shapes import StarKind

KAPPA = 0.5519150244935106
"""Length of the tangents of a quarter circle by its radius (the specification's E_t)."""

MAX_STAR_POINTS = 10_000

_CLOSED: NDArray[np.bool_] = np.array([True])
_OPEN: NDArray[np.bool_] = np.array([False])
_CIRCLE: NDArray[np.float64] = np.array(
    [
        (0, -1), (KAPPA, -1), (1, -KAPPA), (1, 0), (1, KAPPA), (KAPPA, 1), (0, 1),
        (-KAPPA, 1), (-1, KAPPA), (-1, 0), (-1, -KAPPA), (-KAPPA, -1), (0, -1),
    ]
)  # fmt: skip


def one_contour(points: NDArray[np.float64], closed: bool) -> Path:
    """``points``: (3 k + 1, 2) float64, not written to any more."""
    return Path(points, _one_start(len(points)), _CLOSED if closed else _OPEN)


@lru_cache(maxsize=256)
def _one_start(rows: int) -> NDArray[np.int64]:
    return np.array((0, rows), np.int64)


def bezier_path(value: Bezier) -> Path:
    """The path of a path property. A single open vertex, or none, is the empty path."""
    vertices = value.vertices
    count = len(vertices)
    if count == 0 or (count == 1 and not value.closed):
        return EMPTY_PATH
    outs, ins = vertices + value.outs, vertices + value.ins
    if value.closed:
        points = np.empty((3 * count + 1, 2))
        points[0:-1:3] = vertices
        points[-1] = vertices[0]
        points[1::3] = outs
        points[2:-2:3] = ins[1:]
        points[-2] = ins[0]
    else:
        points = np.empty((3 * count - 2, 2))
        points[0::3] = vertices
        points[1::3] = outs[:-1]
        points[2::3] = ins[1:]
    return one_contour(points, value.closed)


def ellipse_path(x: float, y: float, width: float, height: float) -> Path:
    """About (x, y); from the top, clockwise."""
    return one_contour(_CIRCLE * (abs(width) / 2, abs(height) / 2) + (x, y), True)


def rounded_rectangle_path(x: float, y: float, width: float, height: float, roundness: float) -> Path:
    """About (x, y); from the top right corner (its lower end, where it is round), clockwise."""
    half_w, half_h = abs(width) / 2, abs(height) / 2
    left, right, top, bottom = x - half_w, x + half_w, y - half_h, y + half_h
    r = min(half_w, half_h, roundness)
    if r <= 0.0:
        corners = ((right, top), (right, bottom), (left, bottom), (left, top), (right, top))
        return _polygon(np.array(corners))
    c = r * (1.0 - KAPPA)
    points = [(right, top + r)]
    for line_end, first, second, arc_end in (
        ((right, bottom - r), (right, bottom - c), (right - c, bottom), (right - r, bottom)),
        ((left + r, bottom), (left + c, bottom), (left, bottom - c), (left, bottom - r)),
        ((left, top + r), (left, top + c), (left + c, top), (left + r, top)),
        ((right - r, top), (right - c, top), (right, top + c), (right, top + r)),
    ):
        at = points[-1]
        if at != line_end:
            points += (at, line_end, line_end)
        points += (first, second, arc_end)
    points[-1] = points[0]
    return one_contour(np.array(points), True)


def _polygon(corners: NDArray[np.float64]) -> Path:
    """``corners``: (n + 1, 2), the last equal to the first."""
    points = np.empty((3 * len(corners) - 2, 2))
    points[0::3] = corners
    points[1::3] = corners[:-1]
    points[2::3] = corners[1:]
    return one_contour(points, True)


@dataclass(frozen=True, slots=True)
class Star:
    """The numbers of a star at one time, in the order of the specification. ``points`` is rounded; the inner ones do
    not count for a polygon."""

    points: float
    rotation: float
    outer_radius: float
    outer_roundness: float
    inner_radius: float
    inner_roundness: float


def polystar_path(kind: StarKind, x: float, y: float, star: Star) -> Path:
    """About (x, y); from the first outer point (straight up at rotation 0), clockwise."""
    count = min(math.floor(star.points + 0.5), MAX_STAR_POINTS)
    if count < 1:
        return EMPTY_PATH
    rotation, roundness = star.rotation, star.outer_roundness
    inner = (star.inner_radius, star.inner_roundness) if kind is StarKind.STAR else None
    path = _star_parts(count, rotation, roundness, None if inner is None else inner[1])[0] * star.outer_radius
    path += _star_rest(count, rotation, roundness, inner, x, y)
    return one_contour(path, True)


@lru_cache(maxsize=64)  # mostly it is the outer radius that changes
def _star_rest(
    count: int, rotation: float, outer_roundness: float, inner: tuple[float, float] | None, x: float, y: float
) -> NDArray[np.float64]:
    """What a star's path is besides its outer radius; ``inner``: radius and roundness."""
    if inner is None:
        return np.array((x, y))
    inner_part = _star_parts(count, rotation, outer_roundness, inner[1])[1]
    return inner_part * inner[0] + (x, y)


@lru_cache(maxsize=32)  # whose radii change, keep all else
def _star_parts(
    count: int, rotation: float, outer_roundness: float, inner_roundness: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points of a star's path are sums: each radius times what it alone contributes, (3 k + 1, 2) float64 each.
    ``inner_roundness``: None for a polygon, which has no inner points."""
    corners = count if inner_roundness is None else 2 * count
    angles = np.arange(corners) * (2 * math.pi / corners) + math.radians(rotation - 90.0)
    rays = np.stack((np.cos(angles), np.sin(angles)), axis=1)
    roundness = np.full((corners, 1), outer_roundness)
    outer = np.ones((corners, 1))
    if inner_roundness is not None:
        roundness[1::2] = inner_roundness
        outer[1::2] = 0.0
    tangents = np.stack((-rays[:, 1], rays[:, 0]), axis=1) * roundness * (math.pi / (200.0 * count))
    return _curves(rays * outer, tangents * outer), _curves(rays * (1.0 - outer), tangents * (1.0 - outer))


def _curves(vertices: NDArray[np.float64], tangents: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points of a closed path through ``vertices``, (k, 2), with ``tangents`` ahead and back: (3 k + 1, 2)."""
    points = np.empty((3 * len(vertices) + 1, 2))
    points[0:-1:3] = vertices
    points[-1] = vertices[0]
    points[1::3] = vertices + tangents
    points[2::3] = np.roll(vertices - tangents, -1, axis=0)
    return points
