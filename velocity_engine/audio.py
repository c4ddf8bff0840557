"""Sound: the audio layers of a template and the caller's own file, mixed to 48 kHz stereo exactly as long as the video.

Everything is streamed in blocks of a second: the memory does not grow with the length. Decoding and resampling are
FFmpeg's.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.errors import Finding, MediaError, Place
from velocity_engine.evaluate import LayerSampler
from velocity_engine.model.layers import AudioContent, PrecompContent
from velocity_engine.model.properties import Property, Vector

if TYPE_CHECKING:
    import av

    from velocity_engine.model.document import MediaAsset
    from velocity_engine.plan import Plan, PlannedComposition, PlannedLayer

RATE = 48_000
BLOCK = RATE  # samples
KNEE = 0.95  # above it peaks are bent so that they stay below 1
LEVEL_STEP = 1 / 50  # seconds between the levels of a keyframed volume
MOST_DECIBELS = 12.0
MOST_DEPTH = 64

Block = NDArray[np.float32]
Gain = Callable[[float], tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """A sound on the output's timeline, in seconds: heard from ``start`` to ``end``, at ``start`` from ``offset`` of
    the source on.

    ``source`` is a file or its bytes, ``name`` what messages call it. ``speed`` 2 plays twice as fast (and an octave
    higher). ``gain`` gives the factors of left and right at a second of the output; None for 1.
    """

    source: str | bytes
    name: str
    start: float = 0.0
    end: float = math.inf
    offset: float = 0.0
    speed: float = 1.0
    gain: Gain | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPlan:
    """``seconds`` is the exact length of the output; without tracks it has no sound at all."""

    tracks: tuple[AudioTrack, ...]
    seconds: Fraction


# --- what a template sounds like -------------------------------------------------------------------------------------


def audio_plan(plan: Plan, start: float, seconds: Fraction, audio: str | None = None) -> AudioPlan:
    """The audio layers of ``plan`` from composition frame ``start`` on, and the caller's file ``audio`` over the
    whole length.

    Raises MediaError for a caller's file that cannot be decoded; what a layer lacks is reported in ``plan.findings``.
    """
    tracks = []
    if audio is not None:
        name = Path(audio).name
        _check(audio, name)
        tracks.append(AudioTrack(source=audio, name=name))
    rate = plan.document.frame_rate
    whole = _Window(0.0, float(seconds))
    tracks += _composition_tracks(plan, plan.main, _Clock(-start / rate, 1.0), whole, 0)
    return AudioPlan(tracks=tuple(tracks), seconds=seconds)


@dataclass(frozen=True, slots=True)
class _Window:
    start: float
    end: float

    def within(self, start: float, end: float) -> _Window:
        return _Window(max(self.start, start), min(self.end, end))


@dataclass(frozen=True, slots=True)
class _Clock:
    """Seconds of the output for a second of a composition: ``origin + scale * second``."""

    origin: float
    scale: float

    def output(self, second: float) -> float:
        return self.origin + self.scale * second

    def inner(self, output: float) -> float:
        return (output - self.origin) / self.scale

    def of_layer(self, start: float, stretch: float) -> _Clock:
        return _Clock(self.output(start), self.scale * stretch)


def _composition_tracks(
    plan: Plan, planned: PlannedComposition, clock: _Clock, window: _Window, depth: int
) -> list[AudioTrack]:
    rate = plan.document.frame_rate
    found: list[AudioTrack] = []
    for entry in planned.layers:
        layer, content = entry.layer, entry.layer.content
        if layer.hidden or depth > MOST_DEPTH or not isinstance(content, AudioContent | PrecompContent):
            continue
        heard = window.within(clock.output(layer.in_point / rate), clock.output(layer.out_point / rate))
        if heard.start >= heard.end:
            continue
        own = clock.of_layer(layer.start_time / rate, layer.stretch or 1.0)
        if content.time_remap is not None or own.scale <= 0:
            if isinstance(content, AudioContent) or _sounds(plan, content):
                plan.report(Finding("audio.time", "sound cannot be bent in time or played backwards", _place(entry)))
        elif isinstance(content, PrecompContent):
            found += _composition_tracks(plan, plan.compositions[content.composition], own, heard, depth + 1)
        else:
            track = _layer_track(plan, entry, content, clock, own, heard)
            if track is not None:
                found.append(track)
    return found


def _sounds(plan: Plan, content: PrecompContent) -> bool:
    layers = plan.compositions[content.composition].layers
    return any(isinstance(entry.layer.content, AudioContent) for entry in layers)


def _place(entry: PlannedLayer) -> Place:
    return Place(layer=entry.path, pointer=entry.layer.pointer or None)


def _layer_track(
    plan: Plan, entry: PlannedLayer, content: AudioContent, clock: _Clock, own: _Clock, heard: _Window
) -> AudioTrack | None:
    asset = plan.document.assets.get(content.asset)
    try:
        source, name = _source(plan, asset)
        _check(source, name)
    except MediaError as error:
        plan.report(Finding("audio.broken", str(error), _place(entry), "the layer is silent"))
        return None
    gain = None if content.level is None else _gain(plan, entry, content.level, clock)
    offset = max(0.0, own.inner(heard.start))
    start = max(heard.start, own.output(0.0))
    speed = 1.0 / own.scale
    return AudioTrack(source=source, name=name, start=start, end=heard.end, offset=offset, speed=speed, gain=gain)


def _source(plan: Plan, asset: MediaAsset | None) -> tuple[str | bytes, str]:
    if asset is None or asset.media is None:
        missing = asset.missing if asset is not None else ""
        raise MediaError("the package lacks the sound", place=Place(file=missing or None))
    name = asset.media.name or asset.name or asset.id
    return asset.media.path or plan.read(asset.media), name


def _gain(plan: Plan, entry: PlannedLayer, level: Property[Vector], clock: _Clock) -> Gain:
    """``level`` is decibels, as After Effects has it, where a value is negative or none exceeds 12; else per cent."""
    values = [level.value, *(key.value for key in level.keyframes)]
    numbers = [number for value in values for number in value]
    decibels = min(numbers, default=0.0) < 0 or max(numbers, default=0.0) <= MOST_DECIBELS
    rate = plan.document.frame_rate

    def factor(number: float) -> float:
        return 10 ** (number / 20) if decibels else number / 100

    def gain(second: float) -> tuple[float, float]:
        value = LayerSampler(plan, entry, clock.inner(second) * rate).vector(level)
        return factor(value[0]), factor(value[min(1, len(value) - 1)])

    return gain


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
        self._sound: _Sound | None = None
        self._over = False

    def add_to(self, mixed: Block, at: int) -> None:
        """Adds what is heard in samples ``at`` to ``at + n`` of the output to ``mixed``, (2, n)."""
        begin, end = max(at, self._first), int(min(at + mixed.shape[1], self._last))
        if self._over or begin >= end:
            return
        if self._sound is None:
            self._sound = _Sound(self._track)
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


class _Sound:
    """The samples of a track from its offset on, resampled to ``RATE`` stereo."""

    def __init__(self, track: AudioTrack) -> None:
        import av

        self._name = track.name
        self._container = _open(track.source, track.name)
        # One channel sounds as loud from both speakers; FFmpeg's own way to stereo would lower it by 3 dB.
        layout = "mono" if self._container.streams.audio[0].codec_context.channels == 1 else "stereo"
        self._resampler = av.AudioResampler(format="fltp", layout=layout, rate=max(1, round(RATE / track.speed)))
        self._blocks = self._decoded()
        self._rest = np.zeros((2, 0), np.float32)
        skipped = round(track.offset * RATE / track.speed)
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

    def _decoded(self) -> Generator[Block, None, None]:
        """Up to the end, or to where the file cannot be followed. A broken packet is passed over, as players do."""
        import av

        packets = self._container.demux(self._container.streams.audio[0])
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
        for made in self._resampler.resample(frame):
            samples = np.asarray(made.to_ndarray(), np.float32)
            yield np.repeat(samples, 2, axis=0) if len(samples) == 1 else samples

    def close(self) -> None:
        self._blocks.close()
        self._container.close()


def _next_packet(packets: Iterator[Any]) -> Any:
    import av

    try:
        return next(packets, None)
    except av.error.FFmpegError:
        return None


def _open(source: str | bytes, name: str) -> Any:
    import av

    hint = "Audio is MP3, WAV (PCM) or AAC"
    try:
        container = av.open(io.BytesIO(source) if isinstance(source, bytes) else source)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise MediaError("the sound cannot be decoded", place=Place(file=name), hint=hint) from error
    if not container.streams.audio:
        container.close()
        raise MediaError("the file has no sound in it", place=Place(file=name), hint=hint)
    return container


def _check(source: str | bytes, name: str) -> None:
    """Raises MediaError where a sound cannot be opened, before any frame is drawn."""
    _open(source, name).close()
