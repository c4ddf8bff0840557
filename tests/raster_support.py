"""What the tests of the rasteriser and the compositor share: paths, and coverage without the compositor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import DrawCommand, FillSource, StrokeSource
from velocity_engine.kernels.coverage.coverage import accumulate, room
from velocity_engine.kernels.coverage.paint import paint_mask
from velocity_engine.kernels.paths.flatten import flatten
from velocity_engine.model.geometry import IDENTITY, Matrix, Path, join_contours

Points = Sequence[tuple[float, float]]


def polyline(points: Points, closed: bool = True) -> Path:
    """A contour of straight curves."""
    corners = np.array([*points, points[0]] if closed else points, np.float64)
    rows = np.empty((3 * len(corners) - 2, 2))
    rows[0::3] = corners
    rows[1::3] = corners[:-1]
    rows[2::3] = corners[1:]
    return join_contours([(rows, closed)])


def curve(*points: tuple[float, float], closed: bool = False) -> Path:
    return join_contours([(np.array(points, np.float64), closed)])


def path_of(entry: DrawCommand) -> Path:
    """What a command fills or strokes."""
    assert isinstance(entry.source, FillSource | StrokeSource)
    return entry.source.path


def circle(x: float, y: float, radius: float) -> Path:
    k = 0.5522847498307936
    unit = [
        (0, -1),
        (k, -1),
        (1, -k),
        (1, 0),
        (1, k),
        (k, 1),
        (0, 1),
        (-k, 1),
        (-1, k),
        (-1, 0),
        (-1, -k),
        (-k, -1),
        (0, -1),
    ]
    return join_contours([(np.array(unit) * radius + (x, y), True)])


class Canvas:
    """A clip rectangle with the scratch that the kernels need."""

    def __init__(self, x0: int, y0: int, x1: int, y1: int) -> None:
        self.clip = (x0, y0, x1, y1)
        width, height = x1 - x0, y1 - y0
        cells, bits = room(width, height)
        self.cells, self.bits = np.zeros(cells, np.int32), np.zeros(bits, np.uint64)
        self.extent = np.zeros(4, np.int64)
        self.runs = np.zeros((width + 4, 3), np.int64)
        self.cover = np.zeros(room(width, 1)[0], np.uint8)
        self.shades = np.zeros(width + 4, np.uint32)

    def accumulate(self, points: NDArray[np.float64], starts: NDArray[np.int64], matrix: Matrix = IDENTITY) -> bool:
        return bool(accumulate(points, starts, *matrix, *self.clip, self.cells, self.bits, self.extent))

    @property
    def clean(self) -> bool:
        return not self.cells.any() and not self.bits.any()

    def coverage(
        self,
        points: NDArray[np.float64],
        starts: NDArray[np.int64],
        matrix: Matrix = IDENTITY,
        even_odd: bool = False,
    ) -> NDArray[np.uint8]:
        """(h, w) uint8 over the clip rectangle."""
        x0, y0, x1, y1 = self.clip
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        if self.accumulate(points, starts, matrix):
            paint_mask(mask, x0, y0, self.cells, self.bits, self.extent, even_odd, self.runs, self.cover)
        assert self.clean
        return mask

    def path_coverage(self, path: Path, matrix: Matrix = IDENTITY, even_odd: bool = False) -> NDArray[np.uint8]:
        points, starts, _ = flatten(path.points, path.starts, *matrix[:4], 0.1, 0.0)
        return self.coverage(points, starts, matrix, even_odd)
