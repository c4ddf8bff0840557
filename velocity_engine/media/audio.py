"""Sound: tracks mixed to 48 kHz stereo exactly as long as the video. ``soundtrack`` says which a template has.

Everything is streamed in blocks of a second: the memory does not grow with the length. Decoding and resampling are
FFmpeg's.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.errors import MediaError
from velocity_engine.media.media_file import SOUND, open_media, sound_of, sound_stream, video_stream

if TYPE_CHECKING:
    import av

RATE = 48_000
BLOCK = RATE  # samples
KNEE = 0.95  # above it peaks are bent so that they stay below 1
LEVEL_STEP = 1 / 50  # seconds between the levels of a keyframed volume

Block = NDArray[np.float32]
Gain = Callable[[float], tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """A sound on the output's timeline, in seconds: heard from ``start`` to ``end``, at ``start`` from ``offset`` of
    the source on.

    ``source`` is a file or its bytes, ``name`` what messages call it. ``speed`` 2 plays twice as fast (and an octave
    higher). ``loop``: the part of the source, in seconds, that is heard over and over; ``offset`` lies within it.
    ``gain`` returns the factors of left and right at a second of the output; None for 1.
    """

    source: str | bytes
    name: str
    start: float = 0.0
    end: float = math.inf
    offset: float = 0.0
    speed: float = 1.0
    loop: tuple[float, float] | None = None
    gain: Gain | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPlan:
    """``seconds`` is the exact length of the output; without tracks it has no sound at all."""

    tracks: tuple[AudioTrack, ...]
    seconds: Fraction


# --- mixing ----------------------------------------------------------------------------------------------------------


def mix_audio(plan: AudioPlan) -> Iterator[Block]:
    """Blocks of (2, n) float32, a second each, at ``RATE``; together exactly as long as the plan. MediaError names a
    broken file."""
    total = round(plan.seconds * RATE)
    players = [_Player(track) for track in plan.tracks]
    try:
        for at in range(0, total, BLOCK):
            mixed = np.zeros((2, min(BLOCK, total - at)), np.float32)
            for player in players:
                player.add_to(mixed, at)
            yield limited(mixed)
    finally:
        for player in players:
            player.close()


def limited(samples: Block) -> Block:
    """``samples`` with peaks above ``KNEE`` bent to stay below 1; the rest is untouched."""
    loud = np.abs(samples) > KNEE
    if loud.any():
        peaks = samples[loud]
        room = 1 - KNEE
        samples[loud] = np.sign(peaks) * (KNEE + room * np.tanh((np.abs(peaks) - KNEE) / room))
    return samples


class _Player:
    """Plays a track block by block; it is opened when it is first heard and closed when it ends."""

    def __init__(self, track: AudioTrack) -> None:
        self._track = track
        self._first = round(track.start * RATE)
        self._last = math.inf if math.isinf(track.end) else round(track.end * RATE)
        self._sound: _Sound | _Loop | None = None
        self._over = False

    def add_to(self, mixed: Block, at: int) -> None:
        """Adds what is heard in samples ``at`` to ``at + n`` of the output to ``mixed``, (2, n)."""
        begin, end = max(at, self._first), int(min(at + mixed.shape[1], self._last))
        if self._over or begin >= end:
            return
        if self._sound is None:
            self._sound = _Loop(self._track) if self._track.loop else _Sound(self._track, self._track.offset)
        heard = self._sound.take(end - begin)
        if self._track.gain is not None and heard.shape[1]:
            heard = heard * _gains(self._track.gain, begin, heard.shape[1])
        mixed[:, begin - at : begin - at + heard.shape[1]] += heard
        if heard.shape[1] < end - begin or end == self._last:
            self.close()

    def close(self) -> None:
        self._over = True
        if self._sound is not None:
            self._sound.close()
            self._sound = None


def _gains(gain: Gain, begin: int, count: int) -> Block:
    """(2, count) float32: the factors at samples ``begin`` on, straight lines between steps."""
    steps = max(2, math.ceil(count / (RATE * LEVEL_STEP)) + 1)
    points = np.linspace(begin, begin + count, steps)
    values = np.array([gain(point / RATE) for point in points])
    samples = np.arange(begin, begin + count)
    return np.stack([np.interp(samples, points, values[:, side]) for side in (0, 1)]).astype(np.float32)


class _Loop:
    """The samples of a track that repeats a part of its source, from its offset on."""

    def __init__(self, track: AudioTrack) -> None:
        assert track.loop is not None
        self._track = track
        self._first, last = track.loop
        self._sound = _Sound(track, track.offset)
        self._round = max(1, round((last - self._first) * RATE / track.speed))
        self._left = max(0, round((last - track.offset) * RATE / track.speed))

    def take(self, count: int) -> Block:
        """The next ``count`` samples, (2, count); what the source lacks of a round is silence."""
        out = np.zeros((2, count), np.float32)
        done = 0
        while done < count:
            if self._left == 0:
                self._sound.close()
                self._sound, self._left = _Sound(self._track, self._first), self._round
            wanted = min(count - done, self._left)
            taken = self._sound.take(wanted)
            out[:, done : done + taken.shape[1]] = taken
            done, self._left = done + wanted, self._left - wanted
        return out

    def close(self) -> None:
        self._sound.close()


class _Sound:
    """The samples of a track's source from a second of it on, resampled to ``RATE`` stereo."""

    def __init__(self, track: AudioTrack, offset: float) -> None:
        import av

        self._name = track.name
        self._container = _open(track.source, track.name)
        # One channel sounds as loud from both speakers; FFmpeg's own way to stereo would lower it by 3 dB.
        layout = "mono" if sound_stream(self._container).codec_context.channels == 1 else "stereo"
        self._resampler = av.AudioResampler(format="fltp", layout=layout, rate=max(1, round(RATE / track.speed)))
        skipped = round((offset - _delay(self._container)) * RATE / track.speed)
        self._blocks = self._heard(max(0, -skipped))
        self._rest = np.zeros((2, 0), np.float32)
        while skipped > 0 and (taken := self.take(min(skipped, BLOCK)).shape[1]):
            skipped -= taken

    def take(self, count: int) -> Block:
        """The next ``count`` samples, (2, count); fewer at the end."""
        parts = [self._rest]
        held = self._rest.shape[1]
        while held < count and (block := next(self._blocks, None)) is not None:
            parts.append(block)
            held += block.shape[1]
        joined = np.concatenate(parts, axis=1) if len(parts) > 1 else parts[0]
        self._rest = joined[:, count:]
        return joined[:, :count]

    def _heard(self, silence: int) -> Generator[Block, None, None]:
        """So many samples of silence, then the sound."""
        for at in range(0, silence, BLOCK):
            yield np.zeros((2, min(BLOCK, silence - at)), np.float32)
        yield from self._decoded()

    def _decoded(self) -> Generator[Block, None, None]:
        """Up to the end, or to where the file cannot be followed. A broken packet is passed over, as players do."""
        import av

        packets = self._container.demux(sound_stream(self._container))
        while (packet := _next_packet(packets)) is not None:
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue
            for frame in frames:
                frame.pts = None
                yield from self._resampled(frame)
        yield from self._resampled(None)

    def _resampled(self, frame: av.AudioFrame | None) -> Iterator[Block]:
        """Nothing for a frame of another form than those before it, as a broken packet may decode to."""
        import av

        try:
            resampled = self._resampler.resample(frame)
        except (av.error.FFmpegError, ValueError):
            return
        for made in resampled:
            samples = np.asarray(made.to_ndarray(), np.float32)
            yield np.repeat(samples, 2, axis=0) if len(samples) == 1 else samples

    def close(self) -> None:
        self._blocks.close()
        self._container.close()


def _delay(container: Any) -> float:
    """Seconds from a clip's first picture to its first sound."""
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


def _open(source: str | bytes, name: str) -> Any:
    container = open_media(source, SOUND, name)
    try:
        sound_of(container, name)
    except MediaError:
        container.close()
        raise
    return container


def check_sound(source: str | bytes, name: str) -> None:
    """Raises MediaError where a sound cannot be opened, before any frame is drawn."""
    _open(source, name).close()
