"""Layer styles: drop shadow, inner shadow, outer glow, inner glow, colour overlay, stroke. Bodymovin's ``sy``.

Each is an effect type of its own, found by ``key`` only. Blend modes and noise of a style do not count (as in Skottie).
"""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.display import EffectCall
from velocity_engine.effects.device import BLUR_SIZE_TO_SIGMA, Pixels, direction, even_margin
from velocity_engine.effects.drop_shadow import shadow_margin, soft_alpha
from velocity_engine.effects.parameters import RGBA, clamped, style_color, style_scalar
from velocity_engine.model.geometry import Matrix, mean_scale
from velocity_engine.model.layers import Effect, LayerStyle
from velocity_engine.sampler import Sampler

STROKE, DROP_SHADOW, INNER_SHADOW, OUTER_GLOW, INNER_GLOW, COLOR_OVERLAY = 0, 1, 2, 3, 4, 7
SUPPORTED_STYLES = (STROKE, DROP_SHADOW, INNER_SHADOW, OUTER_GLOW, INNER_GLOW, COLOR_OVERLAY)

_BLACK: RGBA = (0.0, 0.0, 0.0, 1.0)
_LARGEST_CHOKE_SCALE = 1e6
_GLOW_CHOKE_GAMMA = 0.2


def evaluate_style(style: LayerStyle, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
    """This frame's call of a layer style; None when it does nothing, or is not one of ``SUPPORTED_STYLES``."""
    if style.type in (DROP_SHADOW, INNER_SHADOW):
        return _shadow(style, sampler, matrix)
    if style.type in (OUTER_GLOW, INNER_GLOW):
        return _glow(style, sampler, matrix)
    if style.type == COLOR_OVERLAY:
        r, g, b, _ = style_color(style, "c", sampler, _BLACK)
        opacity = clamped(style_scalar(style, "so", sampler, 100.0) / 100.0)
        return EffectCall(ColorOverlayStyle.key, (r, g, b, opacity), matrix) if opacity > 0.0 else None
    if style.type == STROKE:
        return _stroke(style, sampler, matrix)
    return None


def _tint(style: LayerStyle, sampler: Sampler) -> RGBA:
    r, g, b, a = style_color(style, "c", sampler, _BLACK)
    return (r, g, b, a * clamped(style_scalar(style, "o", sampler, 100.0) / 100.0))


def _shadow(style: LayerStyle, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
    tint = _tint(style, sampler)
    if tint[3] <= 0.0:
        return None
    angle = math.radians(180.0 + style_scalar(style, "a", sampler, 120.0))
    distance = style_scalar(style, "d", sampler, 0.0)
    offset = (distance * math.cos(angle), -distance * math.sin(angle))
    sigma = max(style_scalar(style, "s", sampler, 0.0), 0.0) * BLUR_SIZE_TO_SIGMA
    choke = clamped(style_scalar(style, "ch", sampler, 0.0) / 100.0)
    scale = min(1.0 / max(1.0 - choke, 1e-9), _LARGEST_CHOKE_SCALE)
    key = DropShadowStyle.key if style.type == DROP_SHADOW else InnerShadowStyle.key
    return EffectCall(key, (tint, offset, sigma, scale), matrix, shadow_margin(matrix, offset, sigma))


def _glow(style: LayerStyle, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
    tint = _tint(style, sampler)
    if tint[3] <= 0.0:
        return None
    sigma = max(style_scalar(style, "s", sampler, 0.0), 0.0) * BLUR_SIZE_TO_SIGMA
    choke = clamped(style_scalar(style, "ch", sampler, 0.0) / 100.0) ** _GLOW_CHOKE_GAMMA
    scale = min(1.0 / max(1.0 - choke, 1e-9), _LARGEST_CHOKE_SCALE)
    margin = shadow_margin(matrix, (0.0, 0.0), sigma)
    if style.type == OUTER_GLOW:
        return EffectCall(DropShadowStyle.key, (tint, (0.0, 0.0), sigma, scale), matrix, margin)
    from_edge = round(style_scalar(style, "sr", sampler, 1.0)) == 1
    if from_edge:
        return EffectCall(InnerShadowStyle.key, (tint, (0.0, 0.0), sigma, scale), matrix, margin)
    return EffectCall(CentreGlowStyle.key, (tint, sigma, scale), matrix, margin)


def _stroke(style: LayerStyle, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
    tint, size = _tint(style, sampler), style_scalar(style, "s", sampler, 0.0)
    if tint[3] <= 0.0 or size <= 0.0:
        return None
    margin = size * mean_scale(matrix) + 1.0
    return EffectCall(StrokeStyle.key, (tint, size), matrix, even_margin(margin, margin))


class _Style:
    """What all styles share: no document's effect is served by one, ``evaluate_style`` makes their calls."""

    match_names: tuple[str, ...] = ()
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        return None


class DropShadowStyle(_Style):
    """A shadow (or, without offset, an outer glow) under the picture."""

    key = "style-drop-shadow"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.shadow import cast_under

        tint, offset, sigma, scale = call.values
        cast_under(pixels, soft_alpha(pixels, call.matrix, sigma, scale), *direction(call.matrix, *offset), *tint)
        return pixels


class InnerShadowStyle(_Style):
    """A shadow (or, without offset, a glow from the edge) of what is around the picture, on the picture."""

    key = "style-inner-shadow"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.shadow import cast_inside

        tint, offset, sigma, scale = call.values
        around = 255 - soft_alpha(pixels, call.matrix, sigma)
        if scale != 1.0 and sigma > 0.0:
            around = np.minimum(np.rint(around * np.float32(scale)), 255.0).astype(np.uint8)
        cast_inside(pixels, around, *direction(call.matrix, *offset), 255.0, *tint)
        return pixels


class CentreGlowStyle(_Style):
    """A glow from the middle of the picture, on the picture."""

    key = "style-centre-glow"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.shadow import cast_inside

        tint, sigma, scale = call.values
        cast_inside(pixels, soft_alpha(pixels, call.matrix, sigma, scale), 0.0, 0.0, 0.0, *tint)
        return pixels


class ColorOverlayStyle(_Style):
    key = "style-color-overlay"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.shadow import cast_inside

        everywhere = np.full(pixels.shape[:2], 255, np.uint8)
        cast_inside(pixels, everywhere, 0.0, 0.0, 255.0, *call.values)
        return pixels


class StrokeStyle(_Style):
    """A line of one colour around the picture, outside of its outline."""

    key = "style-stroke"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.effects.choker import to_coverage
        from velocity_engine.kernels.distance import nearest_pixels, outline_distance
        from velocity_engine.kernels.shadow import cast_under

        tint, size = call.values
        alpha = np.ascontiguousarray(pixels[..., 3])
        distance = outline_distance(alpha, nearest_pixels(alpha, False), False)
        width = np.float32(size * mean_scale(call.matrix))
        cast_under(pixels, to_coverage(width - distance), 0.0, 0.0, *tint)
        return pixels
