"""What plugins provide: layer types, effects, layer styles, codecs, storage backends and executors, as protocols.

A plugin's class does not inherit from a protocol: it has the same attributes and methods. Built-ins implement the same
protocols and are registered through the same hooks (``velocity_engine.hookspecs``).

Threads: each object that a hook returns is made once in a process and serves all renders of it. Several renders, and
several threads of one render, may call it at the same time. So its methods must not change the object, except for
caches that are safe with threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import DrawCommand, EffectCall, FrameReader, Picture
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import EncoderConfigError, Finding
from velocity_engine.model.document import Document, Media
from velocity_engine.model.geometry import Bounds, Matrix
from velocity_engine.model.layers import BlendMode, Effect, Layer, LayerStyle
from velocity_engine.order import RenderOrder
from velocity_engine.sampler import Sampler
from velocity_engine.typesetting import Typesetter

if TYPE_CHECKING:
    import av

# --- layers ---------------------------------------------------------------------------------------------------------


MediaSource = str | Mapping[str, Any] | Media
"""A picture or a clip that a layer type asks for.

The id of an asset of the document; or what the data of a customization has: ``{"assetId": id}`` for a file of the
request, ``{"file": name}`` for one of the template's package, ``{"data": "data:..."}``; or ``Media``: the bytes or the
path of a file of the plugin's own package.
"""


class LayerContext(Protocol):
    """What a layer type may ask for in ``prepare``, while a plan is made.

    The engine implements it and passes it to ``LayerType.prepare``. Use it only during that call. The pictures and
    readers that it returns may be kept for as long as the prepared layer lives.

    Attributes:
        document: The whole document, with the customizations applied. It must not be changed.
    """

    document: Document

    def read(self, media: Media) -> bytes:
        """Returns the bytes of a picture, sound or font.

        Args:
            media: The file: its name in the package, its path on this machine, or its bytes.

        Raises:
            MediaError, PackageError: The file cannot be read. The error names it.
        """
        ...

    def picture(self, source: MediaSource) -> Sequence[tuple[float, Picture]]:
        """Returns the decoded frames of a picture.

        Args:
            source: Which one: see ``MediaSource``.

        Returns:
            Pairs of the second at which a frame starts and the frame. A still picture has one pair.

        Raises:
            MediaError, CustomizationError: There is no such picture, or it cannot be decoded.
        """
        ...

    def clip(self, source: MediaSource) -> FrameReader | None:
        """Returns the reader of a clip. Each clip is opened once for a plan.

        Args:
            source: Which one: see ``MediaSource``.

        Returns:
            The reader, or None where the clip cannot be opened. The engine has then reported a finding already.

        Raises:
            MediaError, CustomizationError: There is no such clip.
        """
        ...

    def typesetter(self, layer: Layer) -> Typesetter:
        """Returns what sets texts with the engine's fonts and shaping. It may be kept, and used in ``draw`` as well.

        Args:
            layer: The layer that ``prepare`` was given. What of its texts cannot be shown is reported for it.
        """
        ...

    def box(self, layer: Layer) -> Bounds:
        """Returns (left, top, right, bottom) of what the layer fills, in its own coordinates.

        Args:
            layer: The layer that ``prepare`` was given. One that a customization replaced has the box of the layer
                before. One without a size of its own has the box of the document.
        """
        ...

    def span(self, layer: Layer) -> tuple[float, float]:
        """Returns the seconds of its composition from which on the layer is shown, and from which on no more.

        Args:
            layer: The layer that ``prepare`` was given.
        """
        ...

    def font_files(self) -> Sequence[str]:
        """Returns the names of the font files in the package. ``read(Media(name=...))`` reads one of them."""
        ...

    def report(self, finding: Finding) -> None:
        """Adds a finding to those that ``inspect`` and the result of a render show.

        Args:
            finding: What is not drawn as the designer meant.
        """
        ...


class PreparedLayer(Protocol):
    """A layer that is ready to be drawn at any frame, by any thread.

    It belongs to one plan. The engine calls ``draw`` for the frames of a render in any order, on several threads. A
    call must not change the object, except for caches. The same frame must always return commands with the same
    digests.
    """

    @property
    def moves(self) -> bool:
        """Whether ``draw`` can return different commands at different frames. False saves the engine work."""
        ...

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        """Returns the layer's own picture at one moment.

        Args:
            sampler: The values of the layer's properties at this moment. It must not be kept after the call.

        Returns:
            The commands in painter's order (the lowest first), in the layer's own coordinates. The layer's transform,
            opacity, masks, matte and effects are not part of them: the evaluator adds these.
        """
        ...


@runtime_checkable
class DrawsCompositions(Protocol):
    """Optional: implemented by prepared layers that draw compositions of the document.

    The plan reads ``compositions`` once, after ``prepare``, and prepares the compositions that it names.
    """

    @property
    def compositions(self) -> Sequence[str]:
        """The ids of all compositions that ``draw`` may ask the sampler for."""
        ...


@runtime_checkable
class DrawsPlaced(Protocol):
    """Optional: implemented by prepared layers whose commands depend on the layer's matrix, as those of precomps do.

    The engine then calls ``draw_placed`` instead of ``draw``, under the same rules.
    """

    def draw_placed(self, sampler: Sampler, matrix: Matrix) -> Sequence[DrawCommand]:
        """Returns the layer's own picture in device pixels, in painter's order.

        Args:
            sampler: The values of the layer's properties at this moment. It must not be kept after the call.
            matrix: The map from the layer's coordinates to device pixels.
        """
        ...


@runtime_checkable
class LayerType(Protocol):
    """A kind of layer, returned by the hook ``velocity_layers``.

    The engine calls ``prepare`` once for each layer of this kind when it makes a plan, on the thread that makes the
    plan. Several plans may be made at the same time, so ``prepare`` must not change the object. What belongs to one
    layer is kept in the ``PreparedLayer`` that it returns.
    """

    @property
    def key(self) -> str:
        """The name of the kind: "shape", "image", ... for a Lottie type, or the name that ``{"plugin": key}`` of a
        customization uses. ``inspect`` shows it as the layer's kind."""
        ...

    @property
    def lottie_types(self) -> tuple[int, ...]:
        """The ``ty`` numbers of the layers that it draws. It is empty where only customizations name the kind."""
        ...

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        """Makes a layer ready to be drawn at any frame. Slow work (reading, decoding, layout) is done here.

        Args:
            layer: The layer as it was parsed, after customizations. It must not be changed, but it may be kept.
            context: The document, the files of the package, and a method to report findings.

        Returns:
            An object that draws the layer at any frame, from any thread.

        Raises:
            VelocityError: The layer cannot be drawn. The error becomes a finding with the severity "error", and a
                render of the template fails with it. ``CustomizationError`` is right where the data of a customization
                is wrong.

        Example:
            >>> class Square:
            ...     key, lottie_types = "square", ()
            ...     def prepare(self, layer, context):
            ...         return PreparedSquare(layer.content.width)
        """
        ...


