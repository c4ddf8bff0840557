"""Animated WebP (developers.google.com/speed/webp/docs/riff_container) and animated PNG (PNG, third edition).

Each packet is the picture of what changed; empty where nothing did. The frame before is then shown for longer.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from velocity_engine.encoder_config import EncoderConfig, bad_setting
from velocity_engine.errors import EncoderConfigError, StorageError
from velocity_engine.plugin_types import Container, EncodedPacket, EncoderSettings, FileRequest, FileWriter
from velocity_pictures.changes import HEADER, Changes, packet_of, pixels_of, place_of
from velocity_pictures.traits import damaged, opened, picture_problems, pixel_problems, quality_of, settings_for, ticks

PER_SECOND = 1000
WEBP_SIDE = 16_383
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class WebP:
    key = "webp"
    number: int | None = None
    title = "WebP"
    pixel_formats = ("rgba",)
    containers = (Container(key="webp", endings=(".webp",), mime_type="image/webp"),)
    keeps_alpha = True
    odd_sizes = True

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        found = picture_problems(self.title, config, lossy=True) + pixel_problems(self.title, width, height)
        if max(width, height) > WEBP_SIDE:
            message = f"the resolution is {width}x{height}"
            found.append(
                bad_setting("resolution", message, f"Each side of a WebP picture has at most {WEBP_SIDE} pixels")
            )
        return found

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        method = 4 if config.preset is None else max(0, 5 - config.preset)
        return settings_for("rgba", {"quality": str(quality_of(config)), "method": str(method)})

    def encoder(self, settings: EncoderSettings, width: int, height: int, rate: Fraction) -> ChangeEncoder:
        options = {name: int(value) for name, value in settings.options.items()}
        return ChangeEncoder(lambda pixels: _webp_chunks(_picture(pixels, "WEBP", **options)), even=True)

    def writer(self, request: FileRequest) -> FileWriter:
        return WebPWriter(request)

    def length(self, path: str, container: Container) -> float:
        return animation_seconds(path)


class Apng:
    key = "apng"
    number: int | None = None
    title = "animated PNG"
    pixel_formats = ("rgba",)
    containers = (Container(key="apng", endings=(".apng",), mime_type="image/apng"),)
    keeps_alpha = True
    odd_sizes = True

    def problems(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> list[EncoderConfigError]:
        return picture_problems(self.title, config)

    def settings(self, config: EncoderConfig, width: int, height: int, rate: Fraction) -> EncoderSettings:
        return settings_for("rgba", {"compress_level": "6" if config.preset is None or config.preset < 4 else "1"})

    def encoder(self, settings: EncoderSettings, width: int, height: int, rate: Fraction) -> ChangeEncoder:
        level = int(settings.options["compress_level"])
        return ChangeEncoder(lambda pixels: _png_data(_picture(pixels, "PNG", compress_level=level)))

    def writer(self, request: FileRequest) -> FileWriter:
        return ApngWriter(request)

    def length(self, path: str, container: Container) -> float:
        return animation_seconds(path)


class ChangeEncoder:
    """Encodes what changed from frame to frame, as ``encode_pixels`` does, of the pixels that ``seen`` returns."""

    extradata = b""

    def __init__(
        self,
        encode_pixels: Callable[[NDArray[np.uint8]], bytes],
        *,
        even: bool = False,
        seen: Callable[[av.VideoFrame], NDArray[np.uint8]] = pixels_of,
    ) -> None:
        self._encode_pixels, self._seen = encode_pixels, seen
        self._changes = Changes(even=even)
        self._count = 0

    def encode(self, frame: av.VideoFrame) -> list[EncodedPacket]:
        change = self._changes.of(self._seen(frame))
        data = b"" if change is None else self._encode_pixels(change.pixels)
        number, self._count = self._count, self._count + 1
        return [packet_of(number, change, data)]

    def finish(self) -> list[EncodedPacket]:
        return []


class AnimationWriter:
    """Writes an animation picture by picture: each once it is known until when it is shown."""

    def __init__(self, request: FileRequest) -> None:
        self.request = request
        self.file: BinaryIO = Path(request.path(0)).open("wb")  # noqa: SIM115  it is closed by close or abandon
        self.pictures = 0
        self._waiting: tuple[int, bytes] | None = None
        self.begin()

    def begin(self) -> None:
        raise NotImplementedError

    def picture(self, box: tuple[int, int, int, int], data: bytes, milliseconds: int) -> None:
        raise NotImplementedError

    def end(self) -> None:
        raise NotImplementedError

    def write(self, packet: EncodedPacket, first: int) -> None:
        if packet.data:
            self._show_until(first + packet.pts)
            self._waiting = (first + packet.pts, packet.data)

    def close(self) -> None:
        self._show_until(self.request.frame_count)
        self.end()
        self.file.close()

    def abandon(self) -> None:
        self.file.close()

    def _show_until(self, frame: int) -> None:
        if self._waiting is not None:
            start, data = self._waiting
            rate = self.request.rate
            self.picture(place_of(data), data[HEADER:], ticks(frame, rate, PER_SECOND) - ticks(start, rate, PER_SECOND))
            self.pictures += 1


class WebPWriter(AnimationWriter):
    def begin(self) -> None:
        flags = 0x02 | 0x10  # an animation, with alpha
        size = _three_bytes(self.request.width - 1) + _three_bytes(self.request.height - 1)
        self.file.write(b"RIFF\0\0\0\0WEBP")
        self.file.write(_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + size))
        self.file.write(_chunk(b"ANIM", bytes(6)))  # on nothing, for ever

    def picture(self, box: tuple[int, int, int, int], data: bytes, milliseconds: int) -> None:
        left, top, width, height = box
        numbers = (left // 2, top // 2, width - 1, height - 1, milliseconds)
        instead = bytes([0x02])  # of what was there, not over it
        self.file.write(_chunk(b"ANMF", b"".join(map(_three_bytes, numbers)) + instead + data))

    def end(self) -> None:
        size = self.file.tell() - 8
        if size >> 32:
            raise StorageError("the animation is larger than a WebP file can be", hint="Write a shorter or smaller one")
        self.file.seek(4)
        self.file.write(struct.pack("<I", size))


class ApngWriter(AnimationWriter):
    def begin(self) -> None:
        self._numbers = iter(range(1 << 31))
        self.file.write(PNG_SIGNATURE)
        header = struct.pack(">IIBBBBB", self.request.width, self.request.height, 8, 6, 0, 0, 0)
        self.file.write(_png_chunk(b"IHDR", header))
        self._control = self.file.tell()
        self.file.write(_png_chunk(b"acTL", bytes(8)))

    def picture(self, box: tuple[int, int, int, int], data: bytes, milliseconds: int) -> None:
        left, top, width, height = box
        unit = next(unit for unit in (1, 10, 100, 1000) if milliseconds < unit << 16)  # what 16 bits hold
        delay = (round(milliseconds / unit), PER_SECOND // unit)
        control = struct.pack(">IIIIIHHBB", next(self._numbers), width, height, left, top, *delay, 0, 0)
        self.file.write(_png_chunk(b"fcTL", control))
        if self.pictures:
            self.file.write(_png_chunk(b"fdAT", struct.pack(">I", next(self._numbers)) + data))
        else:
            self.file.write(_png_chunk(b"IDAT", data))

    def end(self) -> None:
        self.file.write(_png_chunk(b"IEND", b""))
        self.file.seek(self._control)
        self.file.write(_png_chunk(b"acTL", struct.pack(">II", self.pictures, 0)))


FORMATS = ("GIF", "WEBP", "PNG")


def animation_seconds(path: str) -> float:
    """The length of a GIF, WebP or PNG animation, all of whose pictures are decoded."""
    milliseconds = 0.0
    try:
        with opened(path, FORMATS) as picture:
            for number in range(getattr(picture, "n_frames", 1)):
                picture.seek(number)
                picture.load()
                milliseconds += picture.info.get("duration", 0)
    except (OSError, SyntaxError, ValueError) as error:
        raise damaged(path) from error
    return milliseconds / 1000


def _picture(pixels: NDArray[np.uint8], kind: str, **options: int) -> bytes:
    target = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(target, kind, **options)
    return target.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def _three_bytes(number: int) -> bytes:
    return number.to_bytes(3, "little")


def _webp_chunks(file: bytes) -> bytes:
    """The chunks of a WebP picture that hold its pixels."""
    found, at = [], 12
    while at < len(file):
        name, size = file[at : at + 4], int.from_bytes(file[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if name in (b"ALPH", b"VP8 ", b"VP8L"):
            found.append(file[at:end])
        at = end
    return b"".join(found)


def _png_chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png_data(file: bytes) -> bytes:
    """The compressed pixels of a PNG."""
    return b"".join(data for name, data in _png_chunks(file) if name == b"IDAT")


def _png_chunks(file: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(PNG_SIGNATURE)
    while at < len(file):
        size = int.from_bytes(file[at : at + 4], "big")
        yield file[at + 4 : at + 8], file[at + 8 : at + 8 + size]
        at += 12 + size
