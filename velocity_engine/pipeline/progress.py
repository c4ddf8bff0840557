"""How far a render is, told at most ten times a second."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

INTERVAL = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    """``frames_done`` of ``frames_total`` are in the file; ``fps`` so far; ``seconds_left`` is None before it can be
    told.

    ``stage`` is "rendering", then "finishing" while the file is closed and checked, then "done".
    """

    frames_done: int
    frames_total: int
    fps: float
    seconds_left: float | None
    stage: str


class ProgressMeter:
    """Tells ``callback`` (or nobody) of the frames done, not more often than ``INTERVAL`` but for a new stage."""

    def __init__(self, callback: Callable[[Progress], None] | None, frames_total: int) -> None:
        self._callback = callback
        self._total = frames_total
        self._start = time.monotonic()
        self._last = 0.0
        self._stage = ""

    def tell(self, frames_done: int, stage: str) -> None:
        if self._callback is None:
            return
        now = time.monotonic()
        if stage == self._stage and now - self._last < INTERVAL:
            return
        self._last, self._stage = now, stage
        elapsed = now - self._start
        fps = frames_done / elapsed if elapsed > 0 else 0.0
        left = (self._total - frames_done) / fps if fps > 0 else None
        self._callback(Progress(frames_done, self._total, fps, left, stage))
