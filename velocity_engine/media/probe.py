"""What a media file holds: format, size, length. Every packet is read, so that a file that was cut short is found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from velocity_engine.errors import MediaError, Place
from velocity_engine.files.regular import open_regular
from velocity_engine.given.arguments import named_file
from velocity_engine.media.media_file import (
    CLIP,
    SOUND,
    WRITTEN,
    Kind,
    clip_video,
    codec_of,
    is_clip,
    open_media,
    sound_stream,
    video_stream,
)

if TYPE_CHECKING:
    import av

# How to open a file whose headers are trusted: left to itself, FFmpeg decodes frames to learn what they say already.
UNDECODED: dict[str, Any] = {
    "options": {"probesize": "32", "analyzeduration": "0"},
    "stream_options": [{"threads": "1", "skip_frame": "all"}],
}
MAX_TRIES = 20  # packets that may hold no sound before the first that does
AUDIO_CODECS = ("mp3", "aac")


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """What a sound file holds.

    Attributes:
        format: "mp3", "wav" or "aac".
        codec: FFmpeg's name of the codec.
        seconds: The length as it was counted, not as the file claims.
        sample_rate: Samples per second.
        channels: The number of channels.
    """

    format: str
    codec: str
    seconds: float
    sample_rate: int
    channels: int


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What a clip holds.

    Attributes:
        width: The width in pixels as it is shown, after the rotation.
        height: The height in pixels as it is shown, after the rotation.
        seconds: The length as it was counted.
        frames: The number of frames as it was counted.
        codec: FFmpeg's name of the codec: "h264", "hevc", "av1" and others.
        rate: The average number of frames per second.
        has_audio: Whether the file has sound.
        pixel_format: FFmpeg's name of the pixel format, or "" where it is not known.
        rotation: By how many degrees a player turns each frame clockwise: 0, 90, 180 or 270.
    """

    width: int
    height: int
    seconds: float
    frames: int
    codec: str
    rate: Fraction
    has_audio: bool
    pixel_format: str = ""
    rotation: int = 0


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """What a picture file holds.

    Attributes:
        format: Pillow's name of the format: "PNG", "JPEG", "GIF", "WEBP", "BMP" or "TGA".
        width: The width in pixels.
        height: The height in pixels.
        frames: The number of frames. It is more than one where the picture is animated.
    """

    format: str
    width: int
    height: int
    frames: int


def probe_audio(path: str | os.PathLike[str]) -> AudioInfo:
    """Returns what a sound file holds.

    Args:
        path: The file.

    Raises:
        MediaError: "Unsupported audio codec": it is not MP3, WAV or AAC, or it cannot be decoded.
    """
    name = Path(named_file("path", path)).name
    unsupported = MediaError("Unsupported audio codec", place=Place(file=name), hint=SOUND.hint)
    try:
        container = open_media(path, SOUND, name)
    except MediaError as error:
        raise unsupported from error
    with container:
        stream = sound_stream(container)
        codec = "" if stream is None else codec_of(stream)
        file_format = "wav" if codec.startswith("pcm_") and container.format.name == "wav" else codec
        if file_format not in ("wav", *AUDIO_CODECS):
            raise unsupported
        ticks, tries, decoded = 0, 0, False
        for packet in _packets(container, stream):
            ticks += packet.duration or 0
            if not decoded and tries < MAX_TRIES:
                tries, decoded = tries + 1, _decodes(packet)
        if not decoded:
            raise unsupported
        seconds = float(ticks * stream.time_base)
        context = stream.codec_context
        return AudioInfo(file_format, codec, seconds, context.sample_rate, context.channels)


def probe_asset(path: str | os.PathLike[str]) -> PictureInfo | VideoInfo:
    """What a file is that shall stand in a template's layer: a clip where it begins like one, else a picture.

    Raises MediaError.
    """
    named_file("path", path)
    try:
        clip = is_clip(path)
    except OSError as error:
        raise _unreadable("file", path, error) from None
    return probe_clip(path) if clip else probe_picture(path)


def probe_clip(path: str | os.PathLike[str]) -> VideoInfo:
    """Returns what a clip holds that templates can show: MP4 or MOV with H.264 or H.265.

    Args:
        path: The file.

    Raises:
        MediaError: It is of another kind, it cannot be decoded, or it holds fewer frames than it claims.

    Example:
        >>> clip = ve.probe_clip("beach.mp4")
        >>> print(clip.width, clip.height, clip.seconds)
    """
    return _probed(path, CLIP)


def probe_video(path: str | os.PathLike[str]) -> VideoInfo:
    """Returns what a video holds that was rendered, of whatever codec: MP4, MOV, AVI, Matroska or WebM.

    Args:
        path: The file.

    Raises:
        MediaError: It has no video, it cannot be decoded, or it holds fewer frames than it claims.
    """
    return _probed(path, WRITTEN)


