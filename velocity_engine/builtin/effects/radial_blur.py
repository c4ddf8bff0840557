"""Radial blur (ADBE Radial Blur): a spin or a zoom about a point.

The mean over a whole way is made by halves: two copies at either side of the middle of the way, then two copies of that
at half the distance, and so on.
"""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.builtin.effects.device import Pixels, Region, box_margin, filled, from_buffer, moved, to_buffer
from velocity_engine.builtin.effects.parameters import choice, clamped, point, scalar
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix, multiply, rotation, scaling, transformed_bounds, translation
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

SPIN, ZOOM = 1, 2
_MAX_HALVES = 9
_STILL, _MOVED = 40.0, 180.0  # nanoseconds for a pixel of the buffer: what is clear is passed over
_SLACK = 4  # pixels that a picture may reach beyond where its box is moved to


class RadialBlurEffect:
    """The amount is an arc in degrees (spin), or the per cent by which the picture grows along the way (zoom)."""

    key = "radial-blur"
    match_names: tuple[str, ...] = ("ADBE Radial Blur",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        amount = clamped(scalar(effect, 0, sampler, 10.0, number=1), 0.0, 360.0)
        width, height = sampler.size
        centre = point(effect, 1, sampler, (width / 2, height / 2), number=2)
        kind = ZOOM if choice(effect, 2, sampler, SPIN, number=3) == ZOOM else SPIN
        if amount <= 0.0 or max(map(abs, centre)) > 1e6:
            return None
        far = max(math.hypot(x - centre[0], y - centre[1]) for x in (0.0, width) for y in (0.0, height))
        way = 2.0 * far if kind == SPIN else far * min(amount / 200.0, 1.0)
        margin = box_margin(matrix, (way, way))
        share = min(amount / (90.0 if kind == SPIN else 200.0), 1.0)
        return EffectCall(self.key, (kind, amount, centre, far), matrix, margin, nanoseconds=_STILL + share * _MOVED)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        kind, amount, (x, y), far = call.values
        back = from_buffer(call, origin)
        if back is None:
            return pixels
        x0, y0, x1, y1 = transformed_bounds(call.matrix, (0.0, 0.0, far, far))
        way = max(x1 - x0, y1 - y0) * (math.radians(amount) if kind == SPIN else amount / 100.0)
        inside = filled(pixels)
        if inside is None:
            return pixels
        halves = min(max(math.ceil(math.log2(max(way, 1.0))), 1), _MAX_HALVES)
        for step in range(1, halves + 1):
            share = amount * 0.5 ** (step + 1)
            ways = []
            for sign in (-1.0, 1.0):
                turn = rotation(sign * share) if kind == SPIN else _grown(sign * share)
                about = multiply(multiply(translation(x, y), turn), translation(-x, -y))
                ways.append(multiply(to_buffer(call, origin), multiply(about, back)))
            inside = _reached(inside, ways, pixels)
            one, other = (moved(pixels, way, region=inside)[_part(inside)] for way in ways)
            pixels = np.zeros_like(pixels)
            # The rounding of halves goes up and down in turn, so that none of them darkens the picture.
            pixels[_part(inside)] = (one.astype(np.uint16) + other + np.uint16(step & 1)) >> 1
        return pixels


def _reached(inside: Region, ways: list[Matrix], pixels: Pixels) -> Region:
    """Outside of which nothing is drawn of what is clear outside of ``inside``, whichever of ``ways`` it goes."""
    height, width = pixels.shape[:2]
    boxes = [transformed_bounds(way, inside) for way in ways]
    if not all(math.isfinite(edge) for box in boxes for edge in box):
        return (0, 0, width, height)
    left, top = (min(box[side] for box in boxes) - _SLACK for side in (0, 1))
    right, bottom = (max(box[side] for box in boxes) + _SLACK for side in (2, 3))
    x0, y0 = math.floor(min(max(left, 0.0), width)), math.floor(min(max(top, 0.0), height))
    return (x0, y0, math.ceil(max(min(right, width), x0)), math.ceil(max(min(bottom, height), y0)))


def _part(region: Region) -> tuple[slice, slice]:
    return slice(region[1], region[3]), slice(region[0], region[2])


def _grown(per_cent: float) -> Matrix:
    factor = math.exp(per_cent / 100.0)
    return scaling(factor, factor)
