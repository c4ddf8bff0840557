"""Colours, gradients and dashes of shape items as the display list has them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from velocity_engine.display import RGBA, GradientPaint
from velocity_engine.model.shapes import GradientKind

_MAX_HIGHLIGHT = 0.99  # the focal point stays inside the circle
_SHORTEST_DASHES = 0.01  # a period below this is a whole line to the eye, and endless work


def color_of(value: Sequence[float]) -> RGBA:
    """A colour of three or four numbers, kept within 0..1."""
    padded = (*value, 0.0, 0.0, 0.0)[:3] if len(value) < 4 else value[:4]
    r, g, b, *a = (min(max(float(v), 0.0), 1.0) for v in padded)
    return (r, g, b, a[0] if a else 1.0)


def gradient_stops(raw: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The stops of a gradient as rows of offset, r, g, b, a; (n, 5), none where there are no stops at all.

    ``raw``: ``count`` colour stops of four numbers, then alpha stops of two. Both are laid on the offsets of either:
    where one has a stop, the other is interpolated. Stops at one offset (hard edges) stay apart and pair up in order.
    Offsets that go back stand where the one before stands.
    """
    count = min(count, len(raw) // 4)
    colors = raw[: count * 4].reshape(-1, 4)
    alphas = raw[count * 4 :][: (len(raw) - count * 4) // 2 * 2].reshape(-1, 2)
    if not len(colors) and not len(alphas):
        return np.zeros((0, 5))
    if not len(colors):
        colors = np.array([(0.0, 0.0, 0.0, 0.0)])
    if not len(alphas):
        alphas = np.array([(float(colors[0, 0]), 1.0)])
    return np.clip(_padded(_merged(_rising(colors), _rising(alphas))), 0.0, 1.0)


def _rising(stops: NDArray[np.float64]) -> NDArray[np.float64]:
    stops = stops.copy()
    stops[:, 0] = np.maximum.accumulate(np.clip(stops[:, 0], 0.0, 1.0))
    return stops


def _merged(colors: NDArray[np.float64], alphas: NDArray[np.float64]) -> NDArray[np.float64]:
    rows = []
    i = j = 0
    while i < len(colors) or j < len(alphas):
        at_color = colors[i, 0] if i < len(colors) else math.inf
        at_alpha = alphas[j, 0] if j < len(alphas) else math.inf
        offset = min(at_color, at_alpha)
        rgb = colors[i, 1:] if at_color == offset else _between(colors, i, offset)
        alpha = alphas[j, 1:] if at_alpha == offset else _between(alphas, j, offset)
        rows.append((offset, *rgb, *alpha))
        i += at_color == offset
        j += at_alpha == offset
    return np.array(rows, np.float64)


def _between(stops: NDArray[np.float64], following: int, offset: float) -> NDArray[np.float64]:
    """The values at ``offset``, which lies between the stop before ``following`` and that one."""
    if following == 0:
        return stops[0, 1:]
    if following == len(stops):
        return stops[-1, 1:]
    start, end = float(stops[following - 1, 0]), float(stops[following, 0])
    before, after = stops[following - 1, 1:], stops[following, 1:]
    share = (offset - start) / (end - start) if end > start else 0.0
    return before + (after - before) * share


def _padded(stops: NDArray[np.float64]) -> NDArray[np.float64]:
    """With rows at 0 and at 1."""
    parts = [stops]
    if stops[0, 0] > 0.0:
        parts.insert(0, np.array([(0.0, *stops[0, 1:])]))
    if stops[-1, 0] < 1.0:
        parts.append(np.array([(1.0, *stops[-1, 1:])]))
    return np.concatenate(parts)


def gradient_paint(
    kind: GradientKind,
    start: tuple[float, float],
    end: tuple[float, float],
    highlight_length: float,
    highlight_angle: float,
    stops: NDArray[np.float64],
) -> GradientPaint:
    """``highlight_length`` in per cent of the radius, ``highlight_angle`` in degrees from the line start to end."""
    focal = start
    if kind is GradientKind.RADIAL and highlight_length != 0.0:
        dx, dy = end[0] - start[0], end[1] - start[1]
        reach = math.hypot(dx, dy) * min(max(highlight_length / 100.0, -_MAX_HIGHLIGHT), _MAX_HIGHLIGHT)
        angle = math.atan2(dy, dx) + math.radians(highlight_angle)
        focal = (start[0] + math.cos(angle) * reach, start[1] + math.sin(angle) * reach)
    return GradientPaint(kind, start, end, focal, stops)


def dash_pattern(lengths: Sequence[float]) -> tuple[float, ...]:
    """Dash, gap, dash, gap ... of an even number, or none where the line is whole.

    Lottie specification, section "Stroke Dashes": an odd number repeats with dashes and gaps changed over; a negative
    length or a sum of 0 leaves the line whole.
    """
    total = sum(lengths)
    if not math.isfinite(total) or total < _SHORTEST_DASHES or min(lengths) < 0.0:
        return ()
    pattern = tuple(float(length) for length in lengths)
    return pattern if len(pattern) % 2 == 0 else pattern * 2
