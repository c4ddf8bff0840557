"""Outlines of strokes against the definition: all points within half the width of the line."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from raster_support import Canvas, circle, curve, polyline

from velocity_engine.kernels.paths.flatten import flatten
from velocity_engine.kernels.paths.stroke import BEVEL, BUTT, MITER, ROUND, ROUND_JOIN, SQUARE, outline
from velocity_engine.model.geometry import (
    IDENTITY,
    Matrix,
    Path,
    invert,
    join_paths,
    multiply,
    rotation,
    scaling,
    translation,
)

SIZE = 120
coordinate = st.floats(20.0, 100.0)
point = st.tuples(coordinate, coordinate)


def stroke(
    path: Path, width: float, cap: int, join: int, miter: float = 4.0, matrix: Matrix = IDENTITY
) -> NDArray[np.uint8]:
    a, b, c, d = matrix[:4]
    points, starts, corners = flatten(path.points, path.starts, a, b, c, d, 0.1, 0.0)
    scale = max(math.hypot(a, b), math.hypot(c, d))
    points, starts = outline(points, starts, corners, path.closed, 0.5 * width, cap, join, miter, 0.1 / scale)
    return Canvas(0, 0, SIZE, SIZE).coverage(points, starts, matrix)


def distances(path: Path, matrix: Matrix = IDENTITY) -> NDArray[np.float64]:
    """How far, in the path's coordinates, each pixel's centre is from the path."""
    back = invert(matrix)
    assert back is not None
    y, x = np.mgrid[0:SIZE, 0:SIZE] + 0.5
    px, py = back[0] * x + back[2] * y + back[4], back[1] * x + back[3] * y + back[5]
    points, starts, _ = flatten(path.points, path.starts, *matrix[:4], 0.02, 0.0)
    nearest = np.full((SIZE, SIZE), np.inf)
    for k in range(len(starts) - 1):
        for (ax, ay), (bx, by) in zip(points[starts[k] :], points[starts[k] + 1 : starts[k + 1]], strict=False):
            dx, dy = bx - ax, by - ay
            t = np.clip(((px - ax) * dx + (py - ay) * dy) / max(dx * dx + dy * dy, 1e-30), 0, 1)
            nearest = np.minimum(nearest, np.hypot(px - ax - t * dx, py - ay - t * dy))
    return nearest


def check_round(path: Path, width: float, matrix: Matrix = IDENTITY) -> None:
    got = stroke(path, width, ROUND, ROUND_JOIN, matrix=matrix)
    pixel = 1.0 / min(np.linalg.svd(np.array(matrix[:4]).reshape(2, 2))[1])
    distance = distances(path, matrix)
    assert (got[distance < 0.5 * width - pixel] == 255).all()
    assert not got[distance > 0.5 * width + pixel].any()


@settings(max_examples=60, deadline=None)
@given(st.lists(point, min_size=2, max_size=6), st.booleans(), st.floats(1.0, 40.0))
def test_round_strokes_of_lines(points: list[tuple[float, float]], closed: bool, width: float) -> None:
    check_round(polyline(points, closed), width)


@settings(max_examples=60, deadline=None)
@given(point, point, point, point, st.floats(1.0, 60.0))
def test_round_strokes_of_curves_have_no_holes(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float], width: float
) -> None:
    check_round(curve(a, b, c, d), width)


@settings(max_examples=40, deadline=None)
@given(point, point, point, point, st.floats(0.3, 2.0), st.floats(0.3, 2.0), st.floats(0.0, 360.0))
def test_the_pen_is_oval_under_an_uneven_scale(
    a: tuple[float, float],
    b: tuple[float, float],
    c: tuple[float, float],
    d: tuple[float, float],
    sx: float,
    sy: float,
    turn: float,
) -> None:
    about = multiply(rotation(turn), scaling(sx, sy))
    matrix = multiply(translation(60, 60), multiply(about, translation(-60, -60)))
    check_round(curve(a, b, c, d), 12.0, matrix)


def area(coverage: NDArray[np.uint8]) -> float:
    return float(coverage.sum() / 255.0)


def test_caps() -> None:
    line = polyline([(20, 50), (80, 50)], closed=False)
    assert area(stroke(line, 10, BUTT, BEVEL)) == pytest.approx(600)
    assert area(stroke(line, 10, SQUARE, BEVEL)) == pytest.approx(700)
    assert area(stroke(line, 10, ROUND, BEVEL)) == pytest.approx(600 + math.pi * 25, abs=3)


def test_joins() -> None:
    angle = polyline([(20, 80), (60, 80), (60, 30)], closed=False)
    bare = 10 * 40 + 10 * 50 - 25
    assert area(stroke(angle, 10, BUTT, BEVEL)) == pytest.approx(bare + 12.5, abs=0.1)
    assert area(stroke(angle, 10, BUTT, MITER)) == pytest.approx(bare + 25, abs=0.1)
    assert area(stroke(angle, 10, BUTT, ROUND_JOIN)) == pytest.approx(bare + math.pi * 25 / 4, abs=0.5)


def test_the_miter_limit_counts_the_length_of_the_miter() -> None:
    """A right angle's miter is the square root of two widths long."""
    angle = polyline([(20, 80), (60, 80), (60, 30)], closed=False)
    sharp, flat = stroke(angle, 10, BUTT, MITER, 1.42), stroke(angle, 10, BUTT, MITER, 1.41)
    assert area(sharp) - area(flat) == pytest.approx(12.5, abs=0.1)