@runtime_checkable
class TakesData(Protocol):
    """Optional: implemented by layer types that say what data they take.

    The data of a customization is checked against the schema before anything is drawn or queued, and the schema is
    shown to who writes customizations. ``prepare`` is called with data that fits only.
    """

    @property
    def data_schema(self) -> Mapping[str, Any]:
        """The JSON schema (draft 2020-12) of the data. It is the same object at each call. Where it has ``title``,
        ``description`` and ``examples``, people read them."""
        ...


# --- effects --------------------------------------------------------------------------------------------------------


@runtime_checkable
class EffectType(Protocol):
    """An effect, returned by the hook ``velocity_effects``.

    The engine calls ``evaluate`` for each frame and each layer with the effect, while it makes the display list. It
    calls ``apply`` later, while it draws, and only where pixels change. Both may be called by several threads at the
    same time, so neither may change the object. All that ``apply`` needs must be in the call that ``evaluate``
    returned: calls with equal values must draw equal pixels.
    """

    @property
    def key(self) -> str:
        """The name of the effect. ``EffectCall.effect`` holds it."""
        ...

    @property
    def match_names(self) -> tuple[str, ...]:
        """The match names of After Effects that it serves, such as "ADBE Tint"."""
        ...

    @property
    def lottie_types(self) -> tuple[int, ...]:
        """The ``ty`` numbers that it serves. They are used where no effect has the match name."""
        ...

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        """Returns the values of the effect at one moment.

        Args:
            effect: The effect as it was parsed. It must not be changed.
            sampler: Returns the values of the effect's properties at this moment. It must not be kept after the call.
            matrix: The map from the layer's coordinates to device pixels.

        Returns:
            The call that ``apply`` gets, or None where the effect does nothing at this moment.
        """
        ...

    def apply(self, pixels: NDArray[np.uint8], call: EffectCall, origin: tuple[int, int]) -> NDArray[np.uint8]:
        """Draws the effect.

        Args:
            pixels: The layer's picture: (h, w, 4) uint8, premultiplied RGBA. The margin of ``call`` is around the
                layer's picture already. The array may be written to, but it must not be kept after the call.
            call: What ``evaluate`` returned.
            origin: The (x, y) of the top left pixel of ``pixels``, in device pixels.

        Returns:
            ``pixels`` itself, or another uint8 array of the same shape. Its colours are premultiplied too.
        """
        ...


