"""Placed clusters into draw commands. Neighbours that look alike become one path: most texts are one command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import (
    Clip,
    DrawCommand,
    FillSource,
    SolidPaint,
    StrokeSource,
    command,
    group_source,
)
from velocity_engine.model.geometry import EMPTY_PATH, IDENTITY, Matrix, Path
from velocity_engine.model.shapes import Cap
from velocity_engine.model.text import TextDocument
from velocity_engine.text.animators import Changes
from velocity_engine.text.blur import blur_effect
from velocity_engine.text.colored import colored_commands
from velocity_engine.text.layout import ColoredGlyph, Layout
from velocity_engine.text.looks import fill_of, fills_of, straight

Values = NDArray[np.float64]
_INVISIBLE = 1.0 / 1024.0  # alpha below which nothing can show in 8 bits


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """The outlines of n clusters, one after the other, each about its own origin.

    ``points``: (p, 2) float64; ``owner``: (p,) int64, the cluster of each; ``starts`` and ``closed`` as in ``Path``;
    ``first_point``, ``first_contour``: (n + 1,) int64. ``paths`` holds the same, cluster by cluster. ``spans``: (n,)
    int64, the span of the text that each is in. ``colored``: what shows of them in colours of its own.
    """

    points: Values
    owner: NDArray[np.int64]
    starts: NDArray[np.int64]
    closed: NDArray[np.bool_]
    first_point: NDArray[np.int64]
    first_contour: NDArray[np.int64]
    paths: tuple[Path | None, ...]
    spans: NDArray[np.int64]
    colored: tuple[ColoredGlyph, ...]

    def visible(self) -> NDArray[np.int64]:
        """Clusters that show something."""
        return np.flatnonzero(np.diff(self.first_point))

    def joined(self, first: int, last: int, matrices: Values) -> Path:
        """The clusters ``first`` to ``last`` (exclusive), each under its own of the (n, 6) matrices, as one path."""
        points = slice(self.first_point[first], self.first_point[last])
        contours = slice(self.first_contour[first], self.first_contour[last])
        owner = self.owner[points]
        x, y = self.points[points].T
        m = matrices[owner]
        moved = np.stack([m[:, 0] * x + m[:, 2] * y + m[:, 4], m[:, 1] * x + m[:, 3] * y + m[:, 5]], axis=1)
        starts = self.starts[contours.start : contours.stop + 1] - points.start
        return Path(moved, np.ascontiguousarray(starts), self.closed[contours])


def outlines_of(layout: Layout) -> Outlines:
    paths = [path or EMPTY_PATH for path in layout.paths]
    points = [len(path.points) for path in paths]
    contours = [path.contours for path in paths]
    first_point = np.concatenate(([0], np.cumsum(points))).astype(np.int64)
    first_contour = np.concatenate(([0], np.cumsum(contours))).astype(np.int64)
    starts = [path.starts[:-1] + at for path, at in zip(paths, first_point[:-1], strict=True)]
    return Outlines(
        np.concatenate([path.points for path in paths]) if paths else np.zeros((0, 2)),
        np.repeat(np.arange(len(paths), dtype=np.int64), points),
        np.concatenate([*starts, first_point[-1:]]).astype(np.int64),
        np.concatenate([path.closed for path in paths]) if paths else np.zeros(0, np.bool_),
        first_point,
        first_contour,
        layout.paths,
        layout.spans,
        layout.colored,
    )


@dataclass(frozen=True, slots=True, eq=False)
class PlacedText:
    """How a text stands and looks at one time.

    ``matrices``: (n, 6) float64, where its clusters stand. ``changes``: what animators do to them. ``scale``: that of a
    text shrunk to fit, beside the document's size, for the width of its stroke. ``clips`` are those of its commands.
    """

    matrices: Values
    document: TextDocument
    changes: Changes | None = None
    scale: float = 1.0
    clips: tuple[Clip, ...] = ()


def text_commands(outlines: Outlines, text: PlacedText) -> list[DrawCommand]:
    """In painter's order: clusters as they follow each other in the text, strokes under or over their fills."""
    shown = outlines.visible()
    if not len(shown) and not outlines.colored:
        return []
    styles = _styles(outlines.spans, text.document, text.changes)
    parts: list[tuple[int, list[DrawCommand]]] = []
    for alike in _alike(shown, styles, outlines.colored):
        style = _Style.of(styles[alike[0]], text.document, text.scale)
        blurred = style.blur != (0.0, 0.0)
        commands = _painted(outlines, alike, text.matrices, style, () if blurred else text.clips)
        if blurred and commands:
            commands = [command(group_source(commands), clips=text.clips, effects=(blur_effect(*style.blur),))]
        parts.append((int(alike[0]), commands))
    parts += [(one.cluster, _in_color(one, text, styles[one.cluster])) for one in outlines.colored]
    parts.sort(key=lambda part: part[0])
    return [entry for _, commands in parts for entry in commands]


