"""Layers. Lottie specification, section "Layers". What all layers share is in ``Layer``; what a type has of its own is
its ``content``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, ClassVar

from velocity_engine.captions.captions import Captions
from velocity_engine.model.geometry import Bounds
from velocity_engine.model.properties import Bezier, Color, Property, Scalar, Vector, still
from velocity_engine.model.shapes import ShapeItem
from velocity_engine.model.text import TextData
from velocity_engine.model.transform import Transform


class BlendMode(Enum):
    NORMAL = 0
    MULTIPLY = 1
    SCREEN = 2
    OVERLAY = 3
    DARKEN = 4
    LIGHTEN = 5
    COLOR_DODGE = 6
    COLOR_BURN = 7
    HARD_LIGHT = 8
    SOFT_LIGHT = 9
    DIFFERENCE = 10
    EXCLUSION = 11
    HUE = 12
    SATURATION = 13
    COLOR = 14
    LUMINOSITY = 15
    ADD = 16
    HARD_MIX = 17


class MatteMode(Enum):
    ALPHA = 1
    ALPHA_INVERTED = 2
    LUMA = 3
    LUMA_INVERTED = 4


class MaskMode(Enum):
    NONE = "n"
    ADD = "a"
    SUBTRACT = "s"
    INTERSECT = "i"
    LIGHTEN = "l"
    DARKEN = "d"
    DIFFERENCE = "f"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """``opacity`` in per cent, ``expansion`` and ``feather`` in pixels."""

    mode: MaskMode
    path: Property[Bezier]
    inverted: bool = False
    opacity: Scalar = field(default_factory=lambda: still(100))
    expansion: Scalar = field(default_factory=lambda: still(0))
    feather: Property[Vector] | None = None
    name: str = ""
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectParameter:
    """One control of an effect: ``type`` as in the document (0 slider, 1 angle, 2 colour, 3 point, 4 checkbox, 7
    drop-down, 10 layer index, 5 group, 6 no value). ``children`` of a group."""

    name: str
    match_name: str
    type: int
    value: Property[Vector] | None = None
    children: tuple[EffectParameter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """``type`` is Lottie's number (20 tint, 21 fill, 22 stroke, 23 tritone, 24 levels, 25 drop shadow, 26 radial wipe,
    27 displacement, 28 matte3, 29 Gaussian blur, 30 twirl, 31 mesh warp, 32 wavy, 33 spherize, 34 puppet, 5 controls);
    ``match_name`` is After Effects' own (``"ADBE Fill"``), the surer key."""

    type: int
    name: str
    match_name: str
    enabled: bool = True
    parameters: tuple[EffectParameter, ...] = ()
    pointer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerStyle:
    """An entry of ``sy``: ``type`` 0 stroke, 1 drop shadow, 2 inner shadow, 3 outer glow, 4 inner glow, 5 bevel, 6
    satin, 7 colour overlay, 8 gradient overlay. ``values`` by the document's short key."""

    type: int
    name: str = ""
    values: Mapping[str, Property[Vector]] = field(default_factory=dict)
    pointer: str = ""


# --- contents: ``lottie_type`` is the ``ty`` of the layers that have them ---------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PrecompContent:
    lottie_type: ClassVar[int] = 0

    composition: str
    width: float
    height: float
    time_remap: Scalar | None = None  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class SolidContent:
    """``color`` is straight RGB or RGBA, 0..1."""

    lottie_type: ClassVar[int] = 1

    width: float
    height: float
    color: Color


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageContent:
    lottie_type: ClassVar[int] = 2

    asset: str
    fit: str | None = None  # set by a customization


