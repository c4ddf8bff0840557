"""Fill (ADBE Fill): the layer's shape in one colour, all of it or what lies in a mask."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Margin, Pixels, device_sigmas, even_margin, reach, to_buffer
from velocity_engine.builtin.effects.parameters import choice, clamped, color, scalar, switch
from velocity_engine.builtin.effects.stroke import polyline
from velocity_engine.display import MAX_EFFECT_MARGIN, EffectCall
from velocity_engine.model.geometry import Matrix, multiply, translation
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

_SIGMA_OF_FEATHER = 0.38  # as of the layer's masks

Outlines = tuple[NDArray[np.float64], NDArray[np.int64]]


class FillEffect:
    """Without a mask, inversion and feather do nothing. As with the effect stroke, the masks of shape and text layers
    are taken as standing in the composition."""

    key = "fill"
    match_names: tuple[str, ...] = ("ADBE Fill",)
    lottie_types: tuple[int, ...] = (21,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        r, g, b, a = color(effect, 2, sampler, (0.0, 0.0, 0.0, 1.0), number=2)
        opacity = clamped(scalar(effect, 6, sampler, 1.0, number=5))
        tint = (r, g, b, a * opacity)
        outlines = _outlines(effect, sampler)
        if outlines is None:
            return EffectCall(self.key, (tint, None), matrix)
        invert = switch(effect, 3, sampler, number=6)
        spread = tuple(
            clamped(scalar(effect, k, sampler, 0.0, number=number), 0.0, 1e5) * _SIGMA_OF_FEATHER
            for k, number in ((4, 3), (5, 4))
        )
        return EffectCall(self.key, (tint, (*outlines, invert, spread)), matrix, _feather_margin(matrix, spread))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.color import colorize

        tint, shape = call.values
        if shape is None:
            colorize(pixels, *tint)
            return pixels
        points, starts, invert, spread = shape
        cover = _soft_cover((points, starts), call, origin, (pixels.shape[0], pixels.shape[1]), spread)
        share = (255 - cover if invert else cover)[..., None].astype(np.float32) * np.float32(1.0 / 255.0)
        filled = pixels.copy()
        colorize(filled, *tint)
        out: Pixels = np.rint(pixels + (filled.astype(np.float32) - pixels) * share).astype(np.uint8)
        return out


def _outlines(effect: Effect, sampler: Sampler) -> Outlines | None:
    """The paths of the chosen masks, in the layer's coordinates; None where none is chosen."""
    masks = sampler.masks
    if not switch(effect, 1, sampler, number=7):
        number = choice(effect, 0, sampler, 0, number=1)
        masks = masks[number - 1 : number] if number >= 1 else ()
    lines = [line for line in (polyline(sampler.path(mask.path)) for mask in masks) if len(line) > 2]
    if not lines:
        return None
    return np.concatenate(lines), np.cumsum([0, *(len(line) for line in lines)]).astype(np.int64)


def _feather_margin(matrix: Matrix, spread: tuple[float, ...]) -> Margin:
    across, down = device_sigmas(matrix, spread[0], spread[1])
    return even_margin(reach(across), reach(down))


def _soft_cover(
    outlines: Outlines, call: EffectCall, origin: tuple[int, int], shape: tuple[int, int], spread: tuple[float, float]
) -> NDArray[np.uint8]:
    """The coverage of the outlines, feathered, over a buffer of ``shape``."""
    from velocity_engine.kernels.filters.blur import blur_mask

    sigmas = device_sigmas(call.matrix, *spread)
    right, down = (min(math.ceil(reach(sigma)), int(MAX_EFFECT_MARGIN)) for sigma in sigmas)
    height, width = shape
    sharp = _cover(outlines, multiply(translation(right, down), to_buffer(call, origin)),
                   (height + 2 * down, width + 2 * right))  # fmt: skip
    return np.ascontiguousarray(blur_mask(sharp, *sigmas)[down : down + height, right : right + width])


def _cover(outlines: Outlines, matrix: Matrix, shape: tuple[int, int]) -> NDArray[np.uint8]:
    from velocity_engine.kernels.coverage.coverage import accumulate, room
    from velocity_engine.kernels.coverage.paint import paint_mask

    height, width = shape
    mask = np.zeros(shape, np.uint8)
    if not all(map(math.isfinite, matrix)):
        return mask
    count, words = room(width, height)
    cells, bits, extent = np.zeros(count, np.int32), np.zeros(words, np.uint64), np.zeros(4, np.int64)
    points = np.ascontiguousarray(outlines[0], np.float64)
    if accumulate(points, outlines[1], *matrix, 0, 0, width, height, cells, bits, extent):
        runs, cover = np.zeros((width + 4, 3), np.int64), np.zeros(room(width, 1)[0], np.uint8)
        paint_mask(mask, 0, 0, cells, bits, extent, False, runs, cover)
    return mask
