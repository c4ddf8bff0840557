"""Selectors: how much an animator acts on each character, word or line.

Lottie specification, section "Text Range Selector". A value of 0 leaves a unit alone, 1 changes it fully, -1 the other
way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.text import ExpressionSelector, RangeSelector, Selector, WigglySelector
from velocity_engine.sampler import Sampler

Values = NDArray[np.float64]

SQUARE, RAMP_UP, RAMP_DOWN, TRIANGLE, ROUND, SMOOTH = range(1, 7)
ADD, SUBTRACT, INTERSECT, MINIMUM, MAXIMUM, DIFFERENCE = range(1, 7)
CHARACTERS, NO_SPACES, WORDS, LINES = range(1, 5)
INDEX_UNITS = 2
_EPSILON = 1e-9
_FARTHEST = 100.0  # how far an expression may overshoot


def range_values(selector: RangeSelector, count: int, sampler: Sampler) -> Values:
    """(count,) float64 for the units 0 to count - 1, before modes."""
    if count == 0:
        return np.zeros(0)
    start, end = _range(selector, count, sampler)
    shaped = _shape(selector.shape, start, end, count)
    if selector.shape == SQUARE:
        smooth = _number(selector.smoothness, sampler, 100.0) / 100.0
        if smooth < 1.0:
            shaped = np.clip((shaped - 0.5) / max(smooth, 1e-8) + 0.5, 0.0, 1.0)
    shaped = _eased(shaped, _number(selector.min_ease, sampler, 0.0), _number(selector.max_ease, sampler, 0.0))
    amount = min(max(_number(selector.amount, sampler, 100.0) / 100.0, -1.0), 1.0)
    return shaped * amount


def combined(mode: int, before: Values | None, values: Values) -> Values:
    """What several selectors of one animator make together; ``before`` is None for the first of them.

    A first selector that subtracts, intersects or takes the minimum does so from everything, any other adds to nothing.
    """
    if before is None:
        before = np.full_like(values, 1.0 if mode in (SUBTRACT, INTERSECT, MINIMUM) else 0.0)
    if mode == SUBTRACT:
        result = before - values
    elif mode == INTERSECT:
        result = before * values
    elif mode == MINIMUM:
        result = np.minimum(before, values)
    elif mode == MAXIMUM:
        result = np.maximum(before, values)
    elif mode == DIFFERENCE:
        result = np.abs(before - values)
    else:
        result = before + values
    clipped: Values = np.clip(result, -1.0, 1.0)
    return clipped


def _range(selector: RangeSelector, count: int, sampler: Sampler) -> tuple[float, float]:
    """The selected range in units, ascending; it may reach beyond 0 and ``count``."""
    per_unit = 1.0 if selector.units == INDEX_UNITS else count / 100.0
    whole = float(count) if selector.units == INDEX_UNITS else 100.0
    offset = _number(selector.offset, sampler, 0.0)
    start = (_number(selector.start, sampler, 0.0) + offset) * per_unit
    end = (_number(selector.end, sampler, whole) + offset) * per_unit
    return (start, end) if start <= end else (end, start)


def _shape(shape: int, start: float, end: float, count: int) -> Values:
    """A shape over the range, sampled in the middle of each unit; a square counts the part of the unit it covers."""
    units = np.arange(count, dtype=np.float64)
    span = end - start
    if shape not in (RAMP_UP, RAMP_DOWN, TRIANGLE, ROUND, SMOOTH):
        covered: Values = np.clip(np.minimum(end, units + 1) - np.maximum(start, units), 0.0, 1.0)
        return covered
    if span < _EPSILON:
        ramp = (units + 0.5 >= end).astype(np.float64)
        if shape == RAMP_UP:
            return ramp
        return 1.0 - ramp if shape == RAMP_DOWN else np.zeros(count)
    t: Values = np.clip((units + 0.5 - start) / span, 0.0, 1.0)
    if shape == RAMP_UP:
        return t
    if shape == RAMP_DOWN:
        return 1.0 - t
    if shape == TRIANGLE:
        return 1.0 - np.abs(2.0 * t - 1.0)
    if shape == ROUND:
        bow: Values = np.sqrt(np.clip(1.0 - (2.0 * t - 1.0) ** 2, 0.0, 1.0))
        return bow
    return (1.0 - np.cos(2.0 * np.pi * t)) / 2.0


def _eased(values: Values, low: float, high: float) -> Values:
    """Ease low and ease high in per cent: a cubic Bézier from (0, 0) to (1, 1) that both ends bend."""
    if low == 0.0 and high == 0.0:
        return values
    low, high = (min(max(ease / 100.0, -1.0), 1.0) for ease in (low, high))
    x1, y1 = (low, 0.0) if low > 0.0 else (0.0, -low)
    x2, y2 = (1.0 - high, 1.0) if high > 0.0 else (1.0, 1.0 + high)
    t0, t1 = np.zeros_like(values), np.ones_like(values)
    for _ in range(24):  # x rises with t, so halving finds it
        t = (t0 + t1) / 2
        below = _cubic(x1, x2, t) < values
        t0, t1 = np.where(below, t, t0), np.where(below, t1, t)
    eased: Values = np.where((values <= 0.0) | (values >= 1.0), values, _cubic(y1, y2, (t0 + t1) / 2))
    return eased


def _cubic(a: float, b: float, t: Values) -> Values:
    return 3 * (1 - t) ** 2 * t * a + 3 * (1 - t) * t**2 * b + t**3


# --- order and noise ------------------------------------------------------------------------------------------------


def shuffled(count: int, seed: int) -> NDArray[np.int64]:
    """(count,) int64: a permutation that depends on ``seed`` and ``count`` alone, on every machine."""
    return np.argsort(_hash(np.arange(count, dtype=np.uint64), seed), kind="stable").astype(np.int64)


def wiggle_values(selector: WigglySelector, count: int, sampler: Sampler, seed: int) -> Values:
    """(count, 3) float64: noise between the least and the greatest amount, for x, y and z.

    Each unit wanders through smooth noise at ``frequency`` wiggles a second; ``correlation`` in per cent brings the
    ways of neighbours together. A turn of the temporal phase is a wiggle ahead, one of the spatial phase a unit on.
    With locked dimensions x, y and z move as one.
    """
    least = _number(selector.min_amount, sampler, -100.0) / 100.0
    greatest = _number(selector.max_amount, sampler, 100.0) / 100.0
    together = min(max(_number(selector.correlation, sampler, 50.0) / 100.0, 0.0), 1.0)
    turns = sampler.seconds * _number(selector.frequency, sampler, 2.0)
    turns += _number(selector.temporal_phase, sampler, 0.0) / 360.0
    at = np.arange(count) * (1.0 - together) + _number(selector.spatial_phase, sampler, 0.0) / 360.0
    seed += 7919 * selector.seed
    columns = [_noise(at, turns, seed + dimension) for dimension in range(1 if selector.lock_dimensions else 3)]
    wave = np.stack(columns * (3 // len(columns)), axis=1)
    return least + (greatest - least) * (wave + 1.0) / 2.0


def _noise(at: NDArray[np.floating], turns: float, seed: int) -> Values:
    """Value noise in -1 to 1 over (at, turns), smooth in both."""
    column, row = np.floor(at), np.floor(turns)
    fx, fy = _fade(at - column), _fade(np.float64(turns - row))
    columns = [(column + dx).astype(np.uint64) << np.uint64(32) for dx in (0, 1)]
    rows = [np.uint64((int(row) + dy) % 2**32) for dy in (0, 1)]
    corners = [_hash(c + r, seed) for r in rows for c in columns]
    a, b, c, d = (corner.astype(np.float64) / 2.0**63 - 1.0 for corner in corners)
    top, bottom = a + (b - a) * fx, c + (d - c) * fx
    noise: Values = top + (bottom - top) * fy
    return noise


def _fade(t: Values | np.float64) -> Values:
    faded: Values = np.asarray(t * t * (3.0 - 2.0 * t))
    return faded


def _hash(keys: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 over keys and a seed."""
    with np.errstate(over="ignore"):
        z = keys * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed * 0xD1B54A32D192ED03 % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


