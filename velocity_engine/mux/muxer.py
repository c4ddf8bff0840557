"""Muxing: packets of all segments, in order, and sound to a file. The muxers are libavformat's,
through PyAV."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.encode import encoder
from velocity_engine.encode.alpha import attach_alpha
from velocity_engine.encode.scheduling import ordinary_scheduling
from velocity_engine.errors import StorageError, VelocityError
from velocity_engine.model.version import __version__
from velocity_engine.mux.text_track import TextTrack, TextWriter
from velocity_engine.plugin_types import Container, EncodedPacket, EncoderSettings

if TYPE_CHECKING:
    import av

    from velocity_engine.mux.sound_stream import SoundStream

AUDIO_AHEAD = Fraction(1, 2)  # seconds by which sound is written before the picture
MIN_TIME_SCALE = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Blocks of (2, n) float32 at ``rate`` samples a second, which end with the video, and the bits a second that they
    are written with."""

    blocks: Iterator[NDArray[np.float32]]
    rate: int = 48_000
    bit_rate: int = 192_000


@dataclass(frozen=True, slots=True)
class Beside:
    """What a file has beside its pictures."""

    sound: Sound | None = None
    texts: TextTrack | None = None


class Muxer:
    """Writes one file. ``write`` takes the packets in decoding order; ``close`` completes the file, ``abandon`` does
    not.
    """

    def __init__(
        self,
        path: str,
        container: Container,
        settings: EncoderSettings,
        size: tuple[int, int],
        rate: Fraction,
        beside: Beside | None = None,
    ) -> None:
        import av

        sound, texts = (None, None) if beside is None else (beside.sound, beside.texts)
        self._path = path
        self._time_base = 1 / rate
        self._next_beside = -math.inf  # the first packet of the picture before which something else is written
        try:
            muxer = container.format or container.key
            self._file = av.open(path, "w", format=muxer, options=_options(muxer, rate))
            self._file.metadata["encoding_tool" if muxer != "avi" else "software"] = _program()
            self._video = self._video_stream(settings, size, rate)
            codec = container.sound
            self._sound = self._sound_stream(codec, sound) if codec and sound is not None else None
            self._texts = None if texts is None else TextWriter(self._file, texts)
            with ordinary_scheduling():
                self._file.start_encoding()
        except (av.error.FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def _video_stream(self, settings: EncoderSettings, size: tuple[int, int], rate: Fraction) -> av.VideoStream:
        """A stream whose headers are those of an encoder with the same settings, which is opened and gets no frame."""
        stream: Any = self._file.add_stream(settings.encoder, rate=rate)
        encoder.configure(stream.codec_context, settings, *size, rate)
        encoder.open_for_headers(stream.codec_context, settings)
        stream.time_base = self._time_base
        if settings.alpha_options is not None:
            stream.metadata["alpha_mode"] = "1"
        found: av.VideoStream = stream
        return found

    def _sound_stream(self, codec: str, sound: Sound) -> SoundStream:
        from velocity_engine.mux.sound_stream import SoundStream

        stream: Any = self._file.add_stream(codec, rate=sound.rate)
        stream.layout = "stereo"
        stream.bit_rate = min(sound.bit_rate, 320_000) if codec == "libmp3lame" else sound.bit_rate
        return SoundStream(stream, sound.blocks)

    def write(self, packet: EncodedPacket, first: int) -> None:
        """``first`` is the number of the output frame at which the packet's segment begins."""
        import av

        made: Any = av.Packet(packet.data)
        made.stream = self._video
        made.time_base = self._time_base
        made.pts, made.dts = packet.pts + first, packet.dts + first
        made.duration = packet.duration
        made.is_keyframe = packet.key
        if packet.alpha:
            attach_alpha(made, packet.alpha)
        try:
            if made.dts >= self._next_beside:
                self._write_beside(made.dts)
            self._file.mux(made)
        except (av.error.FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def _write_beside(self, dts: int) -> None:
        """What comes before the picture's packet of that time. Between sounds and texts lie many packets of held
        frames, for which nothing is computed."""
        until = dts * self._time_base + AUDIO_AHEAD
        self._write_sound(until)
        times = [] if self._sound is None or self._sound.time is None else [self._sound.time]
        if self._texts is not None:
            self._texts.write(until)
            times += [] if self._texts.time is None else [self._texts.time]
        self._next_beside = (min(times) - AUDIO_AHEAD) // self._time_base + 1 if times else math.inf

    def _write_sound(self, until: Fraction | None) -> None:
        """Sound up to a second of the output; None for all that is left."""
        if self._sound is not None:
            for packet in self._sound.packets(until):
                self._file.mux(packet)

    def close(self) -> None:
        import av

        try:
            self._write_sound(None)
            if self._texts is not None:
                self._texts.write(None)
            self._file.close()
        except (av.error.FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def abandon(self) -> None:
        """Closes a file that will be thrown away."""
        import av

        try:
            self._file.close()
        except (av.error.FFmpegError, OSError, ValueError):
            return

    def _failure(self, error: Exception) -> VelocityError:
        reason = getattr(error, "strerror", None) or "the file takes no more"
        return StorageError(f"the video cannot be written: {reason}")


def _options(muxer: str, rate: Fraction) -> dict[str, str]:
    if muxer not in ("mp4", "mov", "avi"):
        return {"fflags": "+bitexact"}  # without it Matroska has numbers by chance in it
    if muxer == "avi":
        # AVI has no times: shifting them because the sound begins with the encoder's lead-in would put an empty frame
        # in front.
        return {"avoid_negative_ts": "disabled"}
    # Ticks in which a frame lasts a whole number, so that the length of the file is exact.
    scale = rate.numerator * -(-MIN_TIME_SCALE // rate.numerator)
    return {"movflags": "+faststart", "movie_timescale": str(scale), "video_track_timescale": str(scale)}


def _program() -> str:
    return f"Velocity {__version__}"
