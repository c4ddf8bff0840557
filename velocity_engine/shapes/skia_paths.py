"""Paths to and from skia-pathops, which does the set operations and the outlines of strokes.

Skia works in single precision: coordinates come back within about 1e-7 of the size of the drawing.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pathops

from velocity_engine.display import StrokeSource
from velocity_engine.model.geometry import Path, join_contours
from velocity_engine.model.shapes import Cap, Join
from velocity_engine.shapes.curves import curve_rows

LINE_JOINS = {
    Join.MITER: pathops.LineJoin.MITER_JOIN,
    Join.ROUND: pathops.LineJoin.ROUND_JOIN,
    Join.BEVEL: pathops.LineJoin.BEVEL_JOIN,
}
LINE_CAPS = {
    Cap.BUTT: pathops.LineCap.BUTT_CAP,
    Cap.ROUND: pathops.LineCap.ROUND_CAP,
    Cap.SQUARE: pathops.LineCap.SQUARE_CAP,
}

# Skia outlines strokes to a quarter of a unit: paths are enlarged meanwhile.
FINENESS = 16.0
CONIC_TOLERANCE = 0.1


class PathOperationError(Exception):
    """Skia could not do a path operation; the caller takes a plainer way and reports it."""


MAX_MEETINGS = 20_000
"""Skia's time grows with a high power of the crossings, and nothing can interrupt it: about a second at this number."""


def refuse_tangles(path: Path) -> None:
    """PathOperationError for a path of which so many curves may cross that operations would take too long."""
    rows = curve_rows(path)
    boxed = np.stack([path.points[rows + k] for k in range(4)], axis=1)
    low, high = boxed.min(axis=1), boxed.max(axis=1)
    order = np.argsort(low[:, 0])
    low, high = low[order], high[order]
    ends = np.searchsorted(low[:, 0], high[:, 0], side="right")
    meetings = 0
    for i, end in enumerate(ends.tolist()):
        meetings += int(((low[i + 1 : end, 1] <= high[i, 1]) & (high[i + 1 : end, 1] >= low[i, 1])).sum())
        if meetings > MAX_MEETINGS:
            raise PathOperationError("too many curves cross")


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


def stroke_outline(source: StrokeSource, scale: float) -> Path:
    """The outline of a stroke in its path's coordinates, to be filled by the non-zero rule.

    ``scale`` leads from them to device pixels.
    """
    fineness = FINENESS * max(scale, 1e-3)
    skia = to_skia(source.path, fineness)
    dashes = [length * fineness for length in source.dashes] or None
    skia.stroke(
        source.width * fineness,
        LINE_CAPS[source.cap],
        LINE_JOINS[source.join],
        max(source.miter_limit, 0.0),
        dashes,
        source.dash_offset * fineness,
    )
    skia.convertConicsToQuads(CONIC_TOLERANCE)
    return from_skia(skia, 1.0 / fineness)


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
