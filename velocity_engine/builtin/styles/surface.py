"""Layer styles that shade the picture's surface: bevel and emboss, satin, gradient overlay."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels, device_sigmas, direction, even_margin, reach
from velocity_engine.builtin.effects.drop_shadow import soft_alpha
from velocity_engine.builtin.effects.fields import Field, layer_points
from velocity_engine.builtin.effects.parameters import RGBA, clamped, style_color, style_scalar
from velocity_engine.builtin.styles.paint import Style, moved_mask, paint_inside, style_mode, tint_inside
from velocity_engine.display import BLUR_SIZE_TO_SIGMA, EffectCall
from velocity_engine.model.geometry import Bounds, Matrix, mean_scale
from velocity_engine.model.layers import LayerStyle
from velocity_engine.sampler import Sampler

OUTER, INNER, EMBOSS, PILLOW = 1, 2, 3, 4
SMOOTH, CHISEL_HARD, CHISEL_SOFT = 1, 2, 3
LINEAR, RADIAL, ANGLE, REFLECTED, DIAMOND = 1, 2, 3, 4, 5

_TABLE = 1024
_ONE = np.float32(1.0)


# --- bevel and emboss -----------------------------------------------------------------------------------------------


def bevel(style: LayerStyle, sampler: Sampler, matrix: Matrix, box: Bounds) -> EffectCall | None:
    """Bodymovin writes the shadow's opacity over the softening (both ``so``), which is lost."""
    kind, technique = (
        round(clamped(style_scalar(style, k, sampler, d), 0.0, 9.0)) for k, d in (("bs", 2.0), ("bt", 1.0))
    )
    size = clamped(style_scalar(style, "s", sampler, 5.0), 0.0, 1000.0)
    depth = clamped(style_scalar(style, "sr", sampler, 100.0) / 100.0, 0.0, 10.0)
    if kind not in (OUTER, INNER, EMBOSS, PILLOW) or size <= 0.0 or depth <= 0.0:
        return None
    if round(style_scalar(style, "bd", sampler, 1.0)) == 2:
        depth = -depth
    angle = math.radians(style_scalar(style, "a", sampler, 120.0))
    altitude = math.radians(clamped(style_scalar(style, "ll", sampler, 30.0), 0.0, 90.0))
    light = _shade(style, sampler, "hc", "ho", (1.0, 1.0, 1.0, 1.0)), style_mode(style, sampler, "hm")
    dark = _shade(style, sampler, "sc", "so", (0.0, 0.0, 0.0, 1.0)), style_mode(style, sampler, "sm")
    across, down = device_sigmas(matrix, size * BLUR_SIZE_TO_SIGMA, size * BLUR_SIZE_TO_SIGMA)
    pad = size * mean_scale(matrix) + 2.0
    values = (kind, technique, size, depth, (math.cos(angle), -math.sin(angle)), altitude, light, dark)
    return EffectCall(BevelStyle.key, values, matrix, even_margin(max(pad, reach(across)), max(pad, reach(down))))


def _shade(style: LayerStyle, sampler: Sampler, color: str, opacity: str, default: RGBA) -> RGBA:
    r, g, b, a = style_color(style, color, sampler, default)
    return (r, g, b, a * clamped(style_scalar(style, opacity, sampler, 75.0) / 100.0))


class BevelStyle(Style):
    """Light and shadow on a height that rises from the outline over the size: by a blur (smooth), or straight by the
    distance (chisel). Outside of the picture both stand under it, in normal mode."""

    key = "style-bevel"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.filters.shadow import cast_under

        kind, technique, size, depth, towards, altitude, light, dark = call.values
        scale = mean_scale(call.matrix)
        if not 1e-6 < scale < 1e6 or not pixels.size:
            return pixels
        alpha = np.ascontiguousarray(pixels[..., 3])
        height = _relief(alpha, kind, technique, size * scale) * np.float32(depth * size * scale)
        bright, shade = _lit(height, _unit(direction(call.matrix, *towards)), altitude)
        if kind != OUTER:
            pixels = tint_inside(pixels, _cover(shade), *dark)
            pixels = tint_inside(pixels, _cover(bright), *light)
        if kind == PILLOW:
            bright, shade = shade, bright  # its outside falls where its inside rises
        if kind != INNER:
            for amount, (tint, _) in ((bright, light), (shade, dark)):
                cast_under(pixels, _cover(amount), 0.0, 0.0, *tint)
        return pixels


def _unit(vector: tuple[float, float]) -> tuple[float, float]:
    length = math.hypot(*vector)
    return (vector[0] / length, vector[1] / length) if length > 1e-12 else (0.0, 0.0)


