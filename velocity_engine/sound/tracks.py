"""What is heard when: the tracks of a video, as the mixer takes them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
BLOCK = RATE  # samples

Block = NDArray[np.float32]
"""(2, n) float32, left and right, at ``RATE``."""
Gain = Callable[[float], tuple[float, float]]
Times = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioTrack:
    """A sound on the output's timeline, in seconds: heard from ``start`` to ``end``, at ``start`` from ``offset`` of
    the source on.

    ``source`` is a file, its bytes, or a mix of tracks, ``name`` what messages call it, ``layer`` the path of its layer
    ("" for the caller's own sound). ``speed`` 2 plays twice as fast (and an octave higher). ``loop``: the part of the
    source, in seconds, that is heard over and over; ``offset`` lies within it; it may end at infinity, which is the end
    of the source. ``times`` returns the seconds of the source that are heard at seconds of the output; then ``offset``,
    ``speed`` and ``loop`` say nothing.
    ``gain`` returns the factors of left and right at a second of the output; None for 1. The sound comes up within
    ``fade_in`` seconds from ``start``, and goes down within the last ``fade_out`` before ``end``.
    """

    source: str | bytes | AudioPlan
    name: str
    layer: str = ""
    start: float = 0.0
    end: float = math.inf
    offset: float = 0.0
    speed: float = 1.0
    loop: tuple[float, float] | None = None
    times: Times | None = None
    gain: Gain | None = None
    volume: float = 1.0
    fade_in: float = 0.0
    fade_out: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Duck:
    """How far the caller's sound goes down, while others are heard: ``decibels`` (negative), within ``attack`` seconds,
    and up again within ``release``. ``layer``: only that layer is listened to; "" for all of the template's sound."""

    decibels: float
    attack: float
    release: float
    layer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPlan:
    """``seconds`` is the exact length of the output; without tracks it has no sound at all.

    ``own`` are tracks that ``duck`` acts on. ``loudness``: what the whole is brought to, in LUFS; None for as it is.
    """

    tracks: tuple[AudioTrack, ...]
    seconds: Fraction
    own: tuple[AudioTrack, ...] = ()
    duck: Duck | None = None
    loudness: float | None = None

    @property
    def is_silent(self) -> bool:
        """Whether there is no sound at all."""
        return not (self.tracks or self.own)
