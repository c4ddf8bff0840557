"""Effects on hue: hue/saturation, black & white."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels
from velocity_engine.builtin.effects.layer_maps import HUE, SATURATION, channel
from velocity_engine.builtin.effects.parameters import choice, clamped, limits_of, scalar, switch
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

_LARGEST_CHROMA_SCALE = 126.0


def _lightened(pixels: Pixels, lightness: float) -> None:
    """Towards black (-1) or white (1), in place."""
    from velocity_engine.kernels.pixels.color import map_matrix

    keep, base = 1.0 - abs(lightness), max(lightness, 0.0)
    rows = np.zeros((4, 5))
    for k in range(3):
        rows[k, k], rows[k, 4] = keep, base
    rows[3, 3] = 1.0
    map_matrix(pixels, rows)


# Of each range of hues but the master, in degrees: where it begins, counts fully, no longer fully, and ends.
HUE_RANGES = {
    number: tuple(60.0 * (number - 2) + edge for edge in (-45.0, -15.0, 15.0, 45.0)) for number in range(2, 8)
}


class HueSaturationEffect:
    """The master channel, one of the ranges of hues (reds, yellows, greens, cyans, blues, magentas) at After Effects'
    own borders, or colorize. Bodymovin writes the channel that is shown; what is set for others is lost."""

    key = "hue-saturation"
    match_names: tuple[str, ...] = ("ADBE HUE SATURATION",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        if switch(effect, 5, sampler):
            hue, saturation, light = (scalar(effect, k, sampler, d) for k, d in ((6, 0.0), (7, 25.0), (8, 0.0)))
            return EffectCall(self.key, ("colorize", hue, saturation, light), matrix)
        hue, saturation, light = (scalar(effect, k, sampler, 0.0) for k in (2, 3, 4))
        chosen = choice(effect, 0, sampler, 1)
        if (chosen != 1 and chosen not in HUE_RANGES) or (hue == 0.0 and saturation == 0.0 and light == 0.0):
            return None
        if chosen == 1:
            return EffectCall(self.key, ("master", hue, saturation, light), matrix)
        return EffectCall(self.key, (HUE_RANGES[chosen], hue, saturation, light), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        mode, hue, saturation, light = call.values
        if mode == "colorize":
            from velocity_engine.kernels.pixels.color import map_hsl

            fixed = clamped(saturation / 100.0)
            map_hsl(pixels, np.array([0.0, 0.0, 1.0]), np.array([hue / 360.0, fixed, 0.0]))
            if light != 0.0:
                _lightened(pixels, clamped(light / 100.0, -1.0, 1.0))
            return pixels
        if mode == "master":
            return _shifted(pixels, hue, saturation, light)
        share = _share_of_range(pixels, mode)[..., None]
        before = pixels.copy()
        changed = _shifted(pixels, hue, saturation, light)
        out: Pixels = np.rint(before + (changed.astype(np.float32) - before) * share).astype(np.uint8)
        return out


def _shifted(pixels: Pixels, hue: float, saturation: float, light: float) -> Pixels:
    """Degrees of hue, and per cent of saturation and lightness, in place."""
    from velocity_engine.kernels.pixels.color import map_hsl, stretch_chroma

    if hue != 0.0:
        map_hsl(pixels, np.ones(3), np.array([hue / 360.0, 0.0, 0.0]))
    if saturation != 0.0:
        amount = clamped(saturation / 100.0, -1.0, 1.0)
        scale = amount + 1.0 if amount < 0.0 else min(1.0 / max(1.0 - amount, 1e-9), _LARGEST_CHROMA_SCALE)
        stretch_chroma(pixels, scale)
    if light != 0.0:
        _lightened(pixels, clamped(light / 100.0, -1.0, 1.0))
    return pixels


def _share_of_range(pixels: Pixels, edges: tuple[float, float, float, float]) -> NDArray[np.float32]:
    """How much each pixel's hue is of a range, 0..1; greys are of none."""
    _, full, less, ends = edges
    middle = (full + less) / 2.0
    away = np.abs((channel(pixels, HUE, True) * np.float32(360.0) - np.float32(middle) + 180.0) % 360.0 - 180.0)
    share: NDArray[np.float32] = np.clip((ends - middle - away) / (ends - less), 0.0, 1.0).astype(np.float32)
    share[channel(pixels, SATURATION, True) <= 0.0] = 0.0
    return share


class BlackAndWhiteEffect:
    """The tint of the effect does not count (as in Skottie)."""

    key = "black-and-white"
    match_names: tuple[str, ...] = ("ADBE Black&White",)
    lottie_types: tuple[int, ...] = ()

    def limits(self, effect: Effect) -> tuple[str, ...]:
        return limits_of(effect, tint=(6, 7, frozenset((0.0,))))

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        defaults = (40.0, 60.0, 40.0, 60.0, 20.0, 80.0)
        weights = tuple(scalar(effect, k, sampler, default) / 100.0 for k, default in enumerate(defaults))
        return EffectCall(self.key, weights, matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.color import mix_hues

        mix_hues(pixels, np.array(call.values))
        return pixels
