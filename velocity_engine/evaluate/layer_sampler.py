"""The values of a plan's layers at a moment: what layer types and effects see as ``Sampler``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import DrawCommand, LayerPicture
from velocity_engine.model.geometry import Matrix
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
from velocity_engine.plan.layers import PlannedLayer
from velocity_engine.plan.plan import Plan

if TYPE_CHECKING:
    from velocity_engine.evaluate.evaluator import Evaluator


class LayerSampler:
    """``Sampler`` for one layer (or none) of a plan at one moment. ``evaluator`` draws other layers where effects read
    them."""

    __slots__ = ("_curves", "_evaluator", "_plan", "_planned", "frame", "seconds")

    def __init__(
        self, plan: Plan, planned: PlannedLayer | None, frame: float, evaluator: Evaluator | None = None
    ) -> None:
        self._plan = plan
        self._curves: Curves = plan.curves
        self._planned = planned
        self._evaluator = evaluator
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
        if self._evaluator is not None:
            return self._evaluator.composition_size
        return (float(document.width), float(document.height))

    @property
    def masks(self) -> tuple[Mask, ...]:
        return self._planned.layer.masks if self._planned is not None else ()

    def layer_picture(self, number: int, scale: float) -> LayerPicture | None:
        found = self._planned.neighbours.get(number) if self._planned is not None else None
        if found is None or self._evaluator is None:
            return None
        return self._evaluator.layer_picture(found, self.frame, scale)

    def composition(self, identity: str, frame: float, matrix: Matrix) -> Sequence[DrawCommand]:
        if self._evaluator is None or identity not in self._plan.compositions:
            return ()
        return self._evaluator.composition(self._plan.compositions[identity], frame, matrix)

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
