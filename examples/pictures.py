"""Pictures painted by arithmetic: hills under a sky, in any colours. They are in the public domain (CC0)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Color = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Mood:
    """Colours from 0 to 1; ``sun`` is (x, y, radius) as parts of the width and height; ``seed`` forms the hills."""

    sky: Color
    horizon: Color
    light: Color
    near: Color
    sun: tuple[float, float, float]
    seed: int


MORNING = Mood((0.25, 0.50, 0.82), (0.99, 0.80, 0.56), (1.0, 0.95, 0.80), (0.10, 0.22, 0.20), (0.68, 0.42, 0.09), 3)
NIGHT = Mood((0.03, 0.04, 0.16), (0.42, 0.20, 0.44), (0.94, 0.94, 1.0), (0.02, 0.03, 0.08), (0.30, 0.26, 0.07), 11)


def landscape(width: int, height: int, mood: Mood) -> NDArray[np.uint8]:
    """(height, width, 3) uint8."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    x, y = x / width, y / height
    picture = _mix(mood.sky, mood.horizon, np.clip(y / 0.7, 0, 1) ** 1.3)
    sun_x, sun_y, radius = mood.sun
    distance = np.hypot(x - sun_x, (y - sun_y) * height / width)
    glow = np.clip((radius - distance) * width / 2, 0, 1) + 0.45 * np.exp(-((distance / (3 * radius)) ** 2))
    picture += (np.array(mood.light) - picture) * np.clip(glow, 0, 1)[..., None]
    rng = np.random.default_rng(mood.seed)
    for number in range(5):
        depth = number / 4
        crest = 0.55 + 0.09 * number + _ridge(x[0], rng, 0.09 - 0.01 * number)
        hill = _mix(mood.horizon, mood.near, np.full_like(x, 0.25 + 0.75 * depth)) * (0.9 + 0.2 * y[..., None])
        picture += (hill - picture) * np.clip((y - crest[None, :]) * height, 0, 1)[..., None]
    grain = rng.normal(0, 0.008, (height, width, 1))
    return np.clip((picture + grain) * 255 + 0.5, 0, 255).astype(np.uint8)


def _mix(first: Color, second: Color, part: NDArray[np.float64]) -> NDArray[np.float64]:
    start = np.array(first, np.float64)
    return start + (np.array(second, np.float64) - start) * part[..., None]


def _ridge(x: NDArray[np.float64], rng: np.random.Generator, height: float) -> NDArray[np.float64]:
    waves: Sequence[int] = (1, 2, 3, 5, 8, 13)
    return sum((height / wave * np.sin(2 * np.pi * (wave * x + rng.uniform())) for wave in waves), np.zeros_like(x))


def disc(width: int, height: int, mood: Mood) -> NDArray[np.uint8]:
    """The landscape in a disc on a clear ground: (height, width, 4) uint8, straight alpha."""
    y, x = np.mgrid[0:height, 0:width]
    inside = np.clip(min(width, height) / 2 - 1 - np.hypot(x - width / 2 + 0.5, y - height / 2 + 0.5), 0, 1)
    return np.dstack([landscape(width, height, mood), (inside * 255).astype(np.uint8)])


def encoded(pixels: NDArray[np.uint8], kind: str = "JPEG", quality: int = 88) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, quality=quality, optimize=True)
    return stream.getvalue()
