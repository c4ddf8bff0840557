"""Sharpen (ADBE Sharpen): each pixel against the mean of its eight neighbours, at the document's own scale."""

from __future__ import annotations

import numpy as np

from velocity_engine.builtin.effects.device import Pixels
from velocity_engine.builtin.effects.parameters import scalar
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler


class SharpenEffect:
    """The neighbours are those of the output, so a large output is sharpened more finely."""

    key = "sharpen"
    match_names: tuple[str, ...] = ("ADBE Sharpen",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        amount = scalar(effect, 0, sampler, 0.0) / 100.0
        return EffectCall(self.key, (amount,), matrix, (1.0, 1.0, 1.0, 1.0)) if amount > 0.0 else None

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pictures.project import sharpen

        out = np.empty_like(pixels)
        sharpen(out, pixels, call.values[0])
        return out