@runtime_checkable
class ReadsLayers(Protocol):
    """Optional: implemented by effects that read the pictures of other layers. Those are prepared even when hidden."""

    def layers(self, effect: Effect) -> tuple[int, ...]:
        """Returns the numbers (``ind``) of all layers for which ``evaluate`` may ask ``Sampler.layer_picture``.

        It is called while a plan is made.

        Args:
            effect: The effect as it was parsed.
        """
        ...


@runtime_checkable
class TellsLimits(Protocol):
    """Optional: implemented by effects that draw only a part of what a document can ask of them."""

    def limits(self, effect: Effect) -> tuple[str, ...]:
        """Returns what of this effect is not drawn. Each entry becomes a finding.

        It is called while a plan is made.

        Args:
            effect: The effect as it was parsed.

        Returns:
            One noun for each value that is not drawn, as it is used in a sentence, such as "its taper radius".
        """
        ...


# --- layer styles ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StyledLayer:
    """What a layer style sees of the layer that has it, at one moment. It must not be kept after the call.

    Attributes:
        sampler: Returns the values of the style's properties at this moment.
        matrix: The map from the layer's coordinates to device pixels.
        styles: All styles of the layer, in the document's order.
        content: The commands of the layer in device pixels, for shapes and texts, which have no box of their own. None
            for other layers.
    """

    sampler: Sampler
    matrix: Matrix
    styles: tuple[LayerStyle, ...]
    content: Sequence[DrawCommand] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class StyleCall:
    """What a layer style does at one moment.

    Attributes:
        call: The call of the effect that paints the style.
        under: None where the effect changes the layer's picture. Otherwise the effect draws a picture of its own. It
            lies under the layer's picture and is blended in this mode onto what is below.
    """

    call: EffectCall
    under: BlendMode | None = None


