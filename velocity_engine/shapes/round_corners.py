"""Round Corners: each vertex without tangents becomes an arc.

The arc starts and ends ``radius`` away from the vertex, or half-way to its neighbour where that is nearer, as in
After Effects and lottie-web; vertices with tangents stay.
"""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.model.geometry import Path, join_contours
from velocity_engine.shapes.curves import Corners, Points, contour_of, corners_of, without_standstills
from velocity_engine.shapes.primitives import KAPPA


def round_corners(path: Path, radius: float) -> Path:
    if radius <= 0.0:
        return path
    return join_contours(
        [(_rounded(path.contour(i), bool(path.closed[i]), radius), bool(path.closed[i])) for i in range(path.contours)]
    )


def _rounded(contour: Points, closed: bool, radius: float) -> Points:
    kept = without_standstills(contour)
    if len(kept) < 7:
        return contour
    corners = corners_of(kept, closed)
    vertices, ins, outs = corners.vertices.tolist(), corners.ins.tolist(), corners.outs.tolist()
    count = len(vertices)
    made: list[tuple[list[float], list[float], list[float]]] = []
    for i, (vertex, into, out) in enumerate(zip(vertices, ins, outs, strict=True)):
        at_end = not closed and i in (0, count - 1)
        if at_end or into != vertex or out != vertex:
            made.append((vertex, into, out))
            continue
        before = _towards(vertex, vertices[i - 1], radius)
        after = _towards(vertex, vertices[(i + 1) % count], radius)
        made.append((before, before, _between(before, vertex)))
        made.append((after, _between(after, vertex), after))
    new_vertices, new_ins, new_outs = (np.array(column) for column in zip(*made, strict=True))
    return contour_of(Corners(new_vertices, new_ins, new_outs), closed)


def _towards(vertex: list[float], neighbour: list[float], radius: float) -> list[float]:
    dx, dy = neighbour[0] - vertex[0], neighbour[1] - vertex[1]
    distance = math.hypot(dx, dy)
    share = min(distance / 2, radius) / distance if distance else 0.0
    return [vertex[0] + dx * share, vertex[1] + dy * share]


def _between(point: list[float], vertex: list[float]) -> list[float]:
    return [point[0] + (vertex[0] - point[0]) * KAPPA, point[1] + (vertex[1] - point[1]) * KAPPA]
