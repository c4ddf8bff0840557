"""What cuts a command: rectangles and masks."""

from __future__ import annotations

from dataclasses import dataclass

from velocity_engine.model.geometry import Matrix, Path
from velocity_engine.model.layers import MaskMode


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A rectangle. Only what lies inside it is shown.

    Attributes:
        box: (x0, y0, x1, y1) of the rectangle.
        matrix: The map from the rectangle's coordinates to device pixels.
    """

    box: tuple[float, float, float, float]
    matrix: Matrix


@dataclass(frozen=True, slots=True, eq=False)
class MaskPath:
    """One mask of a layer, in device pixels.

    Attributes:
        path: The path. It is closed, even when the document's path is open.
        mode: How the mask is combined with the masks before it.
        inverted: Whether the outside of the path shows instead of the inside.
        opacity: 0 to 1.
        expansion: By how many device pixels the path is still to be grown (or shrunk, where it is negative). 0 where
            the path has the document's expansion already.
        feather: (x, y) of the blur's extent, in device pixels.
    """

    path: Path
    mode: MaskMode
    inverted: bool
    opacity: float
    expansion: float
    feather: tuple[float, float]