@runtime_checkable
class StyleType(Protocol):
    """A layer style (an entry of a layer's ``sy``), returned by the hook ``velocity_styles``.

    A style paints with an effect: its ``StyleCall`` names an ``EffectType``, which the same plugin provides. The engine
    calls ``problems`` once for each style when it makes a plan, and ``evaluate`` for each frame while it makes the
    display list. Both may be called by several threads at the same time, so neither may change the object.
    """

    @property
    def key(self) -> str:
        """The style's name."""
        ...

    @property
    def lottie_types(self) -> tuple[int, ...]:
        """The numbers (``ty``) that documents have for the style."""
        ...

    @property
    def order(self) -> int:
        """The styles of a layer act in this order, the lowest first, whatever the order in the document. Those of
        After Effects have 0 to 8."""
        ...

    def problems(self, style: LayerStyle) -> Sequence[tuple[str, str]]:
        """Returns what of this style is not drawn. Each entry becomes a finding.

        Args:
            style: The style as it was parsed. It must not be changed.

        Returns:
            Pairs of a short stable name of the feature ("style.blend") and a sentence for the user.
        """
        ...

    def evaluate(self, style: LayerStyle, layer: StyledLayer) -> StyleCall | None:
        """Returns what the style does at one moment.

        Args:
            style: The style as it was parsed. It must not be changed.
            layer: The layer that has the style, at this moment.

        Returns:
            The call that paints the style, or None where it does nothing at this moment.
        """
        ...


# --- codecs ---------------------------------------------------------------------------------------------------------

BUFFER_START = 0.9
"""How full the decoder's buffer is before a segment's first frame, as a share from 0 to 1.

The model of the buffer starts with it where ``EncoderSettings.average_cap`` has to be kept.
"""

PIXEL_FORMATS = (
    *("yuv420p", "yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le", "yuv444p10le"),
    *("yuva420p", "yuva422p", "yuva444p", "yuva420p10le", "yuva422p10le", "yuva444p10le"),
    *("rgb24", "rgba"),
)
"""The pixel formats, by FFmpeg's names, into which the engine converts frames.

YUV is BT.709 in limited range, its chroma left-sited. Alpha is straight and in full range, and where colours of several
pixels become one chroma sample, each counts by its alpha.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A kind of file that a codec goes into.

    Attributes:
        key: Its name, as in ``EncoderConfig.container``.
        endings: How the names of its files end, such as (".webm",). The first is the usual one.
        mime_type: The type by which it is served.
        format: FFmpeg's name of its muxer. Empty where that is ``key``, and for codecs that write their files.
        sound: What encodes the sound in it: an encoder of libavcodec, or a word of the codec's own where it writes its
            files. None where it holds no sound.
        frames: Which frames it takes: all of a render, the first one alone, or none.
        numbered: Whether each frame is a file of its own. The name of the output then has their number in it, such as
            "frames/%05d.png".
    """

    key: str
    endings: tuple[str, ...]
    mime_type: str
    format: str = ""
    sound: str | None = None
    frames: Literal["all", "first", "none"] = "all"
    numbered: bool = False


