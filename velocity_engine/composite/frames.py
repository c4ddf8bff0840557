"""A run of frames on canvases that are kept: only what changed from one to the next is drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.changes import changed_regions, merged, same
from velocity_engine.composite.compositor import Compositor
from velocity_engine.composite.planar import PlanarClip, planar_clip
from velocity_engine.composite.planar_clip import Planes
from velocity_engine.composite.plane_axes import chroma_end
from velocity_engine.composite.rects import Rect, grown, intersection
from velocity_engine.composite.still_prefix import StillPrefix
from velocity_engine.display import CLEAR, DisplayList, DrawCommand, display_list

CHROMA_REACH = 2  # pixels beyond a covered one whose chroma it takes part in; even, as chroma samples are

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class PlanarFrame:
    """A frame that shows the planes of ``clip``: over ``below`` where that is seen, and under what ``above`` holds
    (None where there is nothing), which is clear outside of the disjoint rectangles ``covered``.

    ``below`` and ``above``: (h, w, 4) uint8, premultiplied. ``regions``: disjoint rectangles in which this frame
    differs from the one before; none when it is the same.
    """

    clip: PlanarClip
    below: Pixels | None
    above: Pixels | None
    covered: tuple[Rect, ...]
    regions: tuple[Rect, ...]

    def draw(self, planes: Planes, rect: Rect) -> None:
        """Makes ``planes`` (y, u, v of BT.709, limited range, left-sited) show the frame inside ``rect``, whose corners
        are even, or the frame's last, and in the chroma of the pixels right of it.
        """
        from velocity_engine.kernels.yuv.yuv import rgba_to_yuv420
        from velocity_engine.kernels.yuv.yuv_over import rgba_over_yuv420

        upright = self.clip.upright
        if self.below is not None and not upright.hides(rect):
            rgba_to_yuv420(self.below, *planes, *rect)
        upright.draw(self.clip.planes, planes, rect)
        for covered in self.covered:
            part = intersection(covered, rect)
            if part is not None and self.above is not None:
                right = part[2]
                last = chroma_end(right, upright.size[0]) if right == rect[2] else right // 2
                rgba_over_yuv420(self.above, *planes, *part, last)


class _Canvas:
    """Pixels and the display list that they show."""

    def __init__(self, width: int, height: int, compositor: Compositor) -> None:
        self.pixels: Pixels = np.zeros((height, width, 4), np.uint8)  # takes memory only once it is drawn on
        self._compositor = compositor
        self._shown: DisplayList | None = None
        self._still = StillPrefix(compositor)

    def show(self, display: DisplayList) -> tuple[Rect, ...]:
        """Draws what changed. Returns the rectangles where."""
        regions = changed_regions(self._shown, display, self._compositor.extents)
        shown, self._shown = self._shown, None  # if drawing fails nobody knows what the canvas shows
        if regions:
            self._still.follow(shown, display)
        prefix, count = (self._still.pixels, self._still.count) if self._still.count else (None, 0)
        for region in regions:
            self._compositor.draw(display, self.pixels, region, prefix=prefix, count=count)
        self._shown = display
        return regions


class FrameCompositor:
    """Keeps canvases of ``width`` x ``height`` pixels and the display lists that they show."""

    def __init__(self, width: int, height: int, compositor: Compositor | None = None, *, threads: int = 1) -> None:
        self._compositor = compositor or Compositor(threads=threads)
        self._whole: Rect = (0, 0, width, height)
        self._ground = _Canvas(width, height, self._compositor)
        self._above = _Canvas(width, height, self._compositor)
        self._clip: DrawCommand | None = None  # what was last shown by its planes, if the last frame was

    def advance(self, display: DisplayList) -> tuple[Pixels, tuple[Rect, ...]]:
        """Makes the canvas show ``display``. Returns it, (h, w, 4) uint8 premultiplied, and the rectangles in which it
        differs from the frame before (disjoint, empty when nothing changed). The canvas is the same array each time:
        copy what must outlast the next call.
        """
        planar, self._clip = self._clip is not None, None
        regions = self._ground.show(display)
        return self._ground.pixels, (self._whole,) if planar else regions

    def advance_planar(self, display: DisplayList) -> PlanarFrame | None:
        """The frame as a clip's planes with what is drawn below and above them, where ``display`` has a clip that can
        be shown so; else None, and ``advance`` draws it.
        """
        clip = planar_clip(display, self._compositor.extents)
        if clip is None:
            return None
        before, self._clip = self._clip, None
        width, height, commands = display.width, display.height, display.commands
        changed: list[Rect] = []
        if not clip.fills:
            changed += self._ground.show(display_list(width, height, display.background, commands[: clip.index]))
        over = commands[clip.index + 1 :]
        changed += self._above.show(display_list(width, height, CLEAR, over))
        self._clip = commands[clip.index]
        if before is None:
            changed = [self._whole]
        elif not same(before, self._clip):
            changed += [rect for rect in map(self._seen, (before, self._clip)) if rect is not None]
        covered = merged([rect for rect in map(self._reached, over) if rect is not None], width, height)
        return PlanarFrame(
            clip=clip,
            below=None if clip.fills else self._ground.pixels,
            above=self._above.pixels if covered else None,
            covered=covered,
            regions=merged(changed, width, height),
        )

    def _seen(self, command: DrawCommand) -> Rect | None:
        extent = self._compositor.extents.command(command)
        return intersection(extent, self._whole) if extent else None

    def _reached(self, command: DrawCommand) -> Rect | None:
        seen = self._seen(command)
        return intersection(grown(seen, *(CHROMA_REACH,) * 4), self._whole) if seen else None
