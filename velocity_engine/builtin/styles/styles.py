"""Layer styles: drop shadow, inner shadow, outer glow, inner glow, colour overlay, stroke. Bodymovin's ``sy``.

Each is an effect type of its own, found by ``key`` only. Shadows and glows under the picture whose blend mode looks at
what is below the layer (``under_style``) become commands of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from velocity_engine.builtin.effects.device import Pixels, direction, even_margin
from velocity_engine.builtin.effects.drop_shadow import shadow_margin, soft_alpha
from velocity_engine.builtin.effects.parameters import RGBA, clamped, style_color, style_scalar
from velocity_engine.builtin.styles.paint import (
    MODES,
    MULTIPLY,
    NORMAL,
    Style,
    moved_mask,
    noisy,
    style_mode,
    style_noise,
    tint_inside,
)
from velocity_engine.display import BLUR_SIZE_TO_SIGMA, EffectCall
from velocity_engine.model.geometry import Bounds, Matrix, invert, mean_scale, transformed_bounds
from velocity_engine.model.layers import BlendMode, LayerStyle
from velocity_engine.plugin_types import StyleCall, StyledLayer
from velocity_engine.sampler import Sampler
from velocity_engine.shapes.boxes import drawn_box

STROKE, DROP_SHADOW, INNER_SHADOW, OUTER_GLOW, INNER_GLOW, BEVEL, SATIN, COLOR_OVERLAY, GRADIENT_OVERLAY = range(9)
# From the lowest to the topmost, as After Effects lays them whatever the order of the document.
ORDER = (
    GRADIENT_OVERLAY,
    COLOR_OVERLAY,
    SATIN,
    INNER_GLOW,
    INNER_SHADOW,
    BEVEL,
    STROKE,
    OUTER_GLOW,
    DROP_SHADOW,
)

_BLACK: RGBA = (0.0, 0.0, 0.0, 1.0)
_LARGEST_CHOKE_SCALE = 1e6
_GLOW_CHOKE_GAMMA = 0.2
_STROKE_EMBOSS = 5


def style_problems(style: LayerStyle) -> list[tuple[str, str]]:
    """What of a style is not drawn, each with the feature's name."""
    name = style.name or str(style.type)
    found = []
    for key in ("bm", "hm", "sm"):
        prop = style.values.get(key)
        mode = round(clamped(prop.value[0], 0.0, 99.0)) if prop is not None and prop.value else 1
        if mode not in MODES:
            message = f"blend mode {mode} of the layer style {name!r} is not supported; it is drawn as normal"
            found.append(("style.blend", message))
    if style.type == GRADIENT_OVERLAY and "gf" not in style.values:
        found.append(("style.gradient", f"the layer style {name!r} has no colours (gf)"))
    if style.type == BEVEL:
        kind = style.values.get("bs")
        if kind is not None and kind.value and kind.value[0] == _STROKE_EMBOSS:
            found.append(("style.bevel", f"the layer style {name!r} embosses a stroke, which is not supported"))
    return found


@dataclass(frozen=True, slots=True)
class LayerStyleType:
    """``StyleType`` of one of After Effects' layer styles, by its number in the document."""

    key: str
    number: int

    @property
    def lottie_types(self) -> tuple[int, ...]:
        return (self.number,)

    @property
    def order(self) -> int:
        return ORDER.index(self.number)

    def problems(self, style: LayerStyle) -> list[tuple[str, str]]:
        return style_problems(style)

    def evaluate(self, style: LayerStyle, layer: StyledLayer) -> StyleCall | None:
        several = {DROP_SHADOW, OUTER_GLOW} <= {other.type for other in layer.styles}
        below = under_style(style, layer.sampler, layer.matrix, several)
        if below is not None:
            return StyleCall(*below)
        box = _gradient_box(style, layer) if self.number == GRADIENT_OVERLAY else None
        call = evaluate_style(style, layer.sampler, layer.matrix, box)
        return None if call is None else StyleCall(call)


def _gradient_box(style: LayerStyle, layer: StyledLayer) -> Bounds | None:
    """What a gradient spans, in the coordinates that the layer's matrix leads from: what the layer fills, or, where the
    gradient is not aligned with the layer, its composition. None where neither is known."""
    if round(style_scalar(style, "al", layer.sampler, 1.0)) == 0:
        return (0.0, 0.0, *layer.ground) if min(layer.ground) > 0.0 else None
    filled, back = drawn_box(layer.content), invert(layer.matrix)
    return transformed_bounds(back, filled) if filled is not None and back is not None else None


def evaluate_style(style: LayerStyle, sampler: Sampler, matrix: Matrix, box: Bounds | None = None) -> EffectCall | None:
    """This frame's call of a layer style; None when it does nothing, or is not one of ``ORDER``.

    ``box``: what a gradient spans, in the coordinates that ``matrix`` leads from; by default as large as the layer's
    box.
    """
    if style.type in (DROP_SHADOW, INNER_SHADOW):
        return _shadow(style, sampler, matrix)
    if style.type in (OUTER_GLOW, INNER_GLOW):
        return _glow(style, sampler, matrix)
    if style.type == COLOR_OVERLAY:
        r, g, b, _ = style_color(style, "c", sampler, _BLACK)
        opacity = clamped(style_scalar(style, "so", sampler, 100.0) / 100.0)
        values = ((r, g, b, opacity), style_mode(style, sampler))
        return EffectCall(ColorOverlayStyle.key, values, matrix) if opacity > 0.0 else None
    if style.type == STROKE:
        return _stroke(style, sampler, matrix)
    if style.type in (BEVEL, SATIN, GRADIENT_OVERLAY):
        from velocity_engine.builtin.styles import surface

        evaluate = {
            BEVEL: surface.bevel,
            SATIN: surface.satin,
            GRADIENT_OVERLAY: surface.gradient_overlay,
        }[style.type]
        return evaluate(style, sampler, matrix, box or (0.0, 0.0, *sampler.size))
    return None