MP4 = Container(key="mp4", endings=(".mp4", ".m4v"), mime_type="video/mp4", sound="aac")
MOV = Container(key="mov", endings=(".mov", ".qt"), mime_type="video/quicktime", sound="aac")
AVI = Container(key="avi", endings=(".avi",), mime_type="video/x-msvideo", sound="libmp3lame")


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """The settings that are passed to libavcodec: encoder, pixel format, options, and fields of the codec context.

    Two encoders with the same settings must produce the same extradata, and from the same frames the same bytes, on any
    machine. Set ``threads`` to a fixed number where the encoder's output depends on it.

    Attributes:
        encoder: The name of the encoder in libavcodec, such as "libx264". Empty where the codec encodes by itself.
        pixel_format: One of the codec's ``pixel_formats``. Frames are drawn on a clear ground, and their alpha goes to
            the encoder, where it has alpha.
        options: The options of the encoder, by name.
        bit_rate: The bit rate in bits per second, or None where ``options`` set the rate.
        gop_size: The longest distance of key frames, in frames. None encodes the whole video as one segment.
        codec_tag: The four characters that name the codec in the container ("hvc1"), or None for FFmpeg's choice.
        threads: The number of threads of the encoder. 0 lets the encoder choose.
        average_cap: The average of an encode of any length stays below this number of bits per second. The engine
            narrows the options ``maxrate`` and ``bufsize`` to the length of the segment. None for no cap.
        whole: True where one encoder must see all frames, as for a constant bitrate. The video is then one segment.
        reorder_frames: How many frames decoding is ahead of showing. None for what the opened encoder reports.
        alpha_options: The options of a second encoder of the same kind, which is given the alpha of each frame as if it
            were luma, and whose packets go into ``EncodedPacket.alpha``: so WebM keeps alpha. None where the encoder
            keeps alpha by itself, or there is none. Both encoders must have their key frames at the same frames.
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
    alpha_options: Mapping[str, str] | None = None


@runtime_checkable
class Codec(Protocol):
    """A codec, returned by the hook ``velocity_codecs``.

    The engine calls ``problems`` when a request is checked and again before a render, and ``settings`` once for each
    render, on the caller's thread. The engine itself encodes, with libavcodec, and writes the file, with libavformat;
    a codec that does either by itself also follows ``EncodesFrames`` or ``WritesFiles``. Several renders may call it at
    the same time, so no call may change the object. The same arguments must return the same settings on any machine.

    Attributes:
        key: The name of the codec, as in ``EncoderConfig.codec``.
        number: A number by which ``EncoderConfig.codec`` and REST requests can name it as well, or None. 0, 1 and 2
            are those of the REST contract: H.264, H.265 and AV1.
        title: The name that people read, such as "H.264".
    """

    key: str
    number: int | None
    title: str

    @property
    def pixel_formats(self) -> tuple[str, ...]:
        """The pixel formats that it encodes, of ``PIXEL_FORMATS``. ``settings`` chooses one of them."""
        ...

    @property
    def containers(self) -> tuple[Container, ...]:
        """The kinds of files that it goes into. The first is the usual one.

        The ending of an output's name chooses one of them. Where several codecs go into files of an ending, the
        built-in ones are first, and a plugin's in the order in which it provides them.
        """
        ...

    @property
    def keeps_alpha(self) -> bool:
        """Whether it has pixel formats with alpha, so that what is clear stays clear."""
        ...

    @property
    def odd_sizes(self) -> bool:
        """Whether the sides of its pictures may be odd."""
        ...

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        """Returns what of a configuration this codec cannot do: profile, level, its limits.

        It is called only with a configuration in which ``config_problems`` found nothing, and whose ``container`` is
        one of the codec's.

        Args:
            config: The configuration.
            width: The width of the video in pixels; even, where ``odd_sizes`` is False.
            height: The height of the video in pixels, likewise.
            rate: The frame rate of the video in frames per second.

        Returns:
            One error for each problem. Its ``place.field`` names the field. The list is empty where all can be done.
        """
        ...

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        """Returns the settings of the encoder. It is called only where ``problems`` returned an empty list.

        Args:
            config: The configuration.
            width: The width of the video in pixels; even, where ``odd_sizes`` is False.
            height: The height of the video in pixels, likewise.
            rate: The frame rate of the video in frames per second.
        """
        ...


class FrameEncoder(Protocol):
    """Encodes the frames of one segment, in order, on one thread."""

    @property
    def extradata(self) -> bytes:
        """What a decoder must know before the first packet. It is the same for all segments of a video."""
        ...

    def encode(self, frame: av.VideoFrame) -> list[EncodedPacket]:
        """Takes the next frame and returns the packets that are done.

        Args:
            frame: The frame, in the pixel format of the settings. It must not be changed, or kept after the call. It
                may be the same object as in the call before, with the same or another picture.

        Returns:
            The packets. Their times count the frames of the segment from 0.
        """
        ...

    def finish(self) -> list[EncodedPacket]:
        """Returns the packets that the encoder still holds. It is called once, after the last frame."""
        ...


@runtime_checkable
class EncodesFrames(Protocol):
    """Optional: implemented by codecs that encode by themselves, not by libavcodec."""

    def encoder(self, settings: EncoderSettings, width: int, height: int, rate: Fraction) -> FrameEncoder:
        """Returns an encoder for one segment. It is called in whatever process renders the segment.

        The same frames must become the same packets in any process, whichever other segments it renders.

        Args:
            settings: What ``settings`` returned.
            width: The width of the frames in pixels.
            height: The height of the frames in pixels.
            rate: The frame rate in frames per second.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRequest:
    """What a codec that writes files is to write.

    Attributes:
        container: One of the codec's containers.
        config: The configuration.
        width: The width of the frames in pixels.
        height: The height of the frames in pixels.
        rate: The frame rate in frames per second.
        frame_count: How many frames are written.
        path: Returns the path of the file for the frame of a number, which counts from 0, where the container is
            ``numbered``; else of the only file, whose number is 0. Nothing is there yet.
        sound: Blocks of (2, n) float32 samples, together as long as the frames. None where there is no sound, or the
            container has none.
        sample_rate: Samples per second.
        working: Call it from time to time while ``close`` works: who watches the render sees that it goes on. What it
            raises, where the render was cancelled, must go out.
    """

    container: Container
    config: EncoderConfig
    width: int
    height: int
    rate: Fraction
    frame_count: int
    path: Callable[[int], str]
    sound: Iterator[NDArray[np.float32]] | None = None
    sample_rate: int = 48_000
    working: Callable[[], None] = lambda: None


