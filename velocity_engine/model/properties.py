"""Properties: a value that stands still, or keyframes, and perhaps an expression on top.

Lottie specification, sections "Properties" and "Keyframes".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Vector = tuple[float, ...]
V = TypeVar("V")


@dataclass(frozen=True, slots=True, eq=False)
class Bezier:
    """The value of a path property, as the document has it.

    ``vertices``, ``ins``, ``outs``: (n, 2) float64; the tangents are relative to their vertex.
    """

    vertices: NDArray[np.float64]
    ins: NDArray[np.float64]
    outs: NDArray[np.float64]
    closed: bool


@dataclass(frozen=True, slots=True)
class Ease:
    """One side of a keyframe's easing curve: x and y by component (one entry serves all)."""

    x: Vector
    y: Vector


@dataclass(frozen=True, slots=True)
class Keyframe(Generic[V]):
    """A keyframe and the way from it to the next.

    ``time`` in frames of the layer's composition; ``out`` leaves this keyframe, ``into`` enters the next;
    both None means linear. ``end`` is the value at the end of the span where the document gives one (the old
    form with ``e``), else None: the next keyframe's ``value``. ``hold`` keeps ``value`` until the next.
    ``tangent_out`` and ``tangent_in`` bend a position's way through space, relative to start and end; or None.
    """

    time: float
    value: V
    end: V | None = None
    out: Ease | None = None
    into: Ease | None = None
    hold: bool = False
    tangent_out: Vector | None = None
    tangent_in: Vector | None = None


@dataclass(frozen=True, slots=True)
class Property(Generic[V]):
    """``value`` stands where ``keyframes`` is empty (else it is the first keyframe's value).

    ``V`` is ``Vector`` for numbers, points and colours (a scalar is a vector of one), ``Bezier`` for paths,
    ``TextDocument`` for texts. ``pointer`` is the JSON pointer in the document (for messages), ``slot`` the
    slot id it takes its value from, ``expression`` After Effects JavaScript.
    ``name`` is the property's name in After Effects terms (``"position"``, ``"Slider"``), used by expressions.
    """

    value: V
    keyframes: tuple[Keyframe[V], ...] = ()
    expression: str | None = None
    slot: str | None = None
    pointer: str = ""
    name: str = ""

    @property
    def moves(self) -> bool:
        """Whether its value can differ from frame to frame."""
        return bool(self.keyframes) or self.expression is not None


Scalar = Property[Vector]
Vector2 = Property[Vector]
Color = Property[Vector]


@dataclass(frozen=True, slots=True)
class SplitPosition:
    """A position whose dimensions move on their own (``"s": true``)."""

    x: Scalar
    y: Scalar
    z: Scalar | None = None

    @property
    def moves(self) -> bool:
        return self.x.moves or self.y.moves or (self.z is not None and self.z.moves)


@dataclass(frozen=True, slots=True)
class GradientValue:
    """A gradient's stops: ``stops`` property holds ``count`` colour stops of four numbers (offset, r, g, b),
    then alpha stops of two (offset, alpha), all 0..1."""

    count: int
    stops: Property[Vector]


def still(*value: float, name: str = "") -> Property[Vector]:
    """A property that stands still at the numbers given."""
    return Property(tuple(float(v) for v in value), name=name)
