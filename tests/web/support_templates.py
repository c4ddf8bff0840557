"""Small templates, sounds and pictures made on the spot."""

from __future__ import annotations

import io
import json
import math
import struct
import wave
import zipfile
import zlib
from typing import Any

import numpy as np
from PIL import Image

Layer = dict[str, Any]


def still(value: Any) -> dict[str, Any]:
    return {"a": 0, "k": value}


def layer(name: str, kind: int, number: int, frames: float, **more: Any) -> Layer:
    transform = {
        "o": still(100),
        "r": still(0),
        "p": still([0, 0, 0]),
        "a": still([0, 0, 0]),
        "s": still([100, 100, 100]),
    }
    return {"nm": name, "ty": kind, "ind": number, "ip": 0, "op": frames, "st": 0, "ks": transform, **more}


def solid(name: str, color: str, frames: float, number: int = 1, size: tuple[int, int] = (64, 64)) -> Layer:
    return layer(name, 1, number, frames, sc=color, sw=size[0], sh=size[1])


def sliding(base: Layer, frames: float, distance: float = 40) -> Layer:
    """The layer moving to the right, so that no two frames are the same."""
    ease = {"i": {"x": [1], "y": [1]}, "o": {"x": [0], "y": [0]}}
    keys = [{"t": 0, "s": [0, 0, 0], **ease}, {"t": frames, "s": [distance, 0, 0]}]
    base["ks"]["p"] = {"a": 1, "k": keys}
    return base


def document(
    *,
    frames: float = 10,
    rate: float = 30,
    size: tuple[int, int] = (64, 64),
    layers: list[Layer] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A Lottie document with a red ground and a blue box that moves."""
    default = [
        sliding(solid("Box", "#0000ff", frames, 1, (16, 16)), frames),
        solid("Ground", "#ff0000", frames, 2, size),
    ]
    return {
        "v": "5.9.0",
        "fr": rate,
        "ip": 0,
        "op": frames,
        "w": size[0],
        "h": size[1],
        "nm": "Test",
        "ddd": 0,
        "assets": [],
        "layers": default if layers is None else layers,
        **more,
    }


def zipped(files: dict[str, bytes | str], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def template_zip(files: dict[str, bytes | str] | None = None, **options: Any) -> bytes:
    return zipped({"data.json": json.dumps(document(**options)), **(files or {})})


def slow_template(seconds_of_video: float = 240) -> bytes:
    """A template whose render takes far longer than any test waits."""
    frames = seconds_of_video * 30
    size = (1280, 720)
    boxes = [sliding(solid(f"Box {n}", "#3366cc", frames, n + 1, (400, 300)), frames, 800 + n) for n in range(8)]
    return template_zip(frames=frames, size=size, layers=[*boxes, solid("Ground", "#203040", frames, 99, size)])


def png(width: int = 8, height: int = 8, color: tuple[int, int, int] = (0, 255, 0)) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    lines = (b"\0" + bytes(color) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def wav(seconds: float = 0.5, rate: int = 8000) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        samples = (int(8000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(int(seconds * rate)))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return buffer.getvalue()


def noisy_template(side: int) -> bytes:
    """A picture of noise, of which a PNG has some three bytes for each pixel, and a video at a low bitrate few."""
    noise = np.random.default_rng(5).integers(0, 255, (side, side, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(noise).save(file, "PNG")
    asset = {"id": "noise", "w": side, "h": side, "u": "images/", "p": "noise.png", "e": 0}
    shown = [layer("Noise", 2, 1, 10, refId="noise")]
    return template_zip({"images/noise.png": file.getvalue()}, size=(side, side), layers=shown, assets=[asset])