class FileWriter(Protocol):
    """Writes the file, or the files, of one render, in the process and on the thread that called for the render."""

    def write(self, packet: EncodedPacket, first: int) -> None:
        """Takes the next packet, in the order of the video.

        Args:
            packet: A packet that an encoder of this codec made.
            first: The output frame at which the packet's segment begins: the packet is shown at ``first + pts``.
        """
        ...

    def close(self) -> None:
        """Completes what was written, with its sound. It is called once, after the last packet.

        Raises:
            VelocityError: It cannot be written.
        """
        ...

    def abandon(self) -> None:
        """Closes what is open. The engine removes the files."""
        ...


@runtime_checkable
class WritesFiles(Protocol):
    """Optional: implemented by codecs whose files libavformat does not write: pictures, sound alone."""

    def writer(self, request: FileRequest) -> FileWriter:
        """Returns what writes the file of one render.

        Args:
            request: What is to be written.

        Raises:
            VelocityError: It cannot be written.
        """
        ...

    def length(self, path: str, container: Container) -> float:
        """Reads a finished file back.

        Args:
            path: A file that a writer completed.
            container: Its kind.

        Returns:
            For how many seconds its frames, or its sound, last; 0.0 where it has no times in it, as a picture.

        Raises:
            VelocityError: It is not whole.
        """
        ...


