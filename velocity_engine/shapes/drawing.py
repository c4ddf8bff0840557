"""Compiled drawing: nodes that return what is painted at a moment.

A node returns pieces (source, matrix, opacity, blend mode); commands are made of them at the end, and only of those
that changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from velocity_engine.display import (
    DrawCommand,
    FillSource,
    Paint,
    SolidPaint,
    Source,
    StrokeSource,
    command,
    group_source,
)
from velocity_engine.errors import Finding, Place
from velocity_engine.model.geometry import EMPTY_PATH, IDENTITY, Matrix, Path, determinant, multiply
from velocity_engine.model.layers import BlendMode
from velocity_engine.model.shapes import Fill, Gradient, Repeater, Stroke
from velocity_engine.sampler import Sampler
from velocity_engine.shapes.geometry import Node, Outline, Repetitions, Report
from velocity_engine.shapes.paint import color_of, dash_pattern, gradient_paint, gradient_stops
from velocity_engine.shapes.values import Moment, Placement, Reading

Piece = tuple[Source, Matrix, float, BlendMode]

MAX_PIECES = 50_000
MAX_COPIED = 3 * MAX_PIECES  # by all repeaters of a layer: within each other, they copy what was copied
"""What one shape layer may draw in a frame; nested repeaters reach it."""


class Drawing:
    """Something painted; ``moves`` when it can differ from frame to frame."""

    __slots__ = ("moves",)

    def __init__(self, moves: bool) -> None:
        self.moves = moves

    def pieces(self, moment: Moment, matrix: Matrix) -> list[Piece]:
        """In painter's order; ``matrix`` leads from this node's coordinates to the layer's."""
        raise NotImplementedError


# --- paints ---------------------------------------------------------------------------------------------------------


class ColorPaint(Node[Paint | None]):
    __slots__ = ("_property",)

    def __init__(self, item: Fill | Stroke) -> None:
        assert not isinstance(item.paint, Gradient)
        super().__init__(item.paint.moves)
        self._property = item.paint

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return moment.sampler.vector(self._property)

    def _make(self, inputs: tuple[Any, ...]) -> Paint | None:
        return SolidPaint(color_of(inputs))


class GradientNode(Node[Paint | None]):
    """None where a gradient has no stops."""

    __slots__ = ("_gradient", "_reading")

    def __init__(self, gradient: Gradient) -> None:
        self._gradient = gradient
        self._reading = Reading(
            pairs=(gradient.start, gradient.end), scalars=(gradient.highlight_length, gradient.highlight_angle)
        )
        super().__init__(self._reading.moves or gradient.colors.stops.moves)

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        raw = moment.sampler.gradient(self._gradient.colors)
        return self._reading.read(moment.sampler), tuple(raw.tolist())

    def _make(self, inputs: tuple[Any, ...]) -> Paint | None:
        import numpy as np

        (x0, y0, x1, y1, length, angle), raw = inputs
        stops = gradient_stops(np.array(raw, np.float64), self._gradient.colors.count)
        if not len(stops):
            return None
        return gradient_paint(self._gradient.kind, (x0, y0), (x1, y1), length, angle, stops)


def paint_node(item: Fill | Stroke) -> Node[Paint | None]:
    return GradientNode(item.paint) if isinstance(item.paint, Gradient) else ColorPaint(item)


class FillNode(Node[FillSource | None]):
    __slots__ = ("_outline", "_paint", "_rule")

    def __init__(self, item: Fill, outline: Outline, paint: Node[Paint | None]) -> None:
        super().__init__(outline.moves or paint.moves)
        self._outline, self._paint, self._rule = outline, paint, item.rule

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return self._outline.value(moment), self._paint.value(moment)

    def _make(self, inputs: tuple[Any, ...]) -> FillSource | None:
        outline, paint = inputs
        if outline is None or paint is None:
            return None
        return FillSource(outline, paint, self._rule)


class StrokeNode(Node[StrokeSource | None]):
    """None also where the line has no width."""

    __slots__ = ("_dashes", "_item", "_outline", "_paint", "_reading")

    def __init__(self, item: Stroke, outline: Outline, paint: Node[Paint | None]) -> None:
        self._item, self._outline, self._paint = item, outline, paint
        lengths = tuple(dash.length for dash in item.dashes if dash.kind != "o")
        offsets = tuple(dash.length for dash in item.dashes if dash.kind == "o")[:1]
        self._dashes = len(lengths)
        self._reading = Reading(scalars=(item.width, item.miter_limit, *lengths, *offsets))
        super().__init__(outline.moves or paint.moves or self._reading.moves)

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return self._outline.value(moment), self._paint.value(moment), self._reading.read(moment.sampler)

    def _make(self, inputs: tuple[Any, ...]) -> StrokeSource | None:
        outline, paint, (width, miter_limit, *rest) = inputs
        if outline is None or paint is None or width <= 0.0:
            return None
        dashes = dash_pattern(rest[: self._dashes]) if self._dashes else ()
        offset = rest[self._dashes] if dashes and len(rest) > self._dashes else 0.0
        return StrokeSource(
            outline,
            paint,
            width,
            cap=self._item.cap,
            join=self._item.join,
            miter_limit=miter_limit,
            dashes=dashes,
            dash_offset=offset,
        )


class Painted(Drawing):
    """One fill or stroke of all paths above it."""

    __slots__ = ("_blend", "_opacity", "_source")

    def __init__(self, source: FillNode | StrokeNode, opacity: Reading, blend: BlendMode) -> None:
        super().__init__(source.moves or opacity.moves)
        self._source, self._opacity, self._blend = source, opacity, blend

    def pieces(self, moment: Moment, matrix: Matrix) -> list[Piece]:
        opacity = min(self._opacity.read(moment.sampler)[0] / 100.0, 1.0)
        if opacity <= 0.0:
            return []
        source = self._source.value(moment)
        return [] if source is None else [(source, matrix, opacity, self._blend)]


