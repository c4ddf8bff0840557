"""Keyframes: the value of a property at a moment. Lottie specification, section "Keyframes"."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.properties import Bezier, Ease, Keyframe, Property, Vector
from velocity_engine.model.text import TextDocument

V = TypeVar("V")
_Segment = Callable[[float], Any]
_ARC_STEPS = 64


@lru_cache(maxsize=1024)  # layers that start together mostly share their easing and their progress
def cubic_ease(x1: float, y1: float, x2: float, y2: float, x: float) -> float:
    """y of the curve (0, 0) (x1, y1) (x2, y2) (1, 1) where its abscissa is ``x`` (0..1); x1, x2 are taken into 0..1."""
    if x <= 0.0:
        return 0.0
    if x >= 1.0:
        return 1.0
    if x1 == y1 and x2 == y2:
        return x
    x1, x2 = min(max(x1, 0.0), 1.0), min(max(x2, 0.0), 1.0)
    low, high, t = 0.0, 1.0, x
    for _ in range(40):
        u = 1.0 - t
        error = 3 * u * u * t * x1 + 3 * u * t * t * x2 + t * t * t - x
        if abs(error) < 1e-9:
            break
        if error > 0:
            high = t
        else:
            low = t
        slope = 3 * u * u * x1 + 6 * u * t * (x2 - x1) + 3 * t * t * (1 - x2)
        step = t - error / slope if slope > 1e-9 else -1.0
        t = step if low < step < high else (low + high) / 2
    u = 1.0 - t
    return 3 * u * u * t * y1 + 3 * u * t * t * y2 + t * t * t


def _eased(out: Ease | None, into: Ease | None, component: int, progress: float) -> float:
    if out is None or into is None:
        return progress
    return cubic_ease(*_ease_of(out, into, component), progress)


def _ease_of(out: Ease, into: Ease, component: int) -> tuple[float, float, float, float]:
    i = min(component, len(out.x) - 1)
    j = min(component, len(into.x) - 1)
    return (out.x[i], out.y[min(i, len(out.y) - 1)], into.x[j], into.y[min(j, len(into.y) - 1)])


class SpatialCurve:
    """A cubic way through space, walked at even speed."""

    __slots__ = ("_lengths", "_points", "length")

    def __init__(self, start: Vector, tangent_out: Vector, tangent_in: Vector, end: Vector) -> None:
        size = min(len(start), len(end))

        def padded(v: Vector) -> NDArray[np.float64]:
            return np.array((tuple(v) + (0.0,) * size)[:size])

        first, last = padded(start), padded(end)
        t = np.linspace(0.0, 1.0, _ARC_STEPS + 1)[:, None]
        u = 1 - t
        second, third = first + padded(tangent_out), last + padded(tangent_in)
        self._points = u**3 * first + 3 * u * u * t * second + 3 * u * t * t * third + t**3 * last
        steps = np.hypot.reduce(np.diff(self._points, axis=0), axis=1)
        self._lengths = np.concatenate(([0.0], np.cumsum(steps)))
        self.length = float(self._lengths[-1])

    def at(self, fraction: float) -> Vector:
        """The point at a fraction of the length; beyond 0..1 (an easing that overshoots) it runs on straight."""
        if self.length == 0.0:
            return tuple(float(v) for v in self._points[0])
        target = fraction * self.length
        index = int(np.searchsorted(self._lengths, target, side="right")) - 1
        index = min(max(index, 0), _ARC_STEPS - 1)
        span = float(self._lengths[index + 1] - self._lengths[index])
        part = (target - float(self._lengths[index])) / span if span > 0 else 0.0
        a, b = self._points[index], self._points[index + 1]
        return tuple(float(v) for v in a + (b - a) * part)

    def direction(self, fraction: float) -> tuple[float, float]:
        """The unit tangent (x, y) there."""
        target = min(max(fraction, 0.0), 1.0) * self.length
        index = int(np.searchsorted(self._lengths, target, side="right")) - 1
        index = min(max(index, 0), _ARC_STEPS - 1)
        step = self._points[index + 1][:2] - self._points[index][:2]
        norm = math.hypot(float(step[0]), float(step[1]))
        return (float(step[0]) / norm, float(step[1]) / norm) if norm > 0 else (1.0, 0.0)


class Curve:
    """A property made ready: its keyframe times for searching and its spatial ways measured once."""

    __slots__ = ("_evened", "_keys", "_segments", "_spatial", "_times")

    def __init__(self, keyframes: Sequence[Keyframe[Any]]) -> None:
        self._keys = sorted(keyframes, key=lambda key: key.time)
        self._times = [key.time for key in self._keys]
        self._spatial: dict[int, SpatialCurve] = {}
        self._evened: dict[int, tuple[Bezier, Bezier]] = {}
        self._segments: dict[int, _Segment] = {}

    def at(self, frame: float) -> Any:
        index = bisect_right(self._times, frame) - 1
        keys = self._keys
        if index < 0:
            return keys[0].value
        key = keys[index]
        if index + 1 >= len(keys) or key.hold:
            return key.value
        segment = self._segments.get(index)
        if segment is None:
            segment = self._segments[index] = self._segment(index)
        return segment(self.progress(index, frame))

    def _segment(self, index: int) -> _Segment:
        """The value between two keyframes by the progress from one to the other."""
        key = self._keys[index]
        end = key.end if key.end is not None else self._keys[index + 1].value
        if isinstance(end, TextDocument):
            return lambda progress: key.value
        ease = partial(_eased, key.out, key.into, 0)
        if key.tangent_out is not None or key.tangent_in is not None:
            way = self.spatial(index)
            return lambda progress: way.at(ease(progress))
        if isinstance(end, Bezier):
            start: Bezier = key.value
            if len(start.vertices) != len(end.vertices):
                start, end = self.evened(index, start, end)
            return lambda progress: _between_paths(start, end, ease(progress))
        return _between_vectors(key, end)

    def evened(self, index: int, start: Bezier, end: Bezier) -> tuple[Bezier, Bezier]:
        """Two paths of different numbers of vertices, cut so that both have the same, as After Effects does it."""
        found = self._evened.get(index)
        if found is None:
            count = max(len(start.vertices), len(end.vertices))
            found = self._evened[index] = (_with_vertices(start, count), _with_vertices(end, count))
        return found

    def progress(self, index: int, frame: float) -> float:
        start, stop = self._times[index], self._times[index + 1]
        return (frame - start) / (stop - start) if stop > start else 1.0

    def spatial(self, index: int) -> SpatialCurve:
        found = self._spatial.get(index)
        if found is None:
            key = self._keys[index]
            end = key.end if key.end is not None else self._keys[index + 1].value
            found = SpatialCurve(key.value, key.tangent_out or (), key.tangent_in or (), end)
            self._spatial[index] = found
        return found

    def direction(self, frame: float) -> tuple[float, float] | None:
        """The direction in which a position moves at ``frame``, or None where it rests."""
        keys = self._keys
        if len(keys) < 2:
            return None
        index = min(max(bisect_right(self._times, frame) - 1, 0), len(keys) - 2)
        key = keys[index]
        if key.hold:
            return None
        way = self.spatial(index)
        if way.length == 0.0:
            return None
        progress = min(max(self.progress(index, frame), 0.0), 1.0)
        return way.direction(_eased(key.out, key.into, 0, progress))


def _between_vectors(key: Keyframe[Vector], end: Vector) -> _Segment:
    out, into = key.out, key.into
    steps = tuple((a, b - a) for a, b in zip(key.value, end, strict=False))
    if out is None or into is None:
        return lambda progress: tuple([a + step * progress for a, step in steps])
    if not (_same_for_all(out) and _same_for_all(into)):
        eases = tuple(_ease_of(out, into, component) for component in range(len(steps)))
        return lambda progress: tuple(
            [a + step * cubic_ease(*ease, progress) for (a, step), ease in zip(steps, eases, strict=True)]
        )
    ease = _ease_of(out, into, 0)
    if len(steps) == 1:
        ((only, way),) = steps
        return lambda progress: (only + way * cubic_ease(*ease, progress),)

    def together(progress: float) -> Vector:
        part = cubic_ease(*ease, progress)
        return tuple([a + step * part for a, step in steps])

    return together


def _same_for_all(ease: Ease) -> bool:
    """Whether all components ease alike, as they mostly do: then one solution serves them."""
    x, y = ease.x, ease.y
    return (len(x) == 1 or x.count(x[0]) == len(x)) and (len(y) == 1 or y.count(y[0]) == len(y))


def _between_paths(start: Bezier, end: Bezier, part: float) -> Bezier:
    return Bezier(
        start.vertices + (end.vertices - start.vertices) * part,
        start.ins + (end.ins - start.ins) * part,
        start.outs + (end.outs - start.outs) * part,
        start.closed,
    )


def _with_vertices(path: Bezier, count: int) -> Bezier:
    """The same path with ``count`` vertices, no fewer than it has: its curves are cut at even parameters into the same
    number of pieces, the first ones into one more where it does not come out even."""
    own = len(path.vertices)
    curves = own if path.closed else own - 1
    if curves <= 0:
        more = np.zeros((count - own, 2))
        filled = np.concatenate((path.vertices, more + path.vertices[-1:])) if own else more
        return Bezier(filled, np.concatenate((path.ins, more)), np.concatenate((path.outs, more)), path.closed)
    pieces, longer = divmod(count - own, curves)
    cut: list[_Cubic] = []
    for i in range(curves):
        j = (i + 1) % own
        start, end = path.vertices[i], path.vertices[j]
        rest: _Cubic = (start, start + path.outs[i], end + path.ins[j], end)
        for left in range(pieces + (i < longer) + 1, 1, -1):
            first, rest = _halves(rest, 1.0 / left)
            cut.append(first)
        cut.append(rest)
    vertices, outs = [c[0] for c in cut], [c[1] - c[0] for c in cut]
    ins = [c[2] - c[3] for c in cut]
    if path.closed:
        ins = [ins[-1], *ins[:-1]]
    else:
        vertices, ins, outs = [*vertices, cut[-1][3]], [path.ins[0], *ins], [*outs, path.outs[-1]]
    return Bezier(np.array(vertices), np.array(ins), np.array(outs), path.closed)


_Cubic = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _halves(curve: _Cubic, t: float) -> tuple[_Cubic, _Cubic]:
    """A cubic curve's parts before and after the parameter ``t``."""
    a, b, c, d = curve
    ab, bc, cd = a + (b - a) * t, b + (c - b) * t, c + (d - c) * t
    abc, bcd = ab + (bc - ab) * t, bc + (cd - bc) * t
    middle = abc + (bcd - abc) * t
    return (a, ab, abc, middle), (middle, bcd, cd, d)


class Curves:
    """The curves of one plan, made when first asked for. It keeps the properties, so their identity is a safe key."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[int, tuple[Property[Any], Curve]] = {}

    def curve(self, prop: Property[Any]) -> Curve:
        found = self._found.get(id(prop))
        if found is None:
            found = (prop, Curve(prop.keyframes))
            self._found[id(prop)] = found
        return found[1]

    def value(self, prop: Property[V], frame: float) -> V:
        """The keyframes' value at ``frame``, whatever expression may stand on top."""
        if not prop.keyframes:
            return prop.value
        value: V = self.curve(prop).at(frame)
        return value