# --- storage --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """What a storage backend knows of a stored file.

    Attributes:
        target: Its path or URL.
        size: Its size in bytes.
        version: Changes whenever the content does, such as an ETag or the time of the last change. Empty where the
            backend knows nothing of that kind.
        stored_at: When it was stored, in seconds since 1970. 0 where the backend does not know.
    """

    target: str
    size: int
    version: str = ""
    stored_at: float = 0.0


@runtime_checkable
class Storage(Protocol):
    """A storage backend, returned by the hook ``velocity_storages``.

    The engine looks one up by the scheme of the output's URL (``render(template, "s3://bucket/a.mp4")``), and of
    templates, assets and sounds that are given by URL. It calls it on any of its threads, and several threads may call
    it at the same time. It may keep connections.

    An error that may be gone a moment later (a time-out, a server that is too busy) is a TemporaryStorageError:
    the engine tries a ``put`` again then. All others are StorageErrors. Both name the target.

    Attributes:
        schemes: The URL schemes that it serves, such as "file" or "s3". A plain path has the scheme "file".
    """

    schemes: tuple[str, ...]

    def check(self, target: str) -> None:
        """Looks, before a render begins, whether a file can be stored under a target.

        Args:
            target: The URL or path.

        Raises:
            StorageError: It cannot, as far as can be known at once and without writing: a package is missing, the URL
                is malformed, something that is no file stands there.
        """
        ...

    def put(self, local_path: str, target: str, progress: Callable[[int], None]) -> int:
        """Stores a finished file, whole or not at all. No reader ever sees a part of it.

        Args:
            local_path: The file on this machine. It must not be changed or kept. It may be larger than the memory.
            target: The URL or path under which it is stored. A file that is there already is replaced.
            progress: Call it from time to time with the number of bytes that were sent. What it raises goes out, and
                nothing is stored then.

        Returns:
            The size of the file in bytes.

        Raises:
            StorageError: The file cannot be read or stored.
        """
        ...

    def open(self, target: str, start: int = 0, end: int | None = None) -> BinaryIO:
        """Opens a stored file for reading, as a whole or in part. The caller closes it.

        Args:
            target: The URL or path under which it was stored.
            start: The first byte that is read.
            end: The byte after the last one; None for all. What lies behind the end of the file is left out.

        Raises:
            StorageError: There is no such file, or it cannot be read. The first ``read`` may raise it as well.
        """
        ...

    def stat(self, target: str) -> StoredFile:
        """Returns what is known of a stored file.

        Args:
            target: The URL or path under which it was stored.

        Raises:
            StorageError: There is no such file, or it cannot be reached.
        """
        ...

    def list(self, folder: str) -> Iterable[StoredFile]:
        """Returns the files below a folder, at any depth, in the order of their targets.

        Args:
            folder: A URL or path. Where nothing lies below it, the result is empty.

        Raises:
            StorageError: It cannot be reached.
        """
        ...

    def delete(self, target: str) -> None:
        """Deletes a stored file. After that, ``open`` raises StorageError. What is not there is deleted already.

        Args:
            target: The URL or path under which it was stored.

        Raises:
            StorageError: The file cannot be deleted.
        """
        ...

    def url(self, target: str, seconds: float) -> str:
        """Returns a URL by which anybody can download a stored file for some time.

        Args:
            target: The URL or path under which it was stored.
            seconds: How long the URL works.

        Raises:
            StorageError: The backend cannot sign URLs, or not with the credentials that it has.
        """
        ...


@runtime_checkable
class NamesInPlace(Protocol):
    """A storage backend on whose side a file is written under another name first, and gets its own in one step.

    Such a backend has these methods beside those of ``Storage``, and ``put`` is not called for videos.
    """

    def part(self, target: str) -> str:
        """Returns a path of this machine where the file for a target is to be written. Nothing is there yet.

        Args:
            target: The URL or path.

        Raises:
            StorageError: A file cannot be stored there.
        """
        ...

    def name(self, part: str, target: str) -> int:
        """Brings the part to the disk, gives it the target's name, and returns its size in bytes.

        Args:
            part: What ``part`` returned, written and closed.
            target: The URL or path.

        Raises:
            StorageError: It cannot be stored.
        """
        ...


# --- executors ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A run of output frames that is rendered and encoded on its own.

    Attributes:
        number: The position of the segment in the video, from 0.
        first: Its first output frame, from 0.
        last: The output frame after its last one.
    """

    number: int
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPacket:
    """One packet of an encoded segment. Its times are ticks of 1 / frame rate, counted from the segment's start.

    Attributes:
        data: The bytes of the packet.
        pts: When the frame is shown.
        dts: When the frame is decoded. It can be negative.
        duration: How long the frame is shown.
        key: Whether it is a key frame.
        alpha: The encoded alpha of the frame where that is a stream beside the colours, as in WebM; else empty.
    """

    data: bytes
    pts: int
    dts: int
    duration: int
    key: bool
    alpha: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedSegment:
    """What rendering one segment returns.

    Attributes:
        segment: The segment.
        packets: All packets of the segment, in decoding order.
        extradata: What a decoder must know before the first packet. It is the same for all segments of a video.
        held_frames: How many frames of the segment were equal to the frame before.
        tiles: How many tiles (64 x 64 pixels) all frames of the segment have together.
        held_tiles: How many of these were equal to the same tile of the frame before.
        seconds_by_stage: How many seconds each stage took, by the name of the stage.
        content: A digest of what all its frames show, as ``render_segment`` tells it: segments with the same digest,
            settings and length have the same packets. Empty where it is not known.
    """

    segment: Segment
    packets: tuple[EncodedPacket, ...]
    extradata: bytes
    held_frames: int = 0
    tiles: int = 0
    held_tiles: int = 0
    seconds_by_stage: Mapping[str, float] = field(default_factory=dict)
    content: bytes = b""


