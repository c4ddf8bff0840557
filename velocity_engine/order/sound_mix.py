"""How the sound of a video is mixed: the caller's file beside the template's own sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from velocity_engine.errors import Place, SoundMixError
from velocity_engine.given.arguments import number, require

MAX_VOLUME = 10.0
MAX_SECONDS = 86_400.0
MAX_RAMP_SECONDS = 60.0
MAX_DEPTH = 60.0
LOUDNESS = (-70.0, -5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ducking:
    """Turns the caller's sound down while the template's sound is heard, so that words can be understood.

    Attributes:
        layer: The name of the layer that is listened to, or "Composition/Layer". None for all of the template's sound.
        depth: By how many decibels, from 0 to 60.
        attack: How many seconds it takes to go down.
        release: How many seconds it takes to come up again.

    Raises:
        WrongTypeError: An argument has a wrong type.
        SoundMixError: A number is out of its range.

    Example:
        >>> ve.SoundMix(ducking=ve.Ducking(layer="Voice", depth=15))
    """

    layer: str | None = None
    depth: float = 12.0
    attack: float = 0.2
    release: float = 0.6

    def __post_init__(self) -> None:
        require("layer", self.layer, str | None, "Give the name of a layer")
        _within("ducking.depth", self.depth, 0.0, MAX_DEPTH, "decibels")
        _within("ducking.attack", self.attack, 0.0, MAX_RAMP_SECONDS, "seconds")
        _within("ducking.release", self.release, 0.0, MAX_RAMP_SECONDS, "seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundMix:
    """How the sound of a video is mixed. All but ``mute_template``, ``loudness`` and ``ducking`` speak of the caller's
    sound file.

    Attributes:
        volume: By what its samples are multiplied: 1 leaves them, 0.5 is 6 decibels less; from 0 to 10.
        fade_in: Seconds within which it comes up from silence.
        fade_out: Seconds within which it goes down to silence, at its end or at that of the video.
        start: Second of the video at which it begins.
        trim: (start, end) in seconds of the file: what of it is heard. None for all.
        loop: It begins anew at its end, up to the end of the video.
        mute_template: The template's own sound is left out.
        ducking: How the caller's sound makes room for the template's. None for not at all.
        loudness: The integrated loudness of the whole in LUFS (EBU R 128), such as -14 or -23, with true peaks of -1
            dBTP at most. None for as it comes out.

    Raises:
        WrongTypeError: An argument has a wrong type.
        SoundMixError: A number is out of its range.

    Example:
        >>> mix = ve.SoundMix(volume=0.4, fade_out=2, loop=True, loudness=-14)
        >>> ve.render(template, "promo.mp4", audio="music.mp3", mix=mix)
    """

    volume: float = 1.0
    fade_in: float = 0.0
    fade_out: float = 0.0
    start: float = 0.0
    trim: tuple[float, float] | None = None
    loop: bool = False
    mute_template: bool = False
    ducking: Ducking | None = None
    loudness: float | None = None

    def __post_init__(self) -> None:
        _within("volume", self.volume, 0.0, MAX_VOLUME, "")
        for name in ("fade_in", "fade_out", "start"):
            _within(name, getattr(self, name), 0.0, MAX_SECONDS, "seconds")
        if self.trim is not None:
            object.__setattr__(self, "trim", _trim(self.trim))
        require("loop", self.loop, bool, "Give True or False")
        require("mute_template", self.mute_template, bool, "Give True or False")
        require("ducking", self.ducking, Ducking | None, "Give a Ducking, such as Ducking(depth=12)")
        if self.loudness is not None:
            _within("loudness", self.loudness, *LOUDNESS, "LUFS")

    def end_of(self, seconds: float) -> float:
        """Returns the second of the video at which the caller's sound ends; a loop ends after one round.

        Args:
            seconds: How long its file is.
        """
        first, last = self.trim or (0.0, seconds)
        return self.start + max(0.0, min(last, seconds) - first)

    def to_values(self) -> dict[str, Any]:
        """Returns the mix as values that ``json.dumps`` takes."""
        duck = self.ducking
        return {
            "volume": self.volume,
            "fade_in": self.fade_in,
            "fade_out": self.fade_out,
            "start": self.start,
            "trim": None if self.trim is None else list(self.trim),
            "loop": self.loop,
            "mute_template": self.mute_template,
            "ducking": None
            if duck is None
            else {"layer": duck.layer, "depth": duck.depth, "attack": duck.attack, "release": duck.release},
            "loudness": self.loudness,
        }

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> SoundMix:
        """Returns the mix that ``to_values`` wrote.

        Args:
            values: What ``to_values`` returned, also after a way through JSON.

        Raises:
            KeyError, TypeError, ValueError: ``to_values`` did not write this.
        """
        given = dict(values)
        duck = given.pop("ducking")
        return cls(**given, ducking=None if duck is None else Ducking(**duck))


def _trim(value: object) -> tuple[float, float]:
    right = "Give (start, end) in seconds of the file, 0 <= start < end"
    require("trim", value, tuple | list, right)
    assert isinstance(value, tuple | list)
    if len(value) == 2:
        start, end = (number("trim", one, right) for one in value)
        if 0 <= start < end <= MAX_SECONDS:
            return (start, end)
    raise SoundMixError("the trim is no part of a file", place=Place(field="trim"), hint=right)


def _within(name: str, value: object, least: float, most: float, unit: str) -> None:
    right = f"Give a number from {least:g} to {most:g}{unit and f' ({unit})'}"
    found = number(name, value, right)
    if not least <= found <= most:
        raise SoundMixError(f"{name} is {found:g}", place=Place(field=name), hint=right)
