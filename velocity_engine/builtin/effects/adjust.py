"""Effects that adjust colours: posterize, exposure, gamma/pedestal/gain, channel mixer, colour balance (by tones and by
hue), CC toner."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels
from velocity_engine.builtin.effects.hue import HueSaturationEffect
from velocity_engine.builtin.effects.parameters import choice, clamped, color, scalar, switch
from velocity_engine.builtin.effects.tables import IDENTITY_TABLE, Table, apply_tables, to_table
from velocity_engine.builtin.effects.tint import color_ramp
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import BlendMode, Effect
from velocity_engine.sampler import Sampler

_UNIT = np.arange(256) / 255.0
_LINEAR = 2.2  # After Effects' gamma of linear light


def _tables_call(key: str, tables: list[Table], matrix: Matrix) -> EffectCall | None:
    """The call for three tables of colours; None where they change nothing."""
    if all(np.array_equal(table, IDENTITY_TABLE) for table in tables):
        return None
    return EffectCall(key, (np.stack([*tables, IDENTITY_TABLE]),), matrix)


class PosterizeEffect:
    """So many levels to each channel."""

    key = "posterize"
    match_names: tuple[str, ...] = ("ADBE Posterize",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        levels = round(clamped(scalar(effect, 0, sampler, 7.0, number=1), 2.0, 256.0))
        table = to_table(np.floor(np.arange(256) * levels / 256.0) / (levels - 1))
        return _tables_call(self.key, [table] * 3, matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        return apply_tables(pixels, call)


class ExposureEffect:
    """Times two to the exposure, plus the offset, to the power of one over the gamma, in linear light unless that is
    bypassed; of all channels alike, or of each."""

    key = "exposure"
    match_names: tuple[str, ...] = ("ADBE Exposure2",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        apart, bypass = choice(effect, 0, sampler, 1, number=1) == 2, switch(effect, 21, sampler, number=22)
        tables = []
        for first in (8, 13, 18) if apart else (3, 3, 3):
            stops = clamped(scalar(effect, first - 1, sampler, 0.0, number=first), -40.0, 40.0)
            offset = clamped(scalar(effect, first, sampler, 0.0, number=first + 1), -10.0, 10.0)
            gamma = clamped(scalar(effect, first + 1, sampler, 1.0, number=first + 2), 0.01, 100.0)
            light = _UNIT if bypass else _UNIT**_LINEAR
            light = np.clip(light * 2.0**stops + offset, 0.0, 1.0) ** (1.0 / gamma)
            tables.append(to_table(light if bypass else light ** (1.0 / _LINEAR)))
        return _tables_call(self.key, tables, matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        return apply_tables(pixels, call)


class GammaPedestalGainEffect:
    """For each channel: to the power of one over the gamma, between the pedestal and the gain. Black stretch does not
    count."""

    key = "gamma-pedestal-gain"
    match_names: tuple[str, ...] = ("ADBE Gamma/Pedestal/Gain2",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        tables = []
        for first in (1, 4, 7):
            defaults = (1.0, 0.0, 1.0)
            read = (
                scalar(effect, first + k, sampler, default, number=first + k + 1) for k, default in enumerate(defaults)
            )
            gamma, pedestal, gain = (clamped(value, -1000.0, 1000.0) for value in read)
            tables.append(to_table(pedestal + (gain - pedestal) * _UNIT ** (1.0 / max(gamma, 1e-3))))
        return _tables_call(self.key, tables, matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        return apply_tables(pixels, call)


class ChannelMixerEffect:
    """Each channel from percentages of red, green, blue and a constant; all from red's where it is monochrome."""

    key = "channel-mixer"
    match_names: tuple[str, ...] = ("ADBE CHANNEL MIXER",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        rows = np.zeros((4, 5))
        rows[3, 3] = 1.0
        for row in range(3):
            for k, column in enumerate((0, 1, 2, 4)):
                index = 4 * row + k
                share = scalar(effect, index, sampler, 100.0 if column == row else 0.0, number=index + 1)
                rows[row, column] = clamped(share / 100.0, -100.0, 100.0)
        if switch(effect, 12, sampler, number=13):
            rows[1] = rows[2] = rows[0]
        if np.array_equal(rows, np.eye(4, 5)):
            return None
        return EffectCall(self.key, (rows,), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.color import map_matrix

        map_matrix(pixels, call.values[0])
        return pixels


def _tone_shares() -> NDArray[np.float64]:
    """(3, 256): how much shadows, midtones and highlights count for each level of a channel."""
    dark = np.clip((1.0 / 3.0 - _UNIT) / 0.25 + 0.5, 0.0, 1.0)
    bright = np.clip((_UNIT - 2.0 / 3.0) / 0.25 + 0.5, 0.0, 1.0)
    return np.stack([dark, (1.0 - dark) * (1.0 - bright), bright]) * 0.7


class ColorBalanceEffect:
    """Red, green and blue of the shadows, midtones and highlights, -100 to 100 each."""

    key = "color-balance"
    match_names: tuple[str, ...] = ("ADBE Color Balance 2",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        shares, tables = _tone_shares(), []
        for channel in range(3):
            indices = (channel, channel + 3, channel + 6)
            amounts = [clamped(scalar(effect, k, sampler, 0.0, number=k + 1) / 100.0, -1.0, 1.0) for k in indices]
            tables.append(to_table(_UNIT + np.array(amounts) @ shares))
        call = _tables_call(self.key, tables, matrix)
        if call is None:
            return None
        return EffectCall(self.key, (*call.values, switch(effect, 9, sampler, number=10)), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        if not call.values[1]:
            return apply_tables(pixels, call)
        return with_luminosity(apply_tables(pixels.copy(), call), pixels)


def with_luminosity(pixels: Pixels, source: Pixels) -> Pixels:
    """The colours of ``pixels`` as bright as those of ``source``, which has the same alpha."""
    from velocity_engine.kernels.pixels.blend import blend_layer
    from velocity_engine.kernels.pixels.matte import multiply_mask
    from velocity_engine.kernels.pixels.unpremultiply import to_straight

    alpha = source[..., 3].copy()
    for picture in (pixels, source):
        to_straight(picture)
        picture[..., 3] = 255
    height, width = pixels.shape[:2]
    blend_layer(pixels, source, 0, 0, 0, 0, width, height, BlendMode.LUMINOSITY.value, 1.0)
    multiply_mask(pixels, alpha)
    return pixels


class HueBalanceEffect(HueSaturationEffect):
    """ADBE Color Balance (HLS): what the master channel of hue/saturation does, in another order of the controls."""

    key = "hue-balance"
    match_names: tuple[str, ...] = ("ADBE Color Balance (HLS)",)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        hue, light, saturation = (scalar(effect, k, sampler, 0.0, number=k + 1) for k in range(3))
        if hue == 0.0 and saturation == 0.0 and light == 0.0:
            return None
        return EffectCall(self.key, ("master", hue, saturation, light), matrix)


class TonerEffect:
    """CC Toner: colours by luminance, through two, three or five of them (or one)."""

    key = "cc-toner"
    match_names: tuple[str, ...] = ("CC Toner",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        greys = [(level, level, level, 1.0) for level in (1.0, 0.75, 0.5, 0.25, 0.0)]
        bright, light, middle, dark, shadow = (color(effect, k + 1, sampler, grey) for k, grey in enumerate(greys))
        tone = choice(effect, 0, sampler, 2)
        weight = 1.0 - clamped(scalar(effect, 6, sampler, 0.0) / 100.0)
        if weight <= 0.0:
            return None
        stops = {1: (shadow, bright), 2: (shadow, middle, bright), 3: (shadow, dark, middle, light, bright)}
        return EffectCall(self.key, (weight, *stops.get(tone, (middle, middle))), matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.color import map_luminance

        weight, *stops = call.values
        map_luminance(pixels, color_ramp(*stops), weight)
        return pixels
