"""Primitives: points, start, direction."""

from __future__ import annotations

import math

import numpy as np
import pytest

from velocity_engine.model.geometry import Path
from velocity_engine.model.properties import Bezier
from velocity_engine.model.shapes import StarKind
from velocity_engine.shapes.primitives import (
    KAPPA,
    MAX_STAR_POINTS,
    Star,
    bezier_path,
    ellipse_path,
    polystar_path,
    rounded_rectangle_path,
)


def bezier(vertices: list[tuple[float, float]], closed: bool, **tangents: list[tuple[float, float]]) -> Bezier:
    zero = np.zeros((len(vertices), 2))
    return Bezier(
        np.array(vertices, np.float64).reshape(-1, 2),
        np.array(tangents.get("ins", zero), np.float64).reshape(-1, 2),
        np.array(tangents.get("outs", zero), np.float64).reshape(-1, 2),
        closed,
    )


def vertices(path: Path) -> list[tuple[float, float]]:
    return [(round(x, 9) + 0.0, round(y, 9) + 0.0) for x, y in path.points[0::3].tolist()]


def signed_area(path: Path) -> float:
    """Of the polygon of vertices; positive is clockwise on the screen."""
    x, y = path.points[0::3].T
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)


def test_open_path_has_a_curve_less_than_vertices() -> None:
    path = bezier_path(bezier([(0, 0), (10, 0)], False, outs=[(1, 2), (9, 9)], ins=[(9, 9), (-3, -4)]))
    assert path.points.tolist() == [[0, 0], [1, 2], [7, -4], [10, 0]]
    assert path.closed.tolist() == [False]


def test_closed_path_comes_back_by_its_own_tangents() -> None:
    outs, ins = [(1.0, 0.0), (2.0, 0.0), (3.0, 0.0)], [(0.0, 1.0), (0.0, 2.0), (0.0, 3.0)]
    path = bezier_path(bezier([(0, 0), (10, 0), (10, 10)], True, outs=outs, ins=ins))
    assert path.points.tolist() == [
        [0, 0], [1, 0], [10, 2], [10, 0], [12, 0], [10, 13], [10, 10], [13, 10], [0, 1], [0, 0],
    ]  # fmt: skip
    assert path.starts.tolist() == [0, 10] and path.closed.tolist() == [True]


@pytest.mark.parametrize(("count", "closed", "rows"), [(0, True, 0), (0, False, 0), (1, False, 0), (1, True, 4)])
def test_few_vertices(count: int, closed: bool, rows: int) -> None:
    assert len(bezier_path(bezier([(3, 4)] * count, closed)).points) == rows


def test_ellipse_starts_at_the_top_and_runs_clockwise() -> None:
    path = ellipse_path(100, 50, 40, 20)
    assert vertices(path) == [(100, 40), (120, 50), (100, 60), (80, 50), (100, 40)]
    assert path.points[1].tolist() == pytest.approx([100 + 20 * KAPPA, 40])
    assert signed_area(path) > 0 > signed_area(path.reversed())
    assert vertices(path.reversed())[1] == (80, 50)


def test_rectangle_starts_at_the_top_right() -> None:
    path = rounded_rectangle_path(0, 0, 20, 10, 0)
    assert vertices(path) == [(10, -5), (10, 5), (-10, 5), (-10, -5), (10, -5)]


def test_rounded_rectangle_starts_below_its_top_right_arc() -> None:
    path = rounded_rectangle_path(0, 0, 20, 10, 2)
    assert vertices(path) == [
        (10, -3), (10, 3), (8, 5), (-8, 5), (-10, 3), (-10, -3), (-8, -5), (8, -5), (10, -3),
    ]  # fmt: skip
    assert path.points[4].tolist() == pytest.approx([10, 3 + 2 * KAPPA])
    assert path.points[0].tolist() == path.points[-1].tolist()


@pytest.mark.parametrize("roundness", [5.0, 1e9])
def test_roundness_ends_at_half_the_shorter_side(roundness: float) -> None:
    path = rounded_rectangle_path(0, 0, 20, 10, roundness)
    assert vertices(path) == [(10, 0), (5, 5), (-5, 5), (-10, 0), (-5, -5), (5, -5), (10, 0)]


def test_rectangle_of_negative_size_is_the_same() -> None:
    assert vertices(rounded_rectangle_path(0, 0, -20, -10, 2)) == vertices(rounded_rectangle_path(0, 0, 20, 10, 2))


def test_star_alternates_radii_from_the_top() -> None:
    path = polystar_path(StarKind.STAR, 5, 6, Star(4, 0, 10, 0, 3, 0))
    side = 3 * math.sqrt(0.5)
    assert path.points[0::3][:3] == pytest.approx(np.array([(5, -4), (5 + side, 6 - side), (15, 6)]))
    assert len(path.points) == 3 * 8 + 1 and signed_area(path) > 0


def test_polygon_has_only_outer_points_and_turns_with_rotation() -> None:
    path = polystar_path(StarKind.POLYGON, 0, 0, Star(4, 90, 10, 0, 999, 999))
    assert path.points[0::3] == pytest.approx(np.array([(10, 0), (0, 10), (-10, 0), (0, -10), (10, 0)]), abs=1e-9)


@pytest.mark.parametrize(("points", "corners"), [(4.4, 4), (4.5, 5), (0.4, 0), (-3, 0), (1e12, MAX_STAR_POINTS)])
def test_points_are_rounded_and_bounded(points: float, corners: int) -> None:
    path = polystar_path(StarKind.POLYGON, 0, 0, Star(points, 0, 10, 0, 0, 0))
    assert len(path.points) == (3 * corners + 1 if corners else 0)


def test_roundness_makes_tangents_of_a_share_of_the_circumference() -> None:
    path = polystar_path(StarKind.STAR, 0, 0, Star(5, 0, 10, 50, 4, 25))
    outer, inner = 2 * math.pi * 10 / 20 * 0.5, 2 * math.pi * 4 / 20 * 0.25
    assert path.points[1] - path.points[0] == pytest.approx(np.array([outer, 0]))
    assert path.points[-2] - path.points[-1] == pytest.approx(np.array([-outer, 0]))
    assert np.hypot(*(path.points[4] - path.points[3])) == pytest.approx(inner)
    assert np.hypot(*(path.points[2] - path.points[3])) == pytest.approx(inner)
