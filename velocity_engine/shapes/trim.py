"""Trim Paths: the part of paths between two shares of their length. Lottie specification, section "Trim Path"."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from velocity_engine.model.geometry import EMPTY_PATH, Path, join_contours
from velocity_engine.shapes.curves import Points, curve_rows, part

Span = tuple[float, float]
"""From, to, as shares 0..1 of a length."""

WHOLE: tuple[Span, ...] = ((0.0, 1.0),)

_EVEN_PIECES = 12
_PIECES = _EVEN_PIECES + 4
_AT_ONCE = 512  # curves that are measured together: their numbers stay in the processor's cache
_SNAP = 1e-6  # shares nearer than this are the same: rounding must not leave a dot where a cap is round

_GAUSS = np.polynomial.legendre.leggauss(4)
_NODES: tuple[float, ...] = tuple((_GAUSS[0] * 0.5 + 0.5).tolist())
_WEIGHTS: tuple[float, ...] = tuple((_GAUSS[1] * 0.5).tolist())


_EVEN = np.arange(_EVEN_PIECES + 1) / _EVEN_PIECES


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """The lengths of a path.

    ``rows``: (n,) where its curves start. ``breaks``: (n, pieces + 1) the parameters between which a curve is measured.
    ``steps``: (n, pieces + 1) length of a curve up to each of them. ``ends``: (n + 1,) length of the path up to each
    curve. ``bounds``: index of the first curve of each contour, closed by n.
    """

    rows: NDArray[np.int64]
    breaks: NDArray[np.float64]
    steps: NDArray[np.float64]
    ends: NDArray[np.float64]
    bounds: tuple[int, ...]

    @property
    def total(self) -> float:
        return float(self.ends[-1])


def measure(path: Path) -> Measure:
    """The arc lengths of ``path``, by Gauss-Legendre quadrature on pieces of each curve.

    Pieces also end where a curve turns back in x or y: so cusps and folds, whose speed has a kink, stand between
    pieces.
    """
    rows = curve_rows(path)
    breaks, steps = np.empty((len(rows), _PIECES + 1)), np.zeros((len(rows), _PIECES + 1))
    for start in range(0, len(rows), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        _measure_curves(path.points, rows[some], breaks[some], steps[some])
    ends = np.zeros(len(rows) + 1)
    np.cumsum(steps[:, -1], out=ends[1:])
    curves = np.diff(path.starts) // 3
    return Measure(rows, breaks, steps, ends, (0, *np.cumsum(curves).tolist()))


def _measure_curves(
    points: Points, rows: NDArray[np.int64], breaks: NDArray[np.float64], steps: NDArray[np.float64]
) -> None:
    """Writes ``breaks`` and ``steps`` of the curves that start at ``rows``; ``steps`` is zero before."""
    first, one, two, last = points[rows], points[rows + 1], points[rows + 2], points[rows + 3]
    a, b, c = one - first, two - one, last - two
    breaks[:, : _EVEN_PIECES + 1] = _EVEN
    breaks[:, _EVEN_PIECES + 1 :] = _turning_points(a, b, c)
    breaks.sort(axis=1)
    widths = np.diff(breaks, axis=1)
    t = (breaks[:, :-1, None] + widths[:, :, None] * _NODES).reshape(len(rows), _PIECES * len(_NODES))
    u = 1.0 - t
    at_a, at_b, at_c = 3.0 * u * u, 6.0 * u * t, 3.0 * t * t
    dx = at_a * a[:, :1] + at_b * b[:, :1] + at_c * c[:, :1]
    dy = at_a * a[:, 1:] + at_b * b[:, 1:] + at_c * c[:, 1:]
    lengths = np.hypot(dx, dy).reshape(len(rows), _PIECES, len(_NODES)) @ np.array(_WEIGHTS) * widths
    np.cumsum(lengths, axis=1, out=steps[:, 1:])


def _turning_points(a: Points, b: Points, c: Points) -> NDArray[np.float64]:
    """(n, 4): the parameters where x or y of a curve stops, those without meaning as 1.

    ``a``, ``b``, ``c``: (n, 2) the differences of its control points. The slope is a u^2 + 2 b u t + c t^2.
    """
    square, half = a - 2.0 * b + c, b - a
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(half * half - square * a)
        far = -(half + np.copysign(root, half))  # the two roots without cancellation
        found = np.concatenate((far / square, a / far), axis=1)
    return np.where((found > 0.0) & (found < 1.0), found, 1.0)


def trim_spans(start: float, end: float, offset: float) -> tuple[Span, ...]:
    """The shares that stay: none, one, or two where the part runs past the end of the path (its head comes first).

    ``start`` and ``end`` in per cent, ``offset`` in degrees.
    """
    low, high = sorted((min(max(start / 100.0, 0.0), 1.0), min(max(end / 100.0, 0.0), 1.0)))
    length = high - low
    if length <= 0.0 or not math.isfinite(offset):
        return ()
    if length >= 1.0 - 1e-9:
        return WHOLE
    begin = (low + offset / 360.0) % 1.0
    if begin > 1.0 - _SNAP or begin < _SNAP:
        begin = 0.0
    stop = begin + length
    if stop <= 1.0 + _SNAP:
        return ((begin, min(stop, 1.0)),)
    return ((begin, 1.0), (0.0, stop - 1.0))


def shares(lengths: Sequence[float], spans: Sequence[Span]) -> list[tuple[Span, ...]]:
    """What ``spans`` of several lengths laid end to end are of each of them."""
    total = sum(lengths)
    found = []
    before = 0.0
    for length in lengths:
        own: list[Span] = []
        for low, high in spans if length > 0.0 else ():
            start = max((low * total - before) / length, 0.0)
            stop = min((high * total - before) / length, 1.0)
            if start < _SNAP:
                start = 0.0
            if stop > 1.0 - _SNAP:
                stop = 1.0
            if stop - start > _SNAP:
                own.append((start, stop))
        own.sort(key=lambda span: span[1] < 1.0)  # the span that runs to the end first, as ``trim_spans`` has it
        found.append(tuple(own))
        before += length
    return found


def trim_path(path: Path, lengths: Measure, spans: Sequence[Span]) -> Path:
    """The parts of ``path`` within ``spans`` (shares of its whole length).

    A contour that stays whole stays closed. Where a single closed contour is cut across its start, both ends are
    one open contour.
    """
    if tuple(spans) == WHOLE:
        return path
    if not spans or lengths.total <= 0.0:
        return EMPTY_PATH
    kept: list[tuple[Points, bool]] = []
    for low, high in spans:
        kept += _cut(path, lengths, low * lengths.total, high * lengths.total)
    joins = len(spans) == 2 and spans[0][1] == 1.0 and spans[1][0] == 0.0
    if joins and len(kept) == 2 and path.contours == 1 and path.closed[0]:
        kept = [(np.concatenate((kept[0][0], kept[1][0][1:])), False)]
    return join_contours(kept)


def _cut(path: Path, lengths: Measure, low: float, high: float) -> list[tuple[Points, bool]]:
    """The contours, and parts of contours, between two lengths."""
    found: list[tuple[Points, bool]] = []
    slack = lengths.total * 1e-9
    for index in range(path.contours):
        first, last = lengths.bounds[index], lengths.bounds[index + 1]
        start, stop = float(lengths.ends[first]), float(lengths.ends[last])
        if low >= stop or high <= start:
            continue
        if low <= start + slack and high >= stop - slack:
            found.append((path.contour(index), bool(path.closed[index])))
        else:
            piece = _section(path, lengths, (first, last), max(low, start), min(high, stop))
            if piece is not None:
                found.append((piece, False))
    return found


def _section(path: Path, lengths: Measure, curves: tuple[int, int], low: float, high: float) -> Points | None:
    """Part of one contour, from length ``low`` to ``high`` of the path, as an open contour."""
    first, last = curves
    ends = lengths.ends[first : last + 1]
    a = first + max(min(int(np.searchsorted(ends, low, "right")) - 1, last - first - 1), 0)
    b = first + max(min(int(np.searchsorted(ends, high, "left")) - 1, last - first - 1), 0)
    ta = _parameter(path, lengths, a, low - float(lengths.ends[a]))
    tb = _parameter(path, lengths, b, high - float(lengths.ends[b]))
    if a == b:
        return np.array(part(_curve(path, lengths, a), ta, tb)) if ta < tb else None
    pieces: list[Points] = []
    if ta < 1.0:
        pieces.append(np.array(part(_curve(path, lengths, a), ta, 1.0)))
    if b > a + 1:
        pieces.append(path.points[lengths.rows[a + 1] : lengths.rows[b] + 1])
    if tb > 0.0:
        pieces.append(np.array(part(_curve(path, lengths, b), 0.0, tb)))
    if not pieces:
        return None
    return np.concatenate([pieces[0], *(piece[1:] for piece in pieces[1:])])


def _curve(path: Path, lengths: Measure, index: int) -> Points:
    row = lengths.rows[index]
    return path.points[row : row + 4]


def _parameter(path: Path, lengths: Measure, index: int, length: float) -> float:
    """The parameter at which a curve has run ``length``: Newton's method, kept inside the piece that holds it."""
    steps = lengths.steps[index]
    whole = float(steps[-1])
    slack = 1e-9 * lengths.total
    if length <= slack:
        return 0.0
    if length >= whole - slack:
        return 1.0
    piece = min(max(int(np.searchsorted(steps, length, "right")) - 1, 0), _PIECES - 1)
    low, high = float(lengths.breaks[index, piece]), float(lengths.breaks[index, piece + 1])
    rest = length - float(steps[piece])
    run = float(steps[piece + 1]) - float(steps[piece])
    start, t = low, low + (high - low) * (rest / run if run > 0.0 else 0.5)
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = _curve(path, lengths, index).tolist()
    sides = (x1 - x0, y1 - y0, x2 - x1, y2 - y1, x3 - x2, y3 - y2)
    for _ in range(24):
        width = t - start
        over = width * sum(w * _speed(sides, start + width * n) for n, w in zip(_NODES, _WEIGHTS, strict=True)) - rest
        if abs(over) <= slack:
            break
        low, high = (low, t) if over > 0.0 else (t, high)
        speed = _speed(sides, t)
        t = t - over / speed if speed > 0.0 else low
        if not low < t < high:
            t = (low + high) / 2
    return t


def _speed(sides: tuple[float, float, float, float, float, float], t: float) -> float:
    u = 1.0 - t
    a, b, c = 3 * u * u, 6 * u * t, 3 * t * t
    return math.hypot(a * sides[0] + b * sides[2] + c * sides[4], a * sides[1] + b * sides[3] + c * sides[5])
