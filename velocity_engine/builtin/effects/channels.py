"""Effects on channels as a whole: invert, shift channels."""

from __future__ import annotations

import numpy as np

from velocity_engine.builtin.effects.device import Pixels, cut_to_box
from velocity_engine.builtin.effects.parameters import choice, limits_of
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

# Menu entries of ADBE Invert: the channels (R, G, B, A) that are inverted, or those of hue, saturation, lightness.
_RGBA_CHANNELS = {1: (0, 1, 2), 2: (0,), 3: (1,), 4: (2,), 16: (3,)}
_HSL_CHANNELS = {6: (0, 1, 2), 7: (0,), 8: (2,), 9: (1,)}


class InvertEffect:
    """The YIQ entries of the menu do nothing (as in Skottie)."""

    key = "invert"
    match_names: tuple[str, ...] = ("ADBE Invert",)
    lottie_types: tuple[int, ...] = ()

    def limits(self, effect: Effect) -> tuple[str, ...]:
        drawn = frozenset(float(entry) for entry in (*_RGBA_CHANNELS, *_HSL_CHANNELS))
        blend = limits_of(effect, blend_with_the_original=(1, 2, frozenset((0.0,))))
        return (*limits_of(effect, channel=(0, 1, drawn)), *blend)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        channel = choice(effect, 0, sampler, 1)
        if channel not in _RGBA_CHANNELS and channel not in _HSL_CHANNELS:
            return None
        return EffectCall(self.key, (channel, sampler.size), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.color import map_hsl, map_tables

        channel, size = call.values
        if channel in _RGBA_CHANNELS:
            tables = np.tile(np.arange(256, dtype=np.uint8), (4, 1))
            for k in _RGBA_CHANNELS[channel]:
                tables[k] = tables[k][::-1]
            map_tables(pixels, tables)
            if channel == 16:
                cut_to_box(pixels, call, origin, size)
            return pixels
        scale, shift = np.ones(3), np.zeros(3)
        for k in _HSL_CHANNELS[channel]:
            scale[k], shift[k] = -1.0, (0.5, 1.0, 1.0)[k]
        map_hsl(pixels, scale, shift)
        return pixels


# Menu entries of ADBE Shift Channels: factors of R, G, B, A and 1. Hue, lightness and saturation (6, 7, 8) give 0, as
# in Skottie.
_SOURCES = {
    1: (0.0, 0.0, 0.0, 1.0, 0.0),
    2: (1.0, 0.0, 0.0, 0.0, 0.0),
    3: (0.0, 1.0, 0.0, 0.0, 0.0),
    4: (0.0, 0.0, 1.0, 0.0, 0.0),
    5: (0.2126, 0.7152, 0.0722, 0.0, 0.0),
    9: (0.0, 0.0, 0.0, 0.0, 1.0),
}
_NOTHING = (0.0, 0.0, 0.0, 0.0, 0.0)


class ShiftChannelsEffect:
    key = "shift-channels"
    match_names: tuple[str, ...] = ("ADBE Shift Channels",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        alpha, red, green, blue = (choice(effect, k, sampler, k + 1) for k in range(4))
        if (red, green, blue, alpha) == (2, 3, 4, 1):
            return None
        return EffectCall(self.key, (red, green, blue, alpha, sampler.size), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.color import map_matrix

        *sources, size = call.values
        map_matrix(pixels, np.array([_SOURCES.get(min(max(s, 1), 10), _NOTHING) for s in sources]))
        if sources[3] == 9:
            cut_to_box(pixels, call, origin, size)
        return pixels
