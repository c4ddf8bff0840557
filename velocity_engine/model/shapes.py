"""Items of shape layers. Lottie specification, section "Shapes". One class an item, in the document's order."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from velocity_engine.model.properties import (
    Bezier,
    Color,
    GradientValue,
    Property,
    Scalar,
    SplitPosition,
    Vector,
    Vector2,
    still,
)
from velocity_engine.model.transform import Transform


class FillRule(Enum):
    NON_ZERO = 1
    EVEN_ODD = 2


class Cap(Enum):
    BUTT = 1
    ROUND = 2
    SQUARE = 3


class Join(Enum):
    MITER = 1
    ROUND = 2
    BEVEL = 3


class MergeMode(Enum):
    NORMAL = 1
    ADD = 2
    SUBTRACT = 3
    INTERSECT = 4
    EXCLUDE = 5


class GradientKind(Enum):
    LINEAR = 1
    RADIAL = 2


class StarKind(Enum):
    STAR = 1
    POLYGON = 2


class TrimMode(Enum):
    SIMULTANEOUSLY = 1  # AE: each path by itself, all at the same time
    INDIVIDUALLY = 2  # AE: all paths as one, one after the other


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeItem:
    name: str = ""
    match_name: str = ""
    hidden: bool = False
    pointer: str = ""
    blend_mode: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(ShapeItem):
    items: tuple[ShapeItem, ...] = ()
    transform: Transform = field(default_factory=Transform)


@dataclass(frozen=True, slots=True, kw_only=True)
class PathShape(ShapeItem):
    path: Property[Bezier]
    reversed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ellipse(ShapeItem):
    position: Property[Vector] | SplitPosition
    size: Vector2
    reversed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectangle(ShapeItem):
    position: Property[Vector] | SplitPosition
    size: Vector2
    roundness: Scalar = field(default_factory=lambda: still(0))
    reversed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Polystar(ShapeItem):
    """Angles in degrees; roundness in per cent. The inner fields are of stars only."""

    kind: StarKind
    position: Property[Vector] | SplitPosition
    points: Scalar
    rotation: Scalar
    outer_radius: Scalar
    outer_roundness: Scalar = field(default_factory=lambda: still(0))
    inner_radius: Scalar = field(default_factory=lambda: still(0))
    inner_roundness: Scalar = field(default_factory=lambda: still(0))
    reversed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gradient:
    """Where a gradient lies. ``highlight_length`` in per cent of the radius, ``highlight_angle`` in degrees."""

    kind: GradientKind
    colors: GradientValue
    start: Property[Vector] | SplitPosition
    end: Property[Vector] | SplitPosition
    highlight_length: Scalar = field(default_factory=lambda: still(0))
    highlight_angle: Scalar = field(default_factory=lambda: still(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill(ShapeItem):
    """``paint`` is a colour (3 or 4 numbers, 0..1) or a gradient. ``opacity`` in per cent."""

    paint: Color | Gradient
    opacity: Scalar = field(default_factory=lambda: still(100))
    rule: FillRule = FillRule.NON_ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Dash:
    """``kind`` is "d" (dash), "g" (gap) or "o" (offset)."""

    kind: str
    length: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke(ShapeItem):
    paint: Color | Gradient
    width: Scalar
    opacity: Scalar = field(default_factory=lambda: still(100))
    cap: Cap = Cap.ROUND
    join: Join = Join.ROUND
    miter_limit: Scalar = field(default_factory=lambda: still(4))
    dashes: tuple[Dash, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trim(ShapeItem):
    """``start`` and ``end`` in per cent, ``offset`` in degrees."""

    start: Scalar
    end: Scalar
    offset: Scalar
    mode: TrimMode = TrimMode.SIMULTANEOUSLY


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(ShapeItem):
    mode: MergeMode = MergeMode.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeater(ShapeItem):
    """``above`` paints each copy over the one before (``m`` 2); else each goes below the one before (``m`` 1, After
    Effects' default; renderers agree on that, though the specification's table has the two names the other way)."""

    copies: Scalar
    offset: Scalar
    transform: Transform = field(default_factory=Transform)
    above: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCorners(ShapeItem):
    radius: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class ZigZag(ShapeItem):
    """``smooth`` points instead of corners when true."""

    amplitude: Scalar
    frequency: Scalar
    smooth: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PuckerBloat(ShapeItem):
    amount: Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Twist(ShapeItem):
    angle: Scalar
    center: Vector2


@dataclass(frozen=True, slots=True, kw_only=True)
class OffsetPath(ShapeItem):
    amount: Scalar
    join: Join = Join.MITER
    miter_limit: Scalar = field(default_factory=lambda: still(4))
