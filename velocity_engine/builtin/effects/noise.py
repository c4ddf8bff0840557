"""Fractal noise (ADBE Fractal Noise): a grey pattern in the layer's shape."""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.builtin.effects.device import Pixels, from_buffer
from velocity_engine.builtin.effects.parameters import choice, clamped, limits_of, point, scalar, switch
from velocity_engine.builtin.effects.tile import mixed
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix, invert, multiply, rotation, scaling, translation
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

_GRID = 64.0  # the layer's pixels to a point of the coarsest grid at 100 %
_EVOLUTION = 0.25  # planes of the grid to a radian of evolution, as Skottie found it to look like After Effects
_WORD = 0xFFFFFFFF


class FractalNoiseEffect:
    """The pattern is Skottie's. Invert, contrast, brightness and opacity, which it lacks, act on it as they do in After
    Effects; overflow, the perspective offset and the blending mode do not count."""

    key = "fractal-noise"
    match_names: tuple[str, ...] = ("ADBE Fractal Noise",)
    lottie_types: tuple[int, ...] = ()

    def limits(self, effect: Effect) -> tuple[str, ...]:
        return limits_of(effect, blending_mode=(30, 31, frozenset((1.0, 2.0))))

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        opacity = clamped(scalar(effect, 29, sampler, 100.0) / 100.0)
        if opacity <= 0.0:
            return None
        fold = {1: 0, 3: 2, 4: 1}.get(choice(effect, 0, sampler, 1), 3)
        grain = min(max(choice(effect, 1, sampler, 3), 1), 3)
        octaves = clamped(scalar(effect, 15, sampler, 6.0), 1.0, 20.0)
        share = clamped(scalar(effect, 17, sampler, 70.0) / 100.0, 0.0, 100.0)
        contrast = clamped(scalar(effect, 3, sampler, 100.0) / 100.0, 0.0, 100.0)
        bright = clamped(scalar(effect, 4, sampler, 0.0) / 100.0, -100.0, 100.0)
        tone = (switch(effect, 2, sampler), contrast, bright)
        values = (_grid_matrix(effect, sampler), _finer(effect, sampler), _planes(effect, sampler), octaves, share,
                  grain, fold, tone, opacity)  # fmt: skip
        return EffectCall(self.key, values, matrix, nanoseconds=10.0 + 9.0 * octaves)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.filters.noise import fractal_noise

        grid_matrix, finer, planes, octaves, share, grain, fold, (flip, contrast, bright), opacity = call.values
        back, grid = from_buffer(call, origin), invert(grid_matrix)
        if back is None or grid is None:
            return np.zeros_like(pixels)
        value = np.zeros(pixels.shape[:2], np.float32)
        matrix = np.array(multiply(grid, back))
        fractal_noise(value, pixels[..., 3], matrix, np.array(finer), *planes, octaves, share, grain, fold)
        if flip:
            value = np.float32(1.0) - value
        value = (value - np.float32(0.5)) * np.float32(contrast) + np.float32(0.5 + bright)
        value = np.clip(np.nan_to_num(value), np.float32(0.0), np.float32(1.0))
        out = np.empty_like(pixels)
        out[..., :3] = np.rint(value * pixels[..., 3])[..., None].astype(np.uint8)
        out[..., 3] = pixels[..., 3]
        return mixed(out, pixels, 1.0 - opacity)


def _grid_matrix(effect: Effect, sampler: Sampler) -> Matrix:
    """From the coarsest grid to the layer."""
    offset, turn = point(effect, 12, sampler, (0.0, 0.0)), scalar(effect, 7, sampler, 0.0)
    uniform = switch(effect, 8, sampler, True)
    across, down = (
        clamped(scalar(effect, k, sampler, 100.0), 1.0, 10_000.0) / 100.0 for k in ((9, 9) if uniform else (10, 11))
    )
    matrix = multiply(translation(*offset), scaling(across, down))
    return multiply(multiply(matrix, rotation(turn)), scaling(_GRID, _GRID))


def _finer(effect: Effect, sampler: Sampler) -> Matrix:
    """From a grid to the next finer one."""
    scale = 100.0 / clamped(scalar(effect, 18, sampler, 56.0), 10.0, 10_000.0)
    x, y = point(effect, 20, sampler, (0.0, 0.0))
    turned = multiply(translation(-x / 100.0, -y / 100.0), rotation(-scalar(effect, 19, sampler, 0.0)))
    return multiply(turned, scaling(scale, scale))


def _planes(effect: Effect, sampler: Sampler) -> tuple[float, float, float]:
    """The two planes of the grid between which the evolution stands, and how far it is on the way."""
    angle = math.radians(clamped(scalar(effect, 23, sampler, 0.0), -1e7, 1e7))
    offset = float(_random_to_100(int(clamped(scalar(effect, 27, sampler, 0.0), 0.0, 1e9))))
    if not switch(effect, 25, sampler):
        at = angle * _EVOLUTION
        return (math.floor(at) + offset, math.floor(at) + 1.0 + offset, at - math.floor(at))
    # A cycle must hold a whole number of planes to close.
    turns = max(clamped(scalar(effect, 26, sampler, 1.0), 0.0, 1e5), 1.0) * 2.0 * math.pi
    cycle = float(math.floor(turns * _EVOLUTION + 0.5))
    at = angle * cycle / turns
    return (math.floor(at) % cycle + offset, (math.floor(at) + 1.0) % cycle + offset, at - math.floor(at))


def _random_to_100(seed: int) -> int:
    """The first number of 0..100 that Skia's generator (two multiplies with carry) gives for a seed."""
    k = (1664525 * seed + 1013904223) & _WORD
    j = (1664525 * k + 1013904223) & _WORD
    k = 30345 * (k & 0xFFFF) + (k >> 16)
    j = 18000 * (j & 0xFFFF) + (j >> 16)
    return ((((k << 16) | (k >> 16)) & _WORD) + j & _WORD) % 101
