"""The conformance suite of codecs."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np

from velocity_engine.display import CLEAR, DisplayList, FillSource, SolidPaint, command, display_list
from velocity_engine.encode.encoder import SegmentEncoder, require_encoder
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import EncoderConfigError, RenderFailed
from velocity_engine.model.geometry import rectangle_path
from velocity_engine.pipeline.draw import SegmentWork
from velocity_engine.pipeline.executed_segments import Execute
from velocity_engine.pipeline.pixel_formats import pixel_format
from velocity_engine.pipeline.prepared import BLACK, Video
from velocity_engine.pipeline.render_file import Ways, render_to_file
from velocity_engine.plugin_types import (
    Codec,
    Container,
    EncodedPacket,
    EncodedSegment,
    EncoderSettings,
    EncodesFrames,
    RenderWatch,
    Segment,
)
from velocity_engine.plugins import checks
from velocity_engine.sound.tracks import RATE as SAMPLE_RATE
from velocity_engine.sound.tracks import AudioPlan, AudioTrack
from velocity_engine.testing.sentences import require, require_protocol

RATE = Fraction(25)
SIZE, ODD_SIZE = (128, 72), (127, 71)
SEGMENT = 10  # frames
KEPT_FRAMES = 4


def check_codec(codec: Codec, *configs: EncoderConfig) -> None:
    """Checks that a codec follows its protocol, and that it does what it declares.

    With each configuration it writes two segments of ten frames of 128x72 pixels into each of its containers, and of
    127x71 where it takes odd sizes: side by side, and in the other order, which must give the same bytes. Segments must
    have the same extradata and begin with a key frame, and the finished file must last as long as its frames. An
    encoder of its own must not keep the frames that it is given. Problems must be EncoderConfigErrors that name their
    field, one of EncoderConfig. libavcodec must know each option of the settings: others are left out without a word.

    Args:
        codec: The codec.
        configs: Configurations that the codec accepts; by default one with a bitrate of 480 kbit/s. One
            that names a container is tried with that one alone.

    Raises:
        AssertionError: It does not follow the protocol. The sentence says in what.
    """
    require_protocol(checks.CODEC, codec)
    _check_declared(codec)
    for config in configs or (EncoderConfig(codec=codec.key, bitrate="480k"),):
        for container in codec.containers:
            if config.container in (None, container.key):
                _check_files(codec, replace(config, container=container.key), container)
    absurd = EncoderConfig(codec=codec.key, container=codec.containers[0].key, profile=-1, level=-1)
    for problem in codec.problems(absurd, *SIZE, RATE):
        require(isinstance(problem, EncoderConfigError), f"a problem is a {type(problem).__name__}")
        require(bool(problem.place.field), f"the problem does not name its field: {problem}")
        known = problem.place.field in {one.name for one in fields(EncoderConfig)}
        require(known, f"EncoderConfig has no field {problem.place.field}, which this names: {problem}")


def _check_declared(codec: Codec) -> None:
    some = any(pixel_format(name).alpha for name in codec.pixel_formats)
    require(some == codec.keeps_alpha, f"keeps_alpha is {codec.keeps_alpha}, but its pixel formats say {some}")
    keys = [container.key for container in codec.containers]
    require(len(set(keys)) == len(keys), f"two containers have the same key: {', '.join(keys)}")
    for container in codec.containers:
        for ending in container.endings:
            proper = ending.startswith(".") and ending == ending.lower()
            require(proper, f"the ending {ending!r} must be in lower case and begin with a dot")
        proper = container.mime_type.count("/") == 1
        require(proper, f"the MIME type of container {container.key} is {container.mime_type!r}")


def _check_files(codec: Codec, config: EncoderConfig, container: Container) -> None:
    for size in (SIZE, ODD_SIZE) if codec.odd_sizes else (SIZE,):
        problems = codec.problems(config, *size, RATE)
        require(not problems, f"the codec refuses {config}: {'; '.join(map(str, problems))}")
        settings = codec.settings(config, *size, RATE)
        require(isinstance(settings, EncoderSettings), "settings must give EncoderSettings")
        known = settings.pixel_format in codec.pixel_formats
        require(known, f"settings chose {settings.pixel_format}, which is not one of its pixel_formats")
        video = _video(codec, config, container, settings, size)
        if video.segments and not isinstance(codec, EncodesFrames):
            _check_options(settings, size)
        if video.segments:
            _check_segments(video)
            _check_keeps_no_frame(video)
        with TemporaryDirectory(prefix="velocity-") as folder:
            first, second = (_written(Path(folder) / name, video, execute) for name, execute in _ways(video))
            require(first == second, f"container {container.key} has other bytes where segments come in another order")


def _check_options(settings: EncoderSettings, size: tuple[int, int]) -> None:
    try:
        require_encoder(settings.encoder)
        unknown = SegmentEncoder(settings, *size, RATE, SEGMENT).unknown_options
    except (ValueError, RenderFailed) as error:
        raise AssertionError(f"the settings open no encoder: {error}") from error
    named = ", ".join(map(repr, unknown))
    require(not unknown, f"the encoder {settings.encoder} of libavcodec does not know the options {named}")


def _video(
    codec: Codec, config: EncoderConfig, container: Container, settings: EncoderSettings, size: tuple[int, int]
) -> Video:
    count = 1 if container.frames == "first" else 2 * SEGMENT
    cuts = [0, count] if count == 1 or settings.whole or settings.gop_size is None else [0, SEGMENT, count]
    segments = tuple(
        Segment(number=number, first=first, last=last) for number, (first, last) in enumerate(pairwise(cuts))
    )
    scene = _Square(*size, clear=pixel_format(settings.pixel_format).alpha)
    drawn = segments if container.frames != "none" else ()
    return Video(scene, config, settings, RATE, count, drawn, codec, container)


def _check_segments(video: Video) -> None:
    results = [_work(video)(segment) for segment in video.segments]
    same = len({result.extradata for result in results}) == 1
    require(same, "two segments with the same settings have different extradata")
    for result in results:
        require(bool(result.packets) and result.packets[0].key, "the first packet of a segment is no key frame")
        frames, packets = result.segment.last - result.segment.first, len(result.packets)
        whole = isinstance(video.codec, EncodesFrames) or packets == frames
        require(whole, f"{frames} frames gave {packets} packets")


def _check_keeps_no_frame(video: Video) -> None:
    """The next frames may be drawn where an earlier one lies."""
    if isinstance(video.codec, EncodesFrames):
        same = _packets(video.codec, video, anew=True) == _packets(video.codec, video, anew=False)
        require(same, "the encoder keeps a frame after the call of encode, where the next one may be drawn")


def _packets(codec: EncodesFrames, video: Video, *, anew: bool) -> list[EncodedPacket]:
    """Of a few frames, each ``anew`` or all drawn in the same place."""
    kind, size = pixel_format(video.settings.pixel_format), (video.scene.width, video.scene.height)
    encoder = codec.encoder(video.settings, *size, video.rate)
    frames = [av.VideoFrame(*size, kind.name)]
    packets: list[EncodedPacket] = []
    for number in range(KEPT_FRAMES):
        if anew and number:
            frames.append(av.VideoFrame(*size, kind.name))
        for plane in frames[-1].planes:
            positions = np.arange(plane.buffer_size // (1 if kind.bits == 8 else 2))
            shown = (positions // 40 * (3 + number)) % 200 + 20
            plane.update(shown.astype(np.uint8 if kind.bits == 8 else np.uint16).tobytes())
        packets += encoder.encode(frames[-1])
    return packets + encoder.finish()


def _work(video: Video) -> SegmentWork:
    return SegmentWork(video.scene, video.settings, video.rate, lambda: False, codec=video.codec)


def _ways(video: Video) -> list[tuple[str, Execute | None]]:
    def backwards(segments: Sequence[Segment], watch: RenderWatch) -> Iterable[EncodedSegment]:
        return [_work(video)(segment) for segment in reversed(segments)]

    return [("side-by-side", None), ("backwards", backwards)]


def _written(folder: Path, video: Video, execute: Execute | None) -> dict[str, bytes]:
    """The files of a render, by name."""
    folder.mkdir()
    ending = video.container.endings[0]
    name = f"%05d{ending}" if video.container.numbered else f"file{ending}"
    sound = None if video.container.sound is None else _tone(video.frame_count / video.rate)
    render_to_file(video, folder / name, sound, ways=Ways(execute))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def _tone(seconds: Fraction) -> AudioPlan:
    times = np.arange(round(SAMPLE_RATE * seconds)) / SAMPLE_RATE
    samples = np.round(8000 * np.sin(2 * np.pi * 440 * times)).astype("<i2")
    data = io.BytesIO()
    with wave.open(data, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())
    return AudioPlan(tracks=(AudioTrack(source=data.getvalue(), name="tone"),), seconds=seconds)


@dataclass(frozen=True, slots=True)
class _Square:
    """A scene with a square that moves, half clear, on black or on nothing."""

    width: int
    height: int
    clear: bool

    def display_list(self, output_frame: int) -> DisplayList:
        left, top, side = 4.0 * output_frame, 10.0, 40.0
        source = FillSource(rectangle_path(left, top, side, side), SolidPaint((0.9, 0.4, 0.1, 0.5)))
        ground = CLEAR if self.clear else BLACK
        return display_list(self.width, self.height, ground, [command(source)])
