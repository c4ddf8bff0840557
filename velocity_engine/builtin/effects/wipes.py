"""Wipes: linear (ADBE Linear Wipe), radial (ADBE Radial Wipe), venetian blinds (ADBE Venetian Blinds)."""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.builtin.effects.device import Pixels, direction, from_buffer, to_buffer
from velocity_engine.builtin.effects.parameters import choice, point, scalar
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix, apply, determinant, mean_scale
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler


def _along(
    call: EffectCall, origin: tuple[int, int], centre: tuple[float, float], way: tuple[float, float]
) -> Matrix | None:
    """The factors (a, b, c) of a x + b y + c: how far a buffer's point lies from ``centre`` in the layer direction
    ``way``."""
    back = from_buffer(call, origin)
    if back is None:
        return None
    a, b = way[0] * back[0] + way[1] * back[1], way[0] * back[2] + way[1] * back[3]
    c = way[0] * (back[4] - centre[0]) + way[1] * (back[5] - centre[1])
    return (a, b, c, 0.0, 0.0, 0.0)


class LinearWipeEffect:
    key = "linear-wipe"
    match_names: tuple[str, ...] = ("ADBE Linear Wipe",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        completion = scalar(effect, 0, sampler, 0.0) / 100.0
        if completion <= 0.0:
            return None
        angle, feather = scalar(effect, 1, sampler, 90.0), max(scalar(effect, 2, sampler, 0.0), 0.0)
        return EffectCall(self.key, (min(completion, 1.0), angle, feather, sampler.size), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.wipe import wipe_linear

        completion, angle, feather, (width, height) = call.values
        turn = math.radians(90.0 - angle)
        way = (math.cos(turn), -math.sin(turn))
        length = abs(width * way[0]) + abs(height * way[1])
        factors = _along(call, origin, (width / 2, height / 2), way)
        if factors is None or completion >= 1.0:
            return np.zeros_like(pixels)
        edge = completion * (length + feather) - length / 2 - feather / 2
        ramp = max(feather, 1.0 / max(mean_scale(call.matrix), 1e-9))
        a, b, c = (v / ramp for v in factors[:3])
        wipe_linear(pixels, a, b, c - edge / ramp + 0.5)
        return pixels


class VenetianBlindsEffect:
    """The feather stands for a blur of its edges, as in Skottie."""

    key = "venetian-blinds"
    match_names: tuple[str, ...] = ("ADBE Venetian Blinds",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        completion = scalar(effect, 0, sampler, 0.0) / 100.0
        if completion <= 0.0:
            return None
        angle, width = scalar(effect, 1, sampler, 0.0), max(scalar(effect, 2, sampler, 20.0), 1.0)
        feather = max(scalar(effect, 3, sampler, 0.0), 0.0)
        return EffectCall(self.key, (min(completion, 1.0), angle, width, feather, sampler.size), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.wipe import wipe_periodic

        completion, angle, size, feather, (width, height) = call.values
        turn = math.radians(angle)
        way = (math.cos(turn) / size, math.sin(turn) / size)
        factors = _along(call, origin, (width / 2, height / 2), way)
        if factors is None or completion >= 1.0:
            return np.zeros_like(pixels)
        soft = max(3.0 * feather, 1.0 / max(mean_scale(call.matrix), 1e-9)) / size
        before, after = 0.5 * min(soft, completion), 0.5 * min(soft, 1.0 - completion)
        low = max(0.0, 0.5 * (1.0 - completion / soft))
        high = min(1.0, 0.5 * (1.0 + (1.0 - completion) / soft))
        stops = np.array([0.0, completion - 2 * before, completion + after - before, 1.0 - after - before, 1.0])
        wipe_periodic(pixels, factors[0], factors[1], factors[2] - before, stops, np.array([low, low, high, high, low]))
        return pixels


class RadialWipeEffect:
    """Wipe: 1 clockwise, 2 counterclockwise, 3 both ways from the start angle."""

    key = "radial-wipe"
    match_names: tuple[str, ...] = ("ADBE Radial Wipe",)
    lottie_types: tuple[int, ...] = (26,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        completion = scalar(effect, 0, sampler, 0.0) / 100.0
        if completion <= 0.0:
            return None
        completion = min(completion, 1.0)
        width, height = sampler.size
        centre = point(effect, 2, sampler, (width / 2, height / 2))
        back = {2: 360.0, 3: 180.0}.get(choice(effect, 3, sampler, 1), 0.0)
        start = scalar(effect, 1, sampler, 0.0) - 90.0 - completion * back
        feather = max(scalar(effect, 4, sampler, 0.0), 0.0)
        return EffectCall(self.key, (completion, start, *centre, feather), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.wipe import wipe_wedge

        completion, start, x, y, feather = call.values
        rays = []
        for degrees in (start, start + 360.0 * completion):
            dx, dy = direction(call.matrix, math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
            length = math.hypot(dx, dy)
            if length < 1e-9:
                return np.zeros_like(pixels)
            rays.append((dx / length, dy / length))
        if completion >= 1.0:
            return np.zeros_like(pixels)
        if determinant(call.matrix) < 0.0:
            rays.reverse()
        softness = max(feather * mean_scale(call.matrix), 1.0)
        wipe_wedge(pixels, *apply(to_buffer(call, origin), x, y), *rays[0], *rays[1], softness, completion > 0.5)
        return pixels