@dataclass(frozen=True, slots=True, kw_only=True)
class NullContent:
    lottie_type: ClassVar[int] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ShapeContent:
    lottie_type: ClassVar[int] = 4

    items: tuple[ShapeItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextContent:
    lottie_type: ClassVar[int] = 5

    text: TextData


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioContent:
    """``level`` is (left, right) in per cent or decibels as the document has them."""

    lottie_type: ClassVar[int] = 6

    asset: str
    level: Property[Vector] | None = None
    time_remap: Scalar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoContent:
    """``trim`` in seconds of the clip, ``loop``, and ``volume``, the factor of its sound, are set by a customization.
    ``level`` is that of the clip's sound, as in ``AudioContent``."""

    lottie_type: ClassVar[int] = 9

    asset: str
    fit: str | None = None
    trim: tuple[float, float] | None = None
    loop: bool = False
    volume: float = 1.0
    time_remap: Scalar | None = None
    level: Property[Vector] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraContent:
    """``perspective`` is the zoom in pixels. A camera with ``two_nodes`` looks at its transform's anchor point; one
    with a single node looks along the z axis, turned by its rotations."""

    lottie_type: ClassVar[int] = 13

    perspective: Scalar | None = None
    two_nodes: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginContent:
    """A layer that a plugin draws, in the box of the layer it replaced (``width`` x ``height``, at its origin plus
    ``left``, ``top``)."""

    plugin: str
    data: Any
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionsContent:
    """Captions in their style, in ``box`` and in letters of ``size`` pixels. Second 0 of them is at the frame ``first``
    of the layer's composition, which has ``rate`` frames a second."""

    kind: ClassVar[str] = "captions"

    captions: Captions
    box: Bounds
    size: float
    first: float
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownContent:
    """A layer type that no built-in knows: ``raw`` is the layer's JSON object, for plugins."""

    type: int
    raw: Mapping[str, Any] = field(default_factory=dict)


Content = (
    PrecompContent
    | SolidContent
    | ImageContent
    | NullContent
    | ShapeContent
    | TextContent
    | AudioContent
    | VideoContent
    | CameraContent
    | PluginContent
    | CaptionsContent
    | UnknownContent
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedCue:
    """What a layer shows from ``start`` to ``end``, in frames of its composition."""

    start: float
    end: float
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A layer that plays anew for each of ``cues``, together with what it is drawn with: its parents, its matte. Second
    0 of the captions is at the frame ``first`` of the layer's composition, which has ``rate`` frames a second.

    As the designer made it, it ``begins``, has come when it ``settles``, stands still until it ``leaves``, and
    ``ends``, in frames of its composition. Between settling and leaving it is held for as long as a cue lasts.
    """

    cues: tuple[ReplayedCue, ...]
    first: float
    rate: float
    begins: float
    settles: float
    leaves: float
    ends: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """What all layers share.

    ``index`` is the document's ``ind`` (what ``parent`` and ``matte_layer`` refer to), None where it has none.
    ``in_point``, ``out_point``, ``start_time`` in frames of the composition that holds the layer; the layer's own time
    is ``(t - start_time) / stretch``. ``matte_layer`` is ``tp``; where it is None and ``matte`` is set, the layer above
    is the matte. ``is_matte`` (``td``) hides a layer that only serves as a matte.
    """

    content: Content
    name: str = ""
    index: int | None = None
    parent: int | None = None
    transform: Transform = field(default_factory=Transform)
    in_point: float = 0.0
    out_point: float = 0.0
    start_time: float = 0.0
    stretch: float = 1.0
    hidden: bool = False
    guide: bool = False
    blend_mode: BlendMode = BlendMode.NORMAL
    matte: MatteMode | None = None
    matte_layer: int | None = None
    is_matte: bool = False
    masks: tuple[Mask, ...] = ()
    effects: tuple[Effect, ...] = ()
    styles: tuple[LayerStyle, ...] = ()
    three_d: bool = False
    auto_orient: bool = False
    collapse: bool = False  # ``ct``: collapse transformation
    motion_blur: bool = False  # ``mb``: drawn blurred where a render asks for motion blur
    match_class: str = ""
    pointer: str = ""
    replay: Replay | None = None  # set by captions
