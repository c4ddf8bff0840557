"""Conversion: the changed regions of an RGBA canvas to frames that the encoder takes without a copy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.tiles import TILE, Box, tile_rectangles, tile_rows
from velocity_engine.media.color_tags import BT709, LIMITED_RANGE
from velocity_engine.pipeline.channel import Channel
from velocity_engine.pipeline.pixel_formats import PixelFormat, pixel_format

if TYPE_CHECKING:
    import av

    from velocity_engine.composite import PlanarFrame

Rect = tuple[int, int, int, int]


class YuvFrame:
    """A frame of the ring, and boxes of tiles in which it no longer matches the canvas."""

    def __init__(self, width: int, height: int, kind: PixelFormat) -> None:
        import av

        self.kind = kind
        self.frame: av.VideoFrame = av.VideoFrame(width, height, kind.name)
        if not kind.packed:
            self.frame.color_primaries = self.frame.color_trc = self.frame.colorspace = BT709
            self.frame.color_range = LIMITED_RANGE
        self.whole: Box = (0, 0, -(-width // TILE), -(-height // TILE))
        self.stale: set[Box] = {self.whole}

    def planes(self) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
        """(rows, bytes a row) uint8, writable, of the frame that nobody else holds."""
        self.frame.make_writable()
        y, u, v = (np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size) for plane in self.frame.planes)  # type: ignore[call-overload]
        return y, u, v

    def any_planes(self) -> list[NDArray[Any]]:
        """y, u, v and alpha of any planar format: (rows, samples a row) uint8 or uint16, the last (0, 0) without it."""
        self.frame.make_writable()
        sample: Any = np.uint16 if self.kind.bits > 8 else np.uint8
        width = np.dtype(sample).itemsize
        found: list[NDArray[Any]] = [
            np.frombuffer(plane, sample).reshape(-1, plane.line_size // width)  # type: ignore[call-overload]
            for plane in self.frame.planes
        ]
        return found if self.kind.alpha else [*found, np.empty((0, 0), sample)]

    def pixels(self) -> NDArray[np.uint8]:
        """(h, w, 3 or 4) uint8, writable, of a packed format."""
        self.frame.make_writable()
        channels = 4 if self.kind.alpha else 3
        plane: Any = self.frame.planes[0]
        shape = (self.frame.height, self.frame.width, channels)
        return np.ndarray(shape, np.uint8, plane, strides=(plane.line_size, channels, 1))


class YuvRing:
    """A few frames that are filled in turn: while the encoder reads one, the next is converted.

    Each frame remembers what changed on the canvas since it was last filled, so that only that is converted, and a
    frame that is given back may be filled with any later picture.
    """

    def __init__(self, width: int, height: int, size: int, pixels: str = "yuv420p") -> None:
        self._kind = pixel_format(pixels)
        self._frames = [YuvFrame(width, height, self._kind) for _ in range(size)]
        self._free: Channel[YuvFrame] = Channel(size)
        for frame in self._frames:
            self._free.put(frame)
        self._straight: NDArray[np.uint8] | None = None  # the canvas as it is now, where colours must not be multiplied
        if self._kind.alpha:
            self._straight = np.zeros((height, width, 4), np.uint8)

    @property
    def takes_planes(self) -> bool:
        """Whether ``fill_planar`` is possible."""
        return self._kind.usual

    def take(self) -> YuvFrame:
        """Waits for a frame that is free. Raises ChannelClosed after ``close``."""
        return self._free.get()

    def fill(self, taken: YuvFrame, canvas: NDArray[np.uint8], regions: Sequence[Rect]) -> None:
        """Makes ``taken`` show ``canvas`` ((h, w, 4) uint8), of which ``regions`` changed since the last call."""
        from velocity_engine.kernels.yuv.yuv import rgba_to_yuv420

        self._changed(regions)
        if not self._kind.usual:
            self._fill_any(taken, canvas, regions)
            return
        y, u, v = taken.planes()
        for box in _disjoint(taken.stale, taken.whole):
            rgba_to_yuv420(canvas, y, u, v, *(TILE * edge for edge in box))
        taken.stale.clear()

    def _fill_any(self, taken: YuvFrame, canvas: NDArray[np.uint8], regions: Sequence[Rect]) -> None:
        if self._straight is not None:
            _copy_straight(canvas, self._straight, regions)
            canvas = self._straight
        boxes = [tuple(TILE * edge for edge in box) for box in _disjoint(taken.stale, taken.whole)]
        if self._kind.packed:
            pixels = taken.pixels()
            for left, top, right, bottom in boxes:
                pixels[top:bottom, left:right] = canvas[top:bottom, left:right, : pixels.shape[2]]
        else:
            from velocity_engine.kernels.yuv.planes import rgba_to_planes, rgba_to_planes10

            convert = rgba_to_planes if self._kind.bits == 8 else rgba_to_planes10
            planes = taken.any_planes()
            for box in boxes:
                convert(canvas, *planes, self._kind.across, self._kind.down, *box)
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


def _copy_straight(canvas: NDArray[np.uint8], straight: NDArray[np.uint8], regions: Sequence[Rect]) -> None:
    """What changed of ``canvas``, as straight colours."""
    from velocity_engine.kernels.pixels.unpremultiply import to_straight

    for x0, y0, x1, y1 in regions:
        part = canvas[y0:y1, x0:x1].copy()
        to_straight(part)
        straight[y0:y1, x0:x1] = part


def _disjoint(boxes: set[Box], whole: Box) -> Iterable[Box]:
    """Boxes that cover the same tiles, each once; ``whole`` holds them all."""
    if len(boxes) < 2 or whole in boxes:
        return boxes if whole not in boxes else (whole,)
    return tile_rectangles(tile_rows(boxes, whole[3]))