def _relief(alpha: NDArray[np.uint8], kind: int, technique: int, size: float) -> Field:
    """The height from 0 (far outside) to 1 (far inside)."""
    from velocity_engine.kernels.filters.distance import nearest_pixels, outline_distance

    if technique not in (CHISEL_HARD, CHISEL_SOFT):
        return _softened(alpha * np.float32(1.0 / 255.0), size * BLUR_SIZE_TO_SIGMA)
    inside = outline_distance(alpha, nearest_pixels(alpha, True), True)
    outside = outline_distance(alpha, nearest_pixels(alpha, False), False)
    signed = np.where(alpha >= 128, np.maximum(inside, np.float32(0.0)), -np.maximum(outside, np.float32(0.0)))
    start = {OUTER: 1.0, INNER: 0.0}.get(kind, 0.5)
    height: Field = np.clip(signed * np.float32(1.0 / size) + np.float32(start), np.float32(0.0), _ONE)
    return _softened(height, max(size * 0.1, 1.0) if technique == CHISEL_SOFT else 1.0)  # 1: pixels leave no steps


def _softened(values: Field, sigma: float) -> Field:
    """Blurred by three boxes, in numbers fine enough for slopes; what lies beyond the edge is like the edge."""
    radius = round((math.sqrt(4.0 * sigma * sigma + 1.0) - 1.0) / 2.0)
    for axis in (0, 1):
        reach_there = min(radius, values.shape[axis] - 1)
        if reach_there < 1:
            continue
        for _ in range(3):
            pad = [(0, 0), (0, 0)]
            pad[axis] = (reach_there + 1, reach_there)
            sums = np.cumsum(np.pad(values, pad, mode="edge"), axis=axis, dtype=np.float64)
            span = 2 * reach_there + 1
            ahead, behind = (sums[span:], sums[:-span]) if axis == 0 else (sums[:, span:], sums[:, :-span])
            values = ((ahead - behind) / span).astype(np.float32)
    return values


def _lit(height: Field, towards: tuple[float, float], altitude: float) -> tuple[Field, Field]:
    """How much brighter and how much darker than a flat surface it is, 0..1 each."""
    slopes = [np.gradient(height, axis=axis) if height.shape[axis] > 1 else np.zeros_like(height) for axis in (1, 0)]
    flat = math.sin(altitude)
    facing = np.float32(-towards[0] * math.cos(altitude)) * slopes[0]
    facing += np.float32(-towards[1] * math.cos(altitude)) * slopes[1] + np.float32(flat)
    facing /= np.sqrt(_ONE + slopes[0] * slopes[0] + slopes[1] * slopes[1])
    above = facing - np.float32(flat)
    return np.clip(above / np.float32(max(1.0 - flat, 1e-3)), 0.0, 1.0), np.clip(
        -above / np.float32(max(flat, 1e-3)), 0.0, 1.0
    )


def _cover(amount: Field) -> NDArray[np.uint8]:
    cover: NDArray[np.uint8] = np.rint(amount * np.float32(255.0)).astype(np.uint8)
    return cover


# --- satin ----------------------------------------------------------------------------------------------------------


def satin(style: LayerStyle, sampler: Sampler, matrix: Matrix, box: Bounds) -> EffectCall | None:
    tint = _shade(style, sampler, "c", "o", (0.0, 0.0, 0.0, 1.0))
    if tint[3] <= 0.0:
        return None
    angle, distance = math.radians(style_scalar(style, "a", sampler, 19.0)), style_scalar(style, "d", sampler, 11.0)
    offset = (distance * math.cos(angle), -distance * math.sin(angle))
    sigma = max(style_scalar(style, "s", sampler, 14.0), 0.0) * BLUR_SIZE_TO_SIGMA
    invert = round(style_scalar(style, "in", sampler, 1.0)) != 0
    return EffectCall(SatinStyle.key, (tint, offset, sigma, invert, style_mode(style, sampler)), matrix)


class SatinStyle(Style):
    """Where two soft copies of the picture, moved apart, differ; or, inverted, where they agree."""

    key = "style-satin"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        tint, offset, sigma, invert, mode = call.values
        dx, dy = direction(call.matrix, *offset)
        height, width = pixels.shape[:2]
        # Room for what the blur carries out and the shift back in; what is shifted by more than all is gone.
        pad = [min(math.ceil(abs(dx)) + 1, width + 1), min(math.ceil(abs(dy)) + 1, height + 1)]
        room = np.pad(pixels, ((pad[1], pad[1]), (pad[0], pad[0]), (0, 0)))
        soft = soft_alpha(room, call.matrix, sigma)
        one, two = moved_mask(soft, dx, dy, 0), moved_mask(soft, -dx, -dy, 0)
        cover = np.maximum(one, two) - np.minimum(one, two)
        cover = 255 - cover if invert else cover
        inner = np.ascontiguousarray(cover[pad[1] : pad[1] + height, pad[0] : pad[0] + width])
        return tint_inside(pixels, inner, tint, mode)


