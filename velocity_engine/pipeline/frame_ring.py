"""Conversion: the changed regions of an RGBA canvas to planar YUV frames that the encoder takes without a copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.tiles import TILE, Box, tile_rectangles, tile_rows
from velocity_engine.media.color_tags import BT709, LIMITED_RANGE
from velocity_engine.pipeline.channel import Channel

if TYPE_CHECKING:
    import av

    from velocity_engine.composite import PlanarFrame

Rect = tuple[int, int, int, int]


class YuvFrame:
    """A frame of the ring, and boxes of tiles in which it no longer matches the canvas."""

    def __init__(self, width: int, height: int) -> None:
        import av

        self.frame: av.VideoFrame = av.VideoFrame(width, height, "yuv420p")
        self.frame.color_primaries = self.frame.color_trc = self.frame.colorspace = BT709
        self.frame.color_range = LIMITED_RANGE
        self.whole: Box = (0, 0, -(-width // TILE), -(-height // TILE))
        self.stale: set[Box] = {self.whole}

    def planes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
        """(rows, bytes a row) uint8, writable, of the frame that nobody else holds."""
        self.frame.make_writable()
        y, u, v = (np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size) for plane in self.frame.planes)  # type: ignore[call-overload]
        return y, u, v


class YuvRing:
    """A few frames that are filled in turn: while the encoder reads one, the next is converted.

    Each frame remembers what changed on the canvas since it was last filled, so that only that is converted, and a
    frame that is given back may be filled with any later picture.
    """

    def __init__(self, width: int, height: int, size: int) -> None:
        self._frames = [YuvFrame(width, height) for _ in range(size)]
        self._free: Channel[YuvFrame] = Channel(size)
        for frame in self._frames:
            self._free.put(frame)

    def take(self) -> YuvFrame:
        """Waits for a frame that is free. Raises ChannelClosed after ``close``."""
        return self._free.get()

    def fill(self, taken: YuvFrame, canvas: NDArray[np.uint8], regions: Sequence[Rect]) -> None:
        """Makes ``taken`` show ``canvas`` ((h, w, 4) uint8), of which ``regions`` changed since the last call."""
        from velocity_engine.kernels.yuv.yuv import rgba_to_yuv420

        self._changed(regions)
        y, u, v = taken.planes()
        for box in _disjoint(taken.stale, taken.whole):
            rgba_to_yuv420(canvas, y, u, v, *(TILE * edge for edge in box))
        taken.stale.clear()

    def fill_planar(self, taken: YuvFrame, shown: PlanarFrame) -> None:
        """Makes ``taken`` show a clip's own planes and what is drawn below and over them."""
        self._changed(shown.regions)
        planes = taken.planes()
        width, height = taken.frame.width, taken.frame.height
        for box in _disjoint(taken.stale, taken.whole):
            left, top, right, bottom = (TILE * edge for edge in box)
            shown.draw(planes, (left, top, min(right, width), min(bottom, height)))
        taken.stale.clear()

    def _changed(self, regions: Sequence[Rect]) -> None:
        changed = {(x0 // TILE, y0 // TILE, -(-x1 // TILE), -(-y1 // TILE)) for x0, y0, x1, y1 in regions}
        for frame in self._frames:
            frame.stale |= changed

    def give_back(self, frame: YuvFrame) -> None:
        self._free.put(frame)

    def close(self) -> None:
        self._free.abort()


def _disjoint(boxes: set[Box], whole: Box) -> Iterable[Box]:
    """Boxes that cover the same tiles, each once; ``whole`` holds them all."""
    if len(boxes) < 2 or whole in boxes:
        return boxes if whole not in boxes else (whole,)
    return tile_rectangles(tile_rows(boxes, whole[3]))
