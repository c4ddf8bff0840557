"""Reading a finished file back: whether it holds what was rendered."""

from __future__ import annotations

import os
from collections.abc import Sequence

from velocity_engine import plugins
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import MediaError, RenderFailed
from velocity_engine.given.arguments import named_file, number
from velocity_engine.media.probe import written_length
from velocity_engine.plugin_types import Codec, Container, WritesFiles
from velocity_engine.plugins.asked import READING_BACK, codec_named
from velocity_engine.plugins.outputs import container_of

KNOWN_BY_CONTENTS = ("mp4", "mov", "avi", "webm", "matroska", "mkv")
SHORTEST_CHECKED = 0.1  # seconds by which the codecs of sound make files longer


def check_written(path: str | os.PathLike[str], encoder: EncoderConfig, frames: int, seconds: float) -> None:
    """Reads a finished file back, whatever codec wrote it.

    Args:
        path: The file. Of an output that stands for many files, any one of them.
        encoder: The configuration that it was written with.
        frames: ``RenderResult.frames``.
        seconds: ``RenderResult.video_seconds``.

    Raises:
        RenderFailed: It is not whole, or does not hold these frames for as long as that.
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> ve.check_written("a.gif", ve.EncoderConfig(codec="gif"), result.frames, result.video_seconds)
    """
    named_file("path", path)
    number("frames", frames, "Give the number of frames, as RenderResult.frames has it")
    number("seconds", seconds, "Give a number of seconds, as RenderResult.video_seconds has it")
    container = container_of(encoder)
    count = 1 if container.numbered else frames
    check_files([path], plugins.codec(encoder.codec_name), container, count, seconds)


def check_files(
    paths: Sequence[str | os.PathLike[str]], codec: Codec, container: Container, frames: int, seconds: float
) -> None:
    """Raises RenderFailed where the file, or one of the files, does not hold ``frames`` that last ``seconds``."""
    try:
        if isinstance(codec, WritesFiles):
            with codec_named(codec, READING_BACK):
                lengths = [codec.length(os.fspath(path), container) for path in paths]
            _check_lengths(lengths, frames if container.numbered else 1, frames, seconds)
            return
        found, lasts = written_length(paths[0], _demuxer_of(container))
    except MediaError as error:
        raise RenderFailed("the finished file cannot be read back") from error
    if found != frames or abs(lasts - seconds) > seconds / frames:
        raise RenderFailed(f"the finished file has {found} frames and {lasts:.3f} s, not {frames} and {seconds:.3f}")


def _check_lengths(lengths: Sequence[float], files: int, frames: int, seconds: float) -> None:
    if len(lengths) != files:
        raise RenderFailed(f"the codec wrote {len(lengths)} files, not {files}")
    tolerance = max(seconds / frames if frames else 0.0, SHORTEST_CHECKED)
    if lengths and lengths[0] and abs(lengths[0] - seconds) > tolerance:
        raise RenderFailed(f"the finished file lasts {lengths[0]:.3f} s, not {seconds:.3f}")


def _demuxer_of(container: Container) -> str | None:
    """FFmpeg's name of the demuxer of a file whose kind is not known by its contents."""
    name = container.format or container.key
    return None if name in KNOWN_BY_CONTENTS else name