class RenderWatch(Protocol):
    """What a render is asked, and told, while its segments are rendered. Any thread may call it."""

    def cancelled(self) -> bool:
        """Returns True once the render was cancelled. It costs next to nothing: ask it before each frame."""
        ...

    def encoded(self, segment: Segment, frames: int) -> None:
        """Takes note of progress.

        Args:
            segment: A segment that is being rendered.
            frames: How many of its frames have been drawn and encoded so far.
        """
        ...


@runtime_checkable
class Executor(Protocol):
    """Decides where segments are rendered, returned by the hook ``velocity_executors``.

    The engine calls ``run`` once for a render and reads the results, both on the caller's thread. Several renders may
    call it at the same time. An executor may keep processes and connections, but nothing of a render after ``run``.

    Attributes:
        key: The name of the executor, as in ``render(..., executor=key)``.

    An executor may say in a further attribute, ``needs``, what it must be able to do: a tuple of "processes" (to start
    programs) and "network" (to open connections). The service grants its confined processes no more than that. One
    that says nothing is granted both.
    """

    key: str

    def run(
        self, order: RenderOrder, segments: Sequence[Segment], watch: RenderWatch
    ) -> Iterable[EncodedSegment] | Iterator[EncodedSegment]:
        """Renders each segment exactly once, anywhere, by calling ``velocity_engine.render_segment``.

        Args:
            order: The render. It pickles, and so do segments and what ``render_segment`` returns. Its files are named
                by absolute paths or URLs, with their SHA-256.
            segments: The segments to render. They do not overlap. The sequence may be empty.
            watch: Says whether the render was cancelled, and takes note of progress. It belongs to this process.

        Returns:
            The rendered segments, in any order. The engine writes them in the right one. Yield each when it is done.

        Raises:
            RenderCancelled: The render was cancelled. It is also right to end without rendering the rest.
            VelocityError: The error of ``render_segment``, unchanged.

        Example:
            >>> def run(self, order, segments, watch):
            ...     for segment in segments:
            ...         yield velocity_engine.render_segment(order, segment, watch)
        """
        ...


__all__ = [
    "AVI",
    "BUFFER_START",
    "MOV",
    "MP4",
    "PIXEL_FORMATS",
    "Codec",
    "Container",
    "DrawsCompositions",
    "DrawsPlaced",
    "EffectType",
    "EncodedPacket",
    "EncodedSegment",
    "EncoderSettings",
    "EncodesFrames",
    "Executor",
    "FileRequest",
    "FileWriter",
    "FrameEncoder",
    "LayerContext",
    "LayerType",
    "MediaSource",
    "NamesInPlace",
    "PreparedLayer",
    "ReadsLayers",
    "RenderWatch",
    "Segment",
    "Storage",
    "StoredFile",
    "StyleCall",
    "StyleType",
    "StyledLayer",
    "TakesData",
    "TellsLimits",
    "WritesFiles",
]
