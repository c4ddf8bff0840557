"""What a template sounds like: its audio layers, its clips, and the caller's own file, as tracks to be mixed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from velocity_engine.errors import Finding, MediaError, NoSoundError, Place, VelocityError
from velocity_engine.evaluate.layer_sampler import LayerSampler
from velocity_engine.media.audio import AudioPlan, AudioTrack, Gain, check_sound
from velocity_engine.model.layers import AudioContent, PrecompContent, VideoContent
from velocity_engine.model.properties import Property, Vector

if TYPE_CHECKING:
    from velocity_engine.media.clip import ClipReader
    from velocity_engine.model.document import MediaAsset
    from velocity_engine.plan.layers import PlannedComposition, PlannedLayer
    from velocity_engine.plan.plan import Plan

MAX_DECIBELS = 12.0
MAX_DEPTH = 64
SHORTEST_LOOP = 0.02  # seconds


def audio_plan(plan: Plan, start: float, seconds: Fraction, audio: str | None = None) -> AudioPlan:
    """The audio layers and clips of ``plan`` from composition frame ``start`` on, and the caller's file ``audio`` over
    the whole length.

    Hidden layers are silent: of a layer's two switches Bodymovin exports only the eye, and a layer that a customization
    hides is meant to be gone.

    Raises MediaError for a caller's file that cannot be decoded; what a layer lacks is reported in ``plan.findings``.
    """
    tracks = []
    if audio is not None:
        name = Path(audio).name
        check_sound(audio, name)
        tracks.append(AudioTrack(source=audio, name=name))
    rate = plan.document.frame_rate
    whole = _Window(0.0, float(seconds))
    tracks += _composition_tracks(plan, plan.main, _Clock(-start / rate, 1.0), whole, 0)
    return AudioPlan(tracks=tuple(tracks), seconds=seconds)


def silence(title: str) -> NoSoundError:
    """Returns what is wrong with a render to a codec that takes sound alone, where there is none.

    Args:
        title: What people call the codec.
    """
    what = f"{title} takes sound alone, and there is none: the template has no sound in these frames"
    hint = "Give a sound with the request, or choose a codec that takes frames"
    return NoSoundError(what, place=Place(field="codec"), hint=hint)


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
        if layer.hidden or depth > MAX_DEPTH or not isinstance(content, AudioContent | VideoContent | PrecompContent):
            continue
        heard = window.within(clock.output(layer.in_point / rate), clock.output(layer.out_point / rate))
        if heard.start >= heard.end:
            continue
        own = clock.of_layer(layer.start_time / rate, layer.stretch or 1.0)
        if content.time_remap is not None or own.scale <= 0:
            if _sounds(plan, content):
                what = "sound cannot be bent in time or played backwards"
                plan.report(Finding("audio.time", what, _place(entry), "the layer is silent"))
        elif isinstance(content, PrecompContent):
            inner = plan.compositions.get(content.composition)
            if inner is not None:
                found += _composition_tracks(plan, inner, own, heard, depth + 1)
        else:
            track = _layer_track(plan, entry, content, clock, own, heard)
            if track is not None:
                found.append(track)
    return found


def _sounds(plan: Plan, content: AudioContent | VideoContent | PrecompContent) -> bool:
    """Whether there is any sound in a layer, or right within its composition."""
    if isinstance(content, VideoContent):
        clip = _clip(plan, content)
        return clip is not None and clip.has_sound
    if isinstance(content, AudioContent):
        return True
    inner = plan.compositions.get(content.composition)
    within = [entry.layer.content for entry in inner.layers if not entry.layer.hidden] if inner is not None else []
    return any(isinstance(one, AudioContent | VideoContent) and _sounds(plan, one) for one in within)


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
    clock: _Clock,
    own: _Clock,
    heard: _Window,
) -> AudioTrack | None:
    if isinstance(content, VideoContent):
        return _clip_track(plan, entry, content, clock, own, heard)
    asset = plan.document.assets.get(content.asset)
    try:
        source, name = _source(plan, asset)
        check_sound(source, name)
    except MediaError as error:
        plan.report(Finding("audio.broken", str(error), _place(entry), "the layer is silent"))
        return None
    gain = None if content.level is None else _gain(plan, entry, content.level, clock)
    offset = max(0.0, own.inner(heard.start))
    start = max(heard.start, own.output(0.0))
    speed = 1.0 / own.scale
    return AudioTrack(source=source, name=name, start=start, end=heard.end, offset=offset, speed=speed, gain=gain)


def _clip_track(
    plan: Plan, entry: PlannedLayer, content: VideoContent, clock: _Clock, own: _Clock, heard: _Window
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
    if start >= end:
        return None
    return AudioTrack(
        source=clip.source,
        name=entry.path,
        start=start,
        end=end,
        offset=first + (shown % length if loop else shown),
        speed=1.0 / own.scale,
        loop=loop,
        gain=None if content.level is None else _gain(plan, entry, content.level, clock),
    )


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
    decibels = min(numbers, default=0.0) < 0 or max(numbers, default=0.0) <= MAX_DECIBELS
    rate = plan.document.frame_rate

    def factor(number: float) -> float:
        return 10 ** (number / 20) if decibels else number / 100

    def gain(second: float) -> tuple[float, float]:
        value = LayerSampler(plan, entry, clock.inner(second) * rate).vector(level)
        return factor(value[0]), factor(value[min(1, len(value) - 1)])

    return gain
