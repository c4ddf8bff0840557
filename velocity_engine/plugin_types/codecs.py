"""What a codec is: what it takes, the settings that it chooses, and what it does itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from velocity_engine.encoder_config import EncoderConfig, HeldFrames
from velocity_engine.errors import EncoderConfigError
from velocity_engine.plugin_types.executors import EncodedPacket

if TYPE_CHECKING:
    import av

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
WEBM = Container(key="webm", endings=(".webm",), mime_type="video/webm", sound="libopus")


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
        held_frames: What becomes of frames that show what the one before them shows. "encode": they are encoded as all
            others. "skip": the encoder is given distinct frames with their times, and the engine repeats them. It can
            do so for "libx264" and "libsvtav1" with frames of ``yuv420p`` and without a constant bitrate. Where x264
            looks at several references, it must not predict by how far they are: ``weightb=0`` and ``direct=spatial``.
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
    held_frames: HeldFrames = "encode"


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