def under_style(
    style: LayerStyle, sampler: Sampler, matrix: Matrix, several: bool
) -> tuple[EffectCall, BlendMode] | None:
    """The call that draws a shadow or glow by itself, and how it is blended onto what is below the layer; None for a
    style that is part of the picture. ``several``: whether the layer has both of them, where neither may take the other
    for the picture."""
    if style.type not in (DROP_SHADOW, OUTER_GLOW):
        return None
    mode = style_mode(style, sampler)
    if mode == MULTIPLY and style_color(style, "c", sampler, _BLACK)[:3] == (0.0, 0.0, 0.0):
        mode = NORMAL  # black darkens alike
    if mode == NORMAL and not several:
        return None
    call = evaluate_style(style, sampler, matrix)
    if call is None:
        return None
    return EffectCall(ShadowAloneStyle.key, call.values, call.matrix, call.margin), BlendMode(mode)


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
    values = (tint, offset, sigma, scale, style_noise(style, sampler))
    margin = shadow_margin(matrix, offset, sigma)
    if style.type == DROP_SHADOW:
        return EffectCall(DropShadowStyle.key, values, matrix, margin)
    return EffectCall(InnerShadowStyle.key, (*values, style_mode(style, sampler)), matrix, margin)


def _glow(style: LayerStyle, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
    tint = _tint(style, sampler)
    if tint[3] <= 0.0:
        return None
    sigma = max(style_scalar(style, "s", sampler, 0.0), 0.0) * BLUR_SIZE_TO_SIGMA
    choke = clamped(style_scalar(style, "ch", sampler, 0.0) / 100.0) ** _GLOW_CHOKE_GAMMA
    scale = min(1.0 / max(1.0 - choke, 1e-9), _LARGEST_CHOKE_SCALE)
    margin = shadow_margin(matrix, (0.0, 0.0), sigma)
    values = (tint, (0.0, 0.0), sigma, scale, style_noise(style, sampler))
    if style.type == OUTER_GLOW:
        return EffectCall(DropShadowStyle.key, values, matrix, margin)
    from_edge = round(style_scalar(style, "sr", sampler, 1.0)) == 1
    key = InnerShadowStyle.key if from_edge else CentreGlowStyle.key
    return EffectCall(key, (*values, style_mode(style, sampler)), matrix, margin)


def _stroke(style: LayerStyle, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
    tint, size = _tint(style, sampler), style_scalar(style, "s", sampler, 0.0)
    if tint[3] <= 0.0 or size <= 0.0:
        return None
    margin = size * mean_scale(matrix) + 1.0
    return EffectCall(StrokeStyle.key, (tint, size), matrix, even_margin(margin, margin))


class DropShadowStyle(Style):
    """A shadow (or, without offset, an outer glow) under the picture."""

    key = "style-drop-shadow"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.filters.shadow import cast_under

        tint, offset, sigma, scale, noise = call.values
        mask = soft_alpha(pixels, call.matrix, sigma, scale)
        shift = direction(call.matrix, *offset)
        if noise > 0.0:
            mask, shift = noisy(moved_mask(mask, *shift, 0), noise, origin), (0.0, 0.0)
        cast_under(pixels, mask, *shift, *tint)
        return pixels


class ShadowAloneStyle(Style):
    """The same without the picture."""

    key = "style-shadow-alone"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.filters.shadow import cast_alone

        tint, offset, sigma, scale, noise = call.values
        mask = moved_mask(soft_alpha(pixels, call.matrix, sigma, scale), *direction(call.matrix, *offset), 0)
        cast_alone(pixels, noisy(mask, noise, origin), 0.0, 0.0, *tint)
        return pixels


class InnerShadowStyle(Style):
    """A shadow (or, without offset, a glow from the edge) of what is around the picture, on the picture."""

    key = "style-inner-shadow"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.filters.shadow import cast_inside

        tint, offset, sigma, scale, noise, mode = call.values
        around = 255 - soft_alpha(pixels, call.matrix, sigma)
        if scale != 1.0 and sigma > 0.0:
            around = np.minimum(np.rint(around * np.float32(scale)), 255.0).astype(np.uint8)
        shift = direction(call.matrix, *offset)
        if noise <= 0.0 and mode == NORMAL:
            cast_inside(pixels, around, *shift, 255.0, *tint)
            return pixels
        return tint_inside(pixels, noisy(moved_mask(around, *shift, 255), noise, origin), tint, mode)


class CentreGlowStyle(Style):
    """A glow from the middle of the picture, on the picture."""

    key = "style-centre-glow"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        tint, _, sigma, scale, noise, mode = call.values
        cover = noisy(soft_alpha(pixels, call.matrix, sigma, scale), noise, origin)
        return tint_inside(pixels, cover, tint, mode)


class ColorOverlayStyle(Style):
    key = "style-color-overlay"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        return tint_inside(pixels, np.full(pixels.shape[:2], 255, np.uint8), *call.values)


class StrokeStyle(Style):
    """A line of one colour around the picture, outside of its outline."""

    key = "style-stroke"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.builtin.effects.choker import to_coverage
        from velocity_engine.kernels.filters.distance import nearest_pixels, outline_distance
        from velocity_engine.kernels.filters.shadow import cast_under

        tint, size = call.values
        alpha = np.ascontiguousarray(pixels[..., 3])
        distance = outline_distance(alpha, nearest_pixels(alpha, False), False)
        width = np.float32(size * mean_scale(call.matrix))
        cast_under(pixels, to_coverage(width - distance), 0.0, 0.0, *tint)
        return pixels
