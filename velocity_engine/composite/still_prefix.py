"""The still commands that the display lists begin with (their still prefix), drawn once and kept as pixels.

Where something moves over many still shapes, the canvas is then mended by copying pixels instead of drawing them all
again. What is drawn over the copy gets the same bits as if all had been drawn in turn. A run above what moves could
not be kept so: laid over as a whole it would round differently.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.changes import in_common
from velocity_engine.composite.compositor import Compositor
from velocity_engine.display import DisplayList, DrawCommand, FillSource, StrokeSource, commands_in, display_list

FRAMES = 3  # for which a prefix must have been still at first: then it may well stay so
MAX_FRAMES = 64
MIN_WORK = 24  # paths; drawing fewer again costs less than the memory


class StillPrefix:
    """``pixels``: (h, w, 4) uint8, show the first ``count`` commands of the last display list that was followed; 0 when
    no prefix is kept."""

    def __init__(self, compositor: Compositor) -> None:
        self._compositor = compositor
        self._kept: tuple[DrawCommand, ...] = ()
        self._lengths: list[int] = []  # of what the last frames had in common with those before
        self._wait = FRAMES
        self._served = 0
        self.pixels: NDArray[np.uint8] = np.empty((0, 0, 4), np.uint8)

    @property
    def count(self) -> int:
        return len(self._kept)

    def follow(self, before: DisplayList | None, now: DisplayList) -> None:
        """Takes notice of the next frame; draws a prefix that has become worth keeping, lets go one that has ended."""
        common = 0 if before is None else still_between(before, now)
        if common < len(self._kept):
            if self._served < FRAMES * self._wait:  # it was not worth drawing: the next must be still for longer
                self._wait = min(2 * self._wait, MAX_FRAMES)
            self._kept, self._lengths = (), []
        self._served += 1
        self._lengths = [*self._lengths[1 - self._wait :], common]
        steady = min(self._lengths) if len(self._lengths) == self._wait else 0
        if steady > 2 * len(self._kept) and work_of(now.commands[:steady]) >= MIN_WORK:
            self._keep(now, steady)

    def _keep(self, display: DisplayList, count: int) -> None:
        if self.pixels.shape[:2] != (display.height, display.width):
            self.pixels = np.empty((display.height, display.width, 4), np.uint8)
        self._kept = ()
        prefix = display.commands[:count]
        self._compositor.draw(display_list(display.width, display.height, display.background, prefix), self.pixels)
        self._kept, self._served = prefix, 0


def still_between(before: DisplayList, now: DisplayList) -> int:
    """How many commands at the bottom two display lists share; none on different grounds."""
    if (before.width, before.height, before.background) != (now.width, now.height, now.background):
        return 0
    return in_common(before.commands, now.commands)


def work_of(commands: tuple[DrawCommand, ...]) -> int:
    """Paths among ``commands``, those in groups and mattes too; masks count as one."""
    total = 0
    for command in commands:
        source = command.source
        total += 1 if isinstance(source, FillSource | StrokeSource) else work_of(commands_in(source))
        total += len(command.masks) + (work_of(command.matte.commands) if command.matte is not None else 0)
    return total
