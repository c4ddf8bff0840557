"""Effects that move a layer's picture: transform (ADBE Geometry2), corner pin (ADBE Corner Pin)."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from velocity_engine.builtin.effects.device import Pixels, box_displacement, from_buffer, moved, to_buffer
from velocity_engine.builtin.effects.parameters import clamped, point, scalar, switch
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import (
    IDENTITY,
    Matrix,
    apply,
    axis_lengths,
    multiply,
    rotation,
    scaling,
    skewing,
    translation,
)
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler


class TransformEffect:
    key = "transform"
    match_names: tuple[str, ...] = ("ADBE Geometry2",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        own = _matrix(effect, sampler)
        opacity = clamped(scalar(effect, 8, sampler, 100.0, number=8) / 100.0)
        if opacity >= 1.0 and max(abs(p - q) for p, q in zip(own, IDENTITY, strict=True)) < 1e-9:
            return None
        width, height = sampler.size
        corners = [apply(own, x, y) for x, y in ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))]
        margin = box_displacement(matrix, sampler.size, corners)
        return EffectCall(self.key, (own, opacity), matrix, margin, magnification=max(axis_lengths(own, 1.0, 1.0)))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        own, opacity = call.values
        back = from_buffer(call, origin)
        if back is None:
            return np.zeros_like(pixels)
        return moved(pixels, multiply(to_buffer(call, origin), multiply(own, back)), opacity)


def _matrix(effect: Effect, sampler: Sampler) -> Matrix:
    anchor = point(effect, 0, sampler, (0.0, 0.0), number=1)
    position = point(effect, 1, sampler, (0.0, 0.0), number=2)
    down = scalar(effect, 3, sampler, 100.0, number=3) / 100.0
    across = down if switch(effect, 2, sampler, number=11) else scalar(effect, 4, sampler, 100.0, number=4) / 100.0
    skew, axis = scalar(effect, 5, sampler, 0.0, number=5), scalar(effect, 6, sampler, 0.0, number=6)
    matrix = multiply(translation(*position), rotation(scalar(effect, 7, sampler, 0.0, number=7)))
    matrix = multiply(multiply(matrix, skewing(skew, axis)), scaling(across, down))
    return multiply(matrix, translation(-anchor[0], -anchor[1]))


class CornerPinEffect:
    """The corners of the layer's box go to four points; in between, perspective."""

    key = "corner-pin"
    match_names: tuple[str, ...] = ("ADBE Corner Pin",)
    lottie_types: tuple[int, ...] = ()

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        width, height = sampler.size
        box = ((0.0, 0.0), (width, 0.0), (0.0, height), (width, height))
        upper_left, upper_right, lower_left, lower_right = (point(effect, k, sampler, box[k]) for k in range(4))
        corners = [upper_left, upper_right, lower_right, lower_left]
        if corners == [box[0], box[1], box[3], box[2]]:
            return None
        margin = box_displacement(matrix, sampler.size, corners)
        values = (sampler.size, *corners)
        return EffectCall(self.key, values, matrix, margin, magnification=_longest_edge(sampler.size, corners))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        from velocity_engine.kernels.pictures.project import draw_projected

        size, *corners = call.values
        forward, back = to_buffer(call, origin), from_buffer(call, origin)
        out = np.zeros_like(pixels)
        projection = _projection(size, corners)
        if back is None or projection is None:
            return out
        whole = _square(forward) @ projection @ _square(back)
        if abs(np.linalg.det(whole)) < 1e-12:
            return out
        inverse = np.linalg.inv(whole)
        # The sign of a homogeneous matrix is free; the picture's own centre must lie in front of the horizon.
        centre = whole @ np.array([*apply(forward, size[0] / 2, size[1] / 2), 1.0])
        if (inverse @ (centre / centre[2]))[2] < 0.0:
            inverse = -inverse
        draw_projected(out, pixels, np.ascontiguousarray(inverse))
        return out


def _longest_edge(size: tuple[float, float], corners: list[tuple[float, float]]) -> float:
    """Beside the edge of the box of ``size`` that it was, of the four between ``corners``."""
    upper_left, upper_right, lower_right, lower_left = corners
    across = max(math.dist(upper_left, upper_right), math.dist(lower_left, lower_right)) / max(size[0], 1.0)
    down = max(math.dist(upper_left, lower_left), math.dist(upper_right, lower_right)) / max(size[1], 1.0)
    return max(across, down)


def _square(m: Matrix) -> NDArray[np.float64]:
    return np.array([[m[0], m[2], m[4]], [m[1], m[3], m[5]], [0.0, 0.0, 1.0]])


def _projection(size: tuple[float, float], corners: list[tuple[float, float]]) -> NDArray[np.float64] | None:
    """The 3 x 3 projective map of a box at the origin onto four corners, clockwise from the top left; None for none."""
    width, height = size
    rows, right = [], []
    for (x, y), (u, v) in zip(((0.0, 0.0), (width, 0.0), (width, height), (0.0, height)), corners, strict=True):
        rows += [[x, y, 1.0, 0.0, 0.0, 0.0, -u * x, -u * y], [0.0, 0.0, 0.0, x, y, 1.0, -v * x, -v * y]]
        right += [u, v]
    try:
        solution = np.linalg.solve(np.array(rows), np.array(right))
    except np.linalg.LinAlgError:
        return None
    return np.append(solution, 1.0).reshape(3, 3) if np.isfinite(solution).all() else None
