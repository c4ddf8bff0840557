"""The gradients of colour glyphs as paints of the display list, which know fewer kinds.

OpenType 1.9.1, "COLR - Color Table", sections "Gradients" and "Color references, ColorStop and ColorLine". A linear one
may slant, a radial one runs between two circles, and all may repeat; a sweep goes round and becomes a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import GradientPaint, Paint, SolidPaint
from velocity_engine.model.geometry import Bounds, Point
from velocity_engine.model.shapes import GradientKind

Values = NDArray[np.float64]
PAD, REPEAT, REFLECT = range(3)
_MAX_PERIODS = 32
_MAX_STOPS = 8192  # of all periods
_MAX_MIXED = 512  # stops; so many lie so close that what is between two of them is one colour
_BETWEEN = 8  # stops put between two of unlike alpha: colours mix premultiplied here, and straight in the display list
_TINY = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class ColorLine:
    """``stops``: (n, 5) float64, offset and straight RGBA, offsets ascending, not only from 0 to 1. ``extend``: PAD,
    REPEAT or REFLECT."""

    stops: Values
    extend: int


@dataclass(frozen=True, slots=True, eq=False)
class Gradient:
    """Linear: from ``start`` to ``end``, where radii are None. Radial: from a circle about ``start`` to one about
    ``end``. Sweep: about ``start``, between ``angles``, counter-clockwise in radians from the right."""

    line: ColorLine
    start: Point
    end: Point = (0.0, 0.0)
    radii: tuple[float, float] | None = None
    angles: tuple[float, float] | None = None

    @property
    def is_sweep(self) -> bool:
        return self.angles is not None


def slanted(line: ColorLine, start: Point, end: Point, turn: Point) -> Gradient:
    """A linear gradient whose lines of one colour are parallel to the way from ``start`` to ``turn``."""
    (x0, y0), (x1, y1), (x2, y2) = start, end, turn
    along, across = (x1 - x0, y1 - y0), (x2 - x0, y2 - y0)
    square = across[0] ** 2 + across[1] ** 2
    if square < _TINY**2:
        return Gradient(line, start, end)
    share = (along[0] * across[0] + along[1] * across[1]) / square
    return Gradient(line, start, (x1 - share * across[0], y1 - share * across[1]))


def gradient_paint(gradient: Gradient, box: Bounds) -> Paint | None:
    """The paint of a linear or radial gradient; None where nothing is painted. ``box``: what it has to cover."""
    if not len(gradient.line.stops):
        return None
    gradient = _from_0_to_1(gradient)
    found = _radial(gradient, box) if gradient.radii is not None else _linear(gradient, box)
    if isinstance(found, GradientPaint) and len(found.stops) == 1:
        return SolidPaint(_color(found.stops[0]))
    return found


def sweep_picture(gradient: Gradient, box: Bounds, side: int) -> NDArray[np.uint8]:
    """(side, side, 4) uint8, premultiplied: a sweep gradient over ``box``."""
    left, top, right, bottom = box
    step = (np.arange(side) + 0.5) / side
    x = left + (right - left) * step[None, :] - gradient.start[0]
    y = top + (bottom - top) * step[:, None] - gradient.start[1]
    first, last = gradient.angles or (0.0, 0.0)
    turn = np.mod(np.arctan2(-y, x), 2.0 * math.pi)
    span = last - first
    t = (turn - first) / span if abs(span) > _TINY else np.where(turn < first, -1.0, 2.0)
    colors = _colors_at(gradient.line, t.ravel())
    colors[:, :3] *= colors[:, 3:]
    return np.rint(colors * 255.0).astype(np.uint8).reshape(side, side, 4)


# --- kinds ----------------------------------------------------------------------------------------------------------


def _linear(gradient: Gradient, box: Bounds) -> Paint | None:
    (x0, y0), (x1, y1) = gradient.start, gradient.end
    dx, dy = x1 - x0, y1 - y0
    square = dx * dx + dy * dy
    if square < _TINY**2:
        return None
    ways = [((x - x0) * dx + (y - y0) * dy) / square for x in box[::2] for y in box[1::2]]
    first, last, stops = _extended(gradient.line, min(ways), max(ways))
    start, end = (x0 + first * dx, y0 + first * dy), (x0 + last * dx, y0 + last * dy)
    return GradientPaint(GradientKind.LINEAR, start, end, start, stops)


def _radial(gradient: Gradient, box: Bounds) -> Paint | None:
    """The circles lie in a cone: the display list's gradient begins at its tip, where the radius is 0."""
    (x0, y0), (x1, y1) = gradient.start, gradient.end
    r0, r1 = gradient.radii or (0.0, 0.0)
    line = gradient.line
    if r0 > r1:
        turned = line.stops[::-1].copy()
        turned[:, 0] = 1.0 - turned[:, 0]
        line = ColorLine(turned, line.extend)
        (x0, y0, r0), (x1, y1, r1) = (x1, y1, r1), (x0, y0, r0)
    if r1 <= 0.0:
        return None
    if r1 - r0 < _TINY:  # a strip of one width, which is taken for a linear gradient along it
        return _linear(Gradient(line, (x0, y0), (x1, y1)), box)
    tip = -r0 / (r1 - r0)
    fx, fy = x0 + tip * (x1 - x0), y0 + tip * (y1 - y0)
    reach = max(math.hypot(x - fx, y - fy) for x in box[::2] for y in box[1::2])
    nearest = max(r1 / (1.0 - tip) - math.hypot(x1 - x0, y1 - y0), _TINY)  # how fast the circles grow where least
    _, last, stops = _extended(line, tip, max(1.0, tip + reach / nearest), first=tip)
    cx, cy = x0 + last * (x1 - x0), y0 + last * (y1 - y0)
    radius = r0 + last * (r1 - r0)
    return GradientPaint(GradientKind.RADIAL, (cx, cy), (cx + radius, cy), (fx, fy), stops)


