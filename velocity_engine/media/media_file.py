"""The one door to media that somebody else made: clips and sounds are opened here, and nowhere else.

FFmpeg takes a file for what it says it is, whatever its name: a playlist in ``clip.mp4`` names other files, a session
description binds ports. So the contents are looked at first, the demuxer that they call for is the only one that FFmpeg
may use, and it may open no other file.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO

from velocity_engine.errors import MediaError, Place
from velocity_engine.files.regular import open_regular
from velocity_engine.media.sample_tables import claims_more_than_it_holds

# The demuxers, as FFmpeg calls them.
MOV, MP3, WAV, ADTS, AVI, MATROSKA = "mov", "mp3", "wav", "aac", "avi", "matroska"

CLIP_CODECS = ("h264", "hevc")
SOUND_CODECS = ("aac", "mp3", "alac", "ac3", "eac3", "opus")  # and PCM of any kind
_DECODERS = (*CLIP_CODECS, *SOUND_CODECS, "mp3float")

Source = str | os.PathLike[str] | bytes


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file may be. ``decoders``: with which FFmpeg may look into it to learn what its headers leave out; None
    for any, where the file is the engine's own."""

    what: str
    demuxers: tuple[str, ...]
    decoders: tuple[str, ...] | None
    hint: str


CLIP = Kind("clip", (MOV,), _DECODERS, "Clips are MP4 with H.264 or H.265; export or upload the file again")
SOUND = Kind("sound", (MOV, MP3, WAV, ADTS), _DECODERS, "Audio is MP3, WAV (PCM) or AAC")
WRITTEN = Kind("video", (MOV, AVI, MATROSKA), None, "It is damaged, cut short, or not a video")

_FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_QUICKTIME_BOXES, _QUICKTIME = (b"wide", b"pnot"), b"qt  "
_MAX_BRANDS = 64  # in the first box of a file
_PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
EBML = b"\x1a\x45\xdf\xa3"
_STRANGERS = (
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM", "a picture"),
    (EBML, "a WebM or Matroska file"),
    (b"OggS", "an Ogg file"),
    (b"fLaC", "a FLAC file"),
    (b"FLV", "a Flash video"),
    (b"#EXTM3U", "a playlist"),
    (b"PK\x03\x04", "a ZIP"),
)
_MAX_TAGS = 8  # ID3 tags before the sound
_LONGEST_FRAME = 8191  # bytes
_MPEG1_RATES = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)  # kbit/s of layer III
_MPEG2_RATES = (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SEARCHED = 4096  # bytes of the sound that may be something else, as where a stream was cut out of a longer one


def open_media(
    source: str | os.PathLike[str] | bytes,
    kind: Kind,
    name: str,
    how: Mapping[str, Any] | None = None,
    demuxer: str | None = None,
) -> Any:
    """Opens a file, or its bytes, with PyAV.

    Args:
        source: The file, or its contents.
        kind: What it may be.
        name: What messages call it.
        how: Further arguments of ``av.open``.
        demuxer: FFmpeg's name of the demuxer of a file that the engine wrote. None for what the contents call for.

    Returns:
        PyAV's container, to be closed by the caller.

    Raises:
        MediaError: It is no regular file, or nothing of that kind by its contents, or is damaged.
    """
    import av

    demuxer = demuxer or _demuxer_of(source, kind, name)
    given = dict(how or {})
    given["options"] = {**given.get("options", {}), **_confined(demuxer, kind, isinstance(source, bytes))}
    opened = io.BytesIO(source) if isinstance(source, bytes) else f"file:{os.fspath(source)}"
    try:
        return av.open(opened, format=demuxer, **given)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise _failure(kind, name, f"this is not a {kind.what} that can be decoded") from error


def _confined(demuxer: str, kind: Kind, in_memory: bool) -> dict[str, str]:
    """FFmpeg's options by which it opens what it was given and nothing besides."""
    options = {"format_whitelist": demuxer, "protocol_whitelist": "none" if in_memory else "file"}
    if kind.decoders is not None:
        options["codec_whitelist"] = ",".join((*kind.decoders, *_pcm_decoders()))
    return options | ({"enable_drefs": "0", "use_absolute_path": "0"} if demuxer == MOV else {})


@cache
def _pcm_decoders() -> tuple[str, ...]:
    import av

    return tuple(sorted(name for name in av.codecs_available if name.startswith("pcm_")))


def _failure(kind: Kind, name: str, message: str) -> MediaError:
    return MediaError(message, place=Place(file=name), hint=kind.hint)


# --- what is in a file ------------------------------------------------------------------------------------------------


def video_stream(container: Any) -> Any:
    """The first video of an open file that is more than its cover; None where there is none."""
    import av

    moving = (one for one in container.streams.video if not one.disposition & av.stream.Disposition.attached_pic)
    return next(moving, None)


def sound_stream(container: Any) -> Any:
    return next(iter(container.streams.audio), None)


def codec_of(stream: Any) -> str:
    """FFmpeg's name for the codec of a stream; "" for one that it does not know."""
    context = stream.codec_context
    return "" if context is None else str(context.codec.canonical_name)


def clip_video(container: Any, name: str) -> Any:
    """The stream of a clip's pictures. Raises MediaError where there is none, or one of another codec than clips
    may have."""
    stream = video_stream(container)
    if stream is None:
        raise _failure(CLIP, name, "the file has no video in it")
    codec = codec_of(stream)
    if codec not in CLIP_CODECS:
        raise _failure(CLIP, name, f"the clip is {codec or 'of an unknown codec'}")
    return stream


def sound_of(container: Any, name: str) -> Any:
    """The stream of a file's sound. Raises MediaError where there is none, or one of a codec that is not decoded."""
    stream = sound_stream(container)
    if stream is None:
        raise _failure(SOUND, name, "the file has no sound in it")
    if not sounds(stream):
        raise _failure(SOUND, name, f"the sound is {codec_of(stream) or 'of an unknown codec'}")
    return stream


def sounds(stream: Any) -> bool:
    """Whether the codec of a stream of sound is one that is decoded."""
    codec = codec_of(stream)
    return codec in SOUND_CODECS or codec.startswith("pcm_")


# --- contents ---------------------------------------------------------------------------------------------------------


def is_clip(path: str | os.PathLike[str]) -> bool:
    """Whether a file begins as MP4 files do. Raises OSError."""
    with open_regular(path) as file:
        return _demuxer(file) == MOV


def is_mp3(file: BinaryIO | io.BufferedIOBase) -> bool:
    """Whether the contents are those of an MP3 file. Raises OSError."""
    return _demuxer(file) == MP3


def _demuxer_of(source: Source, kind: Kind, name: str) -> str:
    """The demuxer that the contents call for. Raises MediaError where the kind has it not."""
    try:
        with io.BytesIO(source) if isinstance(source, bytes) else open_regular(source) as file:
            head = file.read(16)
            stranger = next((what for magic, what in _STRANGERS if head.startswith(magic)), None)
            if kind is CLIP and _is_quicktime(file):
                stranger = "a QuickTime movie (MOV)"
            demuxer = _demuxer(file) if stranger is None else MATROSKA if head.startswith(EBML) else None
            overdone = demuxer == MOV and claims_more_than_it_holds(file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "there is no such file"
        raise _failure(kind, name, f"the {kind.what} cannot be read: {reason}") from None
    if overdone:
        raise _failure(kind, name, f"the {kind.what} is damaged: it says that it holds more than it does")
    if demuxer is not None and demuxer in kind.demuxers:
        return demuxer
    if stranger is not None:
        raise _failure(kind, name, f"the file is {stranger}, not a {kind.what}")
    if not head:
        raise _failure(kind, name, "the file is empty")
    raise _failure(kind, name, f"this is not a {kind.what} that can be decoded")


def _is_quicktime(file: BinaryIO) -> bool:
    """Whether a file is a QuickTime movie and not, by any of its brands, an MP4 too."""
    file.seek(0)
    size, box = int.from_bytes(file.read(4), "big"), file.read(4)
    if box != b"ftyp":
        return box in _QUICKTIME_BOXES
    brands = file.read(min(max(size - 8, 4), 4 * _MAX_BRANDS))
    compatible = {brands[at : at + 4] for at in range(8, len(brands) - 3, 4)} - {_QUICKTIME, bytes(4)}
    return brands[:4] == _QUICKTIME and not compatible


def _demuxer(file: BinaryIO | io.BufferedIOBase) -> str | None:
    """ISO/IEC 14496-12 (boxes), RIFF and RF64 (EBU Tech 3306), ID3v2, frame headers of MPEG-1 layer III and ADTS."""
    file.seek(0)
    head = file.read(12)
    size, box = int.from_bytes(head[:4], "big"), head[4:8]
    if box in _FIRST_BOXES and (size >= 8 or size in (0, 1)):
        return None if box == b"ftyp" and head[8:12] in _PICTURE_BRANDS else MOV
    if head[:4] in (b"RIFF", b"RIFX", b"RF64", b"BW64") and head[8:12] == b"WAVE":
        return WAV
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return AVI
    return _frames(file)


def _frames(file: BinaryIO | io.BufferedIOBase) -> str | None:
    """MP3 or AAC by the header of a frame after tags and padding, and that of the frame that follows it."""
    at = 0
    for _ in range(_MAX_TAGS):
        file.seek(at)
        tag = file.read(10)
        if len(tag) < 10 or tag[:3] != b"ID3":
            break
        at += 10 + sum((byte & 0x7F) << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=True))
    file.seek(at)
    data = file.read(_SEARCHED + _LONGEST_FRAME + 6)
    start = data.find(b"\xff", 0, _SEARCHED)
    while start >= 0:
        found = _frame(data, start)
        if found is not None:
            demuxer, length = found
            following = _frame(data, start + length)
            alone = start == 0 and start + length == len(data)
            if alone or (following is not None and following[0] == demuxer):
                return demuxer
        start = data.find(b"\xff", start + 1, _SEARCHED)
    return None


def _frame(data: bytes, at: int) -> tuple[str, int] | None:
    """The demuxer and the length in bytes of the frame whose header stands at a place; None where none does."""
    if len(data) - at < 6 or data[at] != 0xFF:
        return None
    second, third = data[at + 1], data[at + 2]
    if second & 0xF6 == 0xF0:  # ADTS: ISO/IEC 13818-7, 6.2
        length = int.from_bytes(data[at + 3 : at + 6], "big") >> 5 & 0x1FFF
        return (ADTS, length) if third >> 2 & 0xF < 13 and length >= 7 else None
    version, layer, rate, step = second >> 3 & 3, second >> 1 & 3, third >> 4, third >> 2 & 3
    if second & 0xE0 != 0xE0 or version == 1 or layer != 1 or rate in (0, 15) or step == 3:
        return None
    halves = {3: 0, 2: 1, 0: 2}[version]  # MPEG-1, MPEG-2 and MPEG-2.5: each half the sampling rate of the one before
    bits = (_MPEG1_RATES if version == 3 else _MPEG2_RATES)[rate - 1] * 1000
    hertz = (44_100, 48_000, 32_000)[step] >> halves
    return MP3, (144 if version == 3 else 72) * bits // hertz + (third >> 1 & 1)
