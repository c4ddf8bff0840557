"""The sampler: it returns the values of one layer's properties at one moment.

Layer types, effects and layer styles see only this interface; ``velocity_engine.evaluate`` implements it. So where a
property has an expression, its value takes the place of the keyframes' value, and the plugin need not know of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import DrawCommand, LayerPicture
from velocity_engine.model.geometry import Bounds, Matrix
from velocity_engine.model.layers import Mask
from velocity_engine.model.properties import Bezier, GradientValue, Property, SplitPosition, Vector
from velocity_engine.model.text import TextDocument


@dataclass(frozen=True, slots=True)
class LayerTime:
    """Where a moment lies in the life of a layer, in seconds.

    Attributes:
        seconds: How long the layer has been shown: the time since its in point.
        left: How long it will still be shown: the time until its out point.
        own: The layer's own time, by which clips play: since its start, and stretched as the layer is.
    """

    seconds: float
    left: float
    own: float

    @property
    def length(self) -> float:
        """How long the layer is shown in all."""
        return self.seconds + self.left


class Sampler(Protocol):
    """The values of one layer's properties at one moment.

    The engine makes one for each layer and frame and passes it to ``PreparedLayer.draw``, ``EffectType.evaluate`` and
    ``StyleType.evaluate``. Use it during that call and in its thread only, and do not keep it. What its methods return
    may be kept, but must not be changed.

    Example:
        >>> class PreparedSquare:
        ...     def draw(self, sampler):
        ...         side = sampler.scalar(self.side)
        ...         return [command(FillSource(square(side), self.paint))]
    """

    @property
    def frame(self) -> float:
        """The moment, in frames of the composition that holds the layer. It can lie between two frames."""
        ...

    @property
    def seconds(self) -> float:
        """The same moment in seconds: ``frame`` divided by the document's frame rate."""
        ...

    @property
    def size(self) -> tuple[float, float]:
        """The width and height of the layer's own box in pixels: that of its solid, picture, clip, precomp or plugin
        content, or else that of its composition."""
        ...

    @property
    def box(self) -> Bounds:
        """(left, top, right, bottom) of what the layer fills, in its own coordinates. A layer that a customization
        replaced by a plugin has the box of the layer before, which need not begin at (0, 0): texts and shapes have
        theirs around their origin. All others have (0, 0) and ``size``."""
        ...

    @property
    def time(self) -> LayerTime:
        """The moment as the layer sees it: since it appeared, and until it goes."""
        ...

    @property
    def masks(self) -> tuple[Mask, ...]:
        """The layer's masks, in the document's order."""
        ...

    def layer_picture(self, number: int, scale: float) -> LayerPicture | None:
        """Returns the own picture of another layer of the same composition, at the same moment.

        The picture is without the layer's masks, matte and effects. Shapes and texts have the position in it that they
        have in the composition. An effect that calls this must name the layer in ``ReadsLayers.layers``.

        Args:
            number: The number (``ind``) of the layer.
            scale: How many pixels of the picture one pixel of the layer becomes.

        Returns:
            The picture, or None where there is no such layer. Its pixels are drawn before ``EffectType.apply`` is
            called with it.
        """
        ...

    def composition(self, identity: str, frame: float, matrix: Matrix) -> Sequence[DrawCommand]:
        """Returns what a composition of the document shows.

        Args:
            identity: The id of the composition. It must be one of ``DrawsCompositions.compositions``.
            frame: The moment, in frames of that composition.
            matrix: The map that is applied to the composition's coordinates.

        Returns:
            The commands in painter's order. There are none where the document has no composition of that id.
        """
        ...

    def placed_composition(
        self, identity: str, frame: float, matrix: Matrix, size: tuple[float, float]
    ) -> Sequence[DrawCommand]:
        """Returns what a composition of the document shows in device pixels, cut to its own box.

        Args:
            identity: The id of the composition. It must be one of ``DrawsCompositions.compositions``.
            frame: The moment, in frames of that composition.
            matrix: The map from the composition's coordinates to device pixels.
            size: The width and height of its box. A box without area cuts nothing.

        Returns:
            The commands in painter's order. There are none where the document has no composition of that id.
        """
        ...

    def select(
        self, prop: Property[Vector], units: NDArray[np.int64], total: int, before: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Returns how far the expression of a text selector selects each of n characters.

        Args:
            prop: The property of the selector that has the expression.
            units: (n,) int64: the number of each character's unit, from 0 to ``total`` - 1.
            total: The number of units.
            before: (n, 3) float64, per cent: what was selected so far.

        Returns:
            (n, 3) float64, per cent. Without an expression it is ``before``.
        """
        ...

    def scalar(self, prop: Property[Vector]) -> float:
        """Returns the first number of a property.

        Args:
            prop: The property, such as an opacity or a slider.
        """
        ...

    def vector(self, prop: Property[Vector] | SplitPosition) -> Vector:
        """Returns all numbers of a property.

        Args:
            prop: The property, such as a colour or a position.

        Returns:
            The numbers as a tuple. A position whose dimensions are split returns (x, y, z).
        """
        ...

    def path(self, prop: Property[Bezier]) -> Bezier:
        """Returns a Bezier path.

        Args:
            prop: The property, such as the path of a shape or of a mask.
        """
        ...

    def gradient(self, value: GradientValue) -> NDArray[np.float64]:
        """Returns the numbers of a gradient's stops as the document has them.

        Args:
            value: The gradient. ``GradientValue`` describes the order of the numbers.

        Returns:
            One dimension, float64: colour stops of four numbers, then alpha stops of two. All numbers are 0 to 1.
        """
        ...

    def text(self, prop: Property[TextDocument]) -> TextDocument:
        """Returns a text with its font, size and colours.

        Args:
            prop: The property of the text layer that holds the text.
        """
        ...
