"""Drop shadow (ADBE Drop Shadow), and how a layer's alpha becomes the mask of a shadow or glow."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Margin, Pixels, device_sigmas, direction, even_margin, reach
from velocity_engine.builtin.effects.parameters import clamped, color, scalar, switch
from velocity_engine.display import BLUR_SIZE_TO_SIGMA, EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler


def soft_alpha(pixels: Pixels, matrix: Matrix, sigma: float, scale: float = 1.0) -> NDArray[np.uint8]:
    """The picture's alpha, blurred by ``sigma`` of the layer's pixels, times ``scale``."""
    from velocity_engine.kernels.filters.blur import blur_mask
    from velocity_engine.kernels.pixels.matte import matte_from

    mask = np.empty(pixels.shape[:2], np.uint8)
    matte_from(pixels, 1, mask)
    if sigma > 0.0:
        mask = blur_mask(mask, *device_sigmas(matrix, sigma, sigma))
        if scale != 1.0:
            mask = np.minimum(np.rint(mask * np.float32(scale)), 255.0).astype(np.uint8)
    return mask


def shadow_margin(matrix: Matrix, offset: tuple[float, float], sigma: float) -> Margin:
    across, down = device_sigmas(matrix, sigma, sigma)
    dx, dy = direction(matrix, *offset)
    return even_margin(abs(dx) + 1.0 + reach(across), abs(dy) + 1.0 + reach(down))


class DropShadowEffect:
    """Opacity is 0..255; direction is clockwise from upwards; softness times 0.3 is the sigma."""

    key = "drop-shadow"
    match_names: tuple[str, ...] = ("ADBE Drop Shadow",)
    lottie_types: tuple[int, ...] = (25,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        r, g, b, _ = color(effect, 0, sampler, (0.0, 0.0, 0.0, 1.0))
        opacity = clamped(scalar(effect, 1, sampler, 255.0) / 255.0)
        angle = math.radians(90.0 - scalar(effect, 2, sampler, 0.0))
        distance = scalar(effect, 3, sampler, 0.0)
        sigma = max(scalar(effect, 4, sampler, 0.0), 0.0) * BLUR_SIZE_TO_SIGMA
        alone = switch(effect, 5, sampler)
        if opacity <= 0.0 and not alone:
            return None
        offset = (distance * math.cos(angle), -distance * math.sin(angle))
        values = (r, g, b, opacity, *offset, sigma, alone)
        return EffectCall(self.key, values, matrix, shadow_margin(matrix, offset, sigma))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.filters.shadow import cast_alone, cast_under

        r, g, b, opacity, offset_x, offset_y, sigma, alone = call.values
        mask = soft_alpha(pixels, call.matrix, sigma)
        cast = cast_alone if alone else cast_under
        cast(pixels, mask, *direction(call.matrix, offset_x, offset_y), r, g, b, opacity)
        return pixels
