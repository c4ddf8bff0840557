"""How long the video of a request becomes: what it asks for, and what the check of it answers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import velocity_engine as engine
from velocity_web.schemas.duration import LONGEST, DurationRequest
from velocity_web.schemas.render import VideoTimelineDto
from velocity_web.schemas.template import MarkerDto

Errors = dict[str, list[str]]
CLOSE = 1e-6  # of a frame: so near to it is on it
ONE_OF_BOTH = "give seconds, or from, and not both"
NOT_HERE_YET = (
    "how long audio from elsewhere lasts is known once it is fetched; take it in with POST /audio/import, and give its "
    "audioId"
)


@dataclass(frozen=True, slots=True)
class Length:
    """Of a video whose length is chosen: its ``frames`` in all, those of them that are ``held``, at how many its
    regions cut it into segments (``cuts``), where it begins and ends on the timeline (in frames of the composition),
    where the timeline ends, and where it has the ``markers``, of a dry run alone."""

    frames: int
    held: int
    cuts: int
    start: float
    end: float
    whole: float
    markers: Sequence[Mapping[str, Any]] = field(default=(), compare=False)

    @property
    def lasting(self) -> tuple[int, int, int]:
        return self.frames, self.held, self.cuts


def length_of(answer: Mapping[str, Any] | None) -> Length | None:
    return None if answer is None else Length(**answer)


def timeline_told(whole: float, markers: Iterable[Mapping[str, Any]], first: float) -> VideoTimelineDto:
    """The timeline of a video that ends at ``whole``, and its markers, as a dry run tells them: in frames of the
    composition, counted from its ``first``."""
    placed = [MarkerDto(**{**marker, "time": marker["time"] - first}) for marker in markers]
    return VideoTimelineDto(frame_count=math.floor(whole - first + CLOSE), markers=placed)


def duration_of(
    asked: DurationRequest | None, sound_seconds: float | None, mix: engine.SoundMix | None, errors: Errors
) -> engine.Duration | None:
    """What the engine is told; of a sound, how many seconds that means. What is wrong goes to ``errors``.

    ``sound_seconds``: of the request's audio; None where it has none.
    """
    if asked is None:
        return None
    if (asked.seconds is None) == (asked.follows is None):
        errors["duration"] = [ONE_OF_BOTH]
        return None
    if asked.seconds is not None:
        return engine.Duration(seconds=asked.seconds)
    if asked.follows != "audio":
        return engine.Duration(follows=asked.follows)
    if sound_seconds is None:
        errors["duration.from"] = ["there is no audio; give audioId, or seconds"]
        return None
    if not sound_seconds:
        errors["duration.from"] = [NOT_HERE_YET]
        return None
    ends = (mix or engine.SoundMix()).end_of(sound_seconds)
    if not 0 < ends <= LONGEST:
        errors["duration.from"] = [f"the audio ends at second {ends:g}; a video has at most {LONGEST} seconds"]
        return None
    return engine.Duration(seconds=ends)
