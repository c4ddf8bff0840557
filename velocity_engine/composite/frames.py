"""A run of frames on one canvas: only what changed from one to the next is drawn."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.changes import changed_regions
from velocity_engine.composite.compositor import Compositor
from velocity_engine.composite.rects import Rect
from velocity_engine.display import DisplayList


class FrameCompositor:
    """Keeps a canvas of ``width`` x ``height`` pixels and the display list that it shows."""

    def __init__(self, width: int, height: int, compositor: Compositor | None = None, *, threads: int = 1) -> None:
        self.canvas: NDArray[np.uint8] = np.zeros((height, width, 4), np.uint8)
        self._compositor = compositor or Compositor(threads=threads)
        self._shown: DisplayList | None = None

    def advance(self, display: DisplayList) -> tuple[NDArray[np.uint8], tuple[Rect, ...]]:
        """Makes the canvas show ``display``; gives it, (h, w, 4) uint8 premultiplied, and the rectangles that were
        drawn anew (disjoint, empty when nothing changed). The canvas is the same array each time: copy what must
        outlast the next call.
        """
        regions = changed_regions(self._shown, display, self._compositor.extents)
        self._shown = None
        for region in regions:
            self._compositor.draw(display, self.canvas, region)
        self._shown = display
        return self.canvas, regions
