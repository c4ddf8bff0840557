"""Mirror (ADBE Mirror) and polar coordinates (ADBE Polar Coordinates)."""

from __future__ import annotations

import math

import numpy as np

from velocity_engine.builtin.effects.device import Pixels, box_margin, cut_to_box
from velocity_engine.builtin.effects.fields import Field, box_picture, layer_points, sampled
from velocity_engine.builtin.effects.parameters import choice, clamped, point, scalar
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

_RECT_TO_POLAR = 1


class MirrorEffect:
    """What lies behind a line is the mirror image of what lies before it; the angle is the line's normal, clockwise
    from rightwards."""

    key = "mirror"
    match_names: tuple[str, ...] = ("ADBE Mirror",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        width, height = sampler.size
        centre = point(effect, 0, sampler, (width, height / 2), number=1)
        angle = math.radians(clamped(scalar(effect, 1, sampler, 0.0, number=2), -1e6, 1e6))
        values = (centre, (math.cos(angle), math.sin(angle)), sampler.size)
        return EffectCall(self.key, values, matrix, box_margin(matrix, sampler.size))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        centre, normal, size = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        if points is None:
            return pixels
        x, y = points
        behind = (x - np.float32(centre[0])) * np.float32(normal[0]) + (y - np.float32(centre[1])) * np.float32(
            normal[1]
        )
        twice: Field = np.maximum(behind, np.float32(0.0)) * np.float32(2.0)
        out = sampled(pixels, call, origin, x - twice * np.float32(normal[0]), y - twice * np.float32(normal[1]))
        cut_to_box(out, call, origin, size)
        return out


class PolarEffect:
    """Rectangular to polar: the box's rows become circles about its middle, its top their centre. Polar to rectangular
    is the way back. The interpolation goes part of the way."""

    key = "polar-coordinates"
    match_names: tuple[str, ...] = ("ADBE Polar Coordinates",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        share = clamped(scalar(effect, 0, sampler, 0.0, number=1))
        if share <= 0.0:
            return None
        to_polar = choice(effect, 1, sampler, 2, number=2) == _RECT_TO_POLAR
        values = (share, to_polar, sampler.size)
        return EffectCall(self.key, values, matrix, box_margin(matrix, sampler.size))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pictures.sample_at import REPEAT_EDGE, sample_at
        from velocity_engine.kernels.pixels.matte import multiply_mask

        share, to_polar, size = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        found = box_picture(pixels, call, origin, size)
        if points is None or found is None:
            return np.zeros_like(pixels)
        box, across, down = found
        x, y = points
        u, v = _unrolled(x, y, size) if to_polar else _rolled(x, y, size)
        part = np.float32(share)
        u, v = (x + (u - x) * part) * np.float32(across), (y + (v - y) * part) * np.float32(down)
        # The box's pixels go on to either side, so that the cut of a disc is no seam; beyond its edges it is clear.
        out = sample_at(box, u, v, REPEAT_EDGE)
        within = np.minimum(v, box.shape[0] - v)
        if not to_polar:
            within = np.minimum(within, np.minimum(u, box.shape[1] - u))
        with np.errstate(invalid="ignore"):
            cover = np.nan_to_num(np.clip(within + np.float32(0.5), 0.0, 1.0)) * np.float32(255.0)
        multiply_mask(out, np.rint(cover).astype(np.uint8))
        cut_to_box(out, call, origin, size)
        return out


def _unrolled(x: Field, y: Field, size: tuple[float, float]) -> tuple[Field, Field]:
    """Where in the box the place of a disc comes from: the angle (clockwise from upwards) across, the radius down."""
    across, down = x - np.float32(size[0] / 2), y - np.float32(size[1] / 2)
    turn: Field = np.arctan2(across, -down) * np.float32(0.5 / math.pi)
    radius: Field = np.hypot(across, down) * np.float32(2.0 / min(size))
    return (turn - np.floor(turn)) * np.float32(size[0]), radius * np.float32(size[1])


def _rolled(x: Field, y: Field, size: tuple[float, float]) -> tuple[Field, Field]:
    turn = x * np.float32(2.0 * math.pi / size[0])
    radius = y * np.float32(min(size) / 2.0 / size[1])
    return np.float32(size[0] / 2) + radius * np.sin(turn), np.float32(size[1] / 2) - radius * np.cos(turn)
