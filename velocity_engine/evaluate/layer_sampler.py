"""The values of a plan's layers at a moment: what layer types and effects see as ``Sampler``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import DrawCommand, LayerPicture
from velocity_engine.evaluate.evaluation_pass import Pass
from velocity_engine.model.geometry import Bounds, Matrix
from velocity_engine.model.layers import (
    ImageContent,
    Mask,
    PluginContent,
    PrecompContent,
    SolidContent,
    VideoContent,
)
from velocity_engine.model.properties import Bezier, GradientValue, Property, SplitPosition, Vector
from velocity_engine.model.text import TextDocument
from velocity_engine.motion.keyframes import Curves
from velocity_engine.plan.layers import PlannedComposition, PlannedLayer
from velocity_engine.plan.plan import Plan
from velocity_engine.sampler import LayerTime


class LayerSource(Protocol):
    """Draws what a sampler is asked for beyond its own layer. ``at`` is the walk that the asking layer belongs to."""

    def layer_picture(self, planned: PlannedLayer, at: Pass, scale: float) -> LayerPicture | None: ...

    def composition(
        self, planned: PlannedComposition, frame: float, matrix: Matrix, at: Pass
    ) -> Sequence[DrawCommand]: ...

    def placed_composition(
        self, planned: PlannedComposition, frame: float, matrix: Matrix, size: tuple[float, float], at: Pass
    ) -> Sequence[DrawCommand]: ...


class LayerSampler:
    """``Sampler`` for one layer (or none) of a plan at one moment.

    ``source`` draws other layers and compositions in the walk ``at``; without it there are none.
    """

    __slots__ = ("_at", "_curves", "_plan", "_planned", "_source", "frame", "seconds")

    def __init__(
        self,
        plan: Plan,
        planned: PlannedLayer | None,
        frame: float,
        source: LayerSource | None = None,
        at: Pass | None = None,
    ) -> None:
        self._plan = plan
        self._curves: Curves = plan.curves
        self._planned = planned
        self._source = source
        self._at = at
        self.frame = frame
        self.seconds = frame / plan.document.frame_rate

    @property
    def size(self) -> tuple[float, float]:
        document = self._plan.document
        content = self._planned.layer.content if self._planned is not None else None
        width, height = 0.0, 0.0
        if isinstance(content, PrecompContent | SolidContent | PluginContent):
            width, height = content.width, content.height
        elif isinstance(content, ImageContent | VideoContent) and content.asset in document.assets:
            asset = document.assets[content.asset]
            width, height = asset.width, asset.height
        if width > 0.0 and height > 0.0:
            return (width, height)
        if self._at is not None:
            return self._at.size
        return (float(document.width), float(document.height))

    @property
    def box(self) -> Bounds:
        content = self._planned.layer.content if self._planned is not None else None
        if isinstance(content, PluginContent):
            return (content.left, content.top, content.left + content.width, content.top + content.height)
        return (0.0, 0.0, *self.size)

    @property
    def time(self) -> LayerTime:
        document = self._plan.document
        if self._planned is None:
            left = (document.out_point - self.frame) / document.frame_rate
            return LayerTime(self.seconds, left, self.seconds)
        layer = self._planned.layer
        frames = (self.frame - layer.in_point, layer.out_point - self.frame)
        ahead = self._at.ahead if self._at is not None else None
        plays_on = ahead.frames if ahead is not None and ahead.layer is layer else 0.0
        own = (self.frame + plays_on - layer.start_time) / (layer.stretch or 1.0)
        return LayerTime(frames[0] / document.frame_rate, frames[1] / document.frame_rate, own / document.frame_rate)

    @property
    def masks(self) -> tuple[Mask, ...]:
        return self._planned.layer.masks if self._planned is not None else ()

    def layer_picture(self, number: int, scale: float) -> LayerPicture | None:
        found = self._planned.neighbours.get(number) if self._planned is not None else None
        if found is None or self._source is None or self._at is None:
            return None
        return self._source.layer_picture(found, self._at, scale)

    def composition(self, identity: str, frame: float, matrix: Matrix) -> Sequence[DrawCommand]:
        found = self._plan.compositions.get(identity)
        if found is None or self._source is None or self._at is None:
            return ()
        return self._source.composition(found, frame, matrix, self._at)

    def placed_composition(
        self, identity: str, frame: float, matrix: Matrix, size: tuple[float, float]
    ) -> Sequence[DrawCommand]:
        found = self._plan.compositions.get(identity)
        if found is None or self._source is None or self._at is None:
            return ()
        return self._source.placed_composition(found, frame, matrix, size, self._at)

    def select(
        self, prop: Property[Vector], units: NDArray[np.int64], total: int, before: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        if prop.expression is None or self._plan.expressions is None:
            return before
        return self._plan.expressions.select(prop, self._planned, self.frame, units, total, before)

    def value(self, prop: Property[Any]) -> Any:
        value = self._curves.value(prop, self.frame) if prop.keyframes else prop.value
        if prop.expression is not None and self._plan.expressions is not None:
            return self._plan.expressions.evaluate(prop, self._planned, self.frame, value)
        return value

    def scalar(self, prop: Property[Vector]) -> float:
        if not prop.keyframes and prop.expression is None:
            return prop.value[0]
        value: Vector = self.value(prop)
        return value[0]

    def vector(self, prop: Property[Vector] | SplitPosition) -> Vector:
        if isinstance(prop, SplitPosition):
            z = self.scalar(prop.z) if prop.z is not None else 0.0
            return (self.scalar(prop.x), self.scalar(prop.y), z)
        if not prop.keyframes and prop.expression is None:
            return prop.value
        value: Vector = self.value(prop)
        return value

    def path(self, prop: Property[Bezier]) -> Bezier:
        value: Bezier = self.value(prop)
        return value

    def gradient(self, value: GradientValue) -> NDArray[np.float64]:
        return np.asarray(self.vector(value.stops), np.float64)

    def text(self, prop: Property[TextDocument]) -> TextDocument:
        value: TextDocument = self.value(prop)
        return value