# --- groups and repeaters -------------------------------------------------------------------------------------------


class Grouped(Drawing):
    """A group: its drawings under its transform, faded and blended as a whole."""

    __slots__ = ("_blend", "_drawings", "_kept", "_opacity", "_placement")

    def __init__(self, drawings: Sequence[Drawing], placement: Placement, opacity: Reading, blend: BlendMode) -> None:
        super().__init__(placement.moves or opacity.moves or any(d.moves for d in drawings))
        self._drawings, self._placement, self._opacity, self._blend = tuple(drawings), placement, opacity, blend
        self._kept: tuple[list[Piece], Source] | None = None

    def pieces(self, moment: Moment, matrix: Matrix) -> list[Piece]:
        opacity = min(self._opacity.read(moment.sampler)[0] / 100.0, 1.0)
        own = self._placement.matrix(moment)
        if opacity <= 0.0 or determinant(own) == 0.0:
            return []
        placed = multiply(matrix, own)
        inner = [piece for drawing in self._drawings for piece in drawing.pieces(moment, placed)]
        if opacity >= 1.0 and self._blend is BlendMode.NORMAL:
            return inner
        if len(inner) < 2:
            return [faded(piece, opacity, self._blend) for piece in inner]
        kept = self._kept
        if kept is None or kept[0] != inner:
            kept = (inner, isolated(inner))
            self._kept = kept
        return [(kept[1], IDENTITY, opacity, self._blend)]


class RepeatedDrawing(Drawing):
    """What stands above a repeater, copy by copy."""

    __slots__ = ("_drawings", "_item", "_repetitions", "_report")

    def __init__(self, drawings: Sequence[Drawing], repetitions: Repetitions, item: Repeater, report: Report) -> None:
        super().__init__(repetitions.moves or any(d.moves for d in drawings))
        self._drawings, self._repetitions, self._item, self._report = tuple(drawings), repetitions, item, report

    def pieces(self, moment: Moment, matrix: Matrix) -> list[Piece]:
        repetition = self._repetitions.value(moment)
        result: list[Piece] = []
        order = range(repetition.copies) if self._item.above else range(repetition.copies - 1, -1, -1)
        for index in order:
            if moment.copied > MAX_COPIED:
                self._say_too_many()
                break
            opacity = repetition.opacity(index)
            if opacity <= 0.0:
                continue
            own = repetition.matrix(index)
            if determinant(own) == 0.0:
                continue
            placed = multiply(matrix, own)
            inner = [piece for drawing in self._drawings for piece in drawing.pieces(moment, placed)]
            moment.copied += len(inner)
            if len(result) + len(inner) > MAX_PIECES:
                self._say_too_many()
                break
            if opacity < 1.0 and len(inner) > 1:
                result.append((isolated(inner), IDENTITY, opacity, BlendMode.NORMAL))
            else:
                result += [faded(piece, opacity, BlendMode.NORMAL) for piece in inner]
        return result

    def _say_too_many(self) -> None:
        place = Place(pointer=self._item.pointer or None)
        message = f"repeaters inside repeaters draw more than {MAX_PIECES} things"
        self._report(Finding("shape.repeater.copies", message, place, "the copies beyond are not drawn"))


def faded(piece: Piece, opacity: float, blend: BlendMode) -> Piece:
    """A single piece with the opacity and blend mode of the group around it."""
    source, matrix, own, mode = piece
    return (source, matrix, own * opacity, mode if blend is BlendMode.NORMAL else blend)


def isolated(pieces: Sequence[Piece]) -> Source:
    return group_source([command_of(piece) for piece in pieces])


def command_of(piece: Piece) -> DrawCommand:
    source, matrix, opacity, blend = piece
    return command(source, matrix, opacity=opacity, blend=blend)


# --- the whole ------------------------------------------------------------------------------------------------------


class ShapeDrawing:
    """Compiled items. ``moves`` when two frames can differ.

    ``tall`` holds the nodes of a graph that is too tall for recursion, each after those it rests on.
    """

    __slots__ = ("_drawings", "_kept", "_outline", "_tall", "moves")

    def __init__(self, drawings: Sequence[Drawing], outline: Outline, tall: Sequence[Node[Any]] = ()) -> None:
        self._drawings, self._outline, self._tall = tuple(drawings), outline, tall
        self.moves = any(d.moves for d in drawings)
        self._kept: tuple[list[Piece], tuple[DrawCommand, ...]] | None = None

    def draw(self, sampler: Sampler) -> tuple[DrawCommand, ...]:
        """The commands of one frame, in painter's order, in the coordinates of the items' root."""
        kept = self._kept
        if kept is not None and not self.moves:
            return kept[1]
        moment = self._moment(sampler)
        pieces = [piece for drawing in self._drawings for piece in drawing.pieces(moment, IDENTITY)]
        if kept is not None and pieces == kept[0]:
            return kept[1]
        before, commands = kept if kept is not None and len(kept[0]) == len(pieces) else ([None] * len(pieces), ())
        made = tuple(commands[i] if before[i] == piece else command_of(piece) for i, piece in enumerate(pieces))
        self._kept = (pieces, made)
        return made

    def outline(self, sampler: Sampler) -> Path:
        """All paths of one frame, in the coordinates of the items' root."""
        found = self._outline.value(self._moment(sampler))
        return EMPTY_PATH if found is None else found

    def _moment(self, sampler: Sampler) -> Moment:
        moment = Moment(sampler)
        for node in self._tall:
            node.value(moment)
        return moment
