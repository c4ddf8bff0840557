"""Change to colour (ADBE Change To Color): colours that are like one become another, by hue, lightness and saturation.

As After Effects' manual describes it; the exact form of its soft edges is not public. What matches fades out beyond the
tolerance by as much of it as the softness says.
"""

from __future__ import annotations

import colorsys

import numpy as np

from velocity_engine.builtin.effects.device import Pixels
from velocity_engine.builtin.effects.parameters import RGBA, choice, clamped, color, scalar, switch
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

# By entries of the menu "Change": whether hue, saturation and lightness are changed.
CHANGED = {1: (1.0, 0.0, 0.0), 2: (1.0, 0.0, 1.0), 3: (1.0, 1.0, 0.0), 4: (1.0, 1.0, 1.0)}
SETTING, TRANSFORMING, MATTE = 0, 1, 2
RED: RGBA = (1.0, 0.0, 0.0, 1.0)
BLUE: RGBA = (0.0, 0.0, 1.0, 1.0)


class ChangeToColorEffect:
    """Greys match any hue, since they have none."""

    key = "change-to-color"
    match_names: tuple[str, ...] = ("ADBE Change To Color",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        source, target = color(effect, 0, sampler, RED, number=1), color(effect, 1, sampler, BLUE, number=2)
        changed = CHANGED.get(choice(effect, 2, sampler, 1, number=3), CHANGED[1])
        way = TRANSFORMING if choice(effect, 3, sampler, 1, number=4) == 2 else SETTING
        hue = clamped(scalar(effect, 5, sampler, 0.05, number=5))
        light = clamped(scalar(effect, 6, sampler, 0.5, number=6))
        saturation = clamped(scalar(effect, 7, sampler, 0.5, number=7))
        softness = clamped(scalar(effect, 9, sampler, 0.5, number=8))
        if switch(effect, 10, sampler, number=9):
            way = MATTE
        return EffectCall(
            self.key, (hsl(source), hsl(target), changed, (hue, saturation, light), softness, way), matrix,
            nanoseconds=60.0,
        )  # fmt: skip

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.color import change_color

        source, target, changed, tolerance, softness, way = call.values
        reach = np.array([tolerance, [one * (1.0 + softness) for one in tolerance]])
        change_color(pixels, np.array(source), np.array(target), np.array(changed), reach, way)
        return pixels


def hsl(given: RGBA) -> tuple[float, float, float]:
    """Hue, saturation and lightness of a straight colour, each 0..1."""
    hue, light, saturation = colorsys.rgb_to_hls(*given[:3])
    return (hue, saturation, light)
