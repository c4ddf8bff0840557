"""Compiles a tree of shape items into drawings.

Lottie specification, section "Shape Rendering Model", and what After Effects does:

- a paint paints all paths above it in its group, those of inner groups too; paints later in the list lie below earlier
  ones;
- a path that a paint uses has gone through all modifiers below the path, those of its own group first, then those of
  the groups around it, whether they stand above or below the paint;
- Merge Paths takes the paints above it away, and a repeater repeats paths and paints above it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from velocity_engine.errors import Finding, Place
from velocity_engine.model.geometry import Path
from velocity_engine.model.layers import BlendMode
from velocity_engine.model.properties import Property, Vector, still
from velocity_engine.model.shapes import (
    Ellipse,
    Fill,
    Group,
    Merge,
    OffsetPath,
    PathShape,
    Polystar,
    PuckerBloat,
    Rectangle,
    Repeater,
    RoundCorners,
    ShapeItem,
    StarKind,
    Stroke,
    Trim,
    TrimMode,
    Twist,
    ZigZag,
)
from velocity_engine.sampler import Sampler
from velocity_engine.shapes.drawing import (
    Drawing,
    FillNode,
    Grouped,
    Painted,
    RepeatedDrawing,
    ShapeDrawing,
    StrokeNode,
    paint_node,
)
from velocity_engine.shapes.geometry import (
    Drawn,
    Failures,
    Geometry,
    Measured,
    Merged,
    Node,
    Outline,
    Placed,
    Primitive,
    Repeated,
    Repetitions,
    Report,
    Reshaped,
    Spans,
    Trimmed,
    TrimmedInTurn,
    Turns,
)
from velocity_engine.shapes.primitives import Star, ellipse_path, polystar_path, rounded_rectangle_path
from velocity_engine.shapes.pucker_bloat import pucker_bloat
from velocity_engine.shapes.repeater import MAX_COPIES
from velocity_engine.shapes.round_corners import round_corners
from velocity_engine.shapes.sizes import VertexAllowance, largest, vertices_after, vertices_of
from velocity_engine.shapes.twist import twist
from velocity_engine.shapes.values import Placement, Reading
from velocity_engine.shapes.zigzag import zigzag

MAX_DEPTH = 100
MAX_LINKS = 2_000_000
"""How often the paints, modifiers and groups of a layer may take a path, all together: n fills below n paths take
n * n."""
MAX_MEASURED = 1_000_000
"""Vertices that the trims of a layer may measure, all together."""
MAX_SHIFTED = 50_000
"""Vertices that a layer may offset, all together: each takes some 40 microseconds."""
MAX_RECURSION = 24
"""Nodes in a chain from which on they are evaluated one by one from below, rather than by recursion from above."""
_REMEMBERED = 1024

Where = tuple[int, ...]
"""The way to an item: its index in each list on the way."""

Pending = tuple[ShapeItem, Where, int]
"""A modifier that stands below a paint: the item, where it is, and the number of paths above it that come before
those of the paint's own group."""

Modifier = tuple[ShapeItem, Where]
"""A modifier of single paths, and where it is."""

T = TypeVar("T")


def compile_items(items: Sequence[ShapeItem], report: Report | None = None) -> ShapeDrawing:
    """``report`` is told what cannot be drawn as meant, now or when it happens."""
    return _Compiler(report or _ignore).compile(items)


def _ignore(finding: Finding) -> None:
    pass


_compiled: dict[int, tuple[Sequence[ShapeItem], ShapeDrawing]] = {}


def _compiled_once(items: Sequence[ShapeItem]) -> ShapeDrawing:
    found = _compiled.get(id(items))
    if found is None or found[0] is not items:
        if len(_compiled) >= _REMEMBERED:
            _compiled.clear()
        found = (items, compile_items(items))
        _compiled[id(items)] = found
    return found[1]


def items_path(items: Sequence[ShapeItem], sampler: Sampler) -> Path:
    """The paths of ``items`` after all modifiers and group transforms, without paints; in their own coordinates.

    The same ``items`` object (the outlines of a glyph, say) is compiled only once.
    """
    return _compiled_once(items).outline(sampler)


def blend_mode(item: ShapeItem) -> BlendMode:
    try:
        return BlendMode(item.blend_mode)
    except ValueError:
        return BlendMode.NORMAL


class _TooManyLinks(Exception):
    """The paints, modifiers and groups of the items take paths more often than MAX_LINKS."""


