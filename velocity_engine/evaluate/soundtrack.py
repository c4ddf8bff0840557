"""What a template sounds like: its audio layers, its clips, and the caller's own file, as tracks to be mixed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from velocity_engine.errors import NoSoundError, Place, SoundMixError
from velocity_engine.evaluate.layer_tracks import Clock, Window, composition_tracks
from velocity_engine.evaluate.retimed_sound import tracks_along
from velocity_engine.order.sound_mix import SoundMix
from velocity_engine.sound.decoding import open_sound, sound_length
from velocity_engine.sound.mixing import is_of_layer
from velocity_engine.sound.tracks import AudioPlan, AudioTrack, Duck

if TYPE_CHECKING:
    from velocity_engine.plan.plan import Plan
    from velocity_engine.plan.timeline import Timeline


@dataclass(frozen=True, slots=True)
class OwnSound:
    """What the caller adds: a file, or none, and how all is mixed, None for as it is."""

    file: str | None = None
    mix: SoundMix | None = None


def audio_plan(
    plan: Plan, start: float, seconds: Fraction, own: OwnSound | None = None, timeline: Timeline | None = None
) -> AudioPlan:
    """The audio layers and clips of ``plan`` from composition frame ``start`` on, and what the caller adds. With a
    ``timeline``, ``start`` is counted on that.

    Hidden layers are silent: of a layer's two switches Bodymovin exports only the eye, and a layer that a customization
    hides is meant to be gone.

    Raises MediaError for a caller's file that cannot be decoded, SoundMixError for a layer that is not there; what a
    layer lacks is reported in ``plan.findings``.
    """
    own = own or OwnSound()
    mix = own.mix or SoundMix()
    duck = None
    if mix.ducking is not None:
        _require_layer(plan, mix.ducking.layer)
        duck = Duck(
            decibels=-mix.ducking.depth,
            attack=mix.ducking.attack,
            release=mix.ducking.release,
            layer=mix.ducking.layer or "",
        )
    tracks: list[AudioTrack] = []
    if not mix.mute_template and timeline is None:
        whole = Window(0.0, float(seconds))
        tracks = composition_tracks(plan, plan.main, Clock(-start / plan.document.frame_rate, 1.0), whole, 0)
    elif not mix.mute_template and timeline is not None:
        begin = (start - timeline.start) / plan.document.frame_rate
        tracks = tracks_along(plan, timeline, Window(begin, begin + float(seconds)))
    added = () if own.file is None else tuple(_own_tracks(own.file, mix, float(seconds)))
    return AudioPlan(tracks=tuple(tracks), seconds=seconds, own=added, duck=duck, loudness=mix.loudness)


def sound_end(own: OwnSound) -> float | None:
    """The second of the video at which the caller's sound ends; a loop ends after one round. None where there is none.

    Raises:
        MediaError: It cannot be decoded.
    """
    if own.file is None:
        return None
    return (own.mix or SoundMix()).end_of(sound_length(own.file, Path(own.file).name))


def _own_tracks(file: str, mix: SoundMix, seconds: float) -> Sequence[AudioTrack]:
    """The caller's file; none where it begins after the end, or its trim does."""
    name = Path(file).name
    sound = open_sound(file, name)
    length = sound.seconds
    sound.close()
    first, last = mix.trim or (0.0, math.inf)
    last = min(last, math.inf if length is None else length)
    end = seconds if mix.loop else min(seconds, mix.start + last - first)
    if mix.start >= end or first >= last:
        return ()
    is_trimmed = mix.trim is not None and last < math.inf
    loop = (first, last if is_trimmed else math.inf) if mix.loop else None
    return (
        AudioTrack(
            source=file,
            name=name,
            start=mix.start,
            end=end,
            offset=first,
            loop=loop,
            volume=mix.volume,
            fade_in=mix.fade_in,
            fade_out=mix.fade_out,
        ),
    )


def _require_layer(plan: Plan, name: str | None) -> None:
    if name is None:
        return
    paths = [entry.path for planned in (plan.main, *plan.compositions.values()) for entry in planned.layers]
    if not any(is_of_layer(path, name) for path in paths):
        what = f"the ducking listens to the layer {name}, which the template does not have"
        hint = "Name a layer of the template, or leave the layer out for all of its sound"
        raise SoundMixError(what, place=Place(field="ducking.layer"), hint=hint)


def silence(title: str) -> NoSoundError:
    """Returns what is wrong with a render to a codec that takes sound alone, where there is none.

    Args:
        title: What people call the codec.
    """
    what = f"{title} takes sound alone, and there is none: the template has no sound in these frames"
    hint = "Give a sound with the request, or choose a codec that takes frames"
    return NoSoundError(what, place=Place(field="codec"), hint=hint)