def _number(prop: object, sampler: Sampler, default: float) -> float:
    return default if prop is None else sampler.scalar(prop)  # type: ignore[arg-type]


def domain(based_on: int, line: NDArray[np.int64], word: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """The unit each cluster belongs to (-1 for none), and the number of units."""
    clusters = len(line)
    if based_on == NO_SPACES:
        visible = word >= 0
        units = np.where(visible, np.cumsum(visible) - 1, -1)
    elif based_on == WORDS:
        units = word
    elif based_on == LINES:
        units = line
    else:
        units = np.arange(clusters, dtype=np.int64)
    return units, int(units.max(initial=-1)) + 1


def selector_values(
    selectors: Sequence[Selector],
    line: NDArray[np.int64],
    word: NDArray[np.int64],
    sampler: Sampler,
    seed: int,
) -> Values:
    """(n, 3) float64 for n clusters: all selectors of an animator together, for x, y and z. Without any it is 1."""
    total: Values | None = None
    for number, selector in enumerate(selectors):
        units, count = domain(selector.based_on, line, word)
        own_seed = seed * 1_000 + number * 10
        if isinstance(selector, ExpressionSelector):
            total = _expressed(selector, units, count, np.ones((len(units), 3)) if total is None else total, sampler)
            continue
        if isinstance(selector, WigglySelector):
            values, mode = wiggle_values(selector, count, sampler, own_seed), selector.mode
        else:
            single = range_values(selector, count, sampler)
            if selector.randomize:
                single = single[shuffled(count, own_seed)]
            values, mode = np.repeat(single[:, None], 3, axis=1), selector.mode
        spread = np.where((units >= 0)[:, None], values[units] if count else np.zeros((len(units), 3)), 0.0)
        total = combined(mode, total, spread)
    return np.ones((len(line), 3)) if total is None else total


def _expressed(
    selector: ExpressionSelector, units: NDArray[np.int64], count: int, before: Values, sampler: Sampler
) -> Values:
    """What the expression makes of ``before``, (n, 3); it may go beyond -1 to 1. What belongs to no unit becomes 0."""
    values = np.zeros_like(before)
    chosen = units >= 0
    selected = sampler.select(selector.amount, units[chosen], count, before[chosen] * 100.0)
    values[chosen] = np.clip(selected / 100.0, -_FARTHEST, _FARTHEST)
    return values
