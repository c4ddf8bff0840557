"""Effects that read another layer: displacement map (ADBE Displacement Map), set matte (ADBE Set Matte3).

They read the layer's own picture, as After Effects does: without its masks, effects and, but for shapes and texts,
its transform; the two layers' boxes lie on one another.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels, box_margin, cut_to_box, direction, even_margin
from velocity_engine.builtin.effects.fields import Field, layer_points, sampled, wrapped
from velocity_engine.builtin.effects.parameters import choice, scalar, switch, values_of
from velocity_engine.display import EffectCall, LayerPicture
from velocity_engine.model.geometry import Matrix, mean_scale
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

RED, GREEN, BLUE, ALPHA, LUMINANCE, HUE, LIGHTNESS, SATURATION, FULL = range(1, 10)
CENTER, STRETCH, TILE = 1, 2, 3

Values = NDArray[np.float32]


def layer_numbers(effect: Effect, index: int, number: int) -> tuple[int, ...]:
    """All values that a parameter of a layer takes; none for "no layer"."""
    return tuple(sorted({int(value) for value in values_of(effect, index, number) if 0.5 <= value < 1e9}))


def picture_of(effect: Effect, sampler: Sampler, matrix: Matrix, stretched: bool) -> LayerPicture | None:
    """The picture of the layer that the first parameter names, as fine as it is seen, also where it is stretched."""
    value = scalar(effect, 0, sampler, 0.0, number=1)
    scale = mean_scale(matrix)
    if not (0.5 <= value < 1e9 and 1e-6 < scale < 1e6):
        return None
    picture = sampler.layer_picture(round(value), scale)
    if picture is None or not stretched or picture.size == sampler.size:
        return picture
    grown = max(mine / theirs for mine, theirs in zip(sampler.size, picture.size, strict=True))
    return sampler.layer_picture(round(value), scale * grown)


def laid_on(picture: LayerPicture, size: tuple[float, float], x: Field, y: Field, fit: int) -> Pixels:
    """The other layer's pixels at the points (x, y) of a layer of ``size``: CENTER and STRETCH go on with the edge's
    pixels outside, TILE repeats it."""
    from velocity_engine.kernels.pictures.sample_at import REPEAT_EDGE, WRAP, sample_at

    assert picture.pixels is not None
    width, height = np.float32(picture.size[0]), np.float32(picture.size[1])
    with np.errstate(over="ignore", invalid="ignore"):
        if fit == STRETCH:
            x, y = x * np.float32(width / size[0]), y * np.float32(height / size[1])
        elif fit == CENTER:
            x, y = x - np.float32((size[0] - width) / 2), y - np.float32((size[1] - height) / 2)
        else:
            x, y = x - width * np.floor(x / width), y - height * np.floor(y / height)
        u, v = x * np.float32(picture.width / width), y * np.float32(picture.height / height)
    return sample_at(picture.pixels, u, v, WRAP if fit == TILE else REPEAT_EDGE)


def channel(pixels: Pixels, number: int, straight: bool) -> Values:
    """What an entry of After Effects' channel menu takes from pixels: (h, w) float32, 0..1."""
    alpha = pixels[..., 3].astype(np.float32)
    if number == ALPHA:
        return alpha / np.float32(255.0)
    unit = np.float32(1.0) / np.maximum(alpha, 1.0) if straight else np.full_like(alpha, 1.0 / 255.0)
    r, g, b = (np.minimum(pixels[..., k] * unit, np.float32(1.0)) for k in range(3))
    if number in (RED, GREEN, BLUE):
        return (r, g, b)[number - RED]
    if number == LUMINANCE:
        return r * np.float32(0.2126) + g * np.float32(0.7152) + b * np.float32(0.0722)
    low, high = np.minimum(np.minimum(r, g), b), np.maximum(np.maximum(r, g), b)
    if number == LIGHTNESS:
        return (low + high) * np.float32(0.5)
    chroma = high - low
    some = np.maximum(chroma, np.float32(1e-6))
    if number == SATURATION:
        room = np.maximum(np.float32(1.0) - np.abs(low + high - np.float32(1.0)), np.float32(1e-6))
        return np.where(chroma > 0.0, np.minimum(chroma / room, np.float32(1.0)), np.float32(0.0))
    if number == HUE:
        hue = np.where(high == r, (g - b) / some, np.where(high == g, (b - r) / some + 2.0, (r - g) / some + 4.0))
        return np.where(chroma > 0.0, (hue / 6.0) % 1.0, 0.0).astype(np.float32)
    return np.full_like(alpha, {9: 1.0, 10: 0.5}.get(number, 0.0))


