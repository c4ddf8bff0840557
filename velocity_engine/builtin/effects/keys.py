"""Keys: luma key (ADBE Luma Key), colour key (ADBE Color Key). Both cut out pixels by their colour, and thin and soften
the edge of what is left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.choker import to_coverage
from velocity_engine.builtin.effects.device import Margin, Pixels, device_sigmas, even_margin, reach
from velocity_engine.builtin.effects.parameters import choice, clamped, color, scalar
from velocity_engine.display import BLUR_SIZE_TO_SIGMA, EffectCall
from velocity_engine.model.geometry import Matrix, mean_scale
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

BRIGHTER, DARKER, SIMILAR, DISSIMILAR = 1, 2, 3, 4


def _straight(pixels: Pixels) -> Pixels:
    from velocity_engine.kernels.pixels.unpremultiply import to_straight

    straight = pixels.copy()
    to_straight(straight)
    return straight


def _edge(effect: Effect, index: int, sampler: Sampler) -> tuple[float, float]:
    """Edge thin and edge feather, in the layer's pixels; the feather as a sigma."""
    thin = clamped(scalar(effect, index, sampler, 0.0, number=index + 1), -50.0, 50.0)
    feather = clamped(scalar(effect, index + 1, sampler, 0.0, number=index + 2), 0.0, 1000.0)
    return thin, feather * BLUR_SIZE_TO_SIGMA


def _edge_margin(matrix: Matrix, thin: float, sigma: float) -> Margin:
    across, down = device_sigmas(matrix, sigma, sigma)
    pad = abs(thin) * mean_scale(matrix) + 1.0 if thin else 0.0
    return even_margin(pad + reach(across), pad + reach(down))


def _cut(pixels: Pixels, kept: NDArray[np.bool_], matrix: Matrix, thin: float, sigma: float) -> Pixels:
    """What of the picture is kept, its edge (not the picture's own) moved inwards by ``thin`` and blurred."""
    from velocity_engine.kernels.filters.blur import blur_mask
    from velocity_engine.kernels.filters.distance import nearest_pixels, outline_distance
    from velocity_engine.kernels.pixels.matte import multiply_mask

    mask = np.where(kept | (pixels[..., 3] == 0), np.uint8(255), np.uint8(0))
    if thin != 0.0:
        distance = outline_distance(mask, nearest_pixels(mask, thin > 0.0), thin > 0.0)
        inwards = distance if thin > 0.0 else -distance
        mask = to_coverage(inwards - np.float32(thin * mean_scale(matrix)))
    if sigma > 0.0:
        mask = blur_mask(mask, *device_sigmas(matrix, sigma, sigma))
    multiply_mask(pixels, mask)
    return pixels


class LumaKeyEffect:
    """Cuts out what is brighter or darker than the threshold, or within (or beyond) the tolerance of it."""

    key = "luma-key"
    match_names: tuple[str, ...] = ("ADBE Luma Key",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        kind = choice(effect, 0, sampler, BRIGHTER, number=1)
        threshold = clamped(scalar(effect, 1, sampler, 0.0, number=2), 0.0, 255.0)
        tolerance = clamped(scalar(effect, 2, sampler, 0.0, number=3), 0.0, 255.0)
        edge = _edge(effect, 3, sampler)
        return EffectCall(self.key, (kind, threshold, tolerance, edge), matrix, _edge_margin(matrix, *edge))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.matte import matte_from

        kind, threshold, tolerance, edge = call.values
        straight = _straight(pixels)
        luma = np.empty(pixels.shape[:2], np.uint8)
        matte_from(straight, 3, luma)
        away = np.abs(luma - np.float32(threshold))
        kept = {
            BRIGHTER: luma <= threshold,
            DARKER: luma >= threshold,
            SIMILAR: away > tolerance,
            DISSIMILAR: away <= tolerance,
        }.get(kind, luma <= threshold)
        return _cut(pixels, kept, call.matrix, *edge)


class ColorKeyEffect:
    """Cuts out what has no channel further from the key colour's than the tolerance."""

    key = "color-key"
    match_names: tuple[str, ...] = ("ADBE Color Key",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        r, g, b, _ = color(effect, 0, sampler, (0.0, 0.0, 1.0, 1.0), number=1)
        tolerance = clamped(scalar(effect, 1, sampler, 0.0, number=2), 0.0, 255.0)
        edge = _edge(effect, 2, sampler)
        return EffectCall(self.key, ((r, g, b), tolerance, edge), matrix, _edge_margin(matrix, *edge))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        wanted, tolerance, edge = call.values
        straight = _straight(pixels)
        away = np.abs(straight[..., :3] - np.rint(np.array(wanted) * 255.0).astype(np.int16)).max(axis=2)
        return _cut(pixels, away > tolerance, call.matrix, *edge)