def _alike(shown: NDArray[np.int64], styles: Values, colored: Sequence[ColoredGlyph]) -> list[NDArray[np.int64]]:
    """Runs of clusters that can be one path: of one style, and without one in colours of its own between them."""
    if not len(shown):
        return []
    differs = np.any(styles[shown][1:] != styles[shown][:-1], axis=1)
    before = np.searchsorted([one.cluster for one in colored], shown)
    return np.split(shown, np.flatnonzero(differs | (before[1:] != before[:-1])) + 1)


def _in_color(glyph: ColoredGlyph, text: PlacedText, style: Values) -> list[DrawCommand]:
    """A glyph in its own colours, as visible as the fill is; in a text without one, as animators leave it."""
    r, g, b, alpha = (float(part) for part in style[:4])
    if fill_of(text.document, glyph.span) is None:
        alpha = 1.0 if text.changes is None else float(text.changes.opacity[glyph.cluster])
    if alpha < _INVISIBLE:
        return []
    x, y = (float(part) for part in style[9:])
    a, b_, c, d, e, f = (float(number) for number in text.matrices[glyph.cluster])
    commands = colored_commands(glyph, (a, b_, c, d, e, f), (r, g, b, alpha), (x, y))
    return [command(group_source(commands), clips=text.clips)] if commands and text.clips else commands


@dataclass(frozen=True, slots=True)
class _Style:
    fill: tuple[float, float, float, float]
    stroke: tuple[float, float, float, float]
    width: float
    blur: tuple[float, float]
    document: TextDocument

    @classmethod
    def of(cls, row: Values, document: TextDocument, scale: float) -> _Style:
        r, g, b, a, sr, sg, sb, sa, width, blur_x, blur_y = (float(number) for number in row)
        return cls((r, g, b, a), (sr, sg, sb, sa), width * scale, (blur_x, blur_y), document)


def _styles(spans: NDArray[np.int64], document: TextDocument, changes: Changes | None) -> Values:
    """(n, 11): fill, stroke, stroke width, blur; all zero alpha where there is no paint."""
    styles = np.zeros((len(spans), 11))
    if changes is None:
        fills = fills_of(document, spans)
        styles[:, :4] = 0.0 if fills is None else fills
        styles[:, 4:8] = 0.0 if document.stroke is None else straight(document.stroke)
        styles[:, 8] = document.stroke_width
        return styles
    if changes.fill is not None:
        styles[:, :4] = changes.fill
    if changes.stroke is not None:
        styles[:, 4:8] = changes.stroke
    styles[:, :8] = np.clip(styles[:, :8], 0.0, 1.0)
    styles[:, 8] = changes.stroke_width
    styles[:, 9:] = changes.blur
    return styles


def _painted(
    outlines: Outlines,
    alike: NDArray[np.int64],
    matrices: Values,
    style: _Style,
    clips: tuple[Clip, ...],
) -> list[DrawCommand]:
    strokes = style.width > 0.0 and style.stroke[3] >= _INVISIBLE
    if style.fill[3] < _INVISIBLE and not strokes:
        return []
    pen = _common_scale(matrices[alike], strokes)
    if pen is not None:
        whole = outlines.joined(int(alike[0]), int(alike[-1]) + 1, matrices)
        return _fill_and_stroke(whole, style, style.width * pen if strokes else 0.0, IDENTITY, clips)
    result: list[DrawCommand] = []
    for cluster in alike:
        path = outlines.paths[cluster]
        a, b, c, d, e, f = (float(number) for number in matrices[cluster])
        if path is not None:
            result += _fill_and_stroke(path, style, style.width if strokes else 0.0, (a, b, c, d, e, f), clips)
    return result


def _fill_and_stroke(
    path: Path, style: _Style, width: float, matrix: Matrix, clips: tuple[Clip, ...]
) -> list[DrawCommand]:
    result = []
    if style.fill[3] >= _INVISIBLE:
        fill = FillSource(path, SolidPaint(style.fill))
        result.append(command(fill, matrix, clips=clips))
    if width > 0.0:
        paint = SolidPaint(style.stroke)
        stroke = StrokeSource(path, paint, width, cap=Cap.BUTT, join=style.document.stroke_join)
        result.append(command(stroke, matrix, clips=clips))
    return result if style.document.stroke_over_fill else result[::-1]


def _common_scale(matrices: Values, strokes: bool) -> float | None:
    """The factor of the pen where clusters can be joined into one path, else None.

    Joining needs windings that agree (no cluster mirrored beside one that is not), and for strokes one scale for all
    that keeps circles round.
    """
    a, b, c, d = matrices[:, :4].T
    determinant = a * d - b * c
    if determinant.max() > 0.0 > determinant.min():
        return None
    if not strokes:
        return 1.0
    wide, high, lean = np.hypot(a, b), np.hypot(c, d), np.abs(a * c + b * d)
    factor = float(wide[0])
    alike = np.allclose(wide, factor, atol=1e-6) and np.allclose(high, factor, atol=1e-6) and bool((lean < 1e-6).all())
    return factor if alike else None
