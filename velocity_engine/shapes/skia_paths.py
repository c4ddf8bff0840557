"""Paths to and from skia-pathops, which does the set operations and the outlines of strokes.

Skia works in single precision: coordinates come back within about 1e-7 of the size of the drawing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pathops

from velocity_engine.model.geometry import Path, join_contours

Contour = tuple[list[tuple[float, float]], bool]


class PathOperationError(Exception):
    """Skia could not do a path operation; the caller takes a plainer way and reports it."""


def to_skia(path: Path, scale: float = 1.0) -> Any:
    """A ``pathops.Path`` (non-zero winding) of ``path`` times ``scale``."""
    result = pathops.Path()
    points = (path.points * scale).tolist()
    starts = path.starts.tolist()
    for index, closed in enumerate(path.closed.tolist()):
        first, end = starts[index], starts[index + 1]
        result.moveTo(*points[first])
        for at in range(first, end - 1, 3):
            start, one, two, stop = points[at : at + 4]
            if start == one and two == stop:
                result.lineTo(*stop)
            else:
                result.cubicTo(*one, *two, *stop)
        if closed:
            result.close()
    return result


def from_skia(skia: Any, scale: float = 1.0) -> Path:
    """The contours of a ``pathops.Path`` without conics, times ``scale``, as cubics. All are closed."""
    contours: list[list[tuple[float, float]]] = []
    for verb, given in skia:
        if verb == pathops.PathVerb.MOVE:
            contours.append([given[0]])
        elif verb == pathops.PathVerb.CLOSE:
            continue
        else:
            _extend(contours[-1], given)
    made = []
    for points in contours:
        if points[0] != points[-1]:
            _extend(points, (points[0],))
        if len(points) > 1:
            made.append((np.array(points, np.float64) * scale, True))
    return join_contours(made)


def _extend(points: list[tuple[float, float]], given: tuple[tuple[float, float], ...]) -> None:
    at = points[-1]
    if len(given) == 1:
        points += (at, given[0], given[0])
    elif len(given) == 2:
        (cx, cy), end = given
        one = (at[0] + (cx - at[0]) * 2 / 3, at[1] + (cy - at[1]) * 2 / 3)
        two = (end[0] + (cx - end[0]) * 2 / 3, end[1] + (cy - end[1]) * 2 / 3)
        points += (one, two, end)
    else:
        points += given
