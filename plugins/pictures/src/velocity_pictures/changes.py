"""Where a frame differs from the one before: an animation repeats only that."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
from numpy.typing import NDArray

from velocity_engine.plugin_types import EncodedPacket

HEADER = 16  # bytes: left, top, width and height of the pixels that follow


@dataclass(frozen=True, slots=True)
class Change:
    """``pixels`` ((h, w, channels) uint8) at ``left``, ``top``, and what was there ``before``; None at the start."""

    left: int
    top: int
    pixels: NDArray[np.uint8]
    before: NDArray[np.uint8] | None


class Changes:
    """Compares frames with the ones before. ``even``: the corner of a change is at even places."""

    def __init__(self, *, even: bool = False) -> None:
        self._even = even
        self._last: NDArray[np.uint8] | None = None

    def of(self, pixels: NDArray[np.uint8]) -> Change | None:
        """What is new in the next frame, (h, w, channels) uint8, which is kept; None where nothing is."""
        last, self._last = self._last, pixels
        if last is None:
            return Change(0, 0, pixels, None)
        differs = (pixels != last).any(axis=2)
        if not differs.any():
            return None
        rows, columns = np.flatnonzero(differs.any(axis=1)), np.flatnonzero(differs.any(axis=0))
        top, bottom, left, right = int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1
        if self._even:
            top, left = top & ~1, left & ~1
        return Change(left, top, pixels[top:bottom, left:right], last[top:bottom, left:right])


def pixels_of(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """A copy of the pixels of a packed frame, (h, w, channels): the engine draws the next ones where they lie."""
    return np.array(frame.to_ndarray(), np.uint8, copy=True)


def packet_of(number: int, change: Change | None, data: bytes) -> EncodedPacket:
    """The packet of frame ``number`` of a segment, which is empty where nothing changed."""
    if change is None:
        return EncodedPacket(data=b"", pts=number, dts=number, duration=1, key=False)
    height, width = change.pixels.shape[:2]
    box = np.array([change.left, change.top, width, height], "<u4").tobytes()
    return EncodedPacket(data=box + data, pts=number, dts=number, duration=1, key=change.before is None)


def place_of(data: bytes) -> tuple[int, int, int, int]:
    """left, top, width and height of a packet's pixels."""
    left, top, width, height = (int(value) for value in np.frombuffer(data[:HEADER], "<u4"))
    return left, top, width, height
