"""Stroke (ADBE Stroke): a round brush along the paths of the layer's masks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels, to_buffer
from velocity_engine.builtin.effects.parameters import choice, clamped, color, scalar, switch
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix, mean_scale
from velocity_engine.model.layers import Effect
from velocity_engine.model.properties import Bezier
from velocity_engine.sampler import Sampler

_STEPS = 24  # straight pieces of a curve
ON_ORIGINAL, ON_TRANSPARENT, REVEAL = 1, 2, 3

Line = NDArray[np.float64]


class StrokeEffect:
    """As in lottie-web, the brush size is the brush's radius; the spacing does not count.

    The brush draws within the layer's own picture. On shape and text layers the paths are taken as standing in the
    composition.
    """

    key = "stroke"
    match_names: tuple[str, ...] = ("ADBE Stroke",)
    lottie_types: tuple[int, ...] = (22,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        style = choice(effect, 10, sampler, ON_ORIGINAL)
        lines = _lines(effect, sampler)
        if not lines and style == ON_ORIGINAL:
            return None
        r, g, b, _ = color(effect, 3, sampler, (1.0, 1.0, 1.0, 1.0))
        radius, hardness = max(scalar(effect, 4, sampler, 2.0), 0.0), clamped(scalar(effect, 5, sampler, 1.0))
        opacity = clamped(scalar(effect, 6, sampler, 1.0))
        points = np.concatenate(lines) if lines else np.zeros((0, 2))
        starts = np.cumsum([0, *(len(line) for line in lines)]).astype(np.int64)
        return EffectCall(self.key, (style, (r, g, b, opacity), radius, hardness, points, starts), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.coverage.polyline_coverage import polyline_coverage
        from velocity_engine.kernels.pictures.warp import draw_image
        from velocity_engine.kernels.pixels.color import colorize
        from velocity_engine.kernels.pixels.matte import multiply_mask

        style, tint, radius, hardness, points, starts = call.values
        m = to_buffer(call, origin)
        placed = np.ascontiguousarray(points @ np.array([[m[0], m[1]], [m[2], m[3]]]) + (m[4], m[5]))
        radius *= mean_scale(m)
        mask = np.zeros(pixels.shape[:2], np.uint8)
        polyline_coverage(mask, placed, starts, radius, max(1.0, (1.0 - hardness) * radius))
        if style == REVEAL:
            multiply_mask(pixels, np.rint(mask * np.float32(tint[3])).astype(np.uint8))
            return pixels
        drawn = np.repeat(mask[..., None], 4, axis=2)
        colorize(drawn, *tint)
        if style == ON_TRANSPARENT:
            return drawn
        height, width = pixels.shape[:2]
        unmoved, window = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]), np.array([0.0, 0.0, width, height])
        draw_image(pixels, drawn, unmoved, window, 0, 0, width, height, 1.0)
        return pixels


def _lines(effect: Effect, sampler: Sampler) -> list[Line]:
    """The polylines to draw, in the layer's coordinates, cut to what lies between the start and the end (per cent)."""
    masks = sampler.masks
    if not switch(effect, 1, sampler):
        number = choice(effect, 0, sampler, 1)
        masks = masks[number - 1 : number] if number >= 1 else ()
    lines = [line for line in (polyline(sampler.path(mask.path)) for mask in masks) if len(line)]
    ends = sorted(clamped(scalar(effect, k, sampler, default) / 100.0) for k, default in ((7, 0.0), (8, 100.0)))
    if ends[0] >= ends[1]:
        return []
    if not (switch(effect, 1, sampler) and switch(effect, 2, sampler, True)):
        return [part for line in lines if len(part := _cut(line, ends[0], ends[1]))]
    lengths = np.array([_length(line) for line in lines])
    total = float(lengths.sum())
    parts, before = [], 0.0
    for line, length in zip(lines, lengths, strict=True):
        if length > 0.0:
            part = _cut(line, (ends[0] * total - before) / length, (ends[1] * total - before) / length)
            parts += [part] if len(part) else []
        before += length
    return parts


def polyline(value: Bezier) -> Line:
    vertices = value.vertices
    if len(vertices) < 2:
        return vertices.astype(np.float64)
    following = np.roll(np.arange(len(vertices)), -1)
    first = np.arange(len(vertices) if value.closed else len(vertices) - 1)
    last = following[first]
    t = (np.arange(_STEPS) / _STEPS)[None, :, None]
    corners = (vertices[first], (vertices + value.outs)[first], (vertices + value.ins)[last], vertices[last])
    a, b, c, d = (corner[:, None, :] for corner in corners)
    curve = a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3
    points: Line = np.concatenate([curve.reshape(-1, 2), vertices[last[-1:]]])
    return points


def _steps(line: Line) -> Line:
    lengths: Line = np.hypot(*np.diff(line, axis=0).T)
    return lengths


def _length(line: Line) -> float:
    return float(_steps(line).sum()) if len(line) > 1 else 0.0


def _cut(line: Line, start: float, end: float) -> Line:
    """What lies between two fractions of the length; nothing where they lie outside of 0..1."""
    start, end = max(start, 0.0), min(end, 1.0)
    if start >= end:
        return line[:0]
    if (start <= 0.0 and end >= 1.0) or len(line) < 2:
        return line
    along = np.concatenate(([0.0], np.cumsum(_steps(line))))
    first, last = start * along[-1], end * along[-1]
    inner = line[(along > first) & (along < last)]
    ends = [[float(np.interp(at, along, line[:, k])) for k in (0, 1)] for at in (first, last)]
    return np.concatenate([[ends[0]], inner, [ends[1]]])
