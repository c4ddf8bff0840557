"""Effects that send each channel through a table: levels, brightness and contrast."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels
from velocity_engine.builtin.effects.parameters import choice, clamped, scalar, switch
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

Table = NDArray[np.uint8]
IDENTITY_TABLE: Table = np.arange(256, dtype=np.uint8)
_UNIT = np.arange(256) / 255.0


def to_table(values: NDArray[np.float64]) -> Table:
    """(256,) numbers, clamped to 0..1, as bytes."""
    return np.rint(np.clip(np.nan_to_num(values), 0.0, 1.0) * 255.0).astype(np.uint8)


def apply_tables(pixels: Pixels, call: EffectCall) -> Pixels:
    """``call.values`` is a (4, 256) table."""
    from velocity_engine.kernels.pixels.color import map_tables

    map_tables(pixels, call.values[0])
    return pixels


def levels_table(
    in_black: float, in_white: float, gamma: float, out_black: float, out_white: float, clip: tuple[bool, bool]
) -> Table:
    """[in_black, in_white] onto [out_black, out_white] with exponent 1 / gamma; ``clip``: to the output's black,
    white end."""
    low, high = 0.0, 1.0
    if clip[0]:
        low, high = (clamped(out_black), high) if out_black <= out_white else (low, clamped(out_black))
    if clip[1]:
        low, high = (low, clamped(out_white)) if out_black <= out_white else (clamped(out_white), high)
    span = in_white - in_black
    if abs(span) < 1e-4:
        span, in_black = math.copysign(5e-4, span), in_black + math.copysign(5e-4, 0.5 - in_black)
    exponent = 1.0 / max(gamma, 1e-3)
    with np.errstate(over="ignore", invalid="ignore"):
        ramp = np.maximum((_UNIT - in_black) / span, 0.0) ** exponent
        return to_table(np.clip(out_black + (out_white - out_black) * ramp, low, high))


def _read_levels(effect: Effect, first: int, sampler: Sampler, clip: tuple[bool, bool]) -> Table:
    """The table of five parameters in a row, from ``first`` on."""
    in_black, in_white = scalar(effect, first, sampler, 0.0), scalar(effect, first + 1, sampler, 1.0)
    gamma = scalar(effect, first + 2, sampler, 1.0)
    out_black, out_white = scalar(effect, first + 3, sampler, 0.0), scalar(effect, first + 4, sampler, 1.0)
    return levels_table(in_black, in_white, gamma, out_black, out_white, clip)


class LevelsEffect:
    """ADBE Easy Levels2: one set of levels for one channel (1 RGB, 2 red, 3 green, 4 blue, 5 alpha)."""

    key = "levels"
    match_names: tuple[str, ...] = ("ADBE Easy Levels2",)
    lottie_types: tuple[int, ...] = (24,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        clip = (choice(effect, 7, sampler, 1) == 1, choice(effect, 8, sampler, 1) == 1)
        table = _read_levels(effect, 2, sampler, clip)
        channel = choice(effect, 0, sampler, 1)
        if not 1 <= channel <= 5 or np.array_equal(table, IDENTITY_TABLE):
            return None
        chosen = {1: (0, 1, 2), 2: (0,), 3: (1,), 4: (2,), 5: (3,)}[channel]
        tables = np.stack([table if k in chosen else IDENTITY_TABLE for k in range(4)])
        return EffectCall(self.key, (tables,), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        return apply_tables(pixels, call)


class ProLevelsEffect:
    """ADBE Pro Levels2: levels for each channel, then for all three colours."""

    key = "pro-levels"
    match_names: tuple[str, ...] = ("ADBE Pro Levels2",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        clip = (choice(effect, 37, sampler, 1) == 1, choice(effect, 38, sampler, 1) == 1)
        shared = _read_levels(effect, 3, sampler, clip)
        colors = [shared[_read_levels(effect, first, sampler, clip)] for first in (10, 17, 24)]
        tables = np.stack([*colors, _read_levels(effect, 31, sampler, clip)])
        if (tables == IDENTITY_TABLE).all():
            return None
        return EffectCall(self.key, (tables,), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        return apply_tables(pixels, call)


def brightness_contrast_curve(brightness: float, contrast: float) -> NDArray[np.float64]:
    """brightness -150..150, contrast -50..100; the curves that Skottie fitted to After Effects'."""
    bright = clamped(brightness, -150.0, 150.0) / 150.0
    strength = math.pi * clamped(contrast, -50.0, 100.0) / 100.0
    x = 1.0 - (1.0 - _UNIT) ** (2.0 ** (1.8 * bright))
    curve: NDArray[np.float64] = ((-2.0 * strength / 3.0 * x + strength) * x + 1.0 - strength / 3.0) * x
    return curve


def legacy_curve(brightness: float, contrast: float) -> NDArray[np.float64]:
    """Both -100..100: a straight line about mid grey."""
    shift, strength = clamped(brightness, -100.0, 100.0) / 255.0, clamped(contrast, -100.0, 100.0) / 100.0
    slope = 1.0 / max(1.0 - strength, 1.0 / 4096.0) if strength > 0.0 else 1.0 + strength
    return slope * _UNIT + 0.5 * (1.0 - slope) + shift * max(slope, 1.0)


class BrightnessContrastEffect:
    key = "brightness-contrast"
    match_names: tuple[str, ...] = ("ADBE Brightness & Contrast 2",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        brightness, contrast = scalar(effect, 0, sampler, 0.0), scalar(effect, 1, sampler, 0.0)
        if brightness == 0.0 and contrast == 0.0:
            return None
        curve = legacy_curve if switch(effect, 2, sampler) else brightness_contrast_curve
        table = to_table(curve(brightness, contrast))
        return EffectCall(self.key, (np.stack([table, table, table, IDENTITY_TABLE]),), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        return apply_tables(pixels, call)
