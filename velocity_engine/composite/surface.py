"""What drawing needs besides commands: surfaces to draw on, scratch memory for coverage, and a pool of buffers.

None of it is shared between threads.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.composite.rects import Rect
from velocity_engine.kernels.coverage.coverage import room

KEPT_FREE = 8  # buffers that wait for reuse


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """``pixels``: (h, w, 4) uint8, premultiplied; its top left pixel is the device pixel (x, y). ``packed``: the
    same memory as (h, w) uint32.
    """

    pixels: NDArray[np.uint8]
    packed: NDArray[np.uint32]
    x: int
    y: int

    @property
    def rect(self) -> Rect:
        height, width = self.packed.shape
        return (self.x, self.y, self.x + width, self.y + height)


def surface_of(pixels: NDArray[np.uint8], x: int = 0, y: int = 0) -> Surface:
    """``pixels`` must be C-contiguous."""
    height, width = pixels.shape[:2]
    return Surface(pixels, pixels.view(np.uint32).reshape(height, width), x, y)


class Scratch:
    """Memory for the coverage of one path, for clip rectangles up to a size that grows as needed.

    ``cells`` and ``bits`` are all zero whenever no path is being drawn (``coverage.coverage``).
    """

    def __init__(self) -> None:
        self.extent = np.zeros(4, np.int64)
        self._width = 0
        self._allocate(0, 0, 0)

    def _allocate(self, cells: int, bits: int, width: int) -> None:
        self.cells = np.zeros(cells, np.int32)
        self.bits = np.zeros(bits, np.uint64)
        self.runs = np.zeros((width + 4, 3), np.int64)
        self.cover = np.zeros(room(width, 1)[0], np.uint8)
        self.shades = np.zeros(width + 4, np.uint32)
        self._width = width

    def fit(self, rect: Rect) -> None:
        width, height = rect[2] - rect[0], rect[3] - rect[1]
        cells, bits = room(width, height)
        if cells > len(self.cells) or bits > len(self.bits) or width > self._width:
            self._allocate(_grown(len(self.cells), cells), _grown(len(self.bits), bits), _grown(self._width, width))


def _grown(size: int, needed: int) -> int:
    """Half as much again at least, so that a shape that grows from frame to frame needs new memory a few times only."""
    return size if needed <= size else max(needed, size + size // 2)


class GroupScratch:
    """Memory for the coverage of several paths (``coverage.group``); it grows as needed.

    ``cells`` and ``bits`` are all zero whenever no group is being drawn.
    """

    def __init__(self) -> None:
        self.cells, self.bits = np.zeros(0, np.int32), np.zeros(0, np.uint64)
        self.cells_each = self.bits_each = 0
        self._reserve(0)

    def _reserve(self, count: int) -> None:
        self.extents = np.zeros((count, 4), np.int64)
        self.colors = np.zeros(count, np.uint32)
        self.even_odd = np.zeros(count, np.bool_)

    def fit(self, rect: Rect, count: int) -> None:
        """Room for ``count`` paths within ``rect``."""
        self.cells_each, self.bits_each = room(rect[2] - rect[0], rect[3] - rect[1])
        cells, bits = self.cells_each * count, self.bits_each * count
        if cells > len(self.cells):
            self.cells = np.zeros(_grown(len(self.cells), cells), np.int32)
        if bits > len(self.bits):
            self.bits = np.zeros(_grown(len(self.bits), bits), np.uint64)
        if count > len(self.colors):
            self._reserve(count)

    def part(self, k: int) -> tuple[NDArray[np.int32], NDArray[np.uint64], NDArray[np.int64]]:
        """The cells, bits and extent of path ``k``."""
        return self.cells[k * self.cells_each :], self.bits[k * self.bits_each :], self.extents[k]


class BufferPool:
    """Buffers of bytes that are used again; at most ``KEPT_FREE`` lie idle, the smallest are let go first."""

    def __init__(self) -> None:
        self._free: list[NDArray[np.uint8]] = []

    def take(self, size: int) -> NDArray[np.uint8]:
        """At least ``size`` bytes, with anything in them."""
        for index, buffer in enumerate(self._free):
            if len(buffer) >= size:
                return self._free.pop(index)
        return np.empty(size + (-size % 65536), np.uint8)

    def give(self, buffer: NDArray[np.uint8]) -> None:
        self._free.append(buffer)
        self._free.sort(key=len)
        if len(self._free) > KEPT_FREE:
            del self._free[0]

    def clear_surface(self, rect: Rect) -> tuple[Surface, NDArray[np.uint8]]:
        """A transparent surface over ``rect``, and the buffer to give back when it is done with."""
        width, height = rect[2] - rect[0], rect[3] - rect[1]
        buffer = self.take(4 * width * height)
        pixels = buffer[: 4 * width * height]
        pixels.fill(0)
        return surface_of(pixels.reshape(height, width, 4), rect[0], rect[1]), buffer

    def mask(self, rect: Rect, value: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Coverage over ``rect``, (h, w) uint8 all ``value``, and the buffer to give back."""
        width, height = rect[2] - rect[0], rect[3] - rect[1]
        buffer = self.take(width * height)
        mask = buffer[: width * height]
        mask.fill(value)
        return mask.reshape(height, width), buffer
