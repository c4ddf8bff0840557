"""A run of frames on one canvas: only what changed from one to the next is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.changes import changed_regions, merged
from velocity_engine.composite.compositor import Compositor
from velocity_engine.composite.planar import Planes, planar_ground
from velocity_engine.composite.rects import Rect
from velocity_engine.display import DisplayList

EDGE = 2  # pixels around a covered rectangle that its conversion to YUV reads; even, as chroma samples are


@dataclass(frozen=True, slots=True)
class PlanarFrame:
    """A frame that shows ``planes`` except in the rectangles ``covered`` of ``canvas``, which are disjoint and of whole
    chroma samples; ``held`` when the frame before was the same.
    """

    planes: Planes
    canvas: NDArray[np.uint8]
    covered: tuple[Rect, ...]
    held: bool


class FrameCompositor:
    """Keeps a canvas of ``width`` x ``height`` pixels and the display list that it shows."""

    def __init__(self, width: int, height: int, compositor: Compositor | None = None, *, threads: int = 1) -> None:
        self.canvas: NDArray[np.uint8] = np.zeros((height, width, 4), np.uint8)
        self._compositor = compositor or Compositor(threads=threads)
        self._shown: DisplayList | None = None
        self._planar: DisplayList | None = None  # what the canvas shows parts of

    def advance(self, display: DisplayList) -> tuple[NDArray[np.uint8], tuple[Rect, ...]]:
        """Makes the canvas show ``display``; gives it, (h, w, 4) uint8 premultiplied, and the rectangles that were
        drawn anew (disjoint, empty when nothing changed). The canvas is the same array each time: copy what must
        outlast the next call.
        """
        self._planar = None
        regions = changed_regions(self._shown, display, self._compositor.extents)
        self._shown = None
        for region in regions:
            self._compositor.draw(display, self.canvas, region)
        self._shown = display
        return self.canvas, regions

    def advance_planar(self, display: DisplayList) -> PlanarFrame | None:
        """The frame as a clip's planes and what is drawn over them, where ``display`` has such a ground; else None, and
        ``advance`` draws it. The canvas then shows ``display`` in the ``covered`` rectangles and EDGE pixels around.
        """
        ground = planar_ground(display, self._compositor.extents)
        if ground is None:
            return None
        width, height = display.width, display.height
        covered = merged(ground.covered, width, height)
        held = self._planar is not None and not changed_regions(self._planar, display, self._compositor.extents)
        if not held:
            from velocity_engine.kernels.yuv import yuv420_to_rgba

            self._shown = self._planar = None
            for x0, y0, x1, y1 in covered:
                region = (max(0, x0 - EDGE), max(0, y0 - EDGE), min(width, x1 + EDGE), min(height, y1 + EDGE))
                yuv420_to_rgba(*ground.planes, False, 709, self.canvas, *region)
                self._compositor.draw_above(display, ground.above, self.canvas, region)
            self._planar = display
        return PlanarFrame(ground.planes, self.canvas, covered, held)
