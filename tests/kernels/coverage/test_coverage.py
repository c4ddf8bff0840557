"""Exact-area coverage against a plain twin that clips the polygon to every pixel."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from raster_support import Canvas, polyline

from velocity_engine.model.geometry import join_paths, rectangle_path

SIZE = 10
Polygon = list[tuple[float, float]]

coordinate = st.floats(-6.0, SIZE + 6.0).map(lambda v: round(v * 256) / 256)
polygon = st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=7)


def cut(points: Polygon, axis: int, bound: float, keep_above: bool) -> Polygon:
    """Sutherland and Hodgman: the polygon on one side of a line; signed areas stay right for polygons that cross
    themselves.
    """
    kept: Polygon = []
    for one, two in zip(points, points[1:] + points[:1], strict=True):
        inside = [(p[axis] >= bound) == keep_above or p[axis] == bound for p in (one, two)]
        if inside[0]:
            kept.append(one)
        if inside[0] != inside[1]:
            t = (bound - one[axis]) / (two[axis] - one[axis])
            kept.append((one[0] + t * (two[0] - one[0]), one[1] + t * (two[1] - one[1])))
    return kept


def signed_area(points: Polygon) -> float:
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return 0.5 * sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)


def twin(polygons: list[Polygon], even_odd: bool) -> NDArray[np.float64]:
    out = np.zeros((SIZE, SIZE))
    for y in range(SIZE):
        for x in range(SIZE):
            total = 0.0
            for points in polygons:
                part = points
                for axis, bound, above in ((0, x, True), (0, x + 1, False), (1, y, True), (1, y + 1, False)):
                    part = cut(part, axis, float(bound), above) if part else part
                total += signed_area(part) if part else 0.0
            value = abs(total)
            out[y, x] = 1.0 - abs(1.0 - value % 2.0) if even_odd else min(value, 1.0)
    return out


def polygons_of(polygons: list[Polygon]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    points = np.array([p for polygon in polygons for p in polygon], np.float64)
    return points, np.cumsum([0] + [len(p) for p in polygons]).astype(np.int64)


@settings(max_examples=60, deadline=None)
@given(st.lists(polygon, min_size=1, max_size=2), st.booleans())
def test_coverage_is_the_exact_area(polygons: list[Polygon], even_odd: bool) -> None:
    got = Canvas(0, 0, SIZE, SIZE).coverage(*polygons_of(polygons), even_odd=even_odd)
    assert np.abs(got / 255.0 - twin(polygons, even_odd)).max() < 0.02


@settings(max_examples=60, deadline=None)
@given(polygon, st.integers(-3000, 3000), st.integers(-3000, 3000))
def test_whole_pixel_shifts_change_nothing(points: Polygon, dx: int, dy: int) -> None:
    at_origin = Canvas(-8, -8, SIZE + 8, SIZE + 8).coverage(*polygons_of([points]))
    moved = Canvas(dx - 8, dy - 8, dx + SIZE + 8, dy + SIZE + 8).coverage(
        *polygons_of([points]), (1.0, 0.0, 0.0, 1.0, float(dx), float(dy))
    )
    assert (at_origin == moved).all()


@settings(max_examples=60, deadline=None)
@given(polygon, st.integers(0, 8), st.integers(0, 8), st.integers(1, 9), st.integers(1, 9))
def test_the_clip_changes_nothing_inside(points: Polygon, x: int, y: int, width: int, height: int) -> None:
    whole = Canvas(-10, -10, 30, 30).coverage(*polygons_of([points]))
    part = Canvas(x, y, x + width, y + height).coverage(*polygons_of([points]))
    assert (whole[y + 10 : y + 10 + height, x + 10 : x + 10 + width] == part).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(3, 12), st.floats(2.0, 90.0), st.floats(0.0, 6.0), st.floats(0.3, 1.0))
def test_the_sum_is_the_area_of_a_star(corners: int, radius: float, turn: float, inner: float) -> None:
    angles = turn + np.arange(2 * corners) * math.pi / corners
    radii = np.where(np.arange(2 * corners) % 2 == 0, radius, radius * inner)
    points = np.stack([100 + radii * np.cos(angles), 100 + radii * np.sin(angles)], 1)
    got = Canvas(0, 0, 200, 200).coverage(points, np.array([0, len(points)], np.int64)).sum() / 255.0
    perimeter = np.hypot(*(np.roll(points, -1, 0) - points).T).sum()
    assert got == pytest.approx(abs(signed_area([tuple(p) for p in points])), abs=0.004 * perimeter + 0.05)


def test_neighbours_that_share_edges_add_up() -> None:
    """Two halves of a square along a slanting line, as one path, leave no seam."""
    left = polyline([(2.3, 1.0), (9.7, 1.0), (5.2, 18.0), (2.3, 18.0)])
    right = polyline([(9.7, 1.0), (17.0, 1.0), (17.0, 18.0), (5.2, 18.0)])
    got = Canvas(0, 0, 20, 20).path_coverage(join_paths([left, right]))
    assert (got == Canvas(0, 0, 20, 20).path_coverage(polyline([(2.3, 1), (17, 1), (17, 18), (2.3, 18)]))).all()


def test_fill_rules() -> None:
    rings = join_paths([rectangle_path(1, 1, 9, 9), rectangle_path(3, 3, 7, 7)])
    canvas = Canvas(0, 0, SIZE, SIZE)
    assert canvas.path_coverage(rings)[5, 5] == 255
    assert canvas.path_coverage(rings, even_odd=True)[5, 5] == 0
    assert canvas.path_coverage(rings, even_odd=True)[2, 5] == 255


def test_wide_spans_cross_words_of_the_mask() -> None:
    for width in (63, 64, 65, 128, 129, 500):
        canvas = Canvas(0, 0, width, 3)
        assert (canvas.path_coverage(rectangle_path(-5, -5, width + 5, 5)) == 255).all()
        got = canvas.path_coverage(rectangle_path(0.5, 0, width - 0.25, 3))
        assert (got[:, 1:-1] == 255).all()
        assert set(got[:, 0]) == {128}
        assert set(got[:, -1]) == {191}


@pytest.mark.parametrize("far", [1e7, 1e9, 1e13, 1e300])
def test_far_coordinates_are_cut_exactly(far: float) -> None:
    canvas = Canvas(0, 0, 16, 16)
    assert (canvas.path_coverage(rectangle_path(-far, -far, far, far)) == 255).all()
    got = canvas.path_coverage(rectangle_path(-far, 4.5, 8.0, far))
    assert (got[5:, :8] == 255).all()
    assert (got[4, :8] == 128).all()
    assert not got[:, 8:].any()
    assert not canvas.path_coverage(rectangle_path(far, far, 2 * far, 2 * far)).any()


def test_a_slanting_edge_from_far_away_lies_where_it_should() -> None:
    got = Canvas(0, 0, 16, 16).path_coverage(polyline([(-1e8, -1e8), (1e8 + 16, 1e8 + 16), (-1e8, 1e8)]))
    assert (np.diag(got)[1:] == 128).all()
    assert (got[np.tril_indices(16, -1)] == 255).all()
    assert not got[np.triu_indices(16, 1)].any()


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_contours_that_are_not_finite_are_left_out(bad: float) -> None:
    broken = polyline([(0, 0), (bad, 5), (5, 5)])
    sound = rectangle_path(2, 2, 6, 6)
    canvas = Canvas(0, 0, SIZE, SIZE)
    assert (canvas.path_coverage(join_paths([broken, sound])) == canvas.path_coverage(sound)).all()
    assert not canvas.path_coverage(broken).any()


def test_degenerate_contours_cover_nothing() -> None:
    canvas = Canvas(0, 0, SIZE, SIZE)
    for points in ([(5.0, 5.0)], [(1.0, 1.0), (8.0, 8.0)], [(3.0, 3.0)] * 4, [(2.0, 4.0), (7.0, 4.0), (4.0, 4.0)]):
        assert not canvas.coverage(*polygons_of([points])).any()
    empty = np.zeros((0, 2))
    assert not canvas.coverage(empty, np.zeros(1, np.int64)).any()
