"""Radial blur (ADBE Radial Blur): a spin or a zoom about a point.

The mean over a whole way is made by halves: two copies at either side of the middle of the way, then two copies of that
at half the distance, and so on.
"""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.builtin.effects.device import Pixels, box_margin, from_buffer, moved, to_buffer
from velocity_engine.builtin.effects.parameters import choice, clamped, point, scalar
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix, multiply, rotation, scaling, transformed_bounds, translation
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

SPIN, ZOOM = 1, 2
_MAX_HALVES = 9


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
        return EffectCall(self.key, (kind, amount, centre, far), matrix, box_margin(matrix, (way, way)))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        kind, amount, (x, y), far = call.values
        back = from_buffer(call, origin)
        if back is None:
            return pixels
        x0, y0, x1, y1 = transformed_bounds(call.matrix, (0.0, 0.0, far, far))
        way = max(x1 - x0, y1 - y0) * (math.radians(amount) if kind == SPIN else amount / 100.0)
        halves = min(max(math.ceil(math.log2(max(way, 1.0))), 1), _MAX_HALVES)
        for step in range(1, halves + 1):
            share = amount * 0.5 ** (step + 1)
            both = []
            for sign in (-1.0, 1.0):
                turn = rotation(sign * share) if kind == SPIN else _grown(sign * share)
                about = multiply(multiply(translation(x, y), turn), translation(-x, -y))
                both.append(moved(pixels, multiply(to_buffer(call, origin), multiply(about, back))))
            # The rounding of halves goes up and down in turn, so that none of them darkens the picture.
            pixels = ((both[0].astype(np.uint16) + both[1] + np.uint16(step & 1)) >> 1).astype(np.uint8)
        return pixels


def _grown(per_cent: float) -> Matrix:
    factor = math.exp(per_cent / 100.0)
    return scaling(factor, factor)