# --- colour lines ---------------------------------------------------------------------------------------------------


def _from_0_to_1(gradient: Gradient) -> Gradient:
    """The same with stops that begin at 0 and end at 1. Where all lie at one offset, one colour ends and one begins."""
    stops = gradient.line.stops
    low, high = float(stops[0, 0]), float(stops[-1, 0])
    if high - low < _TINY:
        if gradient.line.extend != PAD or len(stops) == 1:
            return replace(gradient, line=ColorLine(np.array([[0.0, *stops[-1, 1:]]]), PAD))
        high = low + 1e-4
        stops = np.array([[low, *stops[0, 1:]], [high, *stops[-1, 1:]]])
    (x0, y0), (x1, y1) = gradient.start, gradient.end
    moved = stops.copy()
    moved[:, 0] = (stops[:, 0] - low) / (high - low)
    radii = gradient.radii
    if radii is not None:
        radii = (radii[0] + low * (radii[1] - radii[0]), radii[0] + high * (radii[1] - radii[0]))
    return replace(
        gradient,
        line=ColorLine(moved, gradient.line.extend),
        start=(x0 + low * (x1 - x0), y0 + low * (y1 - y0)),
        end=(x0 + high * (x1 - x0), y0 + high * (y1 - y0)),
        radii=radii,
    )


def _extended(line: ColorLine, low: float, high: float, first: float | None = None) -> tuple[float, float, Values]:
    """Where the stops begin and end for a line that is seen from ``low`` to ``high``, and stops from 0 to 1.
    ``first``: where they have to begin."""
    if len(line.stops) == 1:
        return (0.0, 1.0, line.stops) if first is None else (first, 1.0, line.stops)
    begin, end = 0, 1
    if line.extend != PAD:
        periods_in_all = max(min(2 * _MAX_PERIODS, _MAX_STOPS // len(line.stops)), 1)
        begin = max(math.floor(low), -_MAX_PERIODS)
        end = min(max(math.ceil(high), begin + 1), begin + periods_in_all)
    periods = []
    for number in range(begin, end):
        stops = line.stops
        if line.extend == REFLECT and number % 2:
            stops = stops[::-1].copy()
            stops[:, 0] = 1.0 - stops[:, 0]
        periods.append(stops + np.array([float(number), 0.0, 0.0, 0.0, 0.0]))
    whole = _premixed(np.concatenate(periods))
    start = float(begin)
    if first is not None:
        later = whole[whole[:, 0] > first]
        color = [float(np.interp(first, whole[:, 0], whole[:, channel])) for channel in range(1, 5)]
        whole, start = np.concatenate([np.array([[first, *color]]), later]), first
    stretched = whole.copy()
    stretched[:, 0] = (whole[:, 0] - start) / (end - start)
    return start, float(end), stretched


def _premixed(stops: Values) -> Values:
    """With further stops between those of unlike alpha, where a colour mixed premultiplied is another one."""
    if len(stops) > _MAX_MIXED or not np.any(stops[1:, 4] != stops[:-1, 4]):
        return stops
    rows = [stops[:1]]
    for one, other in pairwise(stops):
        if one[4] != other[4] and other[0] > one[0]:
            share = np.arange(1, _BETWEEN)[:, None] / _BETWEEN
            alpha = one[4] + (other[4] - one[4]) * share
            mixed = one[1:4] * one[4] * (1.0 - share) + other[1:4] * other[4] * share
            straight = np.divide(mixed, alpha, out=np.broadcast_to(other[1:4], mixed.shape).copy(), where=alpha > 0.0)
            rows.append(np.concatenate([one[0] + (other[0] - one[0]) * share, straight, alpha], axis=1))
        rows.append(other[None, :])
    return np.concatenate(rows)


def _colors_at(line: ColorLine, t: Values) -> Values:
    """(k, 4) straight colours of a line at (k,) ways along it."""
    if line.extend == REPEAT:
        t = np.mod(t, 1.0)
    elif line.extend == REFLECT:
        t = 1.0 - np.abs(np.mod(t, 2.0) - 1.0)
    stops = line.stops
    return np.stack([np.interp(t, stops[:, 0], stops[:, channel]) for channel in range(1, 5)], axis=1)


def _color(stop: Values) -> tuple[float, float, float, float]:
    r, g, b, a = (float(part) for part in stop[1:])
    return (r, g, b, a)
