"""Effects on hue: hue/saturation, black & white."""

from __future__ import annotations

import numpy as np

from velocity_engine.display import EffectCall
from velocity_engine.effects.device import Pixels
from velocity_engine.effects.parameters import choice, clamped, scalar, switch
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

_LARGEST_CHROMA_SCALE = 126.0


def _lightened(pixels: Pixels, lightness: float) -> None:
    """Towards black (-1) or white (1), in place."""
    from velocity_engine.kernels.color import map_matrix

    keep, base = 1.0 - abs(lightness), max(lightness, 0.0)
    rows = np.zeros((4, 5))
    for k in range(3):
        rows[k, k], rows[k, 4] = keep, base
    rows[3, 3] = 1.0
    map_matrix(pixels, rows)


class HueSaturationEffect:
    """The master channel, and colorize; the ranges of single hues do nothing (as in Skottie)."""

    key = "hue-saturation"
    match_names: tuple[str, ...] = ("ADBE HUE SATURATION",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        if switch(effect, 5, sampler):
            hue, saturation, light = (scalar(effect, k, sampler, d) for k, d in ((6, 0.0), (7, 25.0), (8, 0.0)))
            return EffectCall(self.key, ("colorize", hue, saturation, light), matrix)
        hue, saturation, light = (scalar(effect, k, sampler, 0.0) for k in (2, 3, 4))
        if choice(effect, 0, sampler, 1) != 1 or (hue == 0.0 and saturation == 0.0 and light == 0.0):
            return None
        return EffectCall(self.key, ("master", hue, saturation, light), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.color import map_hsl, stretch_chroma

        mode, hue, saturation, light = call.values
        if mode == "colorize":
            fixed = clamped(saturation / 100.0)
            map_hsl(pixels, np.array([0.0, 0.0, 1.0]), np.array([hue / 360.0, fixed, 0.0]))
        else:
            if hue != 0.0:
                map_hsl(pixels, np.ones(3), np.array([hue / 360.0, 0.0, 0.0]))
            if saturation != 0.0:
                amount = clamped(saturation / 100.0, -1.0, 1.0)
                stretch_chroma(
                    pixels, amount + 1.0 if amount < 0.0 else min(1.0 / max(1.0 - amount, 1e-9), _LARGEST_CHROMA_SCALE)
                )
        if light != 0.0:
            _lightened(pixels, clamped(light / 100.0, -1.0, 1.0))
        return pixels


class BlackAndWhiteEffect:
    """The tint of the effect does not count (as in Skottie)."""

    key = "black-and-white"
    match_names: tuple[str, ...] = ("ADBE Black&White",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        defaults = (40.0, 60.0, 40.0, 60.0, 20.0, 80.0)
        weights = tuple(scalar(effect, k, sampler, default) / 100.0 for k, default in enumerate(defaults))
        return EffectCall(self.key, weights, matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.color import mix_hues

        mix_hues(pixels, np.array(call.values))
        return pixels
