"""Drawing fills and strokes: path to coverage to pixels, with one kernel call for each step."""

from __future__ import annotations

import math
from collections import OrderedDict
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.groups import PlainShape
from velocity_engine.composite.paths import flattened
from velocity_engine.composite.rects import Rect
from velocity_engine.composite.strokes import pen, stroke_outline
from velocity_engine.composite.surface import GroupScratch, Scratch, Surface
from velocity_engine.display import FillSource, GradientPaint, Paint, SolidPaint, StrokeSource
from velocity_engine.kernels.coverage.coverage import accumulate
from velocity_engine.kernels.coverage.paint import THRESHOLDS, paint_color, paint_gradient, paint_mask
from velocity_engine.model.geometry import IDENTITY, Matrix, Path, invert, multiply
from velocity_engine.model.shapes import FillRule, GradientKind

TABLE_SIZE = 1024
MAX_TABLES = 256
MAX_CELLS = 1 << 20  # of the coverage of a group, 4 MB; a larger one is drawn in bands
OUTERMOST_FOCUS = 0.99  # of the radius; at the rim itself the gradient is not defined everywhere


def packed_color(red: float, green: float, blue: float, alpha: float) -> int:
    """A straight colour, 0..1, as one packed premultiplied pixel."""
    a = _unit(alpha) * 255.0
    r, g, b = int(_unit(red) * a + 0.5), int(_unit(green) * a + 0.5), int(_unit(blue) * a + 0.5)
    return int(a + 0.5) << 24 | b << 16 | g << 8 | r


def _unit(value: float) -> float:
    return 0.0 if value < 0.0 else 1.0 if value > 1.0 else value


class GradientTables:
    """Colour tables of gradients, by content; shared between threads."""

    def __init__(self) -> None:
        self._tables: OrderedDict[tuple[bytes, int], NDArray[np.uint32]] = OrderedDict()
        self._lock = Lock()

    def table(self, paint: GradientPaint, opacity: float) -> NDArray[np.uint32]:
        """The table of ``paint_gradient``, times ``opacity``."""
        key = (paint.digest, int(opacity * 4095.0 + 0.5))
        with self._lock:
            table = self._tables.get(key)
            if table is None:
                table = self._tables[key] = gradient_table(paint.stops, opacity)
                if len(self._tables) > MAX_TABLES:
                    self._tables.popitem(last=False)
            else:
                self._tables.move_to_end(key)
        return table


def gradient_table(stops: NDArray[np.float64], opacity: float) -> NDArray[np.uint32]:
    """Colours at TABLE_SIZE even steps, rounded by each of THRESHOLDS; straight colours are interpolated, then
    premultiplied, as Skottie does. What needs no rounding is the same everywhere."""
    at = np.linspace(0.0, 1.0, TABLE_SIZE)
    straight = np.empty((TABLE_SIZE, 4))
    for channel in range(4):
        straight[:, channel] = np.interp(at, stops[:, 0], stops[:, channel + 1])
    np.clip(straight, 0.0, 1.0, out=straight)
    straight[:, 3] *= opacity
    straight[:, :3] *= straight[:, 3:]
    steps = straight.astype(np.float32) * np.float32(255.0)
    rounded = (steps[None, :, None, :] + THRESHOLDS[:, None, :, None]).astype(np.uint8)
    return rounded.view(np.uint32)[..., 0]


def gradient_plane(paint: GradientPaint) -> Matrix | None:
    """The map from the path's coordinates to the plane of ``paint_gradient``; None for a gradient of no length."""
    (sx, sy), (ex, ey) = paint.start, paint.end
    dx, dy = ex - sx, ey - sy
    square = dx * dx + dy * dy
    if not (math.isfinite(square) and square > 1e-18):
        return None
    if paint.kind is GradientKind.RADIAL:
        scale = 1.0 / math.sqrt(square)
        return (scale, 0.0, 0.0, scale, -sx * scale, -sy * scale)
    u, v = dx / square, dy / square
    return (u, -v, v, u, -sx * u - sy * v, sx * v - sy * u)


def focus_of(paint: GradientPaint) -> tuple[float, float]:
    """The focal point of a radial gradient in its unit circle."""
    radius = math.dist(paint.start, paint.end)
    x, y = (paint.focal[0] - paint.start[0]) / radius, (paint.focal[1] - paint.start[1]) / radius
    distance = math.hypot(x, y)
    if not distance > OUTERMOST_FOCUS:
        return (x, y) if math.isfinite(distance) else (0.0, 0.0)
    return x / distance * OUTERMOST_FOCUS, y / distance * OUTERMOST_FOCUS


_Outline = tuple[NDArray[np.float64], NDArray[np.int64], bool, float]
_Colored = tuple[NDArray[np.float64], NDArray[np.int64], Matrix, bool, int]


def _outline(source: FillSource | StrokeSource, matrix: Matrix) -> _Outline | None:
    """The polygons that a source covers (vertices and starts), whether by the even-odd rule, and a factor of its
    opacity; None where its pen draws nothing."""
    if isinstance(source, FillSource):
        points, starts, _ = flattened(source.path, matrix)
        return points, starts, source.rule is FillRule.EVEN_ODD, 1.0
    width, weight = pen(source, matrix)
    return None if width == 0.0 else (*stroke_outline(source, matrix, width), False, weight)


