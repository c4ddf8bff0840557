"""What plugins provide: codecs, layer types, effects, storage backends and executors, as protocols.

A built-in implements the same protocols and is registered through the same hooks (``hookspecs``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import BinaryIO, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import DrawCommand, EffectCall, FrameReader, Picture
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import EncoderConfigError, Finding
from velocity_engine.model.document import Document, Media
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import BlendMode, Effect, Layer, LayerStyle
from velocity_engine.sampler import Sampler

# --- layers ---------------------------------------------------------------------------------------------------------


class LayerContext(Protocol):
    """What a layer type may ask for while a plan is made."""

    document: Document

    def read(self, media: Media) -> bytes:
        """The bytes of a picture, sound or font. MediaError or PackageError names the file."""
        ...

    def picture(self, asset_id: str) -> Sequence[tuple[float, Picture]]:
        """The decoded frames of a picture asset, each with the second at which it starts (one entry for a still
        one)."""
        ...

    def clip(self, asset_id: str) -> FrameReader | None:
        """The reader of a clip asset, opened once a plan, or None (reported) where it cannot be opened."""
        ...

    def font_files(self) -> Sequence[str]:
        """The names of the font files in the package, to be read by ``read(Media(name=...))``."""
        ...

    def report(self, finding: Finding) -> None:
        """Adds to what ``inspect`` and the render's result say is not supported."""
        ...


class PreparedLayer(Protocol):
    """A layer ready to be drawn at any frame, by any thread (it keeps no state that a call changes, but for caches)."""

    @property
    def moves(self) -> bool:
        """Whether ``draw`` can give different commands at different frames."""
        ...

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        """The layer's own picture in the layer's own coordinates, in painter's order: without the layer's transform,
        opacity, masks, matte and effects, which the evaluator adds."""
        ...


@runtime_checkable
class DrawsCompositions(Protocol):
    """Optional, for prepared layers that draw compositions of the document: the plan makes these ready."""

    @property
    def compositions(self) -> Sequence[str]:
        """The ids of all compositions that ``draw`` may ask the sampler for."""
        ...


@runtime_checkable
class DrawsPlaced(Protocol):
    """Optional, for prepared layers whose commands depend on where the layer stands, as those of precomps do. It is
    called in place of ``draw``."""

    def draw_placed(self, sampler: Sampler, matrix: Matrix) -> Sequence[DrawCommand]:
        """Returns the layer's own picture in device pixels.

        Args:
            sampler: The values of the layer at this moment.
            matrix: From the layer's coordinates to device pixels.
        """
        ...


@runtime_checkable
class LayerType(Protocol):
    """A kind of layer. ``key`` is what names it: "shape", "image", ... for a Lottie type, or the plugin name that
    a customization's ``{"plugin": key}`` uses. ``lottie_types``: the ``ty`` numbers it draws.
    ``inspect`` shows ``key`` as the layer's kind."""

    @property
    def key(self) -> str: ...

    @property
    def lottie_types(self) -> tuple[int, ...]: ...

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer: ...


# --- effects --------------------------------------------------------------------------------------------------------


@runtime_checkable
class EffectType(Protocol):
    """An effect. ``match_names``: After Effects' match names it serves; ``lottie_types``: the ``ty`` numbers, used
    where no match name fits. ``key`` is what ``EffectCall.effect`` holds."""

    @property
    def key(self) -> str: ...

    @property
    def match_names(self) -> tuple[str, ...]: ...

    @property
    def lottie_types(self) -> tuple[int, ...]: ...

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        """This frame's values; None when the effect does nothing now. ``matrix``: layer to device pixels."""
        ...

    def apply(self, pixels: NDArray[np.uint8], call: EffectCall, origin: tuple[int, int]) -> NDArray[np.uint8]:
        """``pixels``: (h, w, 4) uint8 premultiplied, its top left pixel at device ``origin``. It may be written to and
        returned, or another of the same shape is. The margin of ``call`` is already around the layer's picture."""
        ...


@runtime_checkable
class ReadsLayers(Protocol):
    """What an effect that reads other layers' pictures has besides, so that they are made ready although hidden."""

    def layers(self, effect: Effect) -> tuple[int, ...]:
        """The numbers (``ind``) of all layers for which ``evaluate`` may ask ``Sampler.layer_picture``."""
        ...


@runtime_checkable
class TellsLimits(Protocol):
    """What an effect that draws only part of what a document asks of it has besides."""

    def limits(self, effect: Effect) -> tuple[str, ...]:
        """What of this effect's values is not drawn, each as a message may say it ("its taper radius")."""
        ...


