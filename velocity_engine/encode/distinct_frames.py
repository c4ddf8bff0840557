"""Which frames of a segment an encoder is given, where those that are held long enough become skip pictures.

A frame that begins a hold, the one before it and the one after the hold are predicted from what was shown before them
alone: so what is decoded by then is what is shown by then, and the skip pictures follow the frame that they repeat.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import av

MIN_HELD = 3
"""So many frames are held at least where they become skip pictures. Shorter holds are encoded: pictures that look back
alone would cost more than is saved."""
MAX_HELD = 1000
"""Skip pictures between two that are encoded: the order of showing is told modulo a power of 2."""
KEPT_FRAMES = 2
"""The last frames that were shown, which must not change before others came."""


class Prediction(IntEnum):
    """What a frame is predicted from; the numbers are those of libavcodec's pict_type."""

    CHOSEN = 0
    NOTHING = 1
    EARLIER = 2


@dataclass(frozen=True, slots=True, eq=False)
class GivenFrame:
    """A frame for the encoder, shown from the output frame ``at`` of the segment on."""

    frame: av.VideoFrame
    at: int
    prediction: Prediction


@dataclass(slots=True, eq=False)
class Held:
    """A frame that was shown at the output frame ``at``, and ``held`` for so many more. It ``holds`` where these become
    skip pictures."""

    frame: av.VideoFrame
    at: int
    is_key: bool = False
    holds: bool = False
    held: int = 0


@dataclass(slots=True, eq=False)
class DistinctFrames:
    """Takes the frames of a segment with ``show``; ``due`` returns what the encoder is to be given, in order.

    ``key_distance``: a key frame stands at each multiple of so many frames; None for the first frame alone.
    ``holds``: by output frame, the frames that are held as skip pictures.
    """

    key_distance: int | None
    holds: dict[int, Held] = field(default_factory=dict)
    _count: int = 0
    _waiting: deque[Held] = field(default_factory=deque)  # not given yet
    _last: Held | None = None
    _after_hold: bool = False  # what was given last holds

    def show(self, frame: av.VideoFrame, *, held: bool) -> None:
        """The next frame. ``held``: it shows what the one before shows."""
        at, last = self._count, self._last
        self._count += 1
        is_key = at > 0 and self.key_distance is not None and at % self.key_distance == 0
        if last is None or not held or is_key or last.held == MAX_HELD:
            self._last = Held(frame, at, is_key, holds=held and last is not None and last.holds)
            self._waiting.append(self._last)
        else:
            last.held += 1
            last.holds = last.holds or last.held >= MIN_HELD
        if self._last is not None and self._last.holds:
            self.holds[self._last.at] = self._last

    def due(self, *, ended: bool = False) -> Iterator[GivenFrame]:
        """What is decided by now; ``ended``: all that is left."""
        while self._waiting and (ended or self._is_decided()):
            shown = self._waiting.popleft()
            follower = self._waiting[0] if self._waiting else None
            times = [shown.at] if shown.holds else list(range(shown.at, shown.at + shown.held + 1))
            for at in times:
                is_bound = shown.holds or self._after_hold
                is_bound |= at == times[-1] and follower is not None and follower.holds
                prediction = Prediction.EARLIER if is_bound and at else Prediction.CHOSEN
                yield GivenFrame(shown.frame, at, Prediction.NOTHING if at == shown.at and shown.is_key else prediction)
                self._after_hold = shown.holds

    def _is_decided(self) -> bool:
        """Whether it is known of the first that waits, and of the one after it, if they hold."""
        first, *later = self._waiting
        return first.holds or bool(later) and (later[0].holds or len(later) > 1)
