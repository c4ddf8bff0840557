"""Paths as the kernels take them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.paths.flatten import control_box, flatten
from velocity_engine.model.geometry import IDENTITY, Matrix, Path

TOLERANCE = 0.05  # device pixels
CORNERS = 13  # rows of a contour of four curves

Polylines = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.uint8]]


def _plain(array: NDArray[np.generic], dtype: type[np.generic]) -> NDArray[np.generic]:
    """``array`` itself where a kernel can take it, else a copy: kernels take no views with gaps and nothing
    read-only.
    """
    return array if array.flags.carray and array.dtype == dtype else np.array(array, dtype, order="C")


def flattened(path: Path, matrix: Matrix, turn: float = 0.0) -> Polylines:
    """The path's polylines in its own coordinates, fine enough under ``matrix``: points (k, 2), starts (m + 1,),
    corners (k,). ``turn``: the angle in radians that a step of a curve may turn by, 0 for any. Nobody writes to them.
    """
    return _polylines(path, matrix[:4], turn)


@lru_cache(maxsize=4)  # a stroke mostly goes with the fill before it
def _polylines(path: Path, linear: tuple[float, ...], turn: float) -> Polylines:
    points, starts = _plain(path.points, np.float64), _plain(path.starts, np.int64)
    polylines: Polylines = flatten(points, starts, *linear, TOLERANCE, turn)
    return polylines


def closed_of(path: Path) -> NDArray[np.bool_]:
    return _plain(path.closed, np.bool_)  # type: ignore[return-value]


def path_box(path: Path, matrix: Matrix = IDENTITY) -> tuple[float, float, float, float]:
    """The device box of a path's control points; x0 > x1 when it has none."""
    box: tuple[float, float, float, float] = control_box(_plain(path.points, np.float64), *matrix)
    return box


def upright_box(path: Path) -> tuple[float, float, float, float] | None:
    """The box of a path that is one upright rectangle of straight edges; None for any other."""
    points = path.points
    if len(points) != CORNERS or path.contours != 1:
        return None
    rows = points.tolist()
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = rows[0:12:3]
    if not ((x0 == x3 and x1 == x2 and y0 == y1 and y2 == y3) or (x0 == x1 and x2 == x3 and y0 == y3 and y1 == y2)):
        return None
    for i in range(0, 12, 3):
        for k in range(2):
            low, high = sorted((rows[i][k], rows[i + 3][k]))
            if not (low <= rows[i + 1][k] <= high and low <= rows[i + 2][k] <= high):
                return None
    return (min(x0, x2), min(y0, y2), max(x0, x2), max(y0, y2))