def _probed(path: str | os.PathLike[str], kind: Kind) -> VideoInfo:
    name = Path(named_file("path", path)).name
    unreadable = MediaError(f"the {kind.what} cannot be read", place=Place(file=name), hint=kind.hint)
    with open_media(path, kind, name) as container:
        stream = clip_video(container, name) if kind is CLIP else video_stream(container)
        if stream is None or stream.codec_context is None:
            raise MediaError("the file has no video in it", place=Place(file=name), hint=kind.hint)
        frames, seconds, shown = _walked(container, stream, unreadable, _decoded)
        if stream.frames > frames:
            message = f"the {kind.what} is cut short: it holds {frames} of its {stream.frames} frames"
            raise MediaError(message, place=Place(file=name), hint="Export or upload the file again")
        turned = rotation_of(shown)
        width, height = stream.codec_context.width, stream.codec_context.height
        if turned in (90, 270):
            width, height = height, width
        rate = stream.average_rate or Fraction(frames).limit_denominator() / max(Fraction(seconds), Fraction(1, 1000))
        return VideoInfo(
            width,
            height,
            seconds,
            frames,
            codec_of(stream),
            Fraction(rate),
            bool(container.streams.audio),
            stream.codec_context.pix_fmt or "",
            turned,
        )


def written_length(path: str | os.PathLike[str], demuxer: str | None = None) -> tuple[int, float]:
    """Returns the number of frames and the seconds of the video in a file that the engine wrote, as they were counted.

    The first frame is decoded.

    Args:
        path: The file.
        demuxer: FFmpeg's name of its demuxer. None for MP4, MOV, AVI, Matroska and WebM.

    Raises:
        MediaError: It has no video, or it cannot be read or decoded.
    """
    unreadable = MediaError("the video cannot be read back", place=Place(file=Path(path).name))
    try:
        container = open_media(path, WRITTEN, Path(path).name, UNDECODED, demuxer)
    except MediaError as error:
        raise unreadable from error
    with container:
        stream = video_stream(container)
        if stream is None or stream.codec_context is None:
            raise unreadable
        stream.codec_context.skip_frame = "DEFAULT"
        frames, seconds, _ = _walked(container, stream, unreadable, _decoded_alone)
        return frames, seconds


def _walked(
    container: Any, stream: Any, failure: MediaError, decode: Callable[[Any], list[Any]]
) -> tuple[int, float, av.VideoFrame]:
    """Returns how many frames a stream has, their length in seconds, and the first frame that ``decode`` returns."""
    frames, first, last, shown = 0, None, 0, None
    for packet in _packets(container, stream):
        if packet.pts is None:
            packet.pts = packet.dts
        if packet.is_discard or packet.pts is None:
            continue
        frames += 1
        first = packet.pts if first is None else min(first, packet.pts)
        last = max(last, packet.pts + (packet.duration or 0))
        shown = shown or _first_frame(packet, failure, decode)
    shown = shown or _first_frame(None, failure, stream.codec_context.decode)
    if shown is None or first is None:
        raise failure
    return frames, float((last - first) * stream.time_base), shown


def probe_picture(path: str | os.PathLike[str]) -> PictureInfo:
    """Returns what a picture file holds. The whole picture is decoded.

    Args:
        path: The file.

    Raises:
        MediaError: It is not a picture, it is damaged, or it is too large.
    """
    from velocity_engine.media import pictures

    name = Path(named_file("path", path)).name
    try:
        with open_regular(path) as file:
            data = file.read()
    except OSError as error:
        raise _unreadable("picture", path, error) from None
    frames = pictures.decode_picture(data, name)
    height, width = frames[0][1].pixels.shape[:2]
    return PictureInfo(pictures.format_of(data), width, height, len(frames))


def rotation_of(frame: av.VideoFrame) -> int:
    """Returns how far a frame has to be turned clockwise to be upright: 0, 90, 180 or 270 degrees.

    Args:
        frame: A decoded frame.
    """
    return -round(getattr(frame, "rotation", 0) / 90) * 90 % 360


def _unreadable(what: str, path: str | os.PathLike[str], error: OSError) -> MediaError:
    return MediaError(f"the {what} cannot be read: {error.strerror}", place=Place(file=Path(path).name))


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    """Yields the packets of a stream up to its end, or up to where the file is broken."""
    import av

    try:
        for packet in container.demux(stream):
            if packet.size:
                yield packet
    except av.error.FFmpegError:
        return


def _decodes(packet: Any) -> bool:
    """Returns whether a packet can be decoded to sound."""
    import av

    try:
        return bool(packet.decode())
    except av.error.FFmpegError:
        return False


def _first_frame(packet: Any, failure: MediaError, decode: Callable[[Any], list[Any]]) -> Any:
    import av

    try:
        return next(iter(decode(packet)), None)
    except av.error.FFmpegError as error:
        raise failure from error


def _decoded(packet: Any) -> list[Any]:
    frames: list[Any] = packet.decode()
    return frames


def _decoded_alone(packet: Any) -> list[Any]:
    """Returns the frames of a packet without the packets after it, for which a decoder that reorders would wait."""
    frames: list[Any] = packet.decode() or packet.stream.codec_context.decode(None)
    return frames
