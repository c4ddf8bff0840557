"""The geometry of a stroke on the device: how wide its pen is, and its outline."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.paths import TOLERANCE, closed_of, flattened, upright_box
from velocity_engine.display import StrokeSource
from velocity_engine.model.geometry import Matrix, Path
from velocity_engine.model.shapes import Cap, Join

SLANT = 0.4  # device pixels by which the corners of an end may stand askew, both together


@dataclass(frozen=True, slots=True)
class Line:
    """What a stroke draws along a path, as ``StrokeSource`` has it."""

    width: float
    cap: Cap
    join: Join
    miter_limit: float
    dashes: tuple[float, ...] = ()
    dash_offset: float = 0.0


def pen(source: StrokeSource, matrix: Matrix) -> tuple[float, float]:
    """The width to draw with, and the factor of opacity that makes up for it; (0, 0) for a pen that draws nothing.

    A pen thinner than a pixel in both directions is drawn one pixel wide and paler, as Skia does: a hairline keeps its
    weight but does not break up into dots. Upright rectangles with mitred corners keep their width, as they do there.
    """
    width = source.width
    a, b, c, d = matrix[:4]
    across, down = width * math.hypot(a, b), width * math.hypot(c, d)
    if not (width > 0.0 and math.isfinite(across + down) and across + down > 0.0):
        return 0.0, 0.0
    if across > 1.0 or down > 1.0:
        return width, 1.0
    upright = b == c == 0.0 or a == d == 0.0
    if upright and source.join is Join.MITER and not source.dashes and upright_box(source.path) is not None:
        return width, 1.0
    coverage = 0.5 * (across + down)
    return width / coverage, coverage


def reach(source: StrokeSource, matrix: Matrix, width: float) -> tuple[float, float]:
    """How far beyond its path a stroke by a pen of ``width`` can reach, in device pixels along x and y."""
    factor = math.sqrt(2.0) if source.cap is Cap.SQUARE else 1.0
    if source.join is Join.MITER:
        factor = max(factor, source.miter_limit)
    a, b, c, d = matrix[:4]
    return 0.5 * width * factor * math.hypot(a, c), 0.5 * width * factor * math.hypot(b, d)


def stroke_outline(source: StrokeSource, matrix: Matrix, width: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """``stroked``, with a pen of ``width``."""
    line = Line(width, source.cap, source.join, source.miter_limit, source.dashes, source.dash_offset)
    return stroked(source.path, matrix, line)


def stroked(path: Path, matrix: Matrix, line: Line) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The outline of a stroke in the path's coordinates, to be filled by the non-zero rule: vertices (n, 2), starts
    (m + 1,).
    """
    from velocity_engine.kernels.paths.stroke import outline  # compiled where it is needed, as ``dashed`` is

    a, b, c, d = matrix[:4]
    scale = max(math.hypot(a, b), math.hypot(c, d))
    closed = closed_of(path)
    turned = SLANT / (0.5 * line.width * scale) if line.dashes or not closed.all() else 0.0
    points, starts, corners = flattened(path, matrix, turned)
    if line.dashes:
        from velocity_engine.kernels.paths.dash import dashed

        points, starts, corners, closed = dashed(
            points,
            starts,
            corners,
            closed,
            np.array(line.dashes, np.float64),
            line.dash_offset,
            0.01 * TOLERANCE / scale,
        )
    half, tolerance = 0.5 * line.width, TOLERANCE / scale
    drawn: tuple[NDArray[np.float64], NDArray[np.int64]] = outline(
        points, starts, corners, closed, half, line.cap.value, line.join.value, line.miter_limit, tolerance
    )
    return drawn
