"""How long the video of a request becomes: what it asks for, and what the check of it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import velocity_engine as engine
from velocity_web.schemas.duration import LONGEST, DurationRequest

Errors = dict[str, list[str]]
ONE_OF_BOTH = "give seconds, or from, and not both"
NOT_HERE_YET = (
    "how long audio from elsewhere lasts is known once it is fetched; take it in with POST /audio/import, and give its "
    "audioId"
)


@dataclass(frozen=True, slots=True)
class Length:
    """Of a video whose length is chosen: its ``frames`` in all, those of them that are ``held``, at how many its
    regions cut it into segments (``cuts``), where it begins and ends on the timeline (in frames of the composition),
    and where the timeline ends."""

    frames: int
    held: int
    cuts: int
    start: float
    end: float
    whole: float

    @property
    def lasting(self) -> tuple[int, int, int]:
        return self.frames, self.held, self.cuts


def length_of(answer: Mapping[str, Any] | None) -> Length | None:
    return None if answer is None else Length(**answer)


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
