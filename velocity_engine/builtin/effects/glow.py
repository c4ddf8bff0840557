"""Glow (ADBE Glo2): the bright parts of a picture, blurred, on it, behind it or alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels, device_sigmas, even_margin, reach
from velocity_engine.builtin.effects.parameters import RGBA, choice, clamped, color, limits_of, scalar
from velocity_engine.display import BLUR_SIZE_TO_SIGMA, EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import BlendMode, Effect
from velocity_engine.sampler import Sampler

BY_ALPHA = 1
ON_TOP, BEHIND, NONE = 1, 2, 3
A_AND_B = 2

# The menu "Glow Operation"; what is not in it counts as normal.
OPERATIONS = {
    3: BlendMode.ADD,
    4: BlendMode.MULTIPLY,
    6: BlendMode.SCREEN,
    7: BlendMode.OVERLAY,
    8: BlendMode.SOFT_LIGHT,
    9: BlendMode.HARD_LIGHT,
    10: BlendMode.COLOR_DODGE,
    11: BlendMode.COLOR_BURN,
    12: BlendMode.DARKEN,
    13: BlendMode.LIGHTEN,
    14: BlendMode.DIFFERENCE,
    15: BlendMode.EXCLUSION,
    16: BlendMode.HUE,
    17: BlendMode.SATURATION,
    18: BlendMode.COLOR,
    19: BlendMode.LUMINOSITY,
}


class GlowEffect:
    """What of a channel (or of alpha) is above the threshold glows. The original stands behind the glow, which is
    blended onto it by the operation, or on top of it, or is left out. An arbitrary map of colours counts as the
    original colours."""

    key = "glow"
    match_names: tuple[str, ...] = ("ADBE Glo2",)
    lottie_types: tuple[int, ...] = ()

    def limits(self, effect: Effect) -> tuple[str, ...]:
        return limits_of(effect, arbitrary_map_of_colours=(6, 7, frozenset((1.0, 2.0))))

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        source, stacking = choice(effect, 0, sampler, 2, number=1), choice(effect, 4, sampler, BEHIND, number=5)
        threshold = clamped(scalar(effect, 1, sampler, 153.0, number=2) / 255.0, 0.0, 1.0)
        radius = max(scalar(effect, 2, sampler, 10.0, number=3), 0.0)
        intensity = clamped(scalar(effect, 3, sampler, 1.0, number=4), 0.0, 255.0)
        if intensity <= 0.0 and stacking != NONE:
            return None
        operation = OPERATIONS.get(choice(effect, 5, sampler, 3, number=6), BlendMode.NORMAL)
        ramp = _ramp(effect, sampler) if choice(effect, 6, sampler, 1, number=7) == A_AND_B else None
        dimensions, sigma = choice(effect, 13, sampler, 1, number=14), radius * BLUR_SIZE_TO_SIGMA
        spread = (sigma if dimensions != 3 else 0.0, sigma if dimensions != 2 else 0.0)
        across, down = device_sigmas(matrix, *spread)
        values = (source == BY_ALPHA, threshold, spread, intensity, stacking, operation.value, ramp)
        return EffectCall(self.key, values, matrix, even_margin(reach(across), reach(down)), nanoseconds=65.0)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.filters.blur import blur_rgba
        from velocity_engine.kernels.pixels.blend import blend_layer

        by_alpha, threshold, spread, intensity, stacking, operation, ramp = call.values
        glow = blur_rgba(_bright(pixels, threshold, by_alpha), *device_sigmas(call.matrix, *spread))
        glow = _coloured(glow, intensity, ramp)
        if stacking == NONE:
            return glow
        height, width = pixels.shape[:2]
        below, above = (glow, pixels) if stacking == ON_TOP else (pixels, glow)
        mode = BlendMode.NORMAL.value if stacking == ON_TOP else operation
        if mode == BlendMode.NORMAL.value:
            return _over(above, below)
        blend_layer(below, above, 0, 0, 0, 0, width, height, mode, 1.0)
        return below


def _over(above: Pixels, below: Pixels) -> Pixels:
    from velocity_engine.kernels.pixels.source_over import lay_over

    height, width = below.shape[:2]
    packed = [pixels.view(np.uint32)[..., 0] for pixels in (below, above)]
    lay_over(packed[0], 0, 0, packed[1], 0, 0, 0, 0, width, height, 255)
    return below


def _bright(pixels: Pixels, threshold: float, by_alpha: bool) -> Pixels:
    """Each straight channel's share above the threshold; or the original colours by such a share of alpha."""
    from velocity_engine.kernels.pixels.color import map_tables

    room = max(1.0 - threshold, 1.0 / 255.0)
    share = np.clip((np.arange(256) / 255.0 - threshold) / room, 0.0, 1.0)
    table = np.rint(share * 255.0).astype(np.uint8)
    same = np.arange(256, dtype=np.uint8)
    bright = pixels.copy()
    if by_alpha:
        map_tables(bright, np.stack([same, same, same, table]))
        return bright
    map_tables(bright, np.stack([table, table, table, same]))
    bright[..., 3] = bright[..., :3].max(axis=2)  # what hardly glows is as clear as it is dark
    return bright


def _coloured(glow: Pixels, intensity: float, ramp: NDArray[np.float64] | None) -> Pixels:
    """The glow times its intensity, in its own colours or by brightness in those of ``ramp``, (256, 3)."""
    strong = np.minimum(glow * np.float32(intensity), np.float32(255.0))
    if ramp is None:
        out: Pixels = np.rint(strong).astype(np.uint8)
        return np.minimum(out, out[..., 3:])
    level = np.rint(strong[..., 3]).astype(np.uint8)
    out = np.empty_like(glow)
    out[..., :3] = np.rint(ramp.astype(np.float32)[level] * level[..., None].astype(np.float32)).astype(np.uint8)
    out[..., 3] = level
    return out


def _ramp(effect: Effect, sampler: Sampler) -> NDArray[np.float64]:
    """(256, 3): the colours by the glow's brightness, from its dark end on, through the loops of A and B."""
    looping = choice(effect, 7, sampler, 3, number=8)
    loops = clamped(scalar(effect, 8, sampler, 1.0, number=9), 1.0, 127.0)
    phase = clamped(scalar(effect, 9, sampler, 0.0, number=10), -1e6, 1e6) / 360.0
    middle = clamped(scalar(effect, 10, sampler, 0.5, number=11), 0.001, 0.999)
    white: RGBA = (1.0, 1.0, 1.0, 1.0)
    a, b = color(effect, 11, sampler, white, number=12), color(effect, 12, sampler, (0.0, 0.0, 0.0, 1.0), number=13)
    if looping in (2, 4):
        a, b = b, a
    at = (np.arange(256) / 255.0 * loops + phase) % 1.0
    at[255] = (loops + phase) % 1.0 or 1.0
    if looping in (3, 4):
        at = 1.0 - np.abs(2.0 * at - 1.0)
    share = np.interp(at, [0.0, middle, 1.0], [0.0, 0.5, 1.0])[:, None]
    colors: NDArray[np.float64] = np.array(a[:3]) * (1.0 - share) + np.array(b[:3]) * share
    return colors
