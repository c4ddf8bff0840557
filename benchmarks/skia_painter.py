"""Draws the display lists of the benchmarks' templates by Skia, on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import skia

from velocity_engine.composite import command_bounds
from velocity_engine.display import (
    DisplayList,
    DrawCommand,
    FillSource,
    GradientPaint,
    GroupSource,
    ImageSource,
    Paint,
    StrokeSource,
)
from velocity_engine.model.geometry import Matrix, Path
from velocity_engine.model.shapes import Cap, FillRule, GradientKind, Join

CAPS = {Cap.BUTT: skia.Paint.kButt_Cap, Cap.ROUND: skia.Paint.kRound_Cap, Cap.SQUARE: skia.Paint.kSquare_Cap}
JOINS = {Join.MITER: skia.Paint.kMiter_Join, Join.ROUND: skia.Paint.kRound_Join, Join.BEVEL: skia.Paint.kBevel_Join}
SAMPLING = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kNearest)


class SkiaPainter:
    """Pictures are kept with their smaller copies, as Velocity keeps them."""

    def __init__(self, surface: Any) -> None:
        self._surface = surface
        self._images: dict[bytes, Any] = {}

    def draw(self, display: DisplayList) -> None:
        canvas = self._surface.getCanvas()
        canvas.clear(skia.Color4f(*display.background))
        self._all(canvas, display.commands)

    def _all(self, canvas: Any, commands: Sequence[DrawCommand]) -> None:
        for command in commands:
            self._one(canvas, command)

    def _one(self, canvas: Any, command: DrawCommand) -> None:
        canvas.save()
        if command.matte is not None:
            canvas.saveLayerAlpha(self._bounds(command), round(command.opacity * 255))
            self._source(canvas, command, 1.0)
            canvas.saveLayer(self._bounds(command), skia.Paint(BlendMode=skia.BlendMode.kDstIn))
            self._all(canvas, command.matte.commands)
            canvas.restore()
            canvas.restore()
        else:
            self._source(canvas, command, command.opacity)
        canvas.restore()

    def _source(self, canvas: Any, command: DrawCommand, opacity: float) -> None:
        source = command.source
        if isinstance(source, GroupSource):
            if opacity < 1.0:
                canvas.saveLayerAlpha(self._bounds(command), round(opacity * 255))
            self._all(canvas, source.commands)
            if opacity < 1.0:
                canvas.restore()
            return
        canvas.save()
        canvas.concat(_matrix(command.matrix))
        if isinstance(source, ImageSource):
            target = skia.Rect.MakeWH(source.width, source.height)
            image = self._image(source)
            x0, y0, x1, y1 = source.window or (0.0, 0.0, image.width(), image.height())
            canvas.drawImageRect(image, skia.Rect(x0, y0, x1, y1), target, SAMPLING, skia.Paint(Alphaf=opacity))
        elif isinstance(source, FillSource):
            canvas.drawPath(_path(source.path, source.rule), _paint(source.paint, opacity))
        elif isinstance(source, StrokeSource):
            paint = _paint(source.paint, opacity)
            paint.setStyle(skia.Paint.kStroke_Style)
            paint.setStrokeWidth(source.width)
            paint.setStrokeCap(CAPS[source.cap])
            paint.setStrokeJoin(JOINS[source.join])
            paint.setStrokeMiter(source.miter_limit)
            canvas.drawPath(_path(source.path, FillRule.NON_ZERO), paint)
        canvas.restore()

    def _bounds(self, command: DrawCommand) -> Any:
        """Where the command draws: a layer of that size spares Skia the rest of the frame."""
        rect = command_bounds(command, self._surface.width(), self._surface.height())
        return skia.Rect(*map(float, rect or (0, 0, 0, 0)))

    def _image(self, source: ImageSource) -> Any:
        found = self._images.get(source.picture.digest)
        if found is None:
            alpha = skia.kOpaque_AlphaType if source.picture.opaque else skia.kPremul_AlphaType
            pixels = source.picture.pixels.copy()
            found = skia.Image.fromarray(pixels, skia.kRGBA_8888_ColorType, alpha).withDefaultMipmaps()
            self._images[source.picture.digest] = found
        return found


def _matrix(matrix: Matrix) -> Any:
    a, b, c, d, e, f = matrix
    return skia.Matrix.MakeAll(a, c, e, b, d, f, 0, 0, 1)


def _path(path: Path, rule: FillRule) -> Any:
    made = skia.Path()
    for contour in range(path.contours):
        rows = path.points[path.starts[contour] : path.starts[contour + 1]].tolist()
        made.moveTo(*rows[0])
        for i in range(1, len(rows) - 2, 3):
            made.cubicTo(*rows[i], *rows[i + 1], *rows[i + 2])
        if path.closed[contour]:
            made.close()
    made.setFillType(skia.PathFillType.kEvenOdd if rule is FillRule.EVEN_ODD else skia.PathFillType.kWinding)
    return made


def _paint(paint: Paint, opacity: float) -> Any:
    made = skia.Paint(AntiAlias=True)
    if isinstance(paint, GradientPaint):
        colors = [skia.Color4f(*row[1:]).toColor() for row in paint.stops.tolist()]
        places = paint.stops[:, 0].tolist()
        ends = [skia.Point(*paint.start), skia.Point(*paint.end)]
        if paint.kind is GradientKind.LINEAR:
            made.setShader(skia.GradientShader.MakeLinear(ends, colors, places))
        made.setAlphaf(opacity)
    else:
        red, green, blue, alpha = paint.color
        made.setColor4f(skia.Color4f(red, green, blue, alpha * opacity))
    return made
