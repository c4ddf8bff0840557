"""Layers as a plan holds them: bound to what they refer to among the layers of their composition."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from velocity_engine import plugins
from velocity_engine.model.document import Composition
from velocity_engine.model.layers import Effect, Layer, LayerStyle
from velocity_engine.model.properties import Property, SplitPosition
from velocity_engine.model.transform import Transform
from velocity_engine.plan.guarded import Evaluate, EvaluateStyle, guarded
from velocity_engine.plugin_types import DrawsPlaced, EffectType, PreparedLayer, ReadsLayers, ShowsEchoes


@dataclass(frozen=True, slots=True, eq=False)
class PlannedEffect:
    """An effect of a layer, the type that serves it, and what returns its call."""

    effect: Effect
    kind: EffectType
    evaluate: Evaluate
    echoes: ShowsEchoes | None = None  # the kind, where it draws the layer at several moments


@dataclass(frozen=True, slots=True, eq=False)
class PlannedStyle:
    """A layer style, its place among the others, and what returns its call."""

    style: LayerStyle
    order: int
    evaluate: EvaluateStyle


@dataclass(slots=True, eq=False)
class PlannedLayer:
    """A layer with what it refers to. ``parent``, ``matte`` and ``neighbours`` (the layers of its composition by their
    ``ind``) are bound after all layers of the composition are made."""

    layer: Layer
    path: str
    prepared: PreparedLayer | None = None  # None for what cannot be drawn, or never is
    placed: DrawsPlaced | None = None  # the same, where it draws on the device
    effects: tuple[PlannedEffect, ...] = ()
    styles: tuple[PlannedStyle, ...] = ()  # in the order in which they act
    parent: PlannedLayer | None = None
    matte: PlannedLayer | None = None
    neighbours: Mapping[int, PlannedLayer] = field(default_factory=dict)
    replayed: ReplayedLayers | None = None  # one for each cue of the layer's replay
    still: bool = False
    in_space: bool = False  # the layer or one above it has three dimensions


class ReplayedLayers:
    """The layers of the cues of a replay, each made when it is first shown: a film has thousands of cues, and a picture
    shows one. For several threads."""

    def __init__(self, make: Callable[[int], PlannedLayer]) -> None:
        self._make = make
        self._made: dict[int, PlannedLayer] = {}
        self._lock = threading.Lock()

    def at(self, number: int) -> PlannedLayer:
        """Returns that of a cue.

        Args:
            number: The number of the cue, from 0.
        """
        with self._lock:
            found = self._made.get(number)
            if found is None:
                found = self._made[number] = self._make(number)
            return found


@dataclass(slots=True, eq=False)
class PlannedComposition:
    composition: Composition
    layers: tuple[PlannedLayer, ...] = ()
    cameras: tuple[PlannedLayer, ...] = ()


def numbers_read(effect: Effect, kind: object) -> tuple[int, ...]:
    """The numbers of the layers that an effect of this kind reads."""
    if not isinstance(kind, ReadsLayers):
        return ()
    with guarded("the effect", kind, ""):
        return kind.layers(effect)


def drawable(layers: Sequence[PlannedLayer]) -> list[PlannedLayer]:
    """The layers that a frame can show: those that are seen themselves, those that effects of such read, and the
    mattes of all these. The others only lend their properties: as parents, to expressions and to layer controls."""
    found: set[int] = set()
    waiting = [p for p in layers if not (p.layer.hidden or p.layer.is_matte or p.layer.guide)]
    while waiting:
        planned = waiting.pop()
        if id(planned) in found:
            continue
        found.add(id(planned))
        if planned.matte is not None:
            waiting.append(planned.matte)
        for effect in planned.layer.effects:
            if effect.enabled:
                read = numbers_read(effect, plugins.effect_for(effect.match_name, effect.type))
                waiting += [planned.neighbours[number] for number in read if number in planned.neighbours]
    return [planned for planned in layers if id(planned) in found]


def bind(layers: Sequence[PlannedLayer]) -> None:
    """Resolves parents and mattes among the layers of one composition."""
    by_index: dict[int, PlannedLayer] = {}
    for planned in layers:
        if planned.layer.index is not None:
            by_index.setdefault(planned.layer.index, planned)
    for position, planned in enumerate(layers):
        layer = planned.layer
        if layer.parent is not None:
            planned.parent = by_index.get(layer.parent)
        if layer.effects:
            planned.neighbours = by_index
        if layer.matte is not None:
            if layer.matte_layer is not None:
                planned.matte = by_index.get(layer.matte_layer)
            elif position > 0:
                planned.matte = layers[position - 1]


def note_stillness(layers: Sequence[PlannedLayer]) -> None:
    """Sets ``in_space`` and ``still``."""
    spaces = _by_chain(layers, lambda planned: planned.layer.three_d)
    carried = _by_chain(layers, lambda planned: transform_moves(planned.layer.transform))
    for planned in layers:
        planned.in_space = spaces[id(planned)]
        planned.still = not (carried[id(planned)] or _moves(planned))


def _by_chain(layers: Sequence[PlannedLayer], test: Callable[[PlannedLayer], bool]) -> dict[int, bool]:
    """By the layer's ``id``: whether ``test`` holds for it or one of the layers above it."""
    found: dict[int, bool] = {}
    for planned in layers:
        chain: list[PlannedLayer] = []
        at: PlannedLayer | None = planned
        while at is not None and id(at) not in found:
            chain.append(at)
            at = at.parent
        holds = at is not None and found[id(at)]
        for one in reversed(chain):
            holds = holds or test(one)
            found[id(one)] = holds
    return found


def _moves(planned: PlannedLayer) -> bool:
    """Whether what the layer shows of its own can change while it is visible, its way to the composition aside."""
    layer = planned.layer
    if planned.prepared is None or planned.prepared.moves or planned.matte is not None or planned.in_space:
        return True
    if planned.replayed is not None:
        return True
    if any(mask.path.moves or mask.opacity.moves or mask.expansion.moves for mask in layer.masks):
        return True
    if any(mask.feather is not None and mask.feather.moves for mask in layer.masks):
        return True
    return bool(planned.effects or layer.styles)


def transform_moves(transform: Transform) -> bool:
    parts: tuple[Property[Any] | SplitPosition | None, ...] = (
        transform.anchor, transform.position, transform.scale, transform.rotation, transform.opacity, transform.skew,
        transform.skew_axis, transform.rotation_x, transform.rotation_y, transform.orientation,
    )  # fmt: skip
    return any(part is not None and part.moves for part in parts)
