"""GIF (GIF89a) with a palette of the video's own.

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
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import GifImagePlugin, Image

from velocity_engine.encoder_config import EncoderConfig, bad_setting
from velocity_engine.errors import EncoderConfigError
from velocity_engine.plugin_types import Container, EncodedPacket, EncoderSettings, FileRequest, FileWriter
from velocity_pictures.animations import animation_seconds
from velocity_pictures.changes import Change, Changes, pixels_of
from velocity_pictures.palette import COLOURS, Histogram, nearest, packed, unpacked
from velocity_pictures.traits import picture_problems, settings_for, ticks

PER_SECOND = 100
MOST_FRAMES_A_SECOND = 50  # of shorter delays browsers make a tenth of a second
CLEAR = COLOURS  # the number of the colour that is none
KEEP, TO_CLEAR = 1, 2  # disposal methods
OPAQUE = 128  # the alpha from which a pixel is drawn
LONGEST_DELAY = (1 << 16) - 1
HELD_IN_MEMORY = 16 << 20  # bytes of what waits, beyond which it goes to the disk


class Gif:
    key = "gif"
    number: int | None = None
    title = "GIF"
    pixel_formats = ("rgba",)
    containers = (Container(key="gif", endings=(".gif",), mime_type="image/gif"),)
    keeps_alpha = True
    odd_sizes = True

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        found = picture_problems(self.title, config)
        if rate > MOST_FRAMES_A_SECOND:
            message = f"the frame rate is {float(rate):g}"
            found.append(bad_setting("fpsNum", message, f"GIF shows up to {MOST_FRAMES_A_SECOND} frames a second"))
        return found

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        return settings_for("rgba", {}, whole=True)

    def encoder(self, settings: EncoderSettings, width: int, height: int, rate: Fraction) -> GifEncoder:
        return GifEncoder(width, height, rate)

    def writer(self, request: FileRequest) -> FileWriter:
        return GifWriter(request)

    def length(self, path: str, container: Container) -> float:
        return animation_seconds(path)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What changed at ``frame``: RGBA pixels of a ``shape`` at a place, as ``size`` compressed bytes."""

    frame: int
    left: int
    top: int
    shape: tuple[int, ...]
    size: int


class _Store:
    """What waits, in the order in which it is read again."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(HELD_IN_MEMORY)  # noqa: SIM115  it is closed once it was read
        self._waiting: list[_Waiting] = []

    def add(self, frame: int, change: Change) -> None:
        data = zlib.compress(change.pixels.tobytes(), 1)
        self._file.write(data)
        self._waiting.append(_Waiting(frame, change.left, change.top, change.pixels.shape, len(data)))

    def __iter__(self) -> Iterator[tuple[_Waiting, NDArray[np.uint8]]]:
        with self._file as file:
            file.seek(0)
            for one in self._waiting:
                pixels = np.frombuffer(zlib.decompress(file.read(one.size)), np.uint8)
                yield one, pixels.reshape(one.shape)


@dataclass(slots=True)
class _Shown:
    """A picture of the file: numbers of colours at a place, from frame ``start`` on."""

    start: int
    left: int
    top: int
    numbers: NDArray[np.uint8]
    disposal: int = KEEP


class GifEncoder:
    """Gives all packets at the end: the first begins with the file's head, each is a picture of the file."""

    extradata = b""

    def __init__(self, width: int, height: int, rate: Fraction) -> None:
        self._size, self._rate = (width, height), rate
        self._changes = Changes()
        self._histogram = Histogram()
        self._waiting = _Store()
        self._count = 0

    def encode(self, frame: av.VideoFrame) -> list[EncodedPacket]:
        pixels = _drawn_or_clear(pixels_of(frame))
        change = self._changes.of(pixels)
        if change is not None:
            self._histogram.add(pixels[pixels[..., 3] > 0][:, :3])
            self._waiting.add(self._count, change)
        self._count += 1
        return []

    def finish(self) -> list[EncodedPacket]:
        palette = self._histogram.palette()
        packets: list[EncodedPacket] = []
        for shown, until in self._pictures(_Numbers(palette)):
            data = b"" if packets else _head(self._size, palette)
            delay = ticks(until, self._rate, PER_SECOND) - ticks(shown.start, self._rate, PER_SECOND)
            data += _picture(shown, delay)
            first = not packets
            packets.append(
                EncodedPacket(data=data, pts=shown.start, dts=shown.start, duration=until - shown.start, key=first)
            )
        return packets

    def _pictures(self, numbers: _Numbers) -> Iterator[tuple[_Shown, int]]:
        """The pictures of the file, each with the frame at which the next one is shown."""
        canvas = np.full(self._size[::-1], CLEAR, np.uint8)
        last: _Shown | None = None
        for waiting, pixels in self._waiting:
            here = (
                slice(waiting.top, waiting.top + waiting.shape[0]),
                slice(waiting.left, waiting.left + waiting.shape[1]),
            )
            wanted, present = numbers.of(pixels), canvas[here]
            vanishes = bool(((present != CLEAR) & (wanted == CLEAR)).any())
            if vanishes and last is not None:
                # Clear pixels of a picture change nothing: what is there has to be taken away before.
                last = _drawn(last.start, canvas, TO_CLEAR)
            if last is not None:
                yield last, waiting.frame
            present_before = present.copy()
            canvas[here] = wanted
            if vanishes:
                last = _drawn(waiting.frame, canvas)
            else:
                only_new = np.where(wanted == present_before, CLEAR, wanted).astype(np.uint8)
                last = _Shown(waiting.frame, waiting.left, waiting.top, only_new)
        if last is not None:
            if (canvas == CLEAR).any():
                last = _drawn(last.start, canvas, TO_CLEAR)  # so that it begins again on nothing
            yield last, self._count


def _drawn(start: int, canvas: NDArray[np.uint8], disposal: int = KEEP) -> _Shown:
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


class GifWriter:
    def __init__(self, request: FileRequest) -> None:
        self._file = Path(request.path(0)).open("wb")  # noqa: SIM115  it is closed by close or abandon

    def write(self, packet: EncodedPacket, first: int) -> None:
        self._file.write(packet.data)

    def close(self) -> None:
        self._file.write(b";")
        self._file.close()

    def abandon(self) -> None:
        self._file.close()


def _drawn_or_clear(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """With alpha 255 or none at all."""
    drawn = pixels[..., 3] >= OPAQUE
    found = np.where(drawn[..., None], pixels, 0).astype(np.uint8)
    found[..., 3] = np.where(drawn, 255, 0)
    return found


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
    place = shown.left, shown.top
    return GifImagePlugin.getdata(picture, place, transparency=CLEAR, duration=delay * 10, disposal=disposal)
