"""Pucker & Bloat: vertices go towards the centre, control points away from it.

Lottie specification, section "Pucker / Bloat".
"""

from __future__ import annotations

from velocity_engine.model.geometry import Path


def pucker_bloat(path: Path, amount: float) -> Path:
    """``amount`` in per cent; negative ones bloat. The centre of a contour is the mean of its vertices."""
    share = amount / 100.0
    if share == 0.0 or not path.contours:
        return path
    points = path.points.copy()
    for index in range(path.contours):
        contour = points[path.starts[index] : path.starts[index + 1]]
        vertices = contour[0:-1:3] if path.closed[index] else contour[0::3]
        if not len(vertices):
            continue
        centre = vertices.mean(axis=0)
        moved = contour[0::3] + (centre - contour[0::3]) * share
        contour += (contour - centre) * share
        contour[0::3] = moved
    return Path(points, path.starts, path.closed)
