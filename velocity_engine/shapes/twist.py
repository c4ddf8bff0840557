"""Twist: a path is turned about a centre, more sharply there than at its edge.

After Effects publishes no formula, and neither the specification nor other renderers have one. Here the turn falls
evenly from ``angle`` at the centre to none at the path's farthest point. Curves are cut first, so that straight sides
can bend.
"""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.model.geometry import Path, join_contours
from velocity_engine.shapes.curves import Points, subdivided

_PIECES = 8


def twist(path: Path, center_x: float, center_y: float, angle: float) -> Path:
    """``angle`` in degrees, clockwise on the screen."""
    if angle == 0.0 or not path.contours:
        return path
    center = np.array((center_x, center_y))
    contours = [subdivided(path.contour(i), _PIECES) - center for i in range(path.contours)]
    reach = max(float(np.hypot(c[0::3, 0], c[0::3, 1]).max()) for c in contours)
    if reach <= 0.0:
        return path
    return join_contours(
        [
            (_twisted(contour, math.radians(angle), reach) + center, bool(closed))
            for contour, closed in zip(contours, path.closed, strict=True)
        ]
    )


def _twisted(contour: Points, angle: float, reach: float) -> Points:
    """Vertices by the map, their tangents by its derivative, so that smooth paths stay smooth."""
    vertices = contour[0::3]
    distance = np.hypot(vertices[:, 0], vertices[:, 1])
    turn = angle * (1.0 - distance / reach)
    cos, sin = np.cos(turn), np.sin(turn)
    new = _turned(vertices, cos, sin)
    result = np.empty_like(contour)
    result[0::3] = new
    for side, at in ((1, slice(0, -1)), (2, slice(1, None))):
        tangent = contour[side::3] - vertices[at]
        # d(turn) = -angle / reach * d(distance); a change of turn moves a point along its own perpendicular
        away = (vertices[at] * tangent).sum(axis=1) / np.where(distance[at] > 0.0, distance[at], 1.0)
        swing = -angle / reach * away
        moved = _turned(tangent, cos[at], sin[at])
        moved += np.stack((-new[at, 1], new[at, 0]), axis=1) * swing[:, None]
        result[side::3] = new[at] + moved
    return result


def _turned(points: Points, cos: Points, sin: Points) -> Points:
    x, y = points[:, 0], points[:, 1]
    return np.stack((x * cos - y * sin, x * sin + y * cos), axis=1)
