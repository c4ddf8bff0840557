"""Effects that bend a picture: bulge (ADBE Bulge), spherize (ADBE Spherize), twirl (ADBE Twirl), wave warp (ADBE Wave
Warp). Each says, for a place of the result, which place of the layer is seen there."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from velocity_engine.builtin.effects.device import Margin, Pixels, cut_to_box, direction, even_margin
from velocity_engine.builtin.effects.fields import Field, layer_points, sampled
from velocity_engine.builtin.effects.parameters import choice, limits_of, point, scalar
from velocity_engine.builtin.effects.waves import WAVES, wave
from velocity_engine.display import EffectCall
from velocity_engine.model.geometry import Matrix
from velocity_engine.model.layers import Effect
from velocity_engine.sampler import Sampler

_ONE = np.float32(1.0)
_Seen = tuple[Field, Field, Field]  # points as seen from a centre: across, down, and how far away


@dataclass(frozen=True, slots=True)
class _Oval:
    """The ellipse within which an effect bends the picture, in the layer's pixels."""

    centre: tuple[float, float]
    radii: tuple[float, float]


def _reach(matrix: Matrix, across: float, down: float) -> Margin:
    """The margin for a displacement of so many of the layer's pixels along its axes."""
    (ax, ay), (dx, dy) = direction(matrix, across, 0.0), direction(matrix, 0.0, down)
    return even_margin(abs(ax) + abs(dx) + 2.0, abs(ay) + abs(dy) + 2.0)


def _about(x: Field, y: Field, oval: _Oval) -> _Seen:
    """The points as seen from the centre in units of the radii, and how far away they are."""
    across = (x - np.float32(oval.centre[0])) * np.float32(1.0 / oval.radii[0])
    down = (y - np.float32(oval.centre[1])) * np.float32(1.0 / oval.radii[1])
    return across, down, np.hypot(across, down)


def _spread(x: Field, y: Field, oval: _Oval, seen: _Seen, factor: Field) -> tuple[Field, Field]:
    """Places within the oval moved to ``factor`` times their way from its centre; the others stay. ``seen``: as
    ``_about`` sees them."""
    across, down, far = seen
    within = far < _ONE
    u = np.where(within, across * factor * np.float32(oval.radii[0]) + np.float32(oval.centre[0]), x)
    v = np.where(within, down * factor * np.float32(oval.radii[1]) + np.float32(oval.centre[1]), y)
    return u, v


class BulgeEffect:
    """As in Skottie, which took its formula from After Effects' look: a spherical and an exponential displacement in
    one. Taper and pinning do not count."""

    key = "bulge"
    match_names: tuple[str, ...] = ("ADBE Bulge",)
    lottie_types: tuple[int, ...] = ()

    def limits(self, effect: Effect) -> tuple[str, ...]:
        return limits_of(effect, taper_radius=(4, 5, frozenset((0.0,))), pinning=(6, 7, frozenset((0.0,))))

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        radii = (scalar(effect, 0, sampler, 50.0, number=1), scalar(effect, 1, sampler, 50.0, number=2))
        width, height = sampler.size
        centre = point(effect, 2, sampler, (width / 2, height / 2), number=3)
        bulge = scalar(effect, 3, sampler, 0.0, number=4)
        if abs(bulge) < 1e-6 or min(radii) < 1e-3 or max(radii) > 1e6:
            return None
        bulge = min(max(bulge, -4.0), 4.0)
        values = (radii, centre, bulge, sampler.size)
        magnification = _magnification(lambda inside: _bulged(inside, bulge))
        return EffectCall(self.key, values, matrix, _reach(matrix, *radii), magnification=magnification)

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        radii, centre, bulge, size = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        if points is None:
            return pixels
        oval = _Oval(centre, radii)
        seen = _about(*points, oval)
        factor = _bulged(np.clip(seen[2], np.float32(1e-6), _ONE), bulge)
        out = sampled(pixels, call, origin, *_spread(*points, oval, seen, factor))
        cut_to_box(out, call, origin, size)
        return out


def _bulged(inside: Field, bulge: float) -> Field:
    """How far from the centre lies what is seen ``inside`` the oval (0 in the middle, 1 at the edge), beside its own
    distance."""
    amount = abs(bulge) / 4.0
    ball = 2.0 * math.sqrt(amount) / (1.0 + amount)  # one over the radius of the ball that is looked at
    round_way = np.arcsin(inside * np.float32(ball)) / (inside * np.float32(math.asin(ball))) - _ONE
    steep_way = inside ** np.float32(2.0 * 1.3 * amount**3) - _ONE
    factor: Field = _ONE + (round_way + steep_way) * np.float32(math.copysign(1.0, bulge))
    return factor


def _magnification(factor: Callable[[Field], Field]) -> float:
    """How large what is seen in a fifth of the oval is beside what it was."""
    places = np.linspace(0.2, 1.0, 9, dtype=np.float32)
    seen = places * factor(places)
    steps = np.append(seen[0], np.diff(seen))
    widths = np.append(places[0], np.diff(places))
    return float((widths / np.maximum(np.abs(steps), np.float32(1e-3))).max())


