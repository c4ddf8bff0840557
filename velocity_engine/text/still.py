"""A sampler for properties that stand still: it returns their value, or the first keyframe's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import DrawCommand, LayerPicture
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Mask
from velocity_engine.model.properties import Bezier, GradientValue, Property, SplitPosition, Vector
from velocity_engine.model.text import TextDocument
from velocity_engine.sampler import LayerTime


class FirstValueSampler:
    frame = 0.0
    seconds = 0.0
    size = (0.0, 0.0)
    box = (0.0, 0.0, 0.0, 0.0)
    time = LayerTime(0.0, 0.0, 0.0)
    masks: tuple[Mask, ...] = ()

    def layer_picture(self, number: int, scale: float) -> LayerPicture | None:
        return None

    def composition(self, identity: str, frame: float, matrix: Matrix) -> Sequence[DrawCommand]:
        return ()

    def placed_composition(
        self, identity: str, frame: float, matrix: Matrix, size: tuple[float, float]
    ) -> Sequence[DrawCommand]:
        return ()

    def select(
        self, prop: Property[Vector], units: NDArray[np.int64], total: int, before: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        return before

    def scalar(self, prop: Property[Vector]) -> float:
        return prop.value[0]

    def vector(self, prop: Property[Vector] | SplitPosition) -> Vector:
        if isinstance(prop, SplitPosition):
            return (prop.x.value[0], prop.y.value[0], prop.z.value[0] if prop.z else 0.0)
        return prop.value

    def path(self, prop: Property[Bezier]) -> Bezier:
        return prop.value

    def gradient(self, value: GradientValue) -> NDArray[np.float64]:
        return np.array(value.stops.value, np.float64)

    def text(self, prop: Property[TextDocument]) -> TextDocument:
        return prop.value


STILL = FirstValueSampler()
