"""Writing sound: PCM and FLAC by libsndfile, MP3 and AAC by FFmpeg."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import av
import soundfile

from velocity_engine import probe_audio
from velocity_engine.errors import MediaError, Place, StorageError, VelocityError
from velocity_engine.plugin_types import EncodedPacket, FileRequest

CHANNELS = 2


class PcmWriter:
    def __init__(self, request: FileRequest) -> None:
        self._request = request
        container = request.container
        try:
            self._file = soundfile.SoundFile(
                request.path(0), "w", request.sample_rate, CHANNELS, container.sound, format=container.format
            )
        except soundfile.LibsndfileError as error:
            raise _not_written(error) from error

    def write(self, packet: EncodedPacket, first: int) -> None:
        raise AssertionError("sound has no frames")

    def close(self) -> None:
        try:
            for block in self._request.sound or ():
                self._request.working()
                self._file.write(block.T)
            self._file.close()
        except soundfile.LibsndfileError as error:
            raise _not_written(error) from error

    def abandon(self) -> None:
        self._file.close()


class EncodedWriter:
    def __init__(self, request: FileRequest) -> None:
        self._request = request
        container = request.container
        try:
            self._file = av.open(
                request.path(0), "w", format=container.format or container.key, options={"fflags": "+bitexact"}
            )
            stream: Any = self._file.add_stream(container.sound or "", rate=request.sample_rate)
        except (av.error.FFmpegError, OSError) as error:
            raise _not_written(error) from error
        stream.layout = "stereo"
        stream.bit_rate = request.config.audio_bitrate
        self._stream = stream

    def write(self, packet: EncodedPacket, first: int) -> None:
        raise AssertionError("sound has no frames")

    def close(self) -> None:
        at, rate = 0, self._request.sample_rate
        try:
            for block in self._request.sound or ():
                self._request.working()
                frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
                frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), at
                at += block.shape[1]
                self._file.mux(self._stream.encode(frame))
            self._file.mux(self._stream.encode(None))
            self._file.close()
        except (av.error.FFmpegError, OSError) as error:
            raise _not_written(error) from error

    def abandon(self) -> None:
        self._file.close()


def pcm_seconds(path: str) -> float:
    """Every sample is read."""
    try:
        with soundfile.SoundFile(path) as file:
            count = sum(len(block) for block in file.blocks(file.samplerate))
            if count != file.frames:
                raise _not_read(path)
            return float(count / file.samplerate)
    except soundfile.LibsndfileError as error:
        raise _not_read(path) from error


def encoded_seconds(path: str) -> float:
    """Every packet is read."""
    try:
        return probe_audio(path).seconds
    except VelocityError as error:
        raise _not_read(path) from error


def _not_written(error: Exception) -> StorageError:
    reason = getattr(error, "strerror", None) or "nothing more can be written to the file"
    return StorageError(f"the sound cannot be written: {reason}")


def _not_read(path: str) -> MediaError:
    return MediaError("the sound cannot be read back", place=Place(file=path.rsplit("/", 1)[-1]))
