"""The door to sounds that libsndfile reads: WAV, FLAC, Ogg and MP3 that somebody else made."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from velocity_engine.files.regular import open_regular
from velocity_engine.media.media_file import is_mp3

if TYPE_CHECKING:
    import soundfile

SUBTYPES = ("PCM_", "FLOAT", "DOUBLE", "ULAW", "ALAW", "VORBIS", "OPUS", "MPEG_LAYER_III")
RATES = (100, 1_000_000)  # samples a second; what lies outside is no sound that anybody made
MAX_CHANNELS = 64


class SoundFile:
    """An open file: ``rate`` samples a second, ``channels``, and ``seconds`` in all."""

    def __init__(self, file: io.BufferedIOBase, opened: soundfile.SoundFile) -> None:
        self._file, self._opened = file, opened
        self.rate: int = opened.samplerate
        self.channels: int = opened.channels
        self.seconds: float | None = opened.frames / opened.samplerate
        self.delay = 0.0

    def blocks(self, count: int) -> Iterator[NDArray[np.float32]]:
        """(channels, at most ``count``) float32, up to the end, or to where the file cannot be followed."""
        import soundfile

        while True:
            try:
                block = self._opened.read(count, dtype="float32", always_2d=True)
            except (soundfile.LibsndfileError, RuntimeError):
                return
            if not len(block):
                return
            yield np.ascontiguousarray(block.T)

    def close(self) -> None:
        self._opened.close()
        self._file.close()


def open_sound_file(source: str | os.PathLike[str] | bytes) -> SoundFile | None:
    """Opens a file, or its bytes, with libsndfile.

    Args:
        source: The file, or its contents.

    Returns:
        The open file, to be closed by the caller. None where its contents are nothing that libsndfile is asked for, or
        where it cannot read them: FFmpeg may.

    Raises:
        OSError: The file cannot be read, or it is no regular file.
    """
    file: io.BufferedIOBase = io.BytesIO(source) if isinstance(source, bytes) else open_regular(source)
    try:
        opened = _opened(file) if _is_wanted(file) else None
    except BaseException:
        file.close()
        raise
    if opened is None:
        file.close()
        return None
    return SoundFile(file, opened)


def _is_wanted(file: io.BufferedIOBase) -> bool:
    head = file.read(12)
    is_wave = head[:4] in (b"RIFF", b"RIFX", b"RF64") and head[8:12] == b"WAVE"
    return is_wave or head[:4] in (b"fLaC", b"OggS") or is_mp3(file)


def _opened(file: io.BufferedIOBase) -> soundfile.SoundFile | None:
    import soundfile

    file.seek(0)
    try:
        opened = soundfile.SoundFile(file)
    except (soundfile.LibsndfileError, RuntimeError, ValueError, TypeError):
        return None
    is_known = opened.subtype.startswith(SUBTYPES)
    if is_known and RATES[0] <= opened.samplerate <= RATES[1] and 0 < opened.channels <= MAX_CHANNELS:
        return opened
    opened.close()
    return None
