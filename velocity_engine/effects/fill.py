"""Fill (ADBE Fill): the layer's shape in one colour."""

from __future__ import annotations

from velocity_engine.display import EffectCall
from velocity_engine.effects.device import Pixels
from velocity_engine.effects.parameters import clamped, color, scalar
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler


class FillEffect:
    """The masks, inversion and feathers of the effect do not count (as in Skottie)."""

    key = "fill"
    match_names: tuple[str, ...] = ("ADBE Fill",)
    lottie_types: tuple[int, ...] = (21,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        r, g, b, a = color(effect, 2, sampler, (0.0, 0.0, 0.0, 1.0), number=2)
        opacity = clamped(scalar(effect, 6, sampler, 1.0, number=5))
        return EffectCall(self.key, (r, g, b, a * opacity), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.color import colorize

        colorize(pixels, *call.values)
        return pixels
