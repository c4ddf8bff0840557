"""What layer styles share: their blend modes and noise, and painting on what is there already."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels
from velocity_engine.builtin.effects.parameters import RGBA, clamped, style_scalar
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import BlendMode, Effect, LayerStyle
from velocity_engine.sampler import Sampler

Mask = NDArray[np.uint8]

NORMAL, MULTIPLY = BlendMode.NORMAL.value, BlendMode.MULTIPLY.value

# After Effects' menu of the blend modes of layer styles, its lines between groups counted. Dissolve (2), linear burn
# (7), darker and lighter colour (8, 14), linear, vivid and pin light (19 to 21), subtract and divide (26, 27) are not
# among the modes of Lottie.
MODES = {
    1: BlendMode.NORMAL,
    4: BlendMode.DARKEN,
    5: BlendMode.MULTIPLY,
    6: BlendMode.COLOR_BURN,
    10: BlendMode.LIGHTEN,
    11: BlendMode.SCREEN,
    12: BlendMode.COLOR_DODGE,
    13: BlendMode.ADD,
    16: BlendMode.OVERLAY,
    17: BlendMode.SOFT_LIGHT,
    18: BlendMode.HARD_LIGHT,
    22: BlendMode.HARD_MIX,
    24: BlendMode.DIFFERENCE,
    25: BlendMode.EXCLUSION,
    29: BlendMode.HUE,
    30: BlendMode.SATURATION,
    31: BlendMode.COLOR,
    32: BlendMode.LUMINOSITY,
}


class Style:
    """What all styles share: no document's effect is served by one, their ``StyleType`` makes their calls."""

    match_names: tuple[str, ...] = ()
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        return None


def style_mode(style: LayerStyle, sampler: Sampler, key: str = "bm") -> int:
    """The number of a style's ``BlendMode``; normal for what is not in the menu."""
    return MODES.get(round(clamped(style_scalar(style, key, sampler, 1.0), 0.0, 99.0)), BlendMode.NORMAL).value


def style_noise(style: LayerStyle, sampler: Sampler) -> float:
    return clamped(style_scalar(style, "no", sampler, 0.0) / 100.0)


def noisy(mask: Mask, share: float, origin: tuple[int, int]) -> Mask:
    """``share`` of the coverage as dots that are there or not, as often as the coverage says; the dots stand still on
    the device."""
    if share <= 0.0:
        return mask
    rows = np.arange(origin[1], origin[1] + mask.shape[0]).astype(np.uint32)[:, None]
    columns = np.arange(origin[0], origin[0] + mask.shape[1]).astype(np.uint32)
    level = (rows * np.uint32(0x9E3779B1)) ^ (columns * np.uint32(0x85EBCA6B))
    level = (level ^ (level >> np.uint32(15))) * np.uint32(0x2C1B3C6D)
    level = (level ^ (level >> np.uint32(12))) * np.uint32(0x297A2D39)
    dots = np.where((level >> np.uint32(24)) * 255 < mask * np.uint32(256), np.float32(255.0), np.float32(0.0))
    dots[mask == 0] = 0.0
    mixed = mask * np.float32(1.0 - share) + dots * np.float32(share)
    return np.rint(mixed).astype(np.uint8)


def moved_mask(mask: Mask, dx: float, dy: float, outside: int) -> Mask:
    """Coverage moved by so many device pixels; what comes in from beyond is ``outside``, 0 or 255."""
    from velocity_engine.kernels.filters.shadow import cast_alone

    if dx == 0.0 and dy == 0.0:
        return mask
    flip = np.uint8(outside)
    moved = np.empty((*mask.shape, 4), np.uint8)
    cast_alone(moved, np.ascontiguousarray(mask ^ flip), dx, dy, 1.0, 1.0, 1.0, 1.0)
    return np.ascontiguousarray(moved[..., 3]) ^ flip


def painted(cover: Mask, tint: RGBA) -> Pixels:
    """One colour by coverage, premultiplied."""
    alpha = np.rint(cover * np.float32(tint[3])).astype(np.uint8)
    out = np.empty((*cover.shape, 4), np.uint8)
    for k in range(3):
        out[..., k] = np.rint(alpha * np.float32(tint[k]))
    out[..., 3] = alpha
    return out


def tint_inside(pixels: Pixels, cover: Mask, tint: RGBA, mode: int) -> Pixels:
    """One colour by coverage on the picture, where the picture is; its alpha stays."""
    from velocity_engine.kernels.filters.shadow import cast_inside

    if mode != NORMAL:
        return paint_inside(pixels, painted(cover, tint), mode)
    cast_inside(pixels, np.ascontiguousarray(cover), 0.0, 0.0, 0.0, *tint)
    return pixels


def paint_inside(pixels: Pixels, paint: Pixels, mode: int) -> Pixels:
    """Blends ``paint`` onto the picture, where the picture is; its alpha stays."""
    from velocity_engine.kernels.pixels.blend import blend_layer
    from velocity_engine.kernels.pixels.matte import multiply_mask
    from velocity_engine.kernels.pixels.unpremultiply import to_straight

    alpha = pixels[..., 3].copy()
    to_straight(pixels)
    pixels[..., 3] = 255
    height, width = alpha.shape
    blend_layer(pixels, paint, 0, 0, 0, 0, width, height, mode, 1.0)
    multiply_mask(pixels, alpha)
    return pixels
