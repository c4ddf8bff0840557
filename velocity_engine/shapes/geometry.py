"""Compiled geometry: nodes that give paths at a moment.

A node remembers its last inputs and what came of them, so what did not change is the same ``Path`` object as before,
and nodes above it need only compare identities. That memory is one attribute that is replaced as a whole: threads may
share nodes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from velocity_engine.errors import Finding, Place
from velocity_engine.model.geometry import IDENTITY, Path, join_paths
from velocity_engine.model.properties import Bezier, Property
from velocity_engine.model.shapes import Merge, MergeMode, ShapeItem
from velocity_engine.shapes.primitives import bezier_path
from velocity_engine.shapes.repeater import Repetition
from velocity_engine.shapes.trim import Measure, Span, measure, shares, trim_path, trim_spans
from velocity_engine.shapes.values import Moment, Numbers, Placement, Reading

Paths = tuple[Path, ...]
Report = Callable[[Finding], None]
T = TypeVar("T")

MAX_ROWS = 2_000_000
"""Points that a repeater may make, where each path counts as _MIN_ROWS at least."""
_MIN_ROWS = 40


class Node(Generic[T]):
    """A value that follows from inputs. ``_inputs`` must give a tuple whose equality means an equal value."""

    __slots__ = ("_kept", "moves")

    def __init__(self, moves: bool) -> None:
        self.moves = moves
        self._kept: tuple[tuple[Any, ...], T] | None = None

    def value(self, moment: Moment) -> T:
        kept = self._kept
        if kept is not None and not self.moves:
            return kept[1]
        known = moment.known
        if self in known:
            found: T = known[self]
            return found
        inputs = self._inputs(moment)
        if kept is not None and kept[0] == inputs:
            result = kept[1]
        else:
            result = self._make(inputs)
            self._kept = (inputs, result)
        known[self] = result
        return result

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        raise NotImplementedError

    def _make(self, inputs: tuple[Any, ...]) -> T:
        raise NotImplementedError


class Geometry(Node[Paths]):
    """Makes paths, each a thing of its own for Trim Paths and Merge Paths."""

    __slots__ = ()


class Primitive(Geometry):
    """An ellipse, rectangle or star: ``make`` takes the numbers of ``reading``."""

    __slots__ = ("_back", "_create", "_reading")

    def __init__(self, reading: Reading, make: Callable[..., Path], *, back: bool) -> None:
        super().__init__(reading.moves)
        self._reading, self._create, self._back = reading, make, back

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return self._reading.read(moment.sampler)

    def _make(self, inputs: tuple[Any, ...]) -> Paths:
        path = self._create(*inputs)
        return (path.reversed() if self._back else path,)


class Drawn(Geometry):
    """A path property."""

    __slots__ = ("_back", "_property")

    def __init__(self, prop: Property[Bezier], *, back: bool) -> None:
        super().__init__(prop.moves)
        self._property, self._back = prop, back

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return (moment.sampler.path(self._property),)

    def _make(self, inputs: tuple[Any, ...]) -> Paths:
        path = bezier_path(inputs[0])
        return (path.reversed() if self._back else path,)


class Placed(Geometry):
    """Paths of a group in the coordinates of what holds the group."""

    __slots__ = ("_child", "_placement")

    def __init__(self, child: Geometry, placement: Placement) -> None:
        super().__init__(child.moves or placement.moves)
        self._child, self._placement = child, placement

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return self._child.value(moment), self._placement.matrix(moment)

    def _make(self, inputs: tuple[Any, ...]) -> Paths:
        paths, matrix = inputs
        return paths if matrix == IDENTITY else tuple(path.transformed(matrix) for path in paths)


class Failures:
    """Says once that an operation of ``item`` could not be done, and what stands in its place."""

    __slots__ = ("_feature", "_item", "_report", "_said")

    def __init__(self, item: ShapeItem, feature: str, report: Report) -> None:
        self._item, self._feature, self._report, self._said = item, feature, report, False

    def say(self, message: str, instead: str) -> None:
        if not self._said:
            self._said = True
            self._report(Finding(self._feature, message, Place(pointer=self._item.pointer or None), instead))


class Reshaped(Geometry):
    """Every path for itself through ``change(path, *numbers)``. Where that fails the path stays."""

    __slots__ = ("_change", "_child", "_failures", "_reading")

    def __init__(self, child: Geometry, reading: Reading, change: Callable[..., Path], failures: Failures) -> None:
        super().__init__(child.moves or reading.moves)
        self._child, self._reading, self._change, self._failures = child, reading, change, failures

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return self._child.value(moment), self._reading.read(moment.sampler)

    def _make(self, inputs: tuple[Any, ...]) -> Paths:
        paths, numbers = inputs
        return tuple(self._changed(path, numbers) for path in paths)

    def _changed(self, path: Path, numbers: Numbers) -> Path:
        from velocity_engine.shapes.skia_paths import PathOperationError

        try:
            return self._change(path, *numbers)
        except PathOperationError as error:
            self._failures.say(f"a path could not be offset: {error}", "the path stays as it is")
            return path


class Measured(Node[tuple[Measure, ...]]):
    """The lengths of paths."""

    __slots__ = ("_child",)

    def __init__(self, child: Geometry) -> None:
        super().__init__(child.moves)
        self._child = child

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return self._child.value(moment)

    def _make(self, inputs: tuple[Any, ...]) -> tuple[Measure, ...]:
        return tuple(measure(path) for path in inputs)


class Spans(Node[tuple[Span, ...]]):
    """What Trim Paths leaves of a length."""

    __slots__ = ("_reading",)

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading.moves)
        self._reading = reading

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return self._reading.read(moment.sampler)

    def _make(self, inputs: tuple[Any, ...]) -> tuple[Span, ...]:
        return trim_spans(*inputs)


class Trimmed(Geometry):
    """Every path trimmed for itself, all at the same time."""

    __slots__ = ("_child", "_lengths", "_spans")

    def __init__(self, child: Geometry, lengths: Measured, spans: Spans) -> None:
        super().__init__(child.moves or spans.moves)
        self._child, self._lengths, self._spans = child, lengths, spans

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return self._child.value(moment), self._lengths.value(moment), self._spans.value(moment)

    def _make(self, inputs: tuple[Any, ...]) -> Paths:
        paths, lengths, spans = inputs
        return tuple(trim_path(path, length, spans) for path, length in zip(paths, lengths, strict=True))


class Turns(Node[tuple[tuple[tuple[Span, ...], ...], ...]]):
    """Paths trimmed one after the other: the spans of each path of each child, by their shares of the whole length."""

    __slots__ = ("_lengths", "_spans")

    def __init__(self, lengths: tuple[Measured, ...], spans: Spans) -> None:
        super().__init__(spans.moves or any(child.moves for child in lengths))
        self._lengths, self._spans = lengths, spans

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return self._spans.value(moment), tuple(child.value(moment) for child in self._lengths)

    def _make(self, inputs: tuple[Any, ...]) -> tuple[tuple[tuple[Span, ...], ...], ...]:
        spans, children = inputs
        flat = iter(shares([m.total for measures in children for m in measures], spans))
        return tuple(tuple(next(flat) for _ in measures) for measures in children)


class TrimmedInTurn(Geometry):
    """The paths of child ``index`` of ``turns``, trimmed to their share.

    ``child`` may be another form of it (the same path in its group's own coordinates); a form that has another number
    of paths (before a repeater made more of it) is trimmed by itself.
    """

    __slots__ = ("_child", "_index", "_lengths", "_spans", "_turns")

    def __init__(self, child: Geometry, lengths: Measured, turns: Turns, index: int, spans: Spans) -> None:
        super().__init__(child.moves or turns.moves)
        self._child, self._lengths, self._turns, self._index, self._spans = child, lengths, turns, index, spans

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        paths, lengths = self._child.value(moment), self._lengths.value(moment)
        spans = self._turns.value(moment)[self._index]
        if len(spans) != len(paths):
            spans = tuple(shares([m.total for m in lengths], self._spans.value(moment)))
        return paths, lengths, spans

    def _make(self, inputs: tuple[Any, ...]) -> Paths:
        return tuple(trim_path(path, length, spans) for path, length, spans in zip(*inputs, strict=True))


class Merged(Geometry):
    """All paths as one."""

    __slots__ = ("_children", "_failures", "_mode")

    def __init__(self, children: tuple[Geometry, ...], item: Merge, failures: Failures) -> None:
        super().__init__(any(child.moves for child in children))
        self._children, self._mode, self._failures = children, item.mode, failures

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return tuple(path for child in self._children for path in child.value(moment))

    def _make(self, inputs: tuple[Any, ...]) -> Paths:
        if self._mode is MergeMode.NORMAL:
            return (join_paths(inputs),) if inputs else ()
        from velocity_engine.shapes.merge import merge_paths
        from velocity_engine.shapes.skia_paths import PathOperationError

        if not inputs:
            return ()
        try:
            return (merge_paths(inputs, self._mode),)
        except PathOperationError as error:
            self._failures.say(f"paths could not be merged: {error}", "they are put together as they are")
            return (join_paths(inputs),)


class Repetitions(Node[Repetition]):
    """A repeater's values."""

    __slots__ = ("_reading",)

    def __init__(self, reading: Reading) -> None:
        super().__init__(reading.moves)
        self._reading = reading

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return self._reading.read(moment.sampler)

    def _make(self, inputs: tuple[Any, ...]) -> Repetition:
        from velocity_engine.shapes.repeater import copy_count

        ax, ay, px, py, sx, sy, copies, offset, angle, start, end = inputs
        first, last = (min(max(v / 100.0, 0.0), 1.0) for v in (start, end))
        scale = (sx / 100.0, sy / 100.0)
        return Repetition(copy_count(copies), offset, (ax, ay), (px, py), scale, angle, first, last)


class Repeated(Geometry):
    """Copies of every path, for the paints below the repeater."""

    __slots__ = ("_child", "_repetitions")

    def __init__(self, child: Geometry, repetitions: Repetitions) -> None:
        super().__init__(child.moves or repetitions.moves)
        self._child, self._repetitions = child, repetitions

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        return self._child.value(moment), self._repetitions.value(moment)

    def _make(self, inputs: tuple[Any, ...]) -> Paths:
        paths, repetition = inputs
        rows = sum(max(len(path.points), _MIN_ROWS) for path in paths)
        copies = min(repetition.copies, MAX_ROWS // max(rows, 1))
        return tuple(path.transformed(m) for m in map(repetition.matrix, range(copies)) for path in paths)


class Outline(Node[Path | None]):
    """All paths that a paint fills or strokes, as one; None where there is nothing."""

    __slots__ = ("_children",)

    def __init__(self, children: tuple[Geometry, ...]) -> None:
        super().__init__(any(child.moves for child in children))
        self._children = children

    def _inputs(self, moment: Moment) -> tuple[Any, ...]:
        if len(self._children) == 1:
            return self._children[0].value(moment)
        return tuple(path for child in self._children for path in child.value(moment))

    def _make(self, inputs: tuple[Any, ...]) -> Path | None:
        paths = [path for path in inputs if path.contours]
        return join_paths(paths) if paths else None
