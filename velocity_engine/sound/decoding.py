"""Sounds as they lie in files, block by block: WAV, FLAC, Ogg and MP3 by libsndfile, all else by FFmpeg."""

from __future__ import annotations

import itertools
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from velocity_engine.errors import MediaError, Place
from velocity_engine.media.media_file import SOUND, open_media, sound_of, sound_stream, video_stream
from velocity_engine.media.sound_file import RATES, open_sound_file
from velocity_engine.sound.tracks import BLOCK

if TYPE_CHECKING:
    import av


class DecodedSound(Protocol):
    """An open sound: ``rate`` samples a second, ``channels``; ``seconds`` in all, None where nobody knows; ``delay``:
    seconds from a clip's first picture to its first sound."""

    rate: int
    channels: int
    seconds: float | None
    delay: float

    def blocks(self, count: int) -> Iterator[NDArray[np.float32]]:
        """(channels, some samples) float32, up to the end, or to where the file cannot be followed."""
        ...

    def close(self) -> None: ...


def open_sound(source: str | bytes, name: str) -> DecodedSound:
    """Opens a file, or its bytes. ``name`` is what messages call it. Raises MediaError."""
    try:
        found = open_sound_file(source)
    except OSError:
        found = None  # FFmpeg's door says what is wrong
    return found or _FFmpegSound(source, name)


def check_sound(source: str | bytes, name: str) -> None:
    """Raises MediaError where a sound cannot be opened, before any frame is drawn."""
    open_sound(source, name).close()


def sound_length(source: str | bytes, name: str) -> float:
    """How many seconds a sound has: as its file says, or else as many as can be decoded. Raises MediaError."""
    sound = open_sound(source, name)
    try:
        if sound.seconds is not None:
            return sound.seconds
        samples = sum(int(block.shape[1]) for block in sound.blocks(BLOCK))
        return samples / sound.rate
    finally:
        sound.close()


class _FFmpegSound:
    """Rate and channels are those of the first frame: headers may say half of what a decoder makes of them."""

    def __init__(self, source: str | bytes, name: str) -> None:
        self._container = open_media(source, SOUND, name)
        try:
            stream = sound_of(self._container, name)
            self._frames = self._decoded()
            self._first = next(self._frames, None)
            shown = stream.codec_context if self._first is None else self._first
            self.rate: int = shown.sample_rate
            self.channels: int = shown.layout.nb_channels
            if not RATES[0] <= self.rate <= RATES[1]:
                what = f"the sound has {self.rate} samples a second"
                raise MediaError(what, place=Place(file=name), hint=SOUND.hint)
        except MediaError:
            self._container.close()
            raise
        self.seconds: float | None = None if stream.duration is None else float(stream.duration * stream.time_base)
        self.delay = _delay(self._container)

    def blocks(self, count: int) -> Iterator[NDArray[np.float32]]:
        """However long FFmpeg's frames are."""
        import av

        resampler = av.AudioResampler(format="fltp")  # of samples alone: rate and channels stay
        first = () if self._first is None else (self._first,)
        for frame in itertools.chain(first, self._frames):
            if (frame.sample_rate, frame.layout.nb_channels) == (self.rate, self.channels):
                yield from _floats(resampler, frame)

    def _decoded(self) -> Generator[av.AudioFrame, None, None]:
        """A broken packet is passed over, as players do."""
        import av

        packets = self._container.demux(sound_stream(self._container))
        while (packet := _next_packet(packets)) is not None:
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                continue

    def close(self) -> None:
        self._frames.close()
        self._container.close()


def _floats(resampler: av.AudioResampler, frame: av.AudioFrame) -> Iterator[NDArray[np.float32]]:
    """Nothing for a frame of another form than those before it, as a broken packet may decode to."""
    import av

    frame.pts = None
    try:
        made = resampler.resample(frame)
    except (av.error.FFmpegError, ValueError):
        return
    for one in made:
        yield np.ascontiguousarray(one.to_ndarray(), np.float32)


def _delay(container: Any) -> float:
    pictures, sound = video_stream(container), sound_stream(container)
    if pictures is None or pictures.start_time is None or sound.start_time is None:
        return 0.0
    return float(sound.start_time * sound.time_base - pictures.start_time * pictures.time_base)


def _next_packet(packets: Iterator[Any]) -> Any:
    import av

    try:
        return next(packets, None)
    except av.error.FFmpegError:
        return None
