"""The timeline of a video whose length is chosen, from its plan and its sound."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Protocol

from velocity_engine.display import FrameReader
from velocity_engine.errors import FrameRangeError, Place
from velocity_engine.evaluate.soundtrack import OwnSound, sound_end
from velocity_engine.given.arguments import FrameRange
from velocity_engine.model.document import Document
from velocity_engine.model.frame_ranges import frame_at, frame_range
from velocity_engine.model.layers import VideoContent
from velocity_engine.order.duration import Duration
from velocity_engine.plan.lengths import Wanted, timeline_of
from velocity_engine.plan.timeline import Timeline


class HoldsClips(Protocol):
    """A document, and what opens its clips: a plan, or who makes one."""

    @property
    def document(self) -> Document: ...

    @property
    def clip(self) -> Callable[[str], FrameReader | None]: ...


def planned_timeline(
    plan: HoldsClips,
    rate: Fraction,
    duration: Duration,
    sound: OwnSound,
    known: Mapping[str, float] | None = None,
) -> Timeline:
    """Returns the timeline of a video of a wanted length.

    Args:
        plan: The plan of its template.
        rate: The output frames per second.
        duration: How long it is to be.
        sound: The caller's sound.
        known: How long clips are in seconds, by the paths of their files: these are not opened.

    Raises:
        DurationError: The template does not allow it.
        MediaError: The sound cannot be decoded.
    """

    def clip_seconds(content: VideoContent) -> float | None:
        asset = plan.document.assets.get(content.asset)
        path = None if asset is None or asset.media is None else asset.media.path
        if known and path is not None and path in known:
            return known[path]
        reader = plan.clip(content.asset)
        return None if reader is None else reader.seconds

    ends = sound_end(sound) if duration.follows_sound and sound.file is not None else None
    return timeline_of(plan.document, rate, Wanted(duration, ends, clip_seconds))


def shown_range(document: Document, timeline: Timeline | None, frames: FrameRange | None) -> tuple[float, float]:
    """Returns which frames of the video's timeline are rendered: (start, end) in frames of the composition.

    Args:
        document: The template's document.
        timeline: The timeline; None where the video is as long as the template.
        frames: As ``Template.frame_range`` takes them. A marker is where the timeline has it.

    Raises:
        FrameRangeError: The range is empty or leaves the video, or there is no such marker.
    """
    if timeline is None:
        return frame_range(document, frames)
    markers = tuple(timeline.placed(marker) for marker in document.markers)
    return frame_range(replace(document, out_point=timeline.end, markers=markers), frames)


def require_shown(document: Document, timeline: Timeline, frame: float) -> None:
    """Checks the frame of a poster.

    Args:
        document: The template's document.
        timeline: The timeline of the video.
        frame: The point, in frames of the composition counted on that.

    Raises:
        FrameRangeError: The video does not have it.
    """
    try:
        frame_at(replace(document, out_point=timeline.end), frame)
    except FrameRangeError as error:
        raise FrameRangeError(error.message, place=Place(field="poster"), hint=error.hint) from None
