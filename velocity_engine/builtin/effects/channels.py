"""Effects on channels as a whole: invert, shift channels."""

from __future__ import annotations

import numpy as np

from velocity_engine.builtin.effects.device import Pixels, box_margin, cut_to_box
from velocity_engine.builtin.effects.parameters import choice, clamped, limits_of, scalar
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

# Menu entries of ADBE Invert: the channels (R, G, B, A) that are inverted, or those of hue, saturation and lightness,
# or of Y, I and Q.
_ALPHA = 16
_RGBA_CHANNELS = {1: (0, 1, 2), 2: (0,), 3: (1,), 4: (2,), _ALPHA: (3,)}
_HSL_CHANNELS = {6: (0, 1, 2), 7: (0,), 8: (2,), 9: (1,)}
_YIQ_CHANNELS = {11: (0, 1, 2), 12: (0,), 13: (1,), 14: (2,)}
_TO_YIQ = np.array([[0.299, 0.587, 0.114], [0.595716, -0.274453, -0.321263], [0.211456, -0.522591, 0.311135]])


class InvertEffect:
    """The alpha is inverted everywhere in the layer's box; I and Q, which lie about 0, change their sign."""

    key = "invert"
    match_names: tuple[str, ...] = ("ADBE Invert",)
    lottie_types: tuple[int, ...] = ()

    def limits(self, effect: Effect) -> tuple[str, ...]:
        drawn = frozenset(float(entry) for entry in (*_RGBA_CHANNELS, *_HSL_CHANNELS, *_YIQ_CHANNELS))
        return limits_of(effect, channel=(0, 1, drawn))

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        channel = choice(effect, 0, sampler, 1)
        share = 1.0 - clamped(scalar(effect, 1, sampler, 0.0) / 100.0)
        if channel not in {**_RGBA_CHANNELS, **_HSL_CHANNELS, **_YIQ_CHANNELS} or share <= 0.0:
            return None
        margin = box_margin(matrix, sampler.size) if channel == _ALPHA else (0.0, 0.0, 0.0, 0.0)
        return EffectCall(self.key, (channel, share, sampler.size), matrix, margin)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        channel, share, size = call.values
        before = pixels.copy() if share < 1.0 else None
        _invert(pixels, channel)
        if channel == _ALPHA:
            cut_to_box(pixels, call, origin, size)
        if before is not None:
            mixed = pixels * np.float32(share) + before * np.float32(1.0 - share)
            pixels[...] = np.rint(mixed).astype(np.uint8)
        return pixels


def _invert(pixels: Pixels, channel: int) -> None:
    """Inverts an entry of the menu in place, without a look at the layer's box."""
    from velocity_engine.kernels.pixels.color import map_hsl, map_matrix, map_tables

    if channel in _RGBA_CHANNELS:
        tables = np.tile(np.arange(256, dtype=np.uint8), (4, 1))
        for k in _RGBA_CHANNELS[channel]:
            tables[k] = tables[k][::-1]
        map_tables(pixels, tables)
    elif channel in _HSL_CHANNELS:
        scale, shift = np.ones(3), np.zeros(3)
        for k in _HSL_CHANNELS[channel]:
            scale[k], shift[k] = -1.0, (0.5, 1.0, 1.0)[k]
        map_hsl(pixels, scale, shift)
    else:
        signs = np.array([-1.0 if k in _YIQ_CHANNELS[channel] else 1.0 for k in range(3)])
        back = np.linalg.inv(_TO_YIQ)
        rows = np.eye(4, 5)
        rows[:3, :3] = back @ (signs[:, None] * _TO_YIQ)
        rows[:3, 4] = back[:, 0] * (signs[0] < 0.0)
        map_matrix(pixels, rows)


# Menu entries of ADBE Shift Channels: factors of R, G, B, A and 1. Hue, lightness and saturation (6, 7, 8) give 0, as
# in Skottie.
_FULL_ON = 9
_SOURCES = {
    1: (0.0, 0.0, 0.0, 1.0, 0.0),
    2: (1.0, 0.0, 0.0, 0.0, 0.0),
    3: (0.0, 1.0, 0.0, 0.0, 0.0),
    4: (0.0, 0.0, 1.0, 0.0, 0.0),
    5: (0.2126, 0.7152, 0.0722, 0.0, 0.0),
    _FULL_ON: (0.0, 0.0, 0.0, 0.0, 1.0),
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
        margin = box_margin(matrix, sampler.size) if alpha == _FULL_ON else (0.0, 0.0, 0.0, 0.0)
        return EffectCall(self.key, (red, green, blue, alpha, sampler.size), matrix, margin)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.color import map_matrix

        *sources, size = call.values
        map_matrix(pixels, np.array([_SOURCES.get(min(max(s, 1), 10), _NOTHING) for s in sources]))
        if sources[3] == _FULL_ON:
            cut_to_box(pixels, call, origin, size)
        return pixels