class _Compiler:
    """Two ways through the tree: the paths of every scope first, since a paint deep inside may be trimmed with paths
    that stand far outside of it, then the paints."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._nodes: dict[tuple[Any, ...], Any] = {}
        self._heights: dict[Node[Any], int] = {}  # in the order of making: each node after those it rests on
        self._turns: dict[Where, Turns | None] = {}
        self._scopes: dict[Where, list[Geometry]] = {}
        self._links = 0
        self._vertices: dict[Geometry, int] = {}
        self._measuring = VertexAllowance(MAX_MEASURED, self._say_unmeasured)
        self._offsetting = VertexAllowance(MAX_SHIFTED, self._say_unshifted)

    def compile(self, items: Sequence[ShapeItem]) -> ShapeDrawing:
        try:
            geometries = self._scope(items, ())
            drawings = self._drawings(items, (), (), merged=False)
            outline = self._outline(geometries)
        except _TooManyLinks:
            message = f"the paints, modifiers and groups of the layer take its paths more than {MAX_LINKS} times"
            self._report(Finding("shape.links", message, Place(), "none of the layer's shapes is drawn"))
            return ShapeDrawing((), Outline(()))
        tall = max(self._heights.values(), default=0) > MAX_RECURSION
        return ShapeDrawing(drawings, outline, tuple(self._heights) if tall else ())

    def _node(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """One node for each key, so that paints share what they have in common."""
        if key not in self._nodes:
            made = self._nodes[key] = make()
            if isinstance(made, Node):
                self._heights[made] = 1 + max((self._heights.get(part, 0) for part in key), default=0)
        node: T = self._nodes[key]
        return node

    def _say_unmeasured(self, item: ShapeItem) -> None:
        message = f"the trims of the layer measure paths of more than {MAX_MEASURED} vertices in all"
        place = Place(pointer=item.pointer or None)
        self._report(Finding("shape.trim", message, place, "the path stays whole, and those after it"))

    def _say_unshifted(self, item: ShapeItem) -> None:
        message = f"the layer offsets paths of more than {MAX_SHIFTED} vertices in all"
        place = Place(pointer=item.pointer or None)
        self._report(Finding("shape.offset", message, place, "the path stays as it is, and those after it"))

    def _link(self, count: int) -> None:
        self._links += count
        if self._links > MAX_LINKS:
            raise _TooManyLinks

    def _geometry(self, key: tuple[Any, ...], make: Callable[[], Geometry], vertices: int) -> Geometry:
        """A node of paths that have so many vertices at most."""
        node = self._node(key, make)
        self._vertices[node] = vertices
        return node

    def _outline(self, geometries: Sequence[Geometry]) -> Outline:
        self._link(len(geometries))
        children = tuple(geometries)
        return self._node(("outline", *children), lambda: Outline(children))

    # --- first way: paths ---

    def _scope(self, items: Sequence[ShapeItem], where: Where) -> list[Geometry]:
        """The paths of a list of items, after its modifiers, in the list's coordinates."""
        geometries: list[Geometry] = []
        for index, item in enumerate(items):
            if not item.hidden:
                geometries = self._with_item(item, (*where, index), geometries)
        self._scopes[where] = geometries
        return geometries

    def _with_item(self, item: ShapeItem, where: Where, above: list[Geometry]) -> list[Geometry]:
        """The paths of a scope down to ``item``, from those above it, a list that is the caller's no more."""
        if isinstance(item, Group):
            above += self._group(item, where)
            return above
        primitive = self._primitive(item, where)
        if primitive is not None:
            above.append(primitive)
            return above
        if isinstance(item, Fill | Stroke):
            return above
        self._link(len(above))
        if isinstance(item, Trim) and item.mode is TrimMode.INDIVIDUALLY and where not in self._turns:
            measured = [self._measured(g, item) for g in above]
            lengths = tuple(each for each in measured if each is not None)
            self._turns[where] = Turns(lengths, self._spans(item, where)) if len(lengths) == len(above) else None
        if isinstance(item, Merge):
            children = tuple(above)
            failures = Failures(item, "shape.merge", self._report)
            vertices = 2 * sum(self._vertices[g] for g in above)
            merged = self._geometry((where, *children), lambda: Merged(children, item, failures), vertices)
            return [merged] if above else []
        if isinstance(item, Repeater):
            repetitions = self._repetitions(item, where)
            return [
                self._geometry((where, g), partial(Repeated, g, repetitions), vertices_after(item, self._vertices[g]))
                for g in above
            ]
        return [self._modified(item, where, index, g) for index, g in enumerate(above)]

    def _group(self, item: Group, where: Where) -> list[Geometry]:
        if len(where) > MAX_DEPTH:
            return []
        inner = self._scopes.get(where)
        if inner is None:
            inner = self._scope(item.items, where)
        placement = self._placement(item, where)
        self._link(len(inner))
        return [self._geometry((where, g), partial(Placed, g, placement), self._vertices[g]) for g in inner]

    def _primitive(self, item: ShapeItem, where: Where) -> Geometry | None:
        if isinstance(item, PathShape):
            return self._geometry((where,), lambda: Drawn(item.path, back=item.reversed), vertices_of(item))
        made = _primitive_parts(item)
        if made is None:
            return None
        reading, make, back = made
        return self._geometry((where,), lambda: Primitive(reading, make, back=back), vertices_of(item))

    def _modified(self, item: ShapeItem, where: Where, index: int, child: Geometry) -> Geometry:
        """``child`` through a modifier of single paths; ``index`` is its place among the paths above the modifier."""
        if isinstance(item, Trim):
            return self._trimmed(item, where, index, child)
        change = _change_of(item)
        if change is None:
            return child
        reading, function = change
        new = (where, child) not in self._nodes
        if new and isinstance(item, OffsetPath) and not self._offsetting.takes(self._vertices[child], item):
            return child
        failures = self._node((where, "failures"), lambda: Failures(item, "shape.offset", self._report))
        vertices = vertices_after(item, self._vertices[child])
        return self._geometry((where, child), lambda: Reshaped(child, reading, function, failures), vertices)

    def _trimmed(self, item: Trim, where: Where, index: int, child: Geometry) -> Geometry:
        """``child`` as it is where there is too much to measure."""
        spans, lengths = self._spans(item, where), self._measured(child, item)
        if lengths is None:
            return child
        vertices = self._vertices[child] + 2
        if item.mode is TrimMode.SIMULTANEOUSLY:
            return self._geometry((where, child), lambda: Trimmed(child, lengths, spans), vertices)
        turns = self._turns[where]
        if turns is None:
            return child
        make = partial(TrimmedInTurn, child, lengths, turns, index, spans)
        return self._geometry((where, index, child), make, vertices)

    def _measured(self, child: Geometry, item: Trim) -> Measured | None:
        """The lengths of ``child`` for a trim; None, with a finding, where the trims of the layer measure too much."""
        key = ("measured", child)
        if key not in self._nodes and not self._measuring.takes(self._vertices[child], item):
            return None
        return self._node(key, lambda: Measured(child))

    def _spans(self, item: Trim, where: Where) -> Spans:
        return self._node((where, "spans"), lambda: Spans(Reading(scalars=(item.start, item.end, item.offset))))

    def _placement(self, item: Group, where: Where) -> Placement:
        return self._node((where, "placement"), lambda: Placement(item.transform))

    def _repetitions(self, item: Repeater, where: Where) -> Repetitions:
        return self._node((where, "repetitions"), lambda: Repetitions(self._repeater_reading(item)))

    def _repeater_reading(self, item: Repeater) -> Reading:
        copies = largest(item.copies)
        if copies > MAX_COPIES:
            place = Place(pointer=item.pointer or None)
            message = f"a repeater makes {copies:g} copies"
            self._report(Finding("shape.repeater.copies", message, place, f"the first {MAX_COPIES} copies are drawn"))
        t = item.transform
        start = t.start_opacity if t.start_opacity is not None else still(100)
        end = t.end_opacity if t.end_opacity is not None else still(100)
        return Reading(
            pairs=(t.anchor, t.position, t.scale), scalars=(item.copies, item.offset, t.rotation, start, end)
        )

    # --- second way: paints ---

    def _drawings(
        self, items: Sequence[ShapeItem], where: Where, pending: tuple[Pending, ...], *, merged: bool
    ) -> list[Drawing]:
        """The paints of a list of items, in painter's order.

        ``pending``: the modifiers below the list, innermost first; ``merged`` where one of them takes the paints away.
        """
        geometries: list[Geometry] = []
        drawings: list[Drawing] = []  # bottom-most last, as in the document
        shown = [(index, item) for index, item in enumerate(items) if not item.hidden]
        last_merge = max((index for index, item in shown if isinstance(item, Merge)), default=-1)
        modifiers = [(item, (*where, index)) for index, item in shown if _changes_single_paths(item)]
        for index, item in shown:
            here = (*where, index)
            gone = merged or index < last_merge
            if isinstance(item, Fill | Stroke):
                if geometries and not gone:
                    below = self._below(modifiers, index, 0) + pending
                    drawings.append(self._painted(item, here, geometries, below))
            elif isinstance(item, Group):
                count = len(geometries)
                outer = tuple((m, at, base + count) for m, at, base in pending)
                self._link(len(outer))
                drawings += self._grouped(item, here, self._below(modifiers, index, count) + outer, merged=gone)
            elif isinstance(item, Repeater) and drawings:
                repeated = list(reversed(drawings))
                drawings = [RepeatedDrawing(repeated, self._repetitions(item, here), item, self._report)]
            geometries = self._with_item(item, here, geometries)
        return drawings[::-1]

    def _below(self, modifiers: Sequence[Modifier], index: int, count: int) -> tuple[Pending, ...]:
        """Those of ``modifiers`` that stand below ``index`` in their list."""
        first = bisect_right(modifiers, index, key=lambda modifier: modifier[1][-1])
        self._link(len(modifiers) - first)
        return tuple((item, where, count) for item, where in modifiers[first:])

    def _painted(
        self, item: Fill | Stroke, where: Where, geometries: list[Geometry], below: tuple[Pending, ...]
    ) -> Painted:
        for modifier, at, base in below:
            self._link(len(geometries))
            geometries = [self._modified(modifier, at, base + i, g) for i, g in enumerate(geometries)]
        outline, paint = self._outline(geometries), self._node((where, "paint"), lambda: paint_node(item))
        source = FillNode(item, outline, paint) if isinstance(item, Fill) else StrokeNode(item, outline, paint)
        return Painted(source, Reading(scalars=(item.opacity,)), blend_mode(item))

    def _grouped(self, item: Group, where: Where, pending: tuple[Pending, ...], *, merged: bool) -> list[Drawing]:
        if len(where) > MAX_DEPTH:
            place = Place(pointer=item.pointer or None)
            self._report(Finding("shape.depth", f"groups are nested more than {MAX_DEPTH} deep", place))
            return []
        drawings = self._drawings(item.items, where, pending, merged=merged)
        if not drawings:
            return []
        opacity = Reading(scalars=(item.transform.opacity,))
        return [Grouped(drawings, self._placement(item, where), opacity, blend_mode(item))]


