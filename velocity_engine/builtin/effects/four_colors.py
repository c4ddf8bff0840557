"""Four-colour gradient (ADBE 4ColorGradient): colours that stand at points and flow into each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels, thresholds_at
from velocity_engine.builtin.effects.fields import Field, layer_points
from velocity_engine.builtin.effects.parameters import RGBA, clamped, color_of, limits_of, scalar_of
from velocity_engine.builtin.effects.tile import mixed
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.model.properties import Property, Vector
from velocity_engine.sampler import Sampler

NUMBER, COLOR, POINT, MENU = 0, 2, 3, 7  # the types of parameters
_CORNERS = ((0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9))  # of the layer's box, where the points stand at first
_COLORS: tuple[RGBA, ...] = (
    (1.0, 1.0, 0.0, 1.0),
    (0.0, 1.0, 0.0, 1.0),
    (1.0, 0.0, 1.0, 1.0),
    (0.0, 0.0, 1.0, 1.0),
)


class FourColorEffect:
    """Each pixel mixes the colours by the squares of their nearness, more sharply the less they blend. Jitter does not
    count, and of the blending modes none and normal do.

    Its parameters are told apart by their types, since groups among them shift their numbers.
    """

    key = "four-color-gradient"
    match_names: tuple[str, ...] = ("ADBE 4ColorGradient",)
    lottie_types: tuple[int, ...] = ()

    def limits(self, effect: Effect) -> tuple[str, ...]:
        menus = [k for k, parameter in enumerate(effect.parameters) if parameter.type == MENU and parameter.value]
        return limits_of(effect, blending_mode=(menus[-1], 0, frozenset((1.0, 2.0)))) if menus else ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        width, height = sampler.size
        places = _of_type(effect, POINT)
        tints = _of_type(effect, COLOR)
        blending, opacity = _blend_and_opacity(effect)
        share = clamped(scalar_of(opacity, sampler, 100.0) / 100.0)
        if share <= 0.0:
            return None
        points, colors = [], []
        for k, (x, y) in enumerate(_CORNERS):
            place = sampler.vector(places[k]) if k < len(places) else (x * width, y * height)
            points.append((float(place[0]), float(place[1])))
            colors.append(color_of(tints[k] if k < len(tints) else None, sampler, _COLORS[k])[:3])
        values = (tuple(points), tuple(colors), clamped(scalar_of(blending, sampler, 100.0), 5.0, 1000.0), share)
        return EffectCall(self.key, values, matrix)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        points, colors, blend, share = call.values
        found = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        if found is None:
            return pixels
        shares = _shares(points, *found, np.float32(100.0 / blend))
        mixture = np.tensordot(shares, np.array(colors, np.float32), axes=(0, 0))
        out = pixels.copy()
        height, width = pixels.shape[:2]
        square = thresholds_at(origin)
        thresholds = np.tile(square, (height // len(square) + 1, width // len(square) + 1))[:height, :width]
        out[..., :3] = (mixture * pixels[..., 3:] + thresholds[..., None]).astype(np.uint8)
        return mixed(out, pixels, 1.0 - share)


def _shares(points: tuple[tuple[float, float], ...], x: Field, y: Field, power: np.float32) -> NDArray[np.float32]:
    """(4, h, w): how much each colour counts at the places (x, y)."""
    away = np.stack([(x - np.float32(px)) ** 2 + (y - np.float32(py)) ** 2 for px, py in points])
    nearest = np.maximum(away.min(axis=0), np.float32(1e-6))
    weights: NDArray[np.float32] = (nearest / np.maximum(away, np.float32(1e-6))) ** power
    return weights / weights.sum(axis=0)


def _of_type(effect: Effect, kind: int) -> list[Property[Vector]]:
    return [one.value for one in effect.parameters if one.type == kind and one.value is not None]


def _blend_and_opacity(effect: Effect) -> tuple[Property[Vector] | None, Property[Vector] | None]:
    """Jitter stands between them."""
    blend, _, opacity = (*_of_type(effect, NUMBER), None, None, None)[:3]
    return blend, opacity
