"""A sampler gives the values of properties at one moment of one layer.

It belongs to ``evaluate``; layer types and effects see only this interface, so that an expression, where one is
attached, takes the place of the keyframes' value without their knowing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import DrawCommand, LayerPicture
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Mask
from velocity_engine.model.properties import Bezier, GradientValue, Property, SplitPosition, Vector
from velocity_engine.model.text import TextDocument


class Sampler(Protocol):
    """``frame`` is the moment in frames of the composition that holds the layer, ``seconds`` the same in seconds."""

    @property
    def frame(self) -> float: ...

    @property
    def seconds(self) -> float: ...

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the layer's own box: of its solid, picture or precomp, else of its composition."""
        ...

    @property
    def masks(self) -> tuple[Mask, ...]:
        """The layer's masks, in the document's order."""
        ...

    def layer_picture(self, number: int, scale: float) -> LayerPicture | None:
        """The own picture (without masks, matte and effects) of the layer whose ``ind`` is ``number``, of the same
        composition and moment, at ``scale`` pixels to each of its own; None where there is no such layer. Shapes and
        texts stand in it as they stand in the composition."""
        ...

    def composition(self, identity: str, frame: float, matrix: Matrix) -> Sequence[DrawCommand]:
        """What a composition of the document shows at ``frame`` of its own, under ``matrix``; nothing where it is not
        known."""
        ...

    def placed_composition(
        self, identity: str, frame: float, matrix: Matrix, size: tuple[float, float]
    ) -> Sequence[DrawCommand]:
        """Returns what a composition of the document shows where it stands on the device, cut to its own box.

        Args:
            identity: The id of the composition. Where the document has none of that id, nothing is shown.
            frame: The moment, in frames of that composition.
            matrix: From the composition's coordinates to device pixels.
            size: Width and height of its box. A box without area cuts nothing.
        """
        ...

    def select(
        self, prop: Property[Vector], units: NDArray[np.int64], total: int, before: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """What the expression of a text selector gives, (n, 3) per cent: for each of n characters the number of its
        unit, (n,) from 0 to ``total`` - 1, and what was selected so far, (n, 3) per cent. Without an expression that
        is the result."""
        ...

    def scalar(self, prop: Property[Vector]) -> float:
        """The first number."""
        ...

    def vector(self, prop: Property[Vector] | SplitPosition) -> Vector:
        """All numbers; a split position as (x, y, z)."""
        ...

    def path(self, prop: Property[Bezier]) -> Bezier: ...

    def gradient(self, value: GradientValue) -> NDArray[np.float64]:
        """The raw numbers of the stops, as ``GradientValue`` describes them."""
        ...

    def text(self, prop: Property[TextDocument]) -> TextDocument: ...
