"""The sound of layers and clips, as tracks to be mixed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from velocity_engine.errors import Finding, MediaError, Place, VelocityError
from velocity_engine.evaluate.layer_sampler import LayerSampler
from velocity_engine.model.layers import AudioContent, Layer, PrecompContent, VideoContent
from velocity_engine.model.properties import Property, Vector
from velocity_engine.sound.decoding import check_sound
from velocity_engine.sound.mixing import mixed_tracks
from velocity_engine.sound.playing import MAX_BENT_SECONDS
from velocity_engine.sound.tracks import AudioPlan, AudioTrack, Gain, Times

if TYPE_CHECKING:
    from velocity_engine.media.clip import ClipReader
    from velocity_engine.model.document import MediaAsset
    from velocity_engine.plan.layers import PlannedComposition, PlannedLayer
    from velocity_engine.plan.plan import Plan

MAX_DECIBELS = 12.0
MAX_DEPTH = 64
SHORTEST_LOOP = 0.02  # seconds
BENT_STEPS = 10  # a second, at which the end of what a bent layer plays is looked for


@dataclass(frozen=True, slots=True)
class Window:
    """Seconds of the output."""

    start: float
    end: float

    def within(self, start: float, end: float) -> Window:
        return Window(max(self.start, start), min(self.end, end))


@dataclass(frozen=True, slots=True)
class Clock:
    """Seconds of the output for a second of a composition: ``origin + scale * second``."""

    origin: float
    scale: float

    def output(self, second: float) -> float:
        return self.origin + self.scale * second

    def inner(self, output: float) -> float:
        return (output - self.origin) / self.scale

    def of_layer(self, start: float, stretch: float) -> Clock:
        return Clock(self.output(start), self.scale * stretch)


def composition_tracks(
    plan: Plan, planned: PlannedComposition, clock: Clock, window: Window, depth: int, left_out: Layer | None = None
) -> list[AudioTrack]:
    """What is heard of a composition within a window; nothing of the layer that is ``left_out``. Hidden layers are
    silent. What a layer lacks is reported in ``plan.findings``."""
    rate = plan.document.frame_rate
    found: list[AudioTrack] = []
    for entry in planned.layers:
        layer, content = entry.layer, entry.layer.content
        if (
            layer is left_out
            or layer.hidden
            or depth > MAX_DEPTH
            or not isinstance(content, AudioContent | VideoContent | PrecompContent)
        ):
            continue
        heard = window.within(clock.output(layer.in_point / rate), clock.output(layer.out_point / rate))
        if heard.start >= heard.end:
            continue
        own = clock.of_layer(layer.start_time / rate, layer.stretch or 1.0)
        if content.time_remap is not None or own.scale <= 0:
            found += _bent_tracks(plan, entry, _Bending(clock, own, heard), depth)
        elif isinstance(content, PrecompContent):
            inner = plan.compositions.get(content.composition)
            if inner is not None:
                within = composition_tracks(plan, inner, own, heard, depth + 1, left_out)
                found += [replace(track, layer=f"{entry.path}/{track.layer}") for track in within]
        else:
            track = _layer_track(plan, entry, content, clock, own, heard)
            if track is not None:
                found.append(track)
    return found


# --- bent in time -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Bending:
    """Of a layer that is not heard at its own pace: the clock around it, its own, and when it is heard."""

    clock: Clock
    own: Clock
    heard: Window


def _bent_tracks(plan: Plan, entry: PlannedLayer, bending: _Bending, depth: int) -> list[AudioTrack]:
    """A layer whose time is remapped, or that plays backwards; none where it has no sound."""
    content, heard = entry.layer.content, bending.heard
    assert isinstance(content, AudioContent | VideoContent | PrecompContent)
    if not _sounds(plan, content, depth):
        return []
    times = _times(plan, entry, bending)
    points = np.linspace(heard.start, heard.end, max(2, math.ceil((heard.end - heard.start) * BENT_STEPS) + 1))
    last = float(times(points).max(initial=0.0)) + 1 / BENT_STEPS
    if last > MAX_BENT_SECONDS:
        what = f"sound that is bent in time is held in memory, and this is longer than {MAX_BENT_SECONDS // 60} minutes"
        plan.report(Finding("audio.time", what, _place(entry), "the layer is silent"))
        return []
    if isinstance(content, PrecompContent):
        inner = plan.compositions[content.composition]
        within = composition_tracks(plan, inner, Clock(0.0, 1.0), Window(0.0, last), depth + 1)
        mixed = AudioPlan(tracks=tuple(within), seconds=Fraction(last).limit_denominator(1000))
        bent = AudioTrack(source=partial(mixed_tracks, mixed), name=entry.path, layer=entry.path) if within else None
    else:
        plain = Clock(0.0, 1.0)
        bent = _layer_track(plan, entry, content, bending.clock, plain, Window(0.0, math.inf))
        if bent is not None:
            times = _of_clip(times, bent)
    if bent is None:
        return []
    return [replace(bent, start=heard.start, end=heard.end, offset=0.0, speed=1.0, loop=None, times=times)]


def _times(plan: Plan, entry: PlannedLayer, bending: _Bending) -> Times:
    """Which second of the layer's own time is heard at seconds of the output."""
    content, rate = entry.layer.content, plan.document.frame_rate
    remap = getattr(content, "time_remap", None)
    clock, own = bending.clock, bending.own
    if remap is None:
        return lambda seconds: (seconds - own.origin) / own.scale

    def remapped(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        frames = [clock.inner(float(second)) * rate for second in seconds]
        return np.array([LayerSampler(plan, entry, frame).scalar(remap) for frame in frames])

    return remapped


def _of_clip(times: Times, track: AudioTrack) -> Times:
    """``times`` within the part of its source that a track plays."""
    if track.loop is not None:
        first, last = track.loop
        return lambda seconds: first + np.mod(times(seconds), last - first)
    offset, end = track.offset, track.end

    def shown(seconds: NDArray[np.float64]) -> NDArray[np.float64]:
        found = times(seconds)
        return np.where((found >= 0) & (found < end), found + offset, -1.0)

    return shown


# --- layers -----------------------------------------------------------------------------------------------------------


def _sounds(plan: Plan, content: object, depth: int) -> bool:
    """Whether there is any sound in a layer, or within its composition."""
    if isinstance(content, VideoContent):
        clip = _clip(plan, content)
        return clip is not None and clip.has_sound
    if not isinstance(content, PrecompContent) or depth > MAX_DEPTH:
        return isinstance(content, AudioContent)
    inner = plan.compositions.get(content.composition)
    within = [entry.layer.content for entry in inner.layers if not entry.layer.hidden] if inner is not None else []
    return any(_sounds(plan, one, depth + 1) for one in within)


def _clip(plan: Plan, content: VideoContent) -> ClipReader | None:
    """The clip of a layer; None where it cannot be read, which the layer's own finding says."""
    from velocity_engine.media.clip import ClipReader

    try:
        found = plan.clip(content.asset)
    except VelocityError:
        return None
    return found if isinstance(found, ClipReader) else None


def _place(entry: PlannedLayer) -> Place:
    return Place(layer=entry.path, pointer=entry.layer.pointer or None)


def _layer_track(
    plan: Plan,
    entry: PlannedLayer,
    content: AudioContent | VideoContent,
    clock: Clock,
    own: Clock,
    heard: Window,
) -> AudioTrack | None:
    if isinstance(content, VideoContent):
        return clip_track(plan, entry, content, clock, own, heard)
    asset = plan.document.assets.get(content.asset)
    try:
        source, name = _source(plan, asset)
        check_sound(source, name)
    except MediaError as error:
        plan.report(Finding("audio.broken", str(error), _place(entry), "the layer is silent"))
        return None
    gain = None if content.level is None else gain_of(plan, entry, content.level, clock.inner)
    offset = max(0.0, own.inner(heard.start))
    start = max(heard.start, own.output(0.0))
    speed = 1.0 / own.scale
    return AudioTrack(
        source=source,
        name=name,
        layer=entry.path,
        start=start,
        end=heard.end,
        offset=offset,
        speed=speed,
        gain=gain,
    )


def clip_track(
    plan: Plan, entry: PlannedLayer, content: VideoContent, clock: Clock, own: Clock, heard: Window
) -> AudioTrack | None:
    """The sound of a clip along with its pictures; None where it has none. It ends with the clip unless that loops."""
    clip = _clip(plan, content)
    if clip is None or not clip.has_sound:
        if clip is not None and clip.sound_codec:
            what = f"the clip's sound is {clip.sound_codec}, and cannot be decoded"
            plan.report(Finding("audio.codec", what, _place(entry), "the layer is silent"))
        return None
    first, last = content.trim or (0.0, math.inf)
    length = min(last, clip.seconds) - first
    start = max(heard.start, own.output(0.0))
    shown = max(0.0, own.inner(heard.start))
    loop = (first, first + length) if content.loop and length >= SHORTEST_LOOP else None
    end = heard.end if loop else min(heard.end, own.output(length))
    if start >= end or not content.volume:
        return None
    return AudioTrack(
        source=clip.source,
        name=entry.path,
        layer=entry.path,
        volume=content.volume,
        start=start,
        end=end,
        offset=first + (shown % length if loop else shown),
        speed=1.0 / own.scale,
        loop=loop,
        gain=None if content.level is None else gain_of(plan, entry, content.level, clock.inner),
    )


def _source(plan: Plan, asset: MediaAsset | None) -> tuple[str | bytes, str]:
    if asset is None or asset.media is None:
        missing = asset.missing if asset is not None else ""
        raise MediaError("the package lacks the sound", place=Place(file=missing or None))
    name = asset.media.name or asset.name or asset.id
    return asset.media.path or plan.read(asset.media), name


def gain_of(plan: Plan, entry: PlannedLayer, level: Property[Vector], inner: Callable[[float], float]) -> Gain:
    """``inner`` returns the second of the layer's composition at one of the output.

    ``level`` is decibels, as After Effects has it, where a value is negative or none exceeds 12; else per cent.
    """
    values = [level.value, *(key.value for key in level.keyframes)]
    numbers = [number for value in values for number in value]
    decibels = min(numbers, default=0.0) < 0 or max(numbers, default=0.0) <= MAX_DECIBELS
    rate = plan.document.frame_rate

    def factor(number: float) -> float:
        return 10 ** (number / 20) if decibels else number / 100

    def gain(second: float) -> tuple[float, float]:
        value = LayerSampler(plan, entry, inner(second) * rate).vector(level)
        return factor(value[0]), factor(value[min(1, len(value) - 1)])

    return gain
