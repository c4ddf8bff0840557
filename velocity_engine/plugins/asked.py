"""What codecs and executors are asked, told with their names where it goes wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import NOWHERE, Place, PluginError, VelocityError
from velocity_engine.plugin_types import (
    PIXEL_FORMATS,
    Codec,
    EncodedPacket,
    EncodedSegment,
    EncoderSettings,
    EncodesFrames,
    Executor,
    FileRequest,
    FileWriter,
    FrameEncoder,
    RenderWatch,
    Segment,
    WritesFiles,
)
from velocity_engine.plugins.failures import failure
from velocity_engine.plugins.manager import executors, provider_of

if TYPE_CHECKING:
    import av

    from velocity_engine.order import RenderOrder

OF_CODEC = Place(field="codec")
CHECKING = "while it checked the configuration"
CHOOSING = "while it chose its settings"
OPENING = "while its encoder was opened"
ENCODING = "while it encoded"
WRITING = "while it wrote the file"
READING_BACK = "while it read the finished file back"
RENDERING = "while it rendered the segments"


def named(noun: str, thing: Any) -> str:
    """The plugin and its package, such as "the codec 'x' of acme"; without a package where it has none."""
    who = f"{noun} {getattr(thing, 'key', type(thing).__name__)!r}"
    provider = provider_of(thing)
    return who if provider is None else f"{who} of {provider}"


@contextmanager
def codec_named(codec: Any, when: str) -> Iterator[None]:
    """What is raised within becomes a PluginError that names the codec. A VelocityError stays what it is."""
    try:
        yield
    except VelocityError:
        raise
    except (Exception, SystemExit) as error:
        raise failure(named("the codec", codec), error, OF_CODEC, when) from error


def asked_problems(codec: Codec, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[VelocityError]:
    """What a codec's ``problems`` returns. Raises PluginError where it fails, or returns anything but errors."""
    with codec_named(codec, CHECKING):
        found: Any = codec.problems(config, width, height, rate)
        if not isinstance(found, list | tuple):
            raise TypeError(f"problems returned {type(found).__name__}: it must return a list of errors")
        for problem in found:
            if not isinstance(problem, VelocityError):
                raise TypeError(f"problems returned {type(problem).__name__} in place of an error")
        return list(found)


def asked_settings(codec: Codec, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
    """What a codec's ``settings`` returns. Raises PluginError where it fails, or returns what cannot be used."""
    with codec_named(codec, CHOOSING):
        found: Any = codec.settings(config, width, height, rate)
        if not isinstance(found, EncoderSettings):
            raise TypeError(f"settings returned {type(found).__name__}: it must return EncoderSettings")
        if found.pixel_format not in PIXEL_FORMATS:
            choices = ", ".join(PIXEL_FORMATS)
            raise ValueError(f"there is no pixel format {found.pixel_format!r}; choose one of {choices}")
        return found


class NamedEncoder:
    """A third party's ``FrameEncoder``, which names its codec where it fails."""

    def __init__(self, encoder: FrameEncoder, codec: Any) -> None:
        self._encoder, self._codec = encoder, codec

    @property
    def extradata(self) -> bytes:
        with codec_named(self._codec, ENCODING):
            return self._encoder.extradata

    def encode(self, frame: av.VideoFrame) -> list[EncodedPacket]:
        with codec_named(self._codec, ENCODING):
            return list(self._encoder.encode(frame))

    def finish(self) -> list[EncodedPacket]:
        with codec_named(self._codec, ENCODING):
            return list(self._encoder.finish())


def asked_encoder(
    codec: EncodesFrames, settings: EncoderSettings, width: int, height: int, rate: Fraction
) -> FrameEncoder:
    """What a codec's ``encoder`` returns; that of a third party with its failures told."""
    if provider_of(codec) is None:
        return codec.encoder(settings, width, height, rate)
    with codec_named(codec, OPENING):
        return NamedEncoder(codec.encoder(settings, width, height, rate), codec)


class NamedWriter:
    """A third party's ``FileWriter``, which names its codec where it fails."""

    def __init__(self, writer: FileWriter, codec: Any) -> None:
        self._writer, self._codec = writer, codec

    def write(self, packet: EncodedPacket, first: int) -> None:
        with codec_named(self._codec, WRITING):
            self._writer.write(packet, first)

    def close(self) -> None:
        with codec_named(self._codec, WRITING):
            self._writer.close()

    def abandon(self) -> None:
        with codec_named(self._codec, WRITING):
            self._writer.abandon()


def asked_writer(codec: WritesFiles, request: FileRequest) -> FileWriter:
    """What a codec's ``writer`` returns; that of a third party with its failures told."""
    if provider_of(codec) is None:
        return codec.writer(request)
    with codec_named(codec, WRITING):
        return NamedWriter(codec.writer(request), codec)


def executed(
    executor: Executor, order: RenderOrder, segments: Sequence[Segment], watch: RenderWatch
) -> Iterator[EncodedSegment]:
    """What an executor's ``run`` returns, while it is rendered.

    Raises PluginError where it fails, and where it returns anything but each of the segments once.
    """
    who, left = named("the executor", executor), {segment.number: segment for segment in segments}
    try:
        for result in executor.run(order, segments, watch):
            if not isinstance(result, EncodedSegment):
                raise TypeError(f"run returned {type(result).__name__} in place of an EncodedSegment")
            number = result.segment.number
            if left.pop(number, None) != result.segment:
                wrong = "twice" if result.segment in segments else "that it was not given"
                raise PluginError(
                    f"{who} returned a segment {wrong}: number {number}", hint=f"Mend {who}, or update it"
                )
            yield result
        if left and not watch.cancelled():
            missing = f"{who} returned {len(segments) - len(left)} of {len(segments)} segments"
            raise PluginError(missing, hint=f"Mend {who}, or update it")
    except VelocityError:
        raise
    except (Exception, SystemExit) as error:
        if provider_of(executor) is None and executor in executors():
            raise  # a built-in one, which is not to blame for what a segment raised
        raise failure(who, error, NOWHERE, RENDERING) from error
