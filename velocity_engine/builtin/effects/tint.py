"""Tint and tritone (ADBE Tint, ADBE Tritone): colours by luminance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels
from velocity_engine.builtin.effects.parameters import clamped, color, scalar
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

_BLACK = (0.0, 0.0, 0.0, 1.0)
_GREY = (0.5, 0.5, 0.5, 1.0)
_WHITE = (1.0, 1.0, 1.0, 1.0)


def color_ramp(*stops: tuple[float, ...]) -> NDArray[np.float64]:
    """(256, 3): straight RGB through ``stops`` at even distances, dark to bright."""
    at = np.linspace(0.0, 1.0, 256)
    positions = np.linspace(0.0, 1.0, len(stops))
    return np.stack([np.interp(at, positions, [stop[k] for stop in stops]) for k in range(3)], axis=1)


class TintEffect:
    key = "tint"
    match_names: tuple[str, ...] = ("ADBE Tint",)
    lottie_types: tuple[int, ...] = (20,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        weight = clamped(scalar(effect, 2, sampler, 100.0) / 100.0)
        if weight <= 0.0:
            return None
        dark, bright = color(effect, 0, sampler, _BLACK), color(effect, 1, sampler, _WHITE)
        return EffectCall(self.key, (weight, dark, bright), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.color import map_luminance

        weight, *stops = call.values
        map_luminance(pixels, color_ramp(*stops), weight)
        return pixels


class TritoneEffect:
    key = "tritone"
    match_names: tuple[str, ...] = ("ADBE Tritone",)
    lottie_types: tuple[int, ...] = (23,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        weight = 1.0 - clamped(scalar(effect, 3, sampler, 0.0) / 100.0)
        if weight <= 0.0:
            return None
        bright, middle = color(effect, 0, sampler, _WHITE), color(effect, 1, sampler, _GREY)
        return EffectCall(self.key, (weight, color(effect, 2, sampler, _BLACK), middle, bright), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.color import map_luminance

        weight, *stops = call.values
        map_luminance(pixels, color_ramp(*stops), weight)
        return pixels


class ThresholdEffect:
    """White where the luminance reaches the level (0..1), else black."""

    key = "threshold"
    match_names: tuple[str, ...] = ("ADBE Threshold2",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        return EffectCall(self.key, (scalar(effect, 0, sampler, 0.5),), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.color import map_luminance

        bright = np.arange(256) / 255.0 >= call.values[0]
        map_luminance(pixels, np.repeat(bright.astype(np.float64)[:, None], 3, axis=1), 1.0)
        return pixels