class SpherizeEffect:
    """The circle as seen on a half ball: the way from the centre counts by its arc."""

    key = "spherize"
    match_names: tuple[str, ...] = ("ADBE Spherize",)
    lottie_types: tuple[int, ...] = (33,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        radius = scalar(effect, 0, sampler, 0.0, number=1)
        width, height = sampler.size
        centre = point(effect, 1, sampler, (width / 2, height / 2), number=2)
        if not 1e-3 < radius < 1e6:
            return None
        values, margin = (radius, centre, sampler.size), _reach(matrix, radius, radius)
        return EffectCall(self.key, values, matrix, margin, magnification=_magnification(_spherized))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        radius, centre, size = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        if points is None:
            return pixels
        oval = _Oval(centre, (radius, radius))
        seen = _about(*points, oval)
        factor = _spherized(np.clip(seen[2], np.float32(1e-6), _ONE))
        out = sampled(pixels, call, origin, *_spread(*points, oval, seen, factor))
        cut_to_box(out, call, origin, size)
        return out


def _spherized(inside: Field) -> Field:
    """As ``_bulged``, of a half ball."""
    factor: Field = np.arcsin(inside) / (inside * np.float32(math.pi / 2))
    return factor


class TwirlEffect:
    """Turned clockwise by the angle at the centre, by ever less further out, not at all from the radius on. The radius
    is a percentage of the layer's longer side."""

    key = "twirl"
    match_names: tuple[str, ...] = ("ADBE Twirl",)
    lottie_types: tuple[int, ...] = (30,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        angle = scalar(effect, 0, sampler, 0.0, number=1)
        width, height = sampler.size
        radius = scalar(effect, 1, sampler, 30.0, number=2) / 100.0 * max(width, height)
        centre = point(effect, 2, sampler, (width / 2, height / 2), number=3)
        if abs(angle) < 1e-6 or abs(angle) > 1e6 or not 1e-3 < radius < 1e6:
            return None
        values = (math.radians(angle), radius, centre, sampler.size)
        return EffectCall(self.key, values, matrix, _reach(matrix, 2.0 * radius, 2.0 * radius))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        angle, radius, centre, size = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        if points is None:
            return pixels
        x, y = points
        across, down = x - np.float32(centre[0]), y - np.float32(centre[1])
        left = _ONE - np.minimum(np.hypot(across, down) * np.float32(1.0 / radius), _ONE)
        turn = left * left * np.float32(-angle)
        cosine, sine = np.cos(turn), np.sin(turn)
        u = across * cosine - down * sine + np.float32(centre[0])
        v = across * sine + down * cosine + np.float32(centre[1])
        out = sampled(pixels, call, origin, u, v)
        cut_to_box(out, call, origin, size)
        return out


class WaveWarpEffect:
    """A wave that runs in the direction (clockwise from upwards) and shifts the picture across it by at most the
    height. Pinning takes the wave off within one wave width of the pinned edges, or of the centre."""

    key = "wave-warp"
    match_names: tuple[str, ...] = ("ADBE Wave Warp",)
    lottie_types: tuple[int, ...] = (32,)

    def evaluate(self, effect: Effect, sampler: Sampler, matrix: Matrix) -> EffectCall | None:
        kind = min(max(choice(effect, 0, sampler, 1, number=1), 1), len(WAVES))
        height, width = scalar(effect, 1, sampler, 10.0, number=2), scalar(effect, 2, sampler, 40.0, number=3)
        angle = math.radians(scalar(effect, 3, sampler, 90.0, number=4))
        speed, phase = scalar(effect, 4, sampler, 1.0, number=5), scalar(effect, 6, sampler, 0.0, number=7)
        pin = choice(effect, 5, sampler, 1, number=6)
        run = -(speed * sampler.seconds + phase / 360.0)
        if not (1e-6 < abs(height) < 1e6 and 1e-3 < width < 1e6 and abs(run) < 1e6 and abs(angle) < 1e6):
            return None
        way = (math.sin(angle), -math.cos(angle))
        values = (kind, height, width, way, run, pin, sampler.size)
        return EffectCall(self.key, values, matrix, _reach(matrix, height * way[1], height * way[0]))

    def apply(self, pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        kind, height, width, way, run, pin, size = call.values
        points = layer_points(call, origin, (pixels.shape[0], pixels.shape[1]))
        if points is None:
            return pixels
        x, y = points
        along = (x - np.float32(size[0] / 2)) * np.float32(way[0]) + (y - np.float32(size[1] / 2)) * np.float32(way[1])
        shift = wave(kind, along * np.float32(1.0 / width) + np.float32(run)) * np.float32(height)
        if pin > 1:
            shift *= np.clip(_from_pinned(pin, x, y, size) * np.float32(1.0 / width), np.float32(0.0), _ONE)
        return sampled(pixels, call, origin, x - shift * np.float32(way[1]), y + shift * np.float32(way[0]))


def _from_pinned(pin: int, x: Field, y: Field, size: tuple[float, float]) -> Field:
    """How far points lie from what an entry of the menu pins: 2 all edges, 3 centre, 4 left, 5 top, 6 right, 7 bottom,
    8 left and right, 9 top and bottom."""
    right, bottom = np.float32(size[0]) - x, np.float32(size[1]) - y
    if pin == 3:
        away: Field = np.hypot(x - np.float32(size[0] / 2), y - np.float32(size[1] / 2))
        return away
    sides = {4: (x,), 5: (y,), 6: (right,), 7: (bottom,), 8: (x, right), 9: (y, bottom)}.get(pin, (x, y, right, bottom))
    nearest = sides[0]
    for side in sides[1:]:
        nearest = np.minimum(nearest, side)
    return nearest
