"""Where a layer stands still between coming and going, so that it can be held there for as long as it is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from velocity_engine.customize.targets import Position, layer_at
from velocity_engine.model.document import Document
from velocity_engine.model.layers import Layer, PrecompContent, TextContent
from velocity_engine.model.properties import Property
from velocity_engine.model.text import RangeSelector
from velocity_engine.motion.keyframes import Curves

MAX_DEPTH = 8
_SQUARE, _RAMP_UP, _RAMP_DOWN = 1, 2, 3  # shapes of range selectors
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class StillSpan:
    """In frames of the layer's composition: it ``begins``, has come once it ``settles``, goes from ``leaves`` on, and
    ``ends``."""

    begins: float
    settles: float
    leaves: float
    ends: float


def still_span(document: Document, position: Position) -> StillSpan:
    """Returns where a layer stands still.

    That is the longest time in which nothing of it moves while it is seen: neither its own properties, nor its parents,
    its matte, or what its composition shows. What comes before is how it comes, what follows how it goes. While it
    stands still and is not seen yet, it has not begun, and what follows once it is not seen any more, is not part of
    it. A layer that never stops has come at its last frame.

    Args:
        document: The document.
        position: Where the layer is.
    """
    layer = layer_at(document, position)
    first, last = layer.in_point, layer.out_point
    if not position[0]:
        first, last = max(first, document.in_point), min(last, document.out_point)
    if last <= first:
        first, last = layer.in_point, max(layer.out_point, layer.in_point + 1.0)
    moves = _merged(_movements(document, position), (first, last))
    starts, ends = [first, *(end for _, end in moves)], [*(start for start, _ in moves), last]
    seen = [
        number
        for number, (start, end) in enumerate(zip(starts, ends, strict=True))
        if end > start and _is_seen(layer, (start + end) / 2)
    ]
    if not seen:
        return StillSpan(first, max(first, last - 1.0), last, last)
    begins = first if seen[0] == 0 else moves[seen[0] - 1][0]
    gone = last if seen[-1] == len(moves) else moves[seen[-1]][1]
    longest = max(seen, key=lambda number: ends[number] - starts[number])
    return StillSpan(begins, starts[longest], ends[longest], gone)


# --- movements ------------------------------------------------------------------------------------------------------


def _merged(movements: Iterator[Span], within: Span) -> list[Span]:
    """Spans in their order, those that touch as one, and only what lies within another one."""
    found: list[Span] = []
    for start, end in sorted(movements):
        start, end = max(start, within[0]), min(end, within[1])
        if end < start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _movements(document: Document, position: Position) -> Iterator[Span]:
    """When anything moves that a layer is drawn with."""
    composition = document.compositions[position[0]] if position[0] else document.main
    layers = composition.layers
    by_index = {layer.index: number for number, layer in reversed(list(enumerate(layers))) if layer.index is not None}
    waiting, known = [position[1]], set[int]()
    while waiting:
        number = waiting.pop()
        if number in known:
            continue
        known.add(number)
        layer = layers[number]
        yield from _of_layer(document, layer)
        if layer.parent in by_index:
            waiting.append(by_index[layer.parent])
        if layer.matte is not None:
            above = number - 1 if layer.matte_layer is None else by_index.get(layer.matte_layer, -1)
            waiting += [above] if above >= 0 else []


def _of_layer(document: Document, layer: Layer, depth: int = 0) -> Iterator[Span]:
    for prop in _properties(layer):
        yield from _of_property(prop)
    content = layer.content
    if not isinstance(content, PrecompContent) or content.time_remap is not None or depth >= MAX_DEPTH:
        return
    shown, stretch = document.compositions.get(content.composition), layer.stretch or 1.0
    for inner in () if shown is None else shown.layers:
        edges = ((inner.in_point, inner.in_point), (inner.out_point, inner.out_point))
        for start, end in (*edges, *_of_layer(document, inner, depth + 1)):
            yield layer.start_time + start * stretch, layer.start_time + end * stretch


def _of_property(prop: Property[Any]) -> Iterator[Span]:
    for frame, after in zip(prop.keyframes, prop.keyframes[1:], strict=False):
        if frame.hold:
            if frame.value != after.value:
                yield after.time, after.time
        elif (after.value if frame.end is None else frame.end) != frame.value or frame.tangent_out is not None:
            yield frame.time, after.time


def _properties(value: Any) -> Iterator[Property[Any]]:
    if isinstance(value, Property):
        yield value
    elif isinstance(value, tuple):
        for inner in value:
            yield from _properties(inner)
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _properties(inner)
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            yield from _properties(getattr(value, one.name))


# --- whether it is seen ---------------------------------------------------------------------------------------------


def _is_seen(layer: Layer, frame: float) -> bool:
    """Whether the layer has any opacity and size, by its transform, and by animators that select the whole text."""
    curves = Curves()

    def at(prop: Property[Any] | None, otherwise: float) -> float:
        return otherwise if prop is None else min(map(abs, curves.value(prop, frame)[:2]), default=0.0)

    transform = layer.transform
    if at(transform.opacity, 100.0) <= 0.0 or at(transform.scale, 100.0) <= 0.0:
        return False
    if not isinstance(layer.content, TextContent):
        return True
    for animator in layer.content.text.animators:
        hides = at(animator.style.opacity, 100.0) <= 0.0 or at(animator.style.scale, 100.0) <= 0.0
        if hides and all(_selects_all(one, curves, frame) for one in animator.selectors):
            return False
    return True


def _selects_all(selector: object, curves: Curves, frame: float) -> bool:
    if not isinstance(selector, RangeSelector) or selector.units != 1:
        return False

    def at(prop: Property[Any] | None, otherwise: float) -> float:
        return otherwise if prop is None else float(curves.value(prop, frame)[0])

    offset = at(selector.offset, 0.0)
    start, end = sorted((at(selector.start, 0.0) + offset, at(selector.end, 100.0) + offset))
    beyond = {_RAMP_UP: end <= 0.0, _RAMP_DOWN: start >= 100.0}
    whole = beyond.get(selector.shape, selector.shape == _SQUARE and start <= 0.0 and end >= 100.0)
    return whole and at(selector.amount, 100.0) >= 100.0
