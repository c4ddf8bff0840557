"""Pictures of the gallery's templates, by arithmetic: a vase, and a portrait in flat colours."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from examples.pictures import Color

RIM, FOOT = 0.03, 0.965  # how far down the middles of the upper and the lower edge lie
FINE = 3  # pixels are drawn so many times finer, and averaged


def vase(width: int, height: int, body: Color, glaze: Color) -> Image.Image:
    """A thrown vase with a glazed lip, lit from the left, on a clear ground."""
    w, h = width * FINE, height * FINE
    y, x = np.mgrid[0:h, 0:w].astype(np.float64)
    v, u = y / h, (x - w / 2) / (w / 2)
    radius = _profile(v)
    across = np.clip(u / np.maximum(radius, 1e-6), -1, 1)
    top, foot = float(_profile(np.array(RIM))), float(_profile(np.array(FOOT)))
    rim = (u / top) ** 2 + ((v - RIM) / 0.020) ** 2
    inside = (np.abs(u) <= radius) & (v > RIM) & (v < FOOT)
    inside |= (rim < 1) | ((u / foot) ** 2 + ((v - FOOT) / 0.022) ** 2 < 1)
    lit = 0.36 + 0.64 * np.clip(np.cos(np.arcsin(across) + 0.75), 0, 1)
    lit += 0.10 * np.clip(np.cos(np.arcsin(across) - 1.35), 0, 1)  # light from the ground on the far side
    drip = 0.30 + 0.035 * np.sin(u * 9.0 + 0.8) + 0.02 * np.sin(u * 23.0)
    glazed = np.clip((drip - v) * h / 6, 0, 1)[..., None]
    color = np.array(body) * (1 - glazed) + np.array(glaze) * glazed
    speckle = np.random.default_rng(5).normal(0, 1, (height, width)).repeat(FINE, 0).repeat(FINE, 1)
    color = color * (lit + np.where(speckle > 2.3, -0.09, 0) * (1 - glazed[..., 0]))[..., None]
    shine = np.exp(-(((across + 0.52) / 0.13) ** 2)) * (0.10 + 0.32 * glazed[..., 0])
    color = color + shine[..., None]
    color[rim < 1] = np.array(glaze) * 0.96
    color[(u / (0.86 * top)) ** 2 + ((v - RIM) / 0.0145) ** 2 < 1] = np.array(glaze) * 0.30  # the opening
    pixels = np.dstack([np.clip(color, 0, 1), inside.astype(np.float64)])
    return _averaged(pixels, width, height)


def _profile(v: NDArray[np.float64]) -> NDArray[np.float64]:
    """The radius at each height: lip, neck, belly, foot."""
    heights = [0.0, 0.03, 0.08, 0.18, 0.27, 0.38, 0.50, 0.60, 0.70, 0.80, 0.90, 1.0]
    radii = [0.40, 0.37, 0.25, 0.19, 0.30, 0.62, 0.86, 0.94, 0.88, 0.70, 0.50, 0.36]
    fine = np.linspace(0, 1, 2000)
    curve = np.interp(fine, heights, radii)
    curve = np.convolve(np.pad(curve, 110, mode="edge"), np.hanning(221) / np.hanning(221).sum(), mode="valid")
    radius: NDArray[np.float64] = np.interp(v, fine, curve)
    return radius


def _averaged(pixels: NDArray[np.float64], width: int, height: int) -> Image.Image:
    alpha = pixels[..., 3:]
    both = np.dstack([pixels[..., :3] * alpha, alpha]).reshape(height, FINE, width, FINE, 4).mean((1, 3))
    both[..., :3] /= np.maximum(both[..., 3:], 1e-6)
    return Image.fromarray((both * 255 + 0.5).astype(np.uint8))


def portrait(size: int, ground: Color, skin: Color, hair: Color, coat: Color, *, long_hair: bool = True) -> Image.Image:
    """A head and shoulders in flat colours, filling a square."""
    s = size * FINE
    picture = Image.new("RGB", (s, s), _bytes(ground))
    draw = ImageDraw.Draw(picture)

    def oval(x: float, y: float, w: float, h: float, color: Color) -> None:
        draw.ellipse([(x - w / 2) * s, (y - h / 2) * s, (x + w / 2) * s, (y + h / 2) * s], fill=_bytes(color))

    shade = (skin[0] * 0.86, skin[1] * 0.82, skin[2] * 0.80)
    if long_hair:
        oval(0.50, 0.45, 0.50, 0.60, hair)
        oval(0.36, 0.60, 0.24, 0.34, hair)
        oval(0.64, 0.60, 0.24, 0.34, hair)
    else:
        oval(0.50, 0.36, 0.39, 0.34, hair)
    draw.rounded_rectangle([0.43 * s, 0.52 * s, 0.57 * s, 0.80 * s], 0.06 * s, fill=_bytes(shade))
    oval(0.50, 1.06, 0.92, 0.66, coat)
    draw.polygon([(0.41 * s, 0.74 * s), (0.59 * s, 0.74 * s), (0.50 * s, 0.88 * s)], fill=_bytes(shade))
    oval(0.50, 0.47, 0.35, 0.44, skin)
    if long_hair:
        draw.pieslice([0.30 * s, 0.15 * s, 0.70 * s, 0.60 * s], 180, 338, fill=_bytes(hair))
    else:
        draw.chord([0.325 * s, 0.21 * s, 0.675 * s, 0.56 * s], 202, 338, fill=_bytes(hair))
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def _bytes(color: Color) -> tuple[int, int, int]:
    r, g, b = (round(255 * part) for part in color)
    return r, g, b


def packed(picture: Image.Image) -> bytes:
    """As WebP, which is small and has alpha."""
    stream = io.BytesIO()
    picture.save(stream, "WEBP", quality=88, method=6)
    return stream.getvalue()