# --- gradient overlay -----------------------------------------------------------------------------------------------


def gradient_overlay(style: LayerStyle, sampler: Sampler, matrix: Matrix, box: Bounds) -> EffectCall | None:
    from velocity_engine.shapes.paint import gradient_stops

    opacity, prop = clamped(style_scalar(style, "o", sampler, 100.0) / 100.0), style.values.get("gf")
    if opacity <= 0.0 or prop is None:
        return None
    raw = np.asarray(sampler.vector(prop), np.float64)
    count = round(style_scalar(style, "gf.p", sampler, len(raw) // 4))
    if len(raw) < 4 or not np.isfinite(raw).all():
        return None
    stops = gradient_stops(raw, count)
    kind = round(clamped(style_scalar(style, "gt", sampler, 1.0), 0.0, 9.0))
    angle, scale = style_scalar(style, "a", sampler, 90.0), clamped(style_scalar(style, "s", sampler, 100.0), 1.0, 1e4)
    reverse = round(style_scalar(style, "re", sampler, 0.0)) != 0
    shift = sampler.vector(style.values["of"]) if "of" in style.values else (0.0, 0.0)
    shift = (shift[0], shift[1]) if len(shift) > 1 and math.isfinite(shift[0] + shift[1]) else (0.0, 0.0)
    values = (box, kind, angle, scale / 100.0, reverse, shift, stops, opacity, style_mode(style, sampler))
    return EffectCall(GradientOverlayStyle.key, values, matrix)


class GradientOverlayStyle(Style):
    """A gradient across what the picture fills, at an angle (counterclockwise from rightwards); the offset is in per
    cent of it. Its smoothness does not count."""

    key = "style-gradient-overlay"

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        box, kind, angle, scale, reverse, shift, stops, opacity, mode = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        width, height = box[2] - box[0], box[3] - box[1]
        if points is None or not (width > 0.0 and height > 0.0):
            return pixels
        x = points[0] - np.float32((box[0] + box[2]) / 2 + shift[0] / 100.0 * width)
        y = points[1] - np.float32((box[1] + box[3]) / 2 + shift[1] / 100.0 * height)
        at = _along(kind, x, y, math.radians(angle), (width, height), scale)
        if reverse:
            at = _ONE - at
        with np.errstate(invalid="ignore"):
            index = np.nan_to_num(np.clip(at, 0.0, 1.0) * (_TABLE - 1) + 0.5).astype(np.intp)
        return paint_inside(pixels, _colors(stops, opacity)[index], mode)


def _along(kind: int, x: Field, y: Field, angle: float, size: tuple[float, float], scale: float) -> Field:
    """The place in the gradient, seen from its centre: 0 at its start, 1 at its end. ``size`` of what it fills."""
    ux, uy = math.cos(angle), -math.sin(angle)
    unit = 1.0 / max((abs(size[0] * ux) + abs(size[1] * uy)) * scale, 1e-6)
    along: Field = x * np.float32(ux * unit) + y * np.float32(uy * unit)
    if kind == RADIAL:
        away: Field = np.hypot(x, y) * np.float32(2.0 * unit)
        return away
    if kind == ANGLE:
        turn = (np.arctan2(-y, x) - np.float32(angle)) * np.float32(0.5 / math.pi)
        part: Field = turn - np.floor(turn)
        return part
    if kind in (REFLECTED, DIAMOND):
        far: Field = np.abs(along)
        if kind == DIAMOND:
            far += np.abs(x * np.float32(-uy * unit) + y * np.float32(ux * unit))
        doubled: Field = far * np.float32(2.0)
        return doubled
    return along + np.float32(0.5)


def _colors(stops: NDArray[np.float64], opacity: float) -> Pixels:
    """(_TABLE, 4) premultiplied."""
    at = np.linspace(0.0, 1.0, _TABLE)
    straight = np.stack([np.interp(at, stops[:, 0], stops[:, k]) for k in (1, 2, 3, 4)], axis=1)
    alpha = np.rint(np.clip(straight[:, 3:] * opacity, 0.0, 1.0) * 255.0)
    colors = np.concatenate([np.rint(np.clip(straight[:, :3], 0.0, 1.0) * alpha), alpha], axis=1)
    return colors.astype(np.uint8)
