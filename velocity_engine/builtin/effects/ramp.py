"""Gradient ramp (ADBE Ramp): two colours over the layer's shape, in a line or about a point."""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.builtin.effects.device import Pixels, from_buffer, thresholds_at
from velocity_engine.builtin.effects.parameters import choice, clamped, color, limits_of, point, scalar
from velocity_engine.builtin.effects.tile import mixed
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix, multiply
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler


class RampEffect:
    """Shape: 1 linear, else radial. Scatter does not count (as in Skottie)."""

    key = "ramp"
    match_names: tuple[str, ...] = ("ADBE Ramp",)
    lottie_types: tuple[int, ...] = ()

    def limits(self, effect: Effect) -> tuple[str, ...]:
        return limits_of(effect, scatter=(5, 6, frozenset((0.0,))))

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        start, end = point(effect, 0, sampler, (0.0, 0.0)), point(effect, 2, sampler, (0.0, 1.0))
        first, last = color(effect, 1, sampler, (0.0, 0.0, 0.0, 1.0)), color(effect, 3, sampler, (1.0, 1.0, 1.0, 1.0))
        linear = choice(effect, 4, sampler, 1) == 1
        keep = clamped(scalar(effect, 6, sampler, 0.0, number=7))  # "Blend With Original", 0..1
        if keep >= 1.0:
            return None
        return EffectCall(self.key, (linear, start, end, first[:3], last[:3], keep), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.ramp import paint_linear, paint_radial

        linear, start, end, first, last, keep = call.values
        back = from_buffer(call, origin)
        if back is None:
            return np.zeros_like(pixels)
        ends, thresholds = np.array([first, last]), thresholds_at(origin)
        before = pixels.copy() if keep > 0.0 else pixels
        dx, dy = end[0] - start[0], end[1] - start[1]
        length = max(math.hypot(dx, dy), 1e-6)
        if linear:
            dx, dy = dx / length**2, dy / length**2
            a, b = dx * back[0] + dy * back[1], dx * back[2] + dy * back[3]
            paint_linear(pixels, a, b, dx * (back[4] - start[0]) + dy * (back[5] - start[1]), ends, thresholds)
        else:
            unit: Matrix = (1.0 / length, 0.0, 0.0, 1.0 / length, -start[0] / length, -start[1] / length)
            paint_radial(pixels, *multiply(unit, back), ends, thresholds)
        return mixed(pixels, before, keep)
