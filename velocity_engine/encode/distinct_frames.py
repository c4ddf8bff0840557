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
LONG_HOLD = 8
REFINED = 3
"""Of ``LONG_HOLD`` held frames and more the first ones are encoded: each makes what is then seen for so long a little
better, at next to no bits."""
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
    """A frame for the encoder, with the time that it is told."""

    frame: av.VideoFrame
    pts: int
    prediction: Prediction


@dataclass(slots=True, eq=False)
class Held:
    """A frame that was shown at the output frame ``at``, and ``held`` for so many more. It ``holds`` where these become
    skip pictures: all but the first ``refined`` of them, which is known once the frame is given."""

    frame: av.VideoFrame
    at: int
    is_key: bool = False
    holds: bool = False
    held: int = 0
    refined: int = 0

    @property
    def repeats(self) -> range:
        """The output frames, by now, that repeat what was encoded."""
        return range(self.at + self.refined + 1, self.at + self.held + 1)


@dataclass(slots=True, eq=False)
class DistinctFrames:
    """Takes the frames of a segment with ``show``, which returns what the encoder is to be given by now; ``finish``
    returns what is left.

    ``key_distance``: a key frame stands at each multiple of so many frames; None for the first frame alone.
    """

    key_distance: int | None
    _count: int = 0
    _waiting: deque[Held] = field(default_factory=deque)  # not given yet
    _last: Held | None = None
    _after_hold: bool = False  # what was given last is repeated
    _holds: dict[int, Held] = field(default_factory=dict)  # by the output frame that is repeated

    def show(self, frame: av.VideoFrame, *, held: bool) -> list[GivenFrame]:
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
        return list(self._due())

    def finish(self) -> list[GivenFrame]:
        return list(self._due(ended=True))

    def _due(self, *, ended: bool = False) -> Iterator[GivenFrame]:
        """What is decided by now; ``ended``: all that is left."""
        while self._waiting and (ended or self._is_decided()):
            shown = self._waiting.popleft()
            follower = self._waiting[0] if self._waiting else None
            last = shown.held
            if shown.holds:
                last = shown.refined = REFINED if shown.held >= LONG_HOLD else 0
                self._holds[shown.at + last] = shown
            for number in range(last + 1):
                is_bound = self._after_hold or (shown.holds and number >= last - 1)
                is_bound |= number == last and follower is not None and follower.holds
                yield GivenFrame(shown.frame, shown.at + number, _prediction(shown, number, is_bound=is_bound))
                self._after_hold = shown.holds and number == last

    def _is_decided(self) -> bool:
        """Whether it is known of the first that waits how long it is held, and of the one after it if it is at all."""
        first, *later = self._waiting
        return first.held >= LONG_HOLD or (bool(later) and (first.holds or later[0].holds or len(later) > 1))

    def shown_at(self, pts: int) -> int:
        """The output frame of a frame that was given."""
        return pts

    def hold_of(self, at: int) -> Held | None:
        """The hold whose frames repeat the output frame ``at``, once that was encoded. It may go on."""
        return self._holds.pop(at, None)


def _prediction(shown: Held, number: int, *, is_bound: bool) -> Prediction:
    """Of a frame that is given for the ``number``-th time, the first being 0."""
    if shown.is_key and number == 0:
        return Prediction.NOTHING
    return Prediction.EARLIER if is_bound and shown.at + number > 0 else Prediction.CHOSEN
