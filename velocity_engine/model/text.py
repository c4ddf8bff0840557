"""Text layers, fonts and glyph outlines. Lottie specification, sections "Text Layer", "Font", "Character Data"."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum

from velocity_engine.model.properties import Property, Scalar, Vector
from velocity_engine.model.shapes import Join, ShapeItem
from velocity_engine.model.transform import Transform


class Justify(Enum):
    LEFT = 0
    RIGHT = 1
    CENTER = 2
    LAST_LEFT = 3
    LAST_RIGHT = 4
    LAST_CENTER = 5
    FULL = 6


class Caps(Enum):
    NORMAL = 0
    ALL = 1
    SMALL = 2


class VerticalAlign(Enum):
    """Where the lines of a text stand in its box. The visual ones go by the outlines of its letters alone, the others
    reach at least from the font's ascent above the first line to its descent below the last one."""

    TOP = 0
    CENTER = 1
    BOTTOM = 2
    VISUAL_TOP = 3
    VISUAL_CENTER = 4
    VISUAL_BOTTOM = 5


class Resize(Enum):
    """Whether a text takes another size to fill its box: never, any size, or only a smaller one."""

    NONE = 0
    FIT = 1
    SHRINK = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxFit:
    """How Skottie sets a text into its box, for which After Effects has nothing. Sizes in pixels.

    ``align`` None: the first line stands at the top, as without all this. ``wraps`` False: lines end only where the
    text says so. ``max_lines`` 0: any number of them.
    """

    resize: Resize = Resize.NONE
    align: VerticalAlign | None = None
    min_size: float = 0.0
    max_size: float = math.inf
    max_lines: int = 0
    wraps: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSpan:
    """A stretch of a text that looks unlike the rest of it.

    Attributes:
        start: Its first character, counted in code points of the text.
        end: The character behind its last one.
        font: Its font, as ``TextDocument.font``; None for that of the text.
        size: Its size in pixels; None for that of the text.
        fill: Its colour, straight RGB(A), 0 to 1; None for that of the text.
    """

    start: int
    end: int
    font: str | None = None
    size: float | None = None
    fill: Vector | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextDocument:
    """What a text layer says and how, at one keyframe.

    Lengths in pixels of the composition; ``tracking`` in 1/1000 em; colours straight RGB(A), 0..1, or None.
    ``box`` is (x, y, width, height) for a box text, else None. Lines are parted by ``\\r`` (or ``\\n``, U+0003).
    ``spans`` follow each other in the text and do not overlap; what lies between them looks as the document says. The
    lines of a span of another size are as much higher or lower.
    ``fit`` is what a customization asks for: "shrink", "wrap", "clip" or None; ``fit_reference`` is then the document
    as the author made it, whose extent a point text has to keep. ``box_fit``: what a template made for Skottie says of
    its box; ``fit`` takes the place of its ``resize``.
    """

    text: str
    font: str
    size: float
    fill: Vector | None = (0.0, 0.0, 0.0)
    stroke: Vector | None = None
    stroke_width: float = 0.0
    stroke_over_fill: bool = False
    line_height: float | None = None
    tracking: float = 0.0
    baseline_shift: float = 0.0
    justify: Justify = Justify.LEFT
    caps: Caps = Caps.NORMAL
    box: tuple[float, float, float, float] | None = None
    fit: str | None = None
    fit_reference: TextDocument | None = None
    box_fit: BoxFit | None = None
    stroke_join: Join = Join.MITER
    spans: tuple[TextSpan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeSelector:
    """Lottie "Text Range Selector": numbers as in the document (``units`` 1 = per cent, 2 = index; ``based_on`` 1
    characters, 2 characters without spaces, 3 words, 4 lines; ``shape`` 1 square .. 6 smooth; ``mode`` 1 add, 2
    subtract, 3 intersect, 4 min, 5 max, 6 difference)."""

    start: Scalar | None = None
    end: Scalar | None = None
    offset: Scalar | None = None
    amount: Scalar | None = None
    max_ease: Scalar | None = None
    min_ease: Scalar | None = None
    smoothness: Scalar | None = None
    units: int = 1
    based_on: int = 1
    shape: int = 1
    mode: int = 1
    randomize: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpressionSelector:
    """``amount`` holds an expression that knows ``textIndex``, ``textTotal`` and ``selectorValue``; what it gives takes
    the place of what the selectors above selected."""

    amount: Scalar
    based_on: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class WigglySelector:
    """After Effects' wiggly selector: amounts and ``correlation`` in per cent, ``frequency`` in wiggles a second,
    phases in degrees; ``based_on`` and ``mode`` as those of a range selector."""

    max_amount: Scalar | None = None
    min_amount: Scalar | None = None
    frequency: Scalar | None = None
    correlation: Scalar | None = None
    temporal_phase: Scalar | None = None
    spatial_phase: Scalar | None = None
    based_on: int = 1
    mode: int = 3
    lock_dimensions: bool = False
    seed: int = 0


Selector = RangeSelector | ExpressionSelector | WigglySelector


@dataclass(frozen=True, slots=True, kw_only=True)
class TextStyle:
    """What an animator changes for the characters it selects; None leaves a thing alone. Units as in the document."""

    position: Property[Vector] | None = None
    anchor: Property[Vector] | None = None
    scale: Property[Vector] | None = None
    rotation: Scalar | None = None
    rotation_x: Scalar | None = None
    rotation_y: Scalar | None = None
    skew: Scalar | None = None
    skew_axis: Scalar | None = None
    opacity: Scalar | None = None
    fill: Property[Vector] | None = None
    fill_hue: Scalar | None = None
    fill_saturation: Scalar | None = None
    fill_brightness: Scalar | None = None
    fill_opacity: Scalar | None = None
    stroke: Property[Vector] | None = None
    stroke_width: Scalar | None = None
    stroke_opacity: Scalar | None = None
    tracking: Scalar | None = None
    line_spacing: Property[Vector] | None = None
    line_anchor: Scalar | None = None
    blur: Property[Vector] | None = None
    character_offset: Scalar | None = None
    character_value: Scalar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Animator:
    name: str = ""
    selectors: tuple[Selector, ...] = ()
    style: TextStyle = field(default_factory=TextStyle)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPathOptions:
    """Text on a path: ``mask`` is the index of the layer's mask that gives the path."""

    mask: int
    first_margin: Scalar | None = None
    last_margin: Scalar | None = None
    reversed: Scalar | None = None
    perpendicular: Scalar | None = None
    force_alignment: Scalar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextData:
    document: Property[TextDocument]
    animators: tuple[Animator, ...] = ()
    path: TextPathOptions | None = None
    anchor_grouping: int = 1  # 1 characters, 2 words, 3 lines, 4 all
    grouping_alignment: Property[Vector] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """An entry of ``fonts.list``. ``ascent`` in per cent of the size. ``data`` is an embedded font file, if any."""

    name: str
    family: str
    style: str
    ascent: float = 0.0
    path: str = ""
    weight: str = ""
    data: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """An entry of ``chars``: the outline of a character in a font at ``size``; ``width`` in units of 1/100 of the
    size.

    Where ``precomp`` names a composition, it stands in the outline's place, under ``transform``, at 100 pixels to the
    size; the times are those of a layer, counted from the start of the text's layer.
    """

    character: str
    family: str
    style: str
    size: float
    width: float
    shapes: tuple[ShapeItem, ...] = ()
    precomp: str | None = None
    transform: Transform = field(default_factory=Transform)
    in_point: float = -math.inf
    out_point: float = math.inf
    start_time: float = 0.0
    stretch: float = 1.0