def _primitive_parts(item: ShapeItem) -> tuple[Reading, Callable[..., Path], bool] | None:
    """The numbers of a primitive, what makes a path of them, and whether it runs backwards."""
    if isinstance(item, Ellipse):
        return Reading(pairs=(item.position, item.size)), ellipse_path, item.reversed
    if isinstance(item, Rectangle):
        reading = Reading(pairs=(item.position, item.size), scalars=(item.roundness,))
        return reading, rounded_rectangle_path, item.reversed
    if isinstance(item, Polystar):
        scalars: tuple[Property[Vector], ...] = (
            item.points,
            item.rotation,
            item.outer_radius,
            item.outer_roundness,
            item.inner_radius,
            item.inner_roundness,
        )
        return Reading(pairs=(item.position,), scalars=scalars), partial(_star_path, item.kind), item.reversed
    return None


def _star_path(kind: StarKind, x: float, y: float, *numbers: float) -> Path:
    return polystar_path(kind, x, y, Star(*numbers))


def _changes_single_paths(item: ShapeItem) -> bool:
    return isinstance(item, Trim | RoundCorners | ZigZag | PuckerBloat | Twist | OffsetPath)


def _change_of(item: ShapeItem) -> tuple[Reading, Callable[..., Path]] | None:
    """The numbers of a modifier of single paths, and the function that takes a path and them."""
    if isinstance(item, RoundCorners):
        return Reading(scalars=(item.radius,)), round_corners
    if isinstance(item, ZigZag):
        return Reading(scalars=(item.amplitude, item.frequency)), partial(zigzag, smooth=item.smooth)
    if isinstance(item, PuckerBloat):
        return Reading(scalars=(item.amount,)), pucker_bloat
    if isinstance(item, Twist):
        return Reading(pairs=(item.center,), scalars=(item.angle,)), twist
    if isinstance(item, OffsetPath):
        from velocity_engine.shapes.offset_path import offset_path

        return Reading(scalars=(item.amount, item.miter_limit)), partial(offset_path, join=item.join)
    return None
