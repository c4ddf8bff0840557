"""Blurs: Gaussian (ADBE Gaussian Blur 2 and before), box (ADBE Box Blur2) and directional (ADBE Motion Blur)."""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.builtin.effects.device import (
    Pixels,
    box_coverage,
    device_sigmas,
    direction,
    even_margin,
    reach,
    to_buffer,
)
from velocity_engine.builtin.effects.parameters import choice, clamped, scalar, switch
from velocity_engine.display import BLUR_SIZE_TO_SIGMA, GAUSSIAN_BLUR, MAX_BLUR_SIGMA, EffectCall
from velocity_engine.model.geometry import Matrix, invert, multiply, transformed_bounds, translation
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler


def blurred_along(pixels: Pixels, origin: tuple[int, int], along: tuple[float, float], sigma: float) -> Pixels:
    """Blurred in the device direction ``along`` (of length 1): turned so that it is horizontal, blurred, and turned
    back."""
    from velocity_engine.kernels.filters.blur import blur_rgba
    from velocity_engine.kernels.pictures.warp import draw_image

    if abs(along[1]) < 1e-6:
        return blur_rgba(pixels, sigma, 0.0)
    if abs(along[0]) < 1e-6:
        return blur_rgba(pixels, 0.0, sigma)
    height, width = pixels.shape[:2]
    turn: Matrix = (along[0], -along[1], along[1], along[0], 0.0, 0.0)
    turn = multiply(turn, translation(*origin))
    box = transformed_bounds(turn, (0.0, 0.0, width, height))
    left, top = math.floor(box[0]), math.floor(box[1])
    turn = multiply(translation(-left, -top), turn)
    back = invert(turn)
    assert back is not None
    turned = np.zeros((math.ceil(box[3]) - top, math.ceil(box[2]) - left, 4), np.uint8)
    window = np.array([0.0, 0.0, width, height])
    draw_image(turned, pixels, np.array(back), window, 0, 0, turned.shape[1], turned.shape[0], 1.0)
    turned = blur_rgba(turned, sigma, 0.0)
    out = np.zeros_like(pixels)
    window = np.array([0.0, 0.0, turned.shape[1], turned.shape[0]])
    draw_image(out, turned, np.array(turn), window, 0, 0, width, height, 1.0)
    return out


def _blurred_within(
    pixels: Pixels, call: EffectCall, origin: tuple[int, int], size: tuple[float, float], across: float, down: float
) -> Pixels:
    """Blurred as if the pixels at the edge of the layer's box went on outside of it, and cut to the box.

    An upright box is blurred on its own; a turned one with what is outside clear, then divided by how much of the
    kernel lay inside.
    """
    from velocity_engine.kernels.filters.blur import blur_mask, blur_rgba

    height, width = pixels.shape[:2]
    x0, y0, x1, y1 = transformed_bounds(to_buffer(call, origin), (0.0, 0.0, size[0], size[1]))
    m = call.matrix
    if max(abs(m[1]), abs(m[2])) < 1e-6 or max(abs(m[0]), abs(m[3])) < 1e-6:
        left, top = max(0, math.ceil(x0 - 1e-6)), max(0, math.ceil(y0 - 1e-6))
        right, bottom = min(width, math.floor(x1 + 1e-6)), min(height, math.floor(y1 + 1e-6))
        if left < right and top < bottom:
            pixels[top:bottom, left:right] = blur_rgba(pixels[top:bottom, left:right], across, down, True)
        return pixels
    box = box_coverage((height, width), call, origin, size)
    blurred = blur_rgba(pixels, across, down)
    if box is None:
        return blurred
    share = box * (np.float32(1.0) / np.maximum(blur_mask(box, across, down), 1).astype(np.float32))
    out = np.minimum(np.rint(blurred * share[..., None]), box[..., None]).astype(np.uint8)
    return np.minimum(out, out[..., 3:])


class GaussianBlurEffect:
    """Blurriness times 0.3 is the sigma. Dimensions: 1 both, 2 horizontal, 3 vertical."""

    key = GAUSSIAN_BLUR
    match_names: tuple[str, ...] = ("ADBE Gaussian Blur 2", "ADBE Gaussian Blur", "ADBE Fast Blur")
    lottie_types: tuple[int, ...] = (29,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        sigma = max(scalar(effect, 0, sampler, 0.0), 0.0) * BLUR_SIZE_TO_SIGMA
        return self._call(sigma, choice(effect, 1, sampler, 1), switch(effect, 2, sampler), sampler, matrix)

    def _call(self, sigma: float, dimensions: int, repeat: bool, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        dimensions = min(max(dimensions, 1), 3)
        sigma_x, sigma_y = (sigma if dimensions != 3 else 0.0), (sigma if dimensions != 2 else 0.0)
        across, down = device_sigmas(matrix, sigma_x, sigma_y)
        if across < 0.05 and down < 0.05:
            return None
        values = (sigma_x, sigma_y, repeat, sampler.size)
        return EffectCall(self.key, values, matrix, even_margin(reach(across), reach(down)))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.filters.blur import blur_rgba

        sigma_x, sigma_y, repeat, size = call.values
        across, down = device_sigmas(call.matrix, sigma_x, sigma_y)
        if repeat:
            return _blurred_within(pixels, call, origin, size, across, down)
        if (sigma_x == 0.0 or sigma_y == 0.0) and across >= 0.05 and down >= 0.05:
            dx, dy = direction(call.matrix, float(sigma_x > 0.0), float(sigma_y > 0.0))
            length = math.hypot(dx, dy)
            sigma = min((sigma_x + sigma_y) * length, MAX_BLUR_SIGMA)
            return blurred_along(pixels, origin, (dx / length, dy / length), sigma)
        return blur_rgba(pixels, across, down, False)


class BoxBlurEffect(GaussianBlurEffect):
    """A box blur, as often as it is iterated, as the Gaussian of the same spread."""

    key = "box-blur"
    match_names: tuple[str, ...] = ("ADBE Box Blur2", "ADBE Box Blur")
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        radius = clamped(scalar(effect, 0, sampler, 0.0, number=1), 0.0, 1e6)
        iterations = round(clamped(scalar(effect, 1, sampler, 3.0, number=2), 1.0, 50.0))
        sigma = math.sqrt(iterations * ((2.0 * radius + 1.0) ** 2 - 1.0) / 12.0)
        dimensions, repeat = choice(effect, 2, sampler, 1, number=3), switch(effect, 3, sampler, number=4)
        return self._call(sigma, dimensions, repeat, sampler, matrix)


class DirectionalBlurEffect:
    """Direction 0 is upwards, clockwise; blur length times 0.3 is the sigma."""

    key = "directional-blur"
    match_names: tuple[str, ...] = ("ADBE Motion Blur",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        angle = math.radians(scalar(effect, 0, sampler, 0.0) - 90.0)
        sigma = max(scalar(effect, 1, sampler, 0.0), 0.0) * BLUR_SIZE_TO_SIGMA
        spread = (sigma * math.cos(angle), sigma * math.sin(angle))
        dx, dy = direction(matrix, *spread)
        if not 0.05 <= math.hypot(dx, dy) < math.inf:
            return None
        return EffectCall(self.key, spread, matrix, even_margin(reach(abs(dx)), reach(abs(dy))), nanoseconds=65.0)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        dx, dy = direction(call.matrix, *call.values)
        length = math.hypot(dx, dy)
        if length < 0.05:
            return pixels
        return blurred_along(pixels, origin, (dx / length, dy / length), min(length, MAX_BLUR_SIGMA))
