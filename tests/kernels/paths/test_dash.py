"""Dashes against lengths counted along the line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from raster_support import polyline

from velocity_engine.kernels.paths.dash import dashed
from velocity_engine.kernels.paths.flatten import flatten
from velocity_engine.model.geometry import Path

Piece = tuple[NDArray[np.float64], bool]


def cut(path: Path, dashes: tuple[float, ...], offset: float = 0.0) -> list[Piece]:
    points, starts, corners = flatten(path.points, path.starts, 1.0, 0.0, 0.0, 1.0, 0.1, 0.0)
    out, cuts, marks, closed = dashed(points, starts, corners, path.closed, np.array(dashes, np.float64), offset, 1e-4)
    assert len(out) == len(marks) == cuts[-1]
    assert len(closed) == len(cuts) - 1
    return [(out[cuts[i] : cuts[i + 1]], bool(closed[i])) for i in range(len(closed))]


def length(points: NDArray[np.float64]) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum())


LINE = polyline([(0, 0), (100, 0)], closed=False)
SQUARE = polyline([(0, 0), (100, 0), (100, 100), (0, 100)])


def spans(pieces: list[Piece]) -> list[tuple[float, float]]:
    return [(round(float(p[0, 0]), 3), round(float(p[-1, 0]), 3)) for p, _ in pieces]


def test_a_line() -> None:
    assert spans(cut(LINE, (30, 10))) == [(0, 30), (40, 70), (80, 100)]
    assert spans(cut(LINE, (30, 10), 35)) == [(5, 35), (45, 75), (85, 100)]
    assert spans(cut(LINE, (30, 10), -5)) == [(5, 35), (45, 75), (85, 100)]
    assert spans(cut(LINE, (30, 10), 400 + 20)) == [(0, 10), (20, 50), (60, 90)]


def test_an_odd_pattern_is_repeated() -> None:
    assert spans(cut(LINE, (20,))) == [(0, 20), (40, 60), (80, 100)]
    assert spans(cut(LINE, (30, 10, 5))) == [(0, 30), (40, 45), (75, 85), (90, 100)]


def test_the_dash_at_the_start_of_a_closed_contour_is_joined_to_the_last() -> None:
    pieces = cut(SQUARE, (30, 10), 15)
    assert len(pieces) == 10
    assert all(length(p) == pytest.approx(30) for p, _ in pieces)
    assert pieces[-1][0].tolist() == [[0, 15], [0, 0], [15, 0]]


def test_a_dash_longer_than_the_contour_leaves_it_closed() -> None:
    ((points, closed),) = cut(SQUARE, (1000, 10))
    assert closed
    assert length(points) == 400
    ((points, closed),) = cut(LINE, (1000, 10))
    assert not closed
    assert cut(LINE, (10, 1000), 20) == []


def test_dashes_of_no_length_keep_their_direction() -> None:
    pieces = cut(LINE, (0, 25))
    assert spans(pieces) == [(0, 0), (25, 25), (50, 50), (75, 75)]
    for points, _ in pieces:
        assert 0 < points[-1, 0] - points[0, 0] <= 1.01e-4


@pytest.mark.parametrize("dashes", [(0.0,), (0.0, 0.0), (5.0, -1.0), (math.nan, 5.0), (1e-9, 1e-9)])
def test_patterns_that_cannot_be_drawn_leave_the_line_whole(dashes: tuple[float, ...]) -> None:
    ((points, _),) = cut(LINE, dashes)
    assert length(points) == 100


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=6),
    st.booleans(),
    st.lists(st.sampled_from([0.0, 0.5, 3.0, 7.25, 40.0, 1000.0]), min_size=1, max_size=5),
    st.floats(-500, 500),
)
def test_dashes_have_the_length_that_the_pattern_gives(
    points: list[tuple[float, float]], closed: bool, dashes: list[float], offset: float
) -> None:
    path = polyline([*points, points[0]] if len(points) == 1 else points, closed)
    pattern = dashes * (1 + len(dashes) % 2)
    if sum(pattern) == 0.0:
        return
    pieces = cut(path, tuple(dashes), offset)
    total = length(flatten(path.points, path.starts, 1.0, 0.0, 0.0, 1.0, 0.1, 0.0)[0])
    edges = np.concatenate(([0.0], np.cumsum(pattern)))
    on = 0.0
    first = math.floor(offset / edges[-1])
    for turn in range(first, math.ceil((offset + total) / edges[-1]) + 1):
        for i in range(0, len(pattern), 2):
            low, high = turn * edges[-1] + edges[i] - offset, turn * edges[-1] + edges[i + 1] - offset
            on += max(0.0, min(high, total) - max(low, 0.0))
    assert sum(length(p) for p, _ in pieces) == pytest.approx(on, abs=1e-3 * (len(pieces) + 1))
