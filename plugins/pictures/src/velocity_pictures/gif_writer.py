"""Writing a GIF with a palette of the video's own.

All frames are seen before the palette is made; what changed of each waits in a temporary file until then. A pixel that
stays as it is is left clear, so that a frame takes little. Nothing is dithered: patterns would change from frame to
frame.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from velocity_engine.plugin_types import EncodedPacket, FileRequest
from velocity_pictures.changes import HEADER, place_of
from velocity_pictures.palette import COLOURS, Histogram, nearest, packed, unpacked
from velocity_pictures.traits import ticks

PER_SECOND = 100
CLEAR = COLOURS  # the number of the colour that is none
KEEP, TO_CLEAR = 1, 2  # disposal methods
LONGEST_DELAY = (1 << 16) - 1
HELD_IN_MEMORY = 16 << 20  # bytes of what waits, beyond which it goes to the disk

Region = tuple[slice, slice]


@dataclass(slots=True)
class _Shown:
    """A picture of the file: numbers of colours in a rectangle, from frame ``start`` on."""

    start: int
    left: int
    top: int
    numbers: NDArray[np.uint8]
    disposal: int = KEEP


class GifWriter:
    """Looks at all changes, and writes the pictures of the file when it is closed."""

    def __init__(self, request: FileRequest) -> None:
        self._request = request
        self._canvas = np.zeros((request.height, request.width, 4), np.uint8)
        self._histogram = Histogram()
        self._waiting = tempfile.SpooledTemporaryFile(HELD_IN_MEMORY)  # noqa: SIM115  it is closed with the file
        self._sizes: list[tuple[int, int]] = []  # the frame of each change, and its bytes
        self._file = Path(request.path(0)).open("wb")  # noqa: SIM115  it is closed by close or abandon

    def write(self, packet: EncodedPacket, first: int) -> None:
        if packet.data:
            region, pixels = _unpacked(packet.data)
            self._canvas[region] = pixels
            self._histogram.add(self._canvas[self._canvas[..., 3] > 0][:, :3])
            self._waiting.write(packet.data)
            self._sizes.append((first + packet.pts, len(packet.data)))

    def close(self) -> None:
        palette, rate = self._histogram.palette(), self._request.rate
        self._file.write(_head((self._request.width, self._request.height), palette))
        for shown, until in self._pictures(_Numbers(palette)):
            self._request.working()
            self._file.write(_picture(shown, ticks(until, rate, PER_SECOND) - ticks(shown.start, rate, PER_SECOND)))
        self._file.write(b";")
        self.abandon()

    def abandon(self) -> None:
        self._waiting.close()
        self._file.close()

    def _changes(self) -> Iterator[tuple[int, Region, NDArray[np.uint8]]]:
        """The frame of each change, where it is, and the pixels that are there then."""
        self._waiting.seek(0)
        for frame, size in self._sizes:
            yield frame, *_unpacked(self._waiting.read(size))

    def _pictures(self, numbers: _Numbers) -> Iterator[tuple[_Shown, int]]:
        """The pictures of the file, each with the frame at which the next one is shown."""
        canvas = np.full(self._canvas.shape[:2], CLEAR, np.uint8)
        last: _Shown | None = None
        for frame, here, pixels in self._changes():
            wanted, present = numbers.of(pixels), canvas[here]
            if last is not None and np.array_equal(wanted, present):
                continue  # it stays as it is, in these colours
            vanishes = bool(((present != CLEAR) & (wanted == CLEAR)).any())
            if vanishes and last is not None:
                # Clear pixels of a picture change nothing: what is there has to be taken away before.
                last = _cropped(last.start, canvas, TO_CLEAR)
            if last is not None:
                yield last, frame
            new = np.full_like(canvas, CLEAR)
            new[here] = np.where(wanted == present, CLEAR, wanted)
            canvas[here] = wanted
            last = _cropped(frame, canvas if vanishes else new, KEEP)
        if last is not None:
            if (canvas == CLEAR).any():
                last = _cropped(last.start, canvas, TO_CLEAR)  # so that it begins again on nothing
            yield last, self._request.frame_count


def _unpacked(data: bytes) -> tuple[Region, NDArray[np.uint8]]:
    left, top, width, height = place_of(data)
    pixels = np.frombuffer(zlib.decompress(data[HEADER:]), np.uint8).reshape(height, width, 4)
    return (slice(top, top + height), slice(left, left + width)), pixels


def _cropped(start: int, canvas: NDArray[np.uint8], disposal: int) -> _Shown:
    """The part of a canvas in which something is drawn: all of it can be taken away with that."""
    drawn = canvas != CLEAR
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if not len(rows):
        return _Shown(start, 0, 0, canvas[:1, :1].copy(), disposal)
    top, left = int(rows[0]), int(columns[0])
    return _Shown(start, left, top, canvas[top : rows[-1] + 1, left : columns[-1] + 1].copy(), disposal)


class _Numbers:
    """The nearest colours of a palette, remembered by colour."""

    def __init__(self, palette: NDArray[np.uint8]) -> None:
        self._palette = palette.astype(np.float64)
        self._number = np.zeros(1 << 24, np.uint8)
        self._known = np.zeros(1 << 24, np.bool_)

    def of(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        colours = packed(pixels)
        new = np.unique(colours[~self._known[colours]])
        if new.size:
            self._number[new] = nearest(unpacked(new).astype(np.float64), self._palette)
            self._known[new] = True
        return np.where(pixels[..., 3] > 0, self._number[colours], CLEAR).astype(np.uint8)


def _head(size: tuple[int, int], palette: NDArray[np.uint8]) -> bytes:
    """With 256 colours for all pictures, the last unused, and the word that they are shown for ever."""
    screen = struct.pack("<HHBBB", *size, 0xF7, 0, 0)
    for_ever = b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
    return b"GIF89a" + screen + palette.tobytes() + bytes(3) + for_ever


def _picture(shown: _Shown, delay: int) -> bytes:
    """Drawn again, which changes nothing, where it stays for longer than a picture can."""
    picture = Image.frombytes("P", shown.numbers.shape[::-1], shown.numbers.tobytes())
    parts: list[bytes] = []
    while delay > LONGEST_DELAY:
        parts += _image(picture, shown, LONGEST_DELAY, KEEP)
        delay -= LONGEST_DELAY
    return b"".join([*parts, *_image(picture, shown, delay, shown.disposal)])


def _image(picture: Image.Image, shown: _Shown, delay: int, disposal: int) -> list[bytes]:
    corner = shown.left, shown.top
    return GifImagePlugin.getdata(picture, corner, transparency=CLEAR, duration=delay * 10, disposal=disposal)
