"""Chokers: what moves the layer's outline inwards, or outwards for a negative amount."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels, device_sigmas, even_margin, reach
from velocity_engine.builtin.effects.parameters import clamped, scalar
from velocity_engine.display import BLUR_SIZE_TO_SIGMA, EffectCall
from velocity_engine.model.geometry import Matrix, mean_scale
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler


def to_coverage(distance: NDArray[np.float32]) -> NDArray[np.uint8]:
    """255 from half a pixel inside of an edge, 0 from half a pixel outside; ``distance`` grows inwards."""
    coverage: NDArray[np.uint8] = np.rint(np.clip(distance + 0.5, 0.0, 1.0) * 255.0).astype(np.uint8)
    return coverage


class SimpleChokerEffect:
    """The outline runs where alpha is one half; a soft edge comes out hard, as in After Effects."""

    key = "simple-choker"
    match_names: tuple[str, ...] = ("ADBE Simple Choker",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        amount = scalar(effect, 1, sampler, 0.0)
        if amount == 0.0:
            return None
        margin = max(-amount, 0.0) * mean_scale(matrix) + 1.0
        return EffectCall(self.key, (amount,), matrix, even_margin(margin, margin), nanoseconds=50.0)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.filters.distance import nearest_pixels, outline_distance, spread_colors
        from velocity_engine.kernels.pixels.matte import multiply_mask

        amount = call.values[0] * mean_scale(call.matrix)
        alpha = np.ascontiguousarray(pixels[..., 3])
        nearest = nearest_pixels(alpha, amount > 0.0)
        distance = outline_distance(alpha, nearest, amount > 0.0)
        if amount < 0.0:
            spread_colors(pixels, nearest, to_coverage(np.float32(-amount) - distance))
            return pixels
        kept = to_coverage(distance - np.float32(amount)).astype(np.uint16)
        # What is left of a half-clear pixel is scaled down to the new coverage, never up.
        multiply_mask(pixels, np.minimum(kept * 255 // np.maximum(alpha, 1), 255).astype(np.uint8))
        return pixels


class MatteChokerEffect:
    """Two passes, each of them ``iterations`` times: alpha is blurred by the geometric softness and sharpened about a
    threshold, which the choke moves from the middle (127 to alpha 1, -127 to alpha 0); the grey level softness is the
    range of alpha that stays soft."""

    key = "matte-choker"
    match_names: tuple[str, ...] = ("ADBE Matte Choker",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        passes = []
        for first in (0, 3):
            sigma = clamped(scalar(effect, first, sampler, 0.0, number=first + 1), 0.0, 1000.0) * BLUR_SIZE_TO_SIGMA
            choke = clamped(scalar(effect, first + 1, sampler, 0.0, number=first + 2) / 127.0, -1.0, 1.0)
            soft = clamped(scalar(effect, first + 2, sampler, 1.0, number=first + 3))
            if sigma > 0.0 or choke != 0.0 or soft < 1.0:
                passes.append((sigma, choke, soft))
        if not passes:
            return None
        iterations = round(clamped(scalar(effect, 6, sampler, 1.0, number=7), 1.0, 20.0))
        across = down = 1.0
        for sigma, _, _ in passes:
            far_x, far_y = (reach(spread) * iterations for spread in device_sigmas(matrix, sigma, sigma))
            across, down = across + far_x, down + far_y
        each = 50.0 * len(passes) * iterations
        return EffectCall(self.key, (tuple(passes), iterations), matrix, even_margin(across, down), nanoseconds=each)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        passes, iterations = call.values
        for _ in range(iterations):
            for sigma, choke, soft in passes:
                pixels = _sharpened(pixels, device_sigmas(call.matrix, sigma, sigma), choke, soft)
        return pixels


def _sharpened(pixels: Pixels, spread: tuple[float, float], choke: float, soft: float) -> Pixels:
    """With an alpha that is blurred, then steep about the threshold; colours outside are those of the blur."""
    from velocity_engine.kernels.filters.blur import blur_rgba

    blurred = blur_rgba(pixels, *spread) if max(spread) > 0.0 else pixels
    alpha = np.arange(256) / 255.0
    table = np.clip((alpha - 0.5 - 0.5 * choke) / max(soft, 1.0 / 255.0) + 0.5, 0.0, 1.0) * 255.0
    table[0] = 0.0  # what has no colour stays clear
    wanted = np.rint(table).astype(np.float32)[blurred[..., 3]]
    source = np.where((pixels[..., 3] >= blurred[..., 3])[..., None], pixels, blurred)
    unit = wanted / np.maximum(source[..., 3], 1)
    out: Pixels = np.rint(np.minimum(source * unit[..., None], wanted[..., None])).astype(np.uint8)
    out[..., 3] = wanted.astype(np.uint8)
    return out