def _colored(shape: PlainShape) -> _Colored | None:
    """An outline with its matrix, and its packed colour in place of the factor; None where it cannot be seen."""
    source, (red, green, blue, alpha), matrix, opacity = shape
    outline = _outline(source, matrix)
    if outline is None:
        return None
    points, starts, even_odd, weight = outline
    color = packed_color(red, green, blue, alpha * (opacity * weight))
    return (points, starts, matrix, even_odd, color) if color >> 24 else None


def alpha_of(opacity: float) -> int:
    """An opacity, 0..1 or more, as a byte."""
    return min(255, int(opacity * 255.0 + 0.5))


class VectorPainter:
    """Draws paths by one thread. ``tables`` may be shared with others."""

    def __init__(self, tables: GradientTables) -> None:
        self._tables = tables
        self._scratch = Scratch()
        self._group_scratch = GroupScratch()

    def draw(
        self, surface: Surface, source: FillSource | StrokeSource, matrix: Matrix, clip: Rect, opacity: float
    ) -> None:
        outline = _outline(source, matrix)
        if outline is not None:
            self._paint(surface, outline, source.paint, matrix, clip, opacity)

    def group(self, surface: Surface, shapes: list[PlainShape], clip: Rect, opacity: float) -> None:
        """Draws ``shapes`` on a clear ground, and lays that over ``surface``."""
        outlines = [outline for outline in map(_colored, shapes) if outline is not None]
        if not outlines:
            return
        x0, y0, x1, y1 = clip
        rows = max(1, MAX_CELLS // (len(outlines) * (x1 - x0)))
        for top in range(y0, y1, rows):
            self._group_band(surface, outlines, (x0, top, x1, min(y1, top + rows)), opacity)

    def _group_band(self, surface: Surface, outlines: list[_Colored], clip: Rect, opacity: float) -> None:
        from velocity_engine.kernels.coverage.group import paint_group  # compiled where it is needed

        s, drawn = self._group_scratch, 0
        s.fit(clip, len(outlines))
        for points, starts, matrix, even_odd, color in outlines:
            if accumulate(points, starts, *matrix, *clip, *s.part(drawn)):
                s.colors[drawn], s.even_odd[drawn] = color, even_odd
                drawn += 1
        if drawn:
            paint_group(
                surface.packed, surface.x, surface.y, s.cells, s.bits, s.extents, s.cells_each, s.bits_each,
                s.even_odd, s.colors, drawn, alpha_of(opacity),
            )  # fmt: skip

    def coverage(
        self,
        mask: NDArray[np.uint8],
        rect: Rect,
        points: NDArray[np.float64],
        starts: NDArray[np.int64],
        matrix: Matrix,
    ) -> None:
        """Stores the coverage of polygons (non-zero rule) in ``mask``, (h, w) uint8 over the device rectangle ``rect``.

        Where they cover nothing, ``mask`` is left as it was."""
        s = self._scratch
        s.fit(rect)
        if accumulate(points, starts, *matrix, *rect, s.cells, s.bits, s.extent):
            paint_mask(mask, rect[0], rect[1], s.cells, s.bits, s.extent, False, s.runs, s.cover)

    def path_coverage(self, mask: NDArray[np.uint8], rect: Rect, path: Path, matrix: Matrix = IDENTITY) -> None:
        """As ``coverage``, of the inside of a path."""
        points, starts, _ = flattened(path, matrix)
        self.coverage(mask, rect, points, starts, matrix)

    def _paint(
        self, surface: Surface, outline: _Outline, paint: Paint, matrix: Matrix, clip: Rect, opacity: float
    ) -> None:
        points, starts, even_odd, weight = outline
        opacity *= weight
        s = self._scratch
        s.fit(clip)
        if isinstance(paint, GradientPaint):
            plane, back = gradient_plane(paint), invert(matrix)
            if back is None or not len(paint.stops):
                return
            if plane is not None:
                if not accumulate(points, starts, *matrix, *clip, s.cells, s.bits, s.extent):
                    return
                radial = paint.kind is GradientKind.RADIAL
                focus = focus_of(paint) if radial else (0.0, 0.0)
                table = self._tables.table(paint, opacity)
                inverse = np.array(multiply(plane, back))
                paint_gradient(
                    surface.packed, surface.x, surface.y, s.cells, s.bits, s.extent, even_odd, s.runs, s.cover,
                    table, inverse, radial, *focus, s.shades,
                )  # fmt: skip
                return
            r, g, b, a = (float(v) for v in paint.stops[-1, 1:])
            paint = SolidPaint((r, g, b, a))
        red, green, blue, alpha = paint.color
        color = packed_color(red, green, blue, alpha * opacity)
        if color >> 24 and accumulate(points, starts, *matrix, *clip, s.cells, s.bits, s.extent):
            paint_color(surface.packed, surface.x, surface.y, s.cells, s.bits, s.extent, even_odd, color)
