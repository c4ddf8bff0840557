"""Flattening against points on the curves themselves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from raster_support import circle, curve, polyline

from velocity_engine.kernels.paths.flatten import MAX_POINTS, control_box, flatten
from velocity_engine.model.geometry import join_paths, rectangle_path

coordinate = st.floats(-500.0, 500.0)
point = st.tuples(coordinate, coordinate)


def on_curve(points: NDArray[np.float64], count: int = 200) -> NDArray[np.float64]:
    t = np.linspace(0, 1, count)[:, None]
    found: NDArray[np.float64] = (
        (1 - t) ** 3 * points[0] + 3 * (1 - t) ** 2 * t * points[1] + 3 * (1 - t) * t**2 * points[2] + t**3 * points[3]
    )
    return found


def distance_to(polyline_points: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each point is from a polyline."""
    start, step = polyline_points[:-1], np.diff(polyline_points, axis=0)
    square = np.maximum((step**2).sum(1), 1e-30)
    t = np.clip(((points[:, None] - start) * step).sum(2) / square, 0, 1)
    nearest: NDArray[np.float64] = np.sqrt(((points[:, None] - start - t[..., None] * step) ** 2).sum(2)).min(1)
    return nearest


@settings(max_examples=60, deadline=None)
@given(point, point, point, point, st.floats(0.01, 20.0))
def test_no_chord_is_further_from_its_curve_than_the_tolerance(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float], d: tuple[float, float], scale: float
) -> None:
    path = curve(a, b, c, d)
    points, starts, corners = flatten(path.points, path.starts, scale, 0.0, 0.0, scale, 0.1, 0.0)
    assert starts.tolist() == [0, len(points)]
    assert (points[0] == path.points[0]).all()
    assert (points[-1] == path.points[-1]).all()
    assert corners.tolist() == [1] + [0] * (len(points) - 2) + [1]
    assert distance_to(points, on_curve(path.points)).max() * scale <= 0.1 + 1e-6


def test_straight_curves_are_one_segment() -> None:
    path = join_paths([polyline([(0, 0), (100, 3), (50, 80)]), curve((0, 0), (1, 1), (2, 2), (9, 9))])
    points, starts, corners = flatten(path.points, path.starts, 50.0, 0.0, 0.0, 50.0, 0.1, 0.0)
    assert len(points) == 4 + 2
    assert starts.tolist() == [0, 4, 6]
    assert corners.all()


def test_a_curve_that_runs_back_over_itself_keeps_its_turns() -> None:
    path = curve((0, 0), (-60, 0), (160, 0), (100, 0))
    points, _, _ = flatten(path.points, path.starts, 1.0, 0.0, 0.0, 1.0, 0.1, 0.0)
    assert points[:, 0].min() < -8
    assert points[:, 0].max() > 108


def test_the_number_of_points_follows_the_scale() -> None:
    path = circle(0, 0, 10)
    few = flatten(path.points, path.starts, 0.1, 0.0, 0.0, 0.1, 0.1, 0.0)[0]
    many = flatten(path.points, path.starts, 100.0, 0.0, 0.0, 100.0, 0.1, 0.0)[0]
    assert 5 <= len(few) <= 13 < 100 < len(many) < 500


@pytest.mark.parametrize("scale", [1e9, 1e300, float("inf"), float("nan")])
def test_any_scale_gives_a_bounded_number_of_points(scale: float) -> None:
    path = join_paths([circle(i, 0, 10) for i in range(400)])
    points, _, _ = flatten(path.points, path.starts, scale, 0.0, 0.0, scale, 0.1, 0.0)
    assert len(points) <= MAX_POINTS + 2 * 1600


def test_an_empty_path() -> None:
    points, starts, corners = flatten(np.zeros((0, 2)), np.zeros(1, np.int64), 1.0, 0.0, 0.0, 1.0, 0.1, 0.0)
    assert (points.shape, starts.tolist(), corners.shape) == ((0, 2), [0], (0,))


def test_control_box() -> None:
    points = np.array([[1.0, 2.0], [5.0, -3.0], [np.nan, np.nan]])
    assert control_box(points, 2.0, 0.0, 0.0, 1.0, 10.0, 0.0) == (12.0, -3.0, 20.0, 2.0)
    low, _, high, _ = control_box(np.zeros((0, 2)), 1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    assert low > high


def test_a_step_turns_no_further_than_asked_and_straight_lines_are_left() -> None:
    path = circle(0, 0, 5)
    points, _, _ = flatten(path.points, path.starts, 1.0, 0.0, 0.0, 1.0, 0.1, 0.02)
    angles = np.unwrap(np.arctan2(*np.diff(points, axis=0).T))
    assert np.abs(np.diff(angles)).max() < 0.03
    box = rectangle_path(0.0, 0.0, 10.0, 10.0)
    assert len(flatten(box.points, box.starts, 1.0, 0.0, 0.0, 1.0, 0.1, 0.001)[0]) == 5
