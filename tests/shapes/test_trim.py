"""Trim Paths: lengths, cuts, and how they lie on several paths."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from velocity_engine.model.geometry import EMPTY_PATH, Path, join_paths
from velocity_engine.shapes.curves import subdivided
from velocity_engine.shapes.primitives import ellipse_path, one_contour, rounded_rectangle_path
from velocity_engine.shapes.trim import WHOLE, measure, shares, trim_path, trim_spans

coordinates = st.floats(-500, 500)


def trimmed(path: Path, start: float, end: float, offset: float = 0.0) -> Path:
    return trim_path(path, measure(path), trim_spans(start, end, offset))


def polyline_length(path: Path) -> float:
    """By very short chords: a plain twin of ``measure``."""
    total = 0.0
    for index in range(path.contours):
        on = subdivided(path.contour(index), 2000)[0::3]
        total += float(np.hypot(*np.diff(on, axis=0).T).sum())
    return total


def line(*points: tuple[float, float]) -> Path:
    rows = [points[0]]
    for before, after in itertools.pairwise(points):
        rows += [before, after, after]
    return one_contour(np.array(rows, np.float64), False)


def test_lengths_of_lines_and_circles() -> None:
    assert measure(line((0, 0), (3, 4), (3, 14))).total == pytest.approx(15)
    assert measure(ellipse_path(0, 0, 200, 200)).total == pytest.approx(2 * math.pi * 100, rel=2e-4)
    assert measure(EMPTY_PATH).total == 0.0


@given(st.lists(st.tuples(coordinates, coordinates), min_size=4, max_size=4))
def test_any_curve_is_measured_to_a_hundredth(points: list[tuple[float, float]]) -> None:
    path = one_contour(np.array(points), False)
    assert measure(path).total == pytest.approx(polyline_length(path), abs=0.01)


@given(
    st.lists(st.tuples(coordinates, coordinates), min_size=7, max_size=7),
    st.floats(0, 100),
    st.floats(0, 100),
    st.floats(-1000, 1000),
)
def test_what_stays_has_the_length_asked_for(
    points: list[tuple[float, float]], start: float, end: float, offset: float
) -> None:
    path = one_contour(np.array(points), False)
    total = measure(path).total
    stays = measure(trimmed(path, start, end, offset)).total
    assert stays == pytest.approx(total * abs(end - start) / 100, abs=0.01 + total * 1e-5)


@pytest.mark.parametrize("share", [1, 10, 33.3, 50, 77, 99])
def test_cuts_stand_where_the_length_says(share: float) -> None:
    path = trimmed(line((0, 0), (100, 0)), 0, share)
    assert path.points[-1] == pytest.approx(np.array([share, 0]), abs=1e-6)
    quarter = trimmed(ellipse_path(0, 0, 200, 200), 0, share)
    angle = math.atan2(quarter.points[-1, 0], -quarter.points[-1, 1]) % (2 * math.pi)
    assert angle == pytest.approx(2 * math.pi * share / 100, abs=4e-4)


def test_start_and_end_may_change_places_and_are_clamped() -> None:
    assert trim_spans(60, 20, 0) == trim_spans(20, 60, 0) == ((0.2, 0.6),)
    assert trim_spans(-50, 200, 90) == WHOLE
    assert trim_spans(30, 30, 0) == ()


@pytest.mark.parametrize(
    ("offset", "spans"),
    [(90, [(0.25, 0.75)]), (270, [(0.75, 1.0), (0.0, 0.25)]), (-90, [(0.75, 1.0), (0.0, 0.25)]), (720, [(0.0, 0.5)])],
)
def test_offset_is_in_turns_and_wraps(offset: float, spans: list[tuple[float, float]]) -> None:
    assert [pytest.approx(span) for span in trim_spans(0, 50, offset)] == spans


def test_rounding_leaves_no_dot_at_the_other_end() -> None:
    assert len(trim_spans(70, 100, -0.0000001)) == 1
    assert trim_spans(10, 40, -36.000000001)[0][0] == 0.0


def test_nothing_and_all() -> None:
    circle = ellipse_path(0, 0, 10, 10)
    assert trimmed(circle, 40, 40).contours == 0
    assert trimmed(circle, 0, 100, 77) is circle
    assert trimmed(EMPTY_PATH, 0, 50).contours == 0
    assert trimmed(line((3, 3), (3, 3)), 0, 50).contours == 0


def test_a_closed_path_cut_across_its_start_is_one_open_contour() -> None:
    path = trimmed(rounded_rectangle_path(0, 0, 20, 20, 0), 0, 50, -90)
    assert path.contours == 1 and not path.closed[0]
    assert path.points[0::3].tolist() == pytest.approx(np.array([(-10, -10), (10, -10), (10, 10)]))


def test_an_open_path_cut_across_its_start_stays_in_two() -> None:
    path = trimmed(line((0, 0), (100, 0)), 0, 50, 270)
    assert path.contours == 2
    assert sorted(path.points[path.starts[:-1]].tolist()) == [[0, 0], pytest.approx([75, 0])]


def test_contours_of_one_path_follow_each_other() -> None:
    both = join_paths([rounded_rectangle_path(0, 0, 10, 10, 0), line((0, 0), (40, 0))])
    path = trimmed(both, 0, 75)
    assert path.closed.tolist() == [True, False]
    assert path.contour(0).tolist() == both.contour(0).tolist()
    assert path.points[-1].tolist() == pytest.approx([20, 0])


def test_cuts_at_vertices_leave_no_empty_curves() -> None:
    path = trimmed(line((0, 0), (10, 0), (20, 0), (30, 0), (40, 0)), 25, 75)
    assert path.points[0::3].tolist() == [[10, 0], [20, 0], [30, 0]]


def test_shares_of_several_lengths() -> None:
    whole, (begun,) = shares([10, 30], [(0.0, 0.5)])
    assert whole == ((0.0, 1.0),) and begun == pytest.approx((0.0, 1 / 3))
    nothing, (middle,) = shares([10, 30], [(0.5, 0.75)])
    assert nothing == () and middle == pytest.approx((1 / 3, 2 / 3))
    assert shares([40], [(0.8, 1.0), (0.0, 0.2)]) == [((0.8, 1.0), (0.0, 0.2))]
    assert shares([0, 5], [(0.0, 1.0)]) == [(), ((0.0, 1.0),)]


@given(st.lists(st.floats(0.5, 100), min_size=1, max_size=6), st.floats(0, 100), st.floats(0, 100), st.floats(0, 360))
def test_shares_add_up(lengths: list[float], start: float, end: float, offset: float) -> None:
    spans = trim_spans(start, end, offset)
    kept = sum(n * (high - low) for n, own in zip(lengths, shares(lengths, spans), strict=True) for low, high in own)
    assert kept == pytest.approx(sum(lengths) * abs(end - start) / 100, abs=sum(lengths) * 1e-4)