class DisplacementMapEffect:
    """Each pixel is taken from as far away as the map says there: its channel's middle is no way, 0 and 1 are the
    maximum to either side.

    Where the map is clear, red, green, blue and luminance displace nothing, as in Skottie. Two of the channels full,
    half and off do nothing at all, as in After Effects.
    """

    key = "displacement-map"
    match_names: tuple[str, ...] = ("ADBE Displacement Map",)
    lottie_types: tuple[int, ...] = (27,)

    def layers(self, effect: Effect) -> tuple[int, ...]:
        return layer_numbers(effect, 0, 1)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        across, down = choice(effect, 1, sampler, RED, number=2), choice(effect, 3, sampler, GREEN, number=4)
        most_x, most_y = scalar(effect, 2, sampler, 0.0, number=3), scalar(effect, 4, sampler, 0.0, number=5)
        if (across >= FULL and down >= FULL) or max(abs(most_x), abs(most_y)) < 1e-6:
            return None
        fit = min(max(choice(effect, 5, sampler, CENTER, number=6), CENTER), TILE)
        picture = picture_of(effect, sampler, matrix, fit == STRETCH)
        if picture is None:
            return None
        wrap, expand = switch(effect, 6, sampler, number=7), switch(effect, 7, sampler, True, number=8)
        values = (across, down, most_x, most_y, fit, wrap, expand, sampler.size)
        dx, dy = direction(matrix, most_x, 0.0), direction(matrix, 0.0, most_y)
        margin = even_margin(abs(dx[0]) + abs(dy[0]) + 1.0, abs(dx[1]) + abs(dy[1]) + 1.0)
        margin = box_margin(matrix, sampler.size) if wrap else margin
        return EffectCall(self.key, values, matrix, margin, picture)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        across, down, most_x, most_y, fit, wrap, expand, size = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        if points is None or call.picture is None:
            return pixels
        x, y = points
        chart = laid_on(call.picture, size, x, y, fit)
        shown = chart[..., 3] / np.float32(255.0)
        for field, number, most in ((x, across, most_x), (y, down, most_y)):
            way = (channel(chart, number, True) - np.float32(0.5)) * np.float32(2.0 * most)
            field += way * shown if number in (RED, GREEN, BLUE, LUMINANCE) else way
        out = wrapped(pixels, call, origin, size, x, y) if wrap else sampled(pixels, call, origin, x, y)
        if not expand:
            cut_to_box(out, call, origin, size)
        return out


class SetMatteEffect:
    """The layer's alpha times (or replaced by) a channel of another layer."""

    key = "set-matte"
    match_names: tuple[str, ...] = ("ADBE Set Matte3", "ADBE Set Matte2")
    lottie_types: tuple[int, ...] = (28,)

    def layers(self, effect: Effect) -> tuple[int, ...]:
        return layer_numbers(effect, 0, 1)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        number = choice(effect, 1, sampler, ALPHA, number=2)
        invert, stretch = switch(effect, 2, sampler, number=3), switch(effect, 3, sampler, True, number=4)
        picture = picture_of(effect, sampler, matrix, stretch)
        if picture is None:
            return None
        onto, straight = switch(effect, 4, sampler, True, number=5), not switch(effect, 5, sampler, True, number=6)
        values = (number, invert, STRETCH if stretch else CENTER, onto, straight, sampler.size)
        margin = (0.0, 0.0, 0.0, 0.0) if onto else box_margin(matrix, sampler.size)
        return EffectCall(self.key, values, matrix, margin, picture)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.matte import multiply_mask
        from velocity_engine.kernels.pixels.unpremultiply import to_straight

        number, invert, fit, onto, straight, size = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        if points is None or call.picture is None:
            return pixels
        matte = channel(laid_on(call.picture, size, *points, fit), number if number < 10 else 0, straight)
        if fit == CENTER:
            (x, y), (width, height) = points, call.picture.size
            matte[(abs(x - size[0] / 2) > width / 2) | (abs(y - size[1] / 2) > height / 2)] = 0.0
        coverage = np.rint(matte * np.float32(255.0)).astype(np.uint8)
        if invert:
            coverage = 255 - coverage
        if not onto:
            to_straight(pixels)
            pixels[..., 3] = 255
            cut_to_box(pixels, call, origin, size)
        multiply_mask(pixels, coverage)
        return pixels