# --- layer styles ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StyledLayer:
    """What a layer style sees of the layer that has it, at one moment.

    Attributes:
        sampler: Returns the values of the style's properties.
        matrix: From the layer's coordinates to device pixels.
        styles: All styles of the layer, in the document's order.
        content: The commands of shapes and texts on the device, which have no box of their own; None for other layers.
    """

    sampler: Sampler
    matrix: Matrix
    styles: tuple[LayerStyle, ...]
    content: Sequence[DrawCommand] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StyleCall:
    """What a layer style does at one moment.

    Attributes:
        call: The effect that paints it.
        under: None where the effect acts on the layer's picture. Else the effect draws a picture of its own, which lies
            under the layer's and is blended in this mode onto what is below.
    """

    call: EffectCall
    under: BlendMode | None = None


@runtime_checkable
class StyleType(Protocol):
    """A layer style (``sy`` of a layer). Its ``StyleCall`` names an ``EffectType``, which the same plugin provides.

    Attributes:
        key: The style's name.
        lottie_types: The numbers (``ty``) that documents have for it.
        order: Styles act in this order, the lowest first, whatever the order in the document. Those of After Effects
            have 0 to 8.
    """

    @property
    def key(self) -> str: ...

    @property
    def lottie_types(self) -> tuple[int, ...]: ...

    @property
    def order(self) -> int: ...

    def problems(self, style: LayerStyle) -> Sequence[tuple[str, str]]:
        """Returns what of this style is not drawn, each as the name of a feature and a sentence."""
        ...

    def evaluate(self, style: LayerStyle, layer: StyledLayer) -> StyleCall | None:
        """Returns what the style does at this moment, or None where it does nothing."""
        ...


# --- codecs ---------------------------------------------------------------------------------------------------------

BUFFER_START = 0.9
"""How full the model of the decoder's buffer is before a segment's first frame, where ``average_cap`` is to be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """What libavcodec is told: encoder name, pixel format, options, and the fields of the codec context.

    Two encoders with the same settings must give the same extradata, and the same frames the same bytes, on any
    machine: fix ``threads`` where the encoder's output depends on it.
    ``average_cap`` is the bits per second that the average of an encode of any length stays below: ``encode`` narrows
    the options ``maxrate`` and ``bufsize`` to the length. ``whole``: one encoder must see all frames (constant
    bitrate). ``reorder_frames`` is how many frames decoding runs ahead of showing; None: what the opened encoder says.
    """

    encoder: str
    pixel_format: str
    options: Mapping[str, str]
    bit_rate: int | None = None
    gop_size: int | None = None
    codec_tag: str | None = None
    threads: int = 0
    average_cap: int | None = None
    whole: bool = False
    reorder_frames: int | None = None


@runtime_checkable
class Codec(Protocol):
    """A video codec. ``key`` as in ``EncoderConfig.codec``; ``number`` as in the REST contract, or None."""

    key: str
    number: int | None
    title: str

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        """What of a configuration this codec cannot do (profile, level, its limits, the container)."""
        ...

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        """Only called when ``problems`` is empty."""
        ...


# --- storage --------------------------------------------------------------------------------------------------------


@runtime_checkable
class Storage(Protocol):
    """Where results go. ``schemes``: URL schemes served ("file", "s3"); a plain path is "file"."""

    schemes: tuple[str, ...]

    def put(self, local_path: str, target: str) -> int:
        """Stores a finished file under ``target``, whole or not at all (no reader ever sees a part); its size in
        bytes."""
        ...

    def open(self, target: str) -> BinaryIO: ...

    def delete(self, target: str) -> None: ...


# --- executors ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of output frames that is rendered and encoded on its own: [first, last) of ``frames``."""

    number: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPacket:
    """``pts``, ``dts``, ``duration`` in ticks of 1 / frame rate, counted from the start of the segment."""

    data: bytes
    pts: int
    dts: int
    duration: int
    key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedSegment:
    """``held_frames`` of the segment's frames and ``held_tiles`` of all their ``tiles`` were the same as in the frame
    before."""

    segment: Segment
    packets: tuple[EncodedPacket, ...]
    extradata: bytes
    held_frames: int = 0
    tiles: int = 0
    held_tiles: int = 0
    seconds_by_stage: Mapping[str, float] = field(default_factory=dict)


@runtime_checkable
class Executor(Protocol):
    """Runs segments, anywhere. ``work`` renders one segment; results may come in any order."""

    key: str

    def run(
        self, work: Callable[[Segment], EncodedSegment], segments: Sequence[Segment], cancelled: Callable[[], bool]
    ) -> Iterable[EncodedSegment] | Iterator[EncodedSegment]: ...


__all__ = [
    "BUFFER_START",
    "Codec",
    "DrawsCompositions",
    "DrawsPlaced",
    "EffectType",
    "EncodedPacket",
    "EncodedSegment",
    "EncoderSettings",
    "Executor",
    "LayerContext",
    "LayerType",
    "PreparedLayer",
    "ReadsLayers",
    "Segment",
    "Storage",
    "StyleCall",
    "StyleType",
    "StyledLayer",
    "TellsLimits",
]
