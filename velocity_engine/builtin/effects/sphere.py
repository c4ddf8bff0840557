"""CC Sphere: the layer's box wrapped around a ball."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels, box_margin
from velocity_engine.builtin.effects.fields import Field, box_picture, layer_points
from velocity_engine.builtin.effects.parameters import choice, clamped, color, point, scalar
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix, mean_scale
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

FULL, OUTSIDE, INSIDE = 1, 2, 3
_EYE = 5.5  # the eye's distance in radii, as Skottie found it to look like After Effects


@dataclass(frozen=True, slots=True)
class _Light:
    """A lamp far away: the way to it (x, y, z, towards the eye), its colour (0..1), and how much each part of its light
    counts. ``exponent`` is that of the gloss."""

    towards: tuple[float, float, float]
    color: tuple[float, float, float]
    ambient: float
    diffuse: float
    specular: float
    exponent: float

    @classmethod
    def of(cls, effect: Effect, sampler: Sampler) -> _Light:
        intensity = clamped(scalar(effect, 10, sampler, 0.0) / 100.0, 0.0, 10.0)
        r, g, b, _ = color(effect, 11, sampler, (1.0, 1.0, 1.0, 1.0))
        height = math.sin(clamped(scalar(effect, 12, sampler, 0.0) / 100.0, -1.0, 1.0) * math.pi / 2)
        turn, flat = math.radians(scalar(effect, 13, sampler, 0.0) - 90.0), math.sqrt(1.0 - height * height)
        shares = (
            clamped(scalar(effect, k, sampler, default) / 100.0, 0.0, most)
            for k, default, most in ((16, 100.0, 2.0), (17, 0.0, 1.0), (18, 0.0, 1.0))
        )
        ambient, diffuse, specular = shares
        exponent = 1.0 / clamped(scalar(effect, 19, sampler, 0.5), 0.001, 0.5)
        towards = (math.cos(turn) * flat, math.sin(turn) * flat, height)
        return cls(towards, (r, g, b), ambient, diffuse * intensity, specular * intensity, exponent)


class SphereEffect:
    """The light as in Skottie. Metal, reflections, shadows and falloff do not count."""

    key = "cc-sphere"
    match_names: tuple[str, ...] = ("CC Sphere",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        turns = tuple(scalar(effect, k, sampler, 0.0) for k in (1, 2, 3))
        order, side = choice(effect, 4, sampler, 1), choice(effect, 8, sampler, FULL)
        width, height = sampler.size
        radius, centre = scalar(effect, 6, sampler, 0.0), point(effect, 7, sampler, (width / 2, height / 2))
        if not (radius < 1e6 and max(map(abs, turns)) < 1e9):
            return None
        light = _Light.of(effect, sampler)
        lamp = (light.towards, light.color, light.ambient, light.diffuse, light.specular, light.exponent)
        longer = max(2.0 * radius, 0.0)
        reach = (width / 2 + abs(centre[0]) + longer, height / 2 + abs(centre[1]) + longer)
        values = (turns, order, side, radius, centre, sampler.size, lamp)
        # What lies before the eye: half a turn of the box is as long as half the ball's girth.
        magnification = math.pi * radius * max(2.0 / max(width, 1.0), 1.0 / max(height, 1.0))
        return EffectCall(self.key, values, matrix, box_margin(matrix, reach), magnification=magnification)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pixels.matte import multiply_mask

        turns, order, side, radius, centre, size, lamp = call.values
        light = _Light(*lamp)
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        found = box_picture(pixels, call, origin, size)
        if points is None or found is None or radius <= 0.0:
            return np.zeros_like(pixels)
        unit = np.float32(1.0 / radius)
        x, y = (points[0] - np.float32(centre[0])) * unit, (points[1] - np.float32(centre[1])) * unit
        far = np.hypot(x, y)
        turned = _rotation(order, turns).T.astype(np.float32)
        out: Pixels = np.zeros_like(pixels)
        if side != OUTSIDE:
            out = _seen(found[0], x, y, turned, light, 1.0)
        if side in (FULL, OUTSIDE):
            outside = _seen(found[0], x, y, turned, light, -1.0)
            # The front side over the back one.
            left = (255 - outside[..., 3:]).astype(np.float32) * np.float32(1.0 / 255.0)
            out = outside + np.rint(out * left).astype(np.uint8)
        edge = (np.float32(1.0) - far) * np.float32(radius * mean_scale(call.matrix)) + np.float32(0.5)
        multiply_mask(out, np.rint(np.clip(edge, 0.0, 1.0) * np.float32(255.0)).astype(np.uint8))
        return out


def _seen(box: Pixels, x: Field, y: Field, turned: NDArray[np.float32], light: _Light, side: float) -> Pixels:
    """The box on the ball where rays from the eye through (x, y, 0) meet it: first (-1) or at last (1)."""
    from velocity_engine.kernels.pictures.sample_at import WRAP, sample_at

    eye = np.float32(_EYE)
    a = x * x + y * y + eye * eye
    root = np.sqrt(np.maximum(eye**4 - a * (eye * eye - np.float32(1.0)), np.float32(0.0)))
    t = (eye * eye + np.float32(side) * root) / a
    ball = (x * t, y * t, eye - eye * t)
    nx, ny, nz = (turned[k, 0] * ball[0] + turned[k, 1] * ball[1] + turned[k, 2] * ball[2] for k in range(3))
    u = np.float32(0.5) + np.arctan2(nx, nz) * np.float32(0.5 / math.pi)
    v = np.float32(0.5) + np.arcsin(np.clip(ny, np.float32(-1.0), np.float32(1.0))) * np.float32(1.0 / math.pi)
    shown = sample_at(box, u * np.float32(box.shape[1]), v * np.float32(box.shape[0]), WRAP)
    return _lit(shown, (x, y), ball, light, side)


def _lit(
    shown: Pixels, at: tuple[Field, Field], ball: tuple[Field, Field, Field], light: _Light, side: float
) -> Pixels:
    """Phong's light: the picture's own colours times the ambient light and the lamp's, and the lamp's colour on top
    where it is mirrored to the eye. ``ball``: places on the ball, which are its normals; ``side``: as for ``_seen``."""
    if light.diffuse == 0.0 and light.specular == 0.0 and light.ambient == 1.0:
        return shown
    lx, ly, lz = (np.float32(number) for number in light.towards)
    facing = lx * ball[0] + ly * ball[1] + lz * ball[2]
    diffuse = np.float32(light.diffuse) * np.maximum(-np.float32(side) * facing, np.float32(0.0))
    # The way of the light after it met the ball, along that of the look.
    ex, ey, ez = at[0], at[1], np.float32(-_EYE)
    mirrored = [way - 2 * facing * normal for way, normal in zip((lx, ly, lz), ball, strict=True)]
    gloss = (mirrored[0] * ex + mirrored[1] * ey + mirrored[2] * ez) / np.sqrt(ex * ex + ey * ey + ez * ez)
    gloss = np.minimum(np.maximum(gloss, np.float32(0.0)) ** np.float32(light.exponent), np.float32(1.0))
    alpha = shown[..., 3].astype(np.float32)
    out = shown.copy()
    for k, tint in enumerate(light.color):
        own = (np.float32(light.ambient) + diffuse * np.float32(tint)) * shown[..., k]
        lamp = np.float32(light.specular * tint) * gloss * alpha
        out[..., k] = np.rint(np.minimum(own + lamp, alpha)).astype(np.uint8)
    return out


def _rotation(order: int, turns: tuple[float, float, float]) -> NDArray[np.float64]:
    """The turns (degrees) about x, y and z, one after the other as an entry of the menu says."""
    (cx, sx), (cy, sy), (cz, sz) = ((math.cos(math.radians(t)), math.sin(math.radians(t))) for t in turns)
    by_x = np.array([[1.0, 0.0, 0.0], [0.0, cx, -sx], [0.0, sx, cx]])
    by_y = np.array([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
    by_z = np.array([[cz, sz, 0.0], [-sz, cz, 0.0], [0.0, 0.0, 1.0]])
    orders = {1: (by_x, by_y, by_z), 2: (by_x, by_z, by_y), 3: (by_y, by_x, by_z), 4: (by_y, by_z, by_x),
              5: (by_z, by_x, by_y)}  # fmt: skip
    one, two, three = orders.get(order, (by_z, by_y, by_x))
    whole: NDArray[np.float64] = one @ two @ three
    return whole
