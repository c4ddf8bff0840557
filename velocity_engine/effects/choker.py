"""Simple choker (ADBE Simple Choker): the layer's outline moved inwards, or outwards for a negative amount.

The outline runs where alpha is one half; a soft edge comes out hard, as in After Effects.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import EffectCall
from velocity_engine.effects.device import Pixels, even_margin
from velocity_engine.effects.parameters import scalar
from velocity_engine.model.geometry import Matrix, mean_scale
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler


def to_coverage(distance: NDArray[np.float32]) -> NDArray[np.uint8]:
    """255 from half a pixel inside of an edge, 0 from half a pixel outside; ``distance`` grows inwards."""
    coverage: NDArray[np.uint8] = np.rint(np.clip(distance + 0.5, 0.0, 1.0) * 255.0).astype(np.uint8)
    return coverage


class SimpleChokerEffect:
    key = "simple-choker"
    match_names: tuple[str, ...] = ("ADBE Simple Choker",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        amount = scalar(effect, 1, sampler, 0.0)
        if amount == 0.0:
            return None
        margin = max(-amount, 0.0) * mean_scale(matrix) + 1.0
        return EffectCall(self.key, (amount,), matrix, even_margin(margin, margin))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.distance import nearest_pixels, outline_distance, spread_colors
        from velocity_engine.kernels.matte import multiply_mask

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