def test_a_closed_contour_has_a_join_where_it_begins() -> None:
    square = polyline([(30, 30), (90, 30), (90, 90), (30, 90)])
    assert area(stroke(square, 10, BUTT, MITER)) == pytest.approx(70**2 - 50**2)
    opened = polyline([(30, 30), (90, 30), (90, 90), (30, 90), (30, 30)], closed=False)
    assert area(stroke(opened, 10, BUTT, MITER)) == pytest.approx(70**2 - 50**2 - 25)


def test_a_line_that_turns_back_gets_its_join() -> None:
    back = polyline([(20, 60), (80, 60), (40, 60)], closed=False)
    assert area(stroke(back, 10, BUTT, ROUND_JOIN)) == pytest.approx(600 + math.pi * 12.5, abs=3)
    assert area(stroke(back, 10, BUTT, MITER)) == pytest.approx(600)


@pytest.mark.parametrize("closed", [True, False])
def test_contours_of_no_length_leave_dots(closed: bool) -> None:
    dot = polyline([(60, 60), (60, 60)], closed=closed)
    assert area(stroke(dot, 20, ROUND, MITER)) == pytest.approx(math.pi * 100, abs=8)
    assert area(stroke(dot, 20, SQUARE, MITER)) == pytest.approx(400)
    assert area(stroke(dot, 20, BUTT, MITER)) == 0


def test_a_circle() -> None:
    assert area(stroke(circle(60, 60, 40), 10, BUTT, MITER)) == pytest.approx(math.pi * (45**2 - 35**2), abs=15)
    assert area(stroke(circle(60, 60, 3), 40, BUTT, MITER)) == pytest.approx(math.pi * 23**2, abs=15)


def test_points_that_are_not_finite_draw_nothing() -> None:
    broken = polyline([(0, 0), (math.nan, 5), (5, 5)])
    sound = polyline([(20, 50), (80, 50)], closed=False)
    assert (stroke(join_paths([broken, sound]), 10, BUTT, MITER) == stroke(sound, 10, BUTT, MITER)).all()


@pytest.mark.parametrize("width", [1e-300, 1e-9, 1e9, 1e300])
def test_any_width_is_bounded_work(width: float) -> None:
    points, starts, corners = flatten(*_parts(circle(60, 60, 40)), 1.0, 0.0, 0.0, 1.0, 0.1, 0.0)
    got, _ = outline(points, starts, corners, np.array([True]), 0.5 * width, ROUND, ROUND_JOIN, 4.0, 0.1)
    assert len(got) < 100_000


def _parts(path: Path) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    return path.points, path.starts
