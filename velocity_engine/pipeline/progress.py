"""How far a render is, reported at most ten times a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

INTERVAL = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a render is. The ``progress`` function of a render gets one several times a second.

    Attributes:
        frames_done: How many output frames are in the file.
        frames_total: How many output frames the video has.
        fps: Output frames per second so far.
        seconds_left: An estimate of the remaining seconds, or None while no estimate is possible.
        stage: "rendering", then "finishing" while the file is closed and checked, then "storing" while it is brought to
            where it was asked for, then "done".
    """

    frames_done: int
    frames_total: int
    fps: float
    seconds_left: float | None
    stage: str


class ProgressMeter:
    """Reports progress to a callback, at most every ``INTERVAL`` seconds. A new stage is always reported."""

    def __init__(self, callback: Callable[[Progress], None] | None, frames_total: int) -> None:
        self._callback = callback
        self._total = frames_total
        self._start = time.monotonic()
        self._last = 0.0
        self._stage = ""

    def is_due(self, stage: str) -> bool:
        """Whether ``tell`` would call the callback now."""
        return self._callback is not None and (stage != self._stage or time.monotonic() - self._last >= INTERVAL)

    def tell(self, frames_done: int, stage: str) -> None:
        """Calls the callback on the caller's thread, if there is one and it is time.

        Args:
            frames_done: How many output frames are in the file.
            stage: As in ``Progress.stage``.
        """
        if self._callback is None or not self.is_due(stage):
            return
        now = time.monotonic()
        self._last, self._stage = now, stage
        elapsed = now - self._start
        fps = frames_done / elapsed if elapsed > 0 else 0.0
        left = (self._total - frames_done) / fps if fps > 0 else None
        self._callback(Progress(frames_done, self._total, fps, left, stage))
