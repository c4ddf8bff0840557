"""Round Corners, Pucker & Bloat, Zig Zag, Twist and the repeater's steps."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

from velocity_engine.model.geometry import EMPTY_PATH, Path, apply, rectangle_path
from velocity_engine.shapes.curves import subdivided
from velocity_engine.shapes.primitives import KAPPA, ellipse_path, one_contour
from velocity_engine.shapes.pucker_bloat import pucker_bloat
from velocity_engine.shapes.repeater import MAX_COPIES, Repetition, copy_count
from velocity_engine.shapes.round_corners import round_corners
from velocity_engine.shapes.twist import twist
from velocity_engine.shapes.zigzag import MAX_VERTICES, zigzag

SQUARE = rectangle_path(0, 0, 10, 10)


def line(*points: tuple[float, float]) -> Path:
    rows = [points[0]]
    for before, after in itertools.pairwise(points):
        rows += [before, after, after]
    return one_contour(np.array(rows, np.float64), False)


def vertices(path: Path) -> list[list[float]]:
    found: list[list[float]] = np.round(path.points[0::3], 9).tolist()
    return found


def test_round_corners_of_a_square() -> None:
    path = round_corners(SQUARE, 2.0)
    assert vertices(path)[:4] == [[0, 2], [2, 0], [8, 0], [10, 2]]
    assert path.points[1].tolist() == pytest.approx([0, 2 - 2 * KAPPA])
    assert path.closed[0] and path.points[0].tolist() == path.points[-1].tolist()


def test_round_corners_meet_half_way() -> None:
    assert vertices(round_corners(SQUARE, 99.0))[:3] == [[0, 5], [5, 0], [5, 0]]


def test_round_corners_leave_ends_and_tangents() -> None:
    assert vertices(round_corners(line((0, 0), (10, 0), (10, 10)), 2.0)) == [[0, 0], [8, 0], [10, 2], [10, 10]]
    circle = ellipse_path(0, 0, 10, 10)
    assert round_corners(circle, 2.0).points.tolist() == pytest.approx(circle.points)


def test_round_corners_at_a_vertex_that_stands_twice() -> None:
    twice = one_contour(np.concatenate((SQUARE.points[:4], SQUARE.points[3:4].repeat(3, 0), SQUARE.points[4:])), True)
    assert vertices(round_corners(twice, 2.0)) == vertices(round_corners(SQUARE, 2.0))


def test_nothing_stays_nothing() -> None:
    changes = (round_corners(EMPTY_PATH, 5), pucker_bloat(EMPTY_PATH, 5), twist(EMPTY_PATH, 0, 0, 5))
    assert [path.contours for path in changes] == [0, 0, 0]
    assert zigzag(EMPTY_PATH, 5, 5, smooth=True).contours == 0


def test_pucker_pulls_vertices_and_pushes_control_points() -> None:
    path = pucker_bloat(SQUARE, 50.0)
    assert vertices(path)[:2] == [[2.5, 2.5], [7.5, 2.5]]
    assert path.points[1].tolist() == [-2.5, -2.5] and path.points[2].tolist() == [12.5, -2.5]
    assert SQUARE.points[0].tolist() == [0, 0]


def test_bloat_is_the_other_way() -> None:
    path = pucker_bloat(SQUARE, -100.0)
    assert vertices(path)[0] == [-5, -5] and path.points[1].tolist() == [5, 5]
    assert pucker_bloat(SQUARE, 0.0) is SQUARE


def test_zigzag_on_an_open_line_goes_to_both_sides() -> None:
    path = zigzag(line((0, 0), (40, 0)), 5.0, 3.0, smooth=False)
    assert vertices(path) == [[0, 5], [10, -5], [20, 5], [30, -5], [40, 5]]


def test_smooth_zigzag_has_tangents_along_the_line() -> None:
    path = zigzag(line((0, 0), (40, 0)), 5.0, 3.0, smooth=True)
    assert path.points[:7].tolist() == [[0, 5], [5, 5], [5, -5], [10, -5], [15, -5], [15, 5], [20, 5]]


def test_zigzag_of_a_closed_path_closes_at_its_first_vertex() -> None:
    path = zigzag(SQUARE, 1.0, 1.0, smooth=False)
    assert path.closed[0] and len(path.points) == 3 * 8 + 1
    half = math.sqrt(0.5)
    assert vertices(path)[:2] == [[pytest.approx(half), pytest.approx(half)], [5, -1]]


def test_zigzag_of_an_odd_closed_path_has_a_vertex_more() -> None:
    triangle = one_contour(np.concatenate((line((0, 0), (10, 0), (0, 10), (0, 0)).points,)), True)
    assert len(zigzag(triangle, 1.0, 0.0, smooth=True).points) == 3 * 4 + 1


def test_zigzag_is_bounded() -> None:
    many = line(*((float(i), 0.0) for i in range(2000)))
    assert len(zigzag(many, 1.0, 1e9, smooth=False).points) <= 3 * (MAX_VERTICES + 2000) + 1
    assert zigzag(SQUARE, 0.0, 5.0, smooth=False) is SQUARE


def test_twist_turns_the_middle_and_leaves_the_rim() -> None:
    path = twist(line((0, 0), (10, 0)), 0, 0, 90.0)
    assert path.points[0].tolist() == [0, 0] and path.points[-1].tolist() == pytest.approx([10, 0])
    for x, y in subdivided(path.contour(0), 16)[0::3].tolist():
        distance = math.hypot(x, y)
        if 0.5 < distance < 9.5:
            assert math.degrees(math.atan2(y, x)) == pytest.approx(90 * (1 - distance / 10), abs=0.6)


def test_twist_keeps_smooth_paths_smooth() -> None:
    points = twist(ellipse_path(5, 0, 40, 20), 0, 0, 120.0).points
    before, after = points[3:-3:3] - points[2:-3:3], points[4::3] - points[3:-3:3]
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    assert np.abs(cross).max() < 1e-6 * np.abs(points).max() ** 2
    assert twist(SQUARE, 5, 5, 0.0) is SQUARE


@pytest.mark.parametrize(("copies", "count"), [(-1, 0), (2.4, 2), (2.5, 3), (1e9, MAX_COPIES)])
def test_copies_are_rounded_and_bounded(copies: float, count: int) -> None:
    assert copy_count(copies) == count


def repetition(**changes: Any) -> Repetition:
    values: dict[str, Any] = {
        "copies": 4, "offset": 0.0, "anchor": (0.0, 0.0), "position": (0.0, 0.0), "scale": (1.0, 1.0), "angle": 0.0,
        "start_opacity": 1.0, "end_opacity": 1.0,
    }  # fmt: skip
    return Repetition(**{**values, **changes})


def test_steps_of_a_repeater() -> None:
    moving = repetition(position=(10.0, 5.0), offset=-0.5)
    assert moving.matrix(0) == pytest.approx((1, 0, 0, 1, -5, -2.5))
    assert moving.matrix(2) == pytest.approx((1, 0, 0, 1, 15, 7.5))
    turning = repetition(angle=90.0, anchor=(1.0, 0.0))
    assert apply(turning.matrix(1), 2.0, 0.0) == pytest.approx((1, 1))
    growing = repetition(scale=(2.0, 0.5), anchor=(1.0, 1.0))
    assert apply(growing.matrix(2), 2.0, 2.0) == pytest.approx((5, 1.25))


def test_scale_of_a_repeater_is_a_power_even_where_that_is_awkward() -> None:
    assert repetition(scale=(-2.0, 0.0)).matrix(3)[0] == pytest.approx(-8)
    assert repetition(scale=(-2.0, 0.0)).matrix(2)[0] == pytest.approx(4)
    assert repetition(scale=(0.0, 0.0)).matrix(0)[:4] == (1, 0, 0, 1)
    assert repetition(scale=(0.0, 0.0), offset=-1.0).matrix(0)[3] == 0.0
    assert math.isfinite(repetition(scale=(1e30, 1e-30)).matrix(999)[0])


def test_opacity_ramp_ends_before_its_end_value() -> None:
    ramp = repetition(end_opacity=0.0)
    assert [ramp.opacity(i) for i in range(4)] == [1.0, 0.75, 0.5, 0.25]
    assert repetition(copies=1, start_opacity=0.3, end_opacity=0.9).opacity(0) == 0.3
