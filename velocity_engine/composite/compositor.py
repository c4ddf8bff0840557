"""The compositor: draws display lists, or parts of them, with bounded memory and any number of threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.clip_frames import ClipFrames
from velocity_engine.composite.cost import FrameCosts
from velocity_engine.composite.extents import Extents
from velocity_engine.composite.occlusion import first_seen
from velocity_engine.composite.painter import Painter, apply_effect
from velocity_engine.composite.pictures import PictureLevels, PicturePainter
from velocity_engine.composite.rects import Rect, intersection
from velocity_engine.composite.results import Results
from velocity_engine.composite.surface import Surface, surface_of
from velocity_engine.composite.vector import GradientTables, VectorPainter, packed_color
from velocity_engine.display import DisplayList, EffectCall

MIN_BAND = 64  # rows; smaller bands cost more than they win

ApplyEffect = Callable[[NDArray[np.uint8], EffectCall, tuple[int, int]], NDArray[np.uint8]]
MakePainter = Callable[[VectorPainter, PicturePainter, Extents, Results, ApplyEffect], Painter]


class Compositor:
    """Draws display lists. One thread at a time may call it; it splits the work among ``threads`` of its own.

    ``level_bytes`` bounds the smaller copies of pictures that are kept, ``result_bytes`` the results of effects.
    ``apply`` runs an effect on pixels, by default the plugin of that name. ``painter`` makes what draws commands.
    ``extents`` remembers the bounds of commands.
    """

    def __init__(
        self,
        *,
        threads: int = 1,
        level_bytes: int = 256 << 20,
        result_bytes: int = 128 << 20,
        apply: ApplyEffect = apply_effect,
        painter: MakePainter = Painter,
    ) -> None:
        self.extents = Extents()
        self._costs = FrameCosts(self.extents)
        self._threads = max(1, threads)
        self._workers: ThreadPoolExecutor | None = None
        self._tables = GradientTables()
        self._clips = ClipFrames()
        self._pictures = PicturePainter(PictureLevels(level_bytes), self._clips)
        self._results = Results(result_bytes)
        self._apply = apply
        self._make_painter = painter
        self._local = threading.local()
        self._drawn: DisplayList | None = None

    def draw(
        self,
        display: DisplayList,
        canvas: NDArray[np.uint8],
        region: Rect | None = None,
        *,
        prefix: NDArray[np.uint8] | None = None,
        count: int = 0,
    ) -> None:
        """Draws ``display`` inside ``region`` (all of it by default) of ``canvas``, from the background up.

        ``canvas``: (height, width, 4) uint8 of the display list's size, C-contiguous; outside of the region it is not
        touched, inside it becomes the same, bit for bit, as a drawing of the whole, on any number of threads.
        ``prefix``: of the same shape, shows the first ``count`` commands and spares drawing them.
        """
        if canvas.shape != (display.height, display.width, 4) or not canvas.flags.c_contiguous:
            raise ValueError(f"the canvas is {canvas.shape}, the display list {display.width} x {display.height}")
        whole = (0, 0, display.width, display.height)
        region = whole if region is None else intersection(region, whole)
        if region is None:
            return
        if display is not self._drawn:
            self._costs.check(display)
            self._drawn = display
            self._results.next_frame()
            self._clips.next_drawing()
        surface = surface_of(canvas)
        bands = self._bands(region)
        if len(bands) == 1:
            self._draw_band(display, surface, region, prefix, count)
            return
        if self._workers is None:
            self._workers = ThreadPoolExecutor(self._threads, thread_name_prefix="velocity-composite")
        for done in [self._workers.submit(self._draw_band, display, surface, band, prefix, count) for band in bands]:
            done.result()

    def close(self) -> None:
        """Ends the threads; the compositor can be used again."""
        if self._workers is not None:
            self._workers.shutdown()
            self._workers = None

    def _bands(self, region: Rect) -> list[Rect]:
        x0, y0, x1, y1 = region
        count = max(1, min(self._threads, (y1 - y0) // MIN_BAND))
        edges = [y0 + (y1 - y0) * i // count for i in range(count + 1)]
        return [(x0, top, x1, bottom) for top, bottom in pairwise(edges)]

    def _painter(self) -> Painter:
        painter: Painter | None = getattr(self._local, "painter", None)
        if painter is None:
            vector = VectorPainter(self._tables)
            painter = self._make_painter(vector, self._pictures, self.extents, self._results, self._apply)
            self._local.painter = painter
        return painter

    def _draw_band(
        self, display: DisplayList, surface: Surface, band: Rect, prefix: NDArray[np.uint8] | None, count: int
    ) -> None:
        x0, y0, x1, y1 = band
        first = first_seen(display.commands, band)
        if prefix is not None and (first is None or first < count):
            surface.pixels[y0:y1, x0:x1] = prefix[y0:y1, x0:x1]
            first = count
        elif first is None:
            surface.packed[y0:y1, x0:x1] = packed_color(*display.background)
            first = 0
        self._painter().draw_all(surface, display.commands[first:], band, surface.rect)
