"""Merge Paths and Offset Paths: areas and failures."""

from __future__ import annotations

import math

import numpy as np
import pytest

from velocity_engine.display import SolidPaint, StrokeSource
from velocity_engine.model.geometry import EMPTY_PATH, Path, join_contours, rectangle_path
from velocity_engine.model.shapes import Cap, Join, MergeMode
from velocity_engine.shapes.curves import subdivided
from velocity_engine.shapes.merge import merge_paths
from velocity_engine.shapes.offset_path import offset_path
from velocity_engine.shapes.primitives import ellipse_path
from velocity_engine.shapes.skia_paths import PathOperationError, from_skia, refuse_tangles, stroke_outline, to_skia


def area(path: Path) -> float:
    """The area within, for contours that do not cross and alternate their direction when nested."""
    total = 0.0
    for index in range(path.contours):
        x, y = subdivided(path.contour(index), 200)[0::3].T
        total += float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2)
    return abs(total)


LEFT, RIGHT = rectangle_path(0, 0, 20, 10), rectangle_path(10, 0, 30, 10)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(MergeMode.ADD, 300), (MergeMode.SUBTRACT, 100), (MergeMode.INTERSECT, 100), (MergeMode.EXCLUDE, 200)],
)
def test_areas_of_the_modes(mode: MergeMode, expected: float) -> None:
    assert area(merge_paths([LEFT, RIGHT], mode)) == pytest.approx(expected)


def test_normal_puts_the_contours_together() -> None:
    merged = merge_paths([LEFT, RIGHT], MergeMode.NORMAL)
    assert merged.contours == 2 and merged.points[:13].tolist() == LEFT.points.tolist()


def test_three_paths_go_one_after_the_other() -> None:
    third = rectangle_path(0, 0, 5, 5)
    assert area(merge_paths([LEFT, RIGHT, third], MergeMode.SUBTRACT)) == pytest.approx(75)


def test_a_single_path_stays() -> None:
    assert merge_paths([LEFT], MergeMode.INTERSECT) is LEFT
    assert merge_paths([], MergeMode.ADD) is EMPTY_PATH


def test_a_hole_runs_the_other_way() -> None:
    ring = merge_paths([rectangle_path(0, 0, 30, 30), rectangle_path(10, 10, 20, 20)], MergeMode.SUBTRACT)
    assert ring.contours == 2 and area(ring) == pytest.approx(800)


def test_curves_stay_curves() -> None:
    half = merge_paths([ellipse_path(0, 0, 20, 20), rectangle_path(0, -20, 20, 20)], MergeMode.INTERSECT)
    assert area(half) == pytest.approx(math.pi * 50, rel=2e-3)
    assert len(half.points) < 20


def test_failure_is_one_error() -> None:
    wild = Path(np.full((4, 2), np.nan), np.array([0, 4], np.int64), np.array([True]))
    with pytest.raises(PathOperationError):
        merge_paths([wild, LEFT], MergeMode.ADD)


def test_there_and_back() -> None:
    circle = ellipse_path(3, 4, 20, 10)
    back = from_skia(to_skia(circle))
    assert back.points == pytest.approx(circle.points, abs=1e-5) and back.closed.tolist() == [True]


@pytest.mark.parametrize(
    ("join", "corner"), [(Join.MITER, 4.0), (Join.ROUND, math.pi), (Join.BEVEL, 2.0)], ids=["miter", "round", "bevel"]
)
def test_outwards_with_each_join(join: Join, corner: float) -> None:
    grown = offset_path(rectangle_path(0, 0, 10, 10), 1.0, 4.0, join=join)
    assert grown.contours == 1
    assert area(grown) == pytest.approx(100 + 40 + corner, abs=0.01)


def test_inwards() -> None:
    assert area(offset_path(rectangle_path(0, 0, 10, 10), -2.0, 4.0, join=Join.MITER)) == pytest.approx(36)
    assert offset_path(rectangle_path(0, 0, 10, 10), -6.0, 4.0, join=Join.MITER).contours == 0


def test_a_circle_grows_evenly() -> None:
    grown = offset_path(ellipse_path(0, 0, 100, 100), 10.0, 4.0, join=Join.MITER)
    on = np.concatenate([subdivided(grown.contour(i), 20)[0::3] for i in range(grown.contours)])
    assert np.hypot(*on.T) == pytest.approx(60.0, abs=0.05)


def test_no_offset_is_the_same_path() -> None:
    assert offset_path(LEFT, 0.0, 4.0, join=Join.MITER) is LEFT
    assert offset_path(EMPTY_PATH, 5.0, 4.0, join=Join.MITER) is EMPTY_PATH


def test_exclude_counts_how_many_paths_cover_a_place() -> None:
    three = [rectangle_path(0, 0, 30, 10), rectangle_path(10, 0, 40, 10), rectangle_path(20, 0, 50, 10)]
    assert area(merge_paths(three, MergeMode.EXCLUDE)) == pytest.approx(100 + 100 + 100)  # 0-10, 20-30, 40-50
    bow = join_contours([(rectangle_path(0, 0, 10, 10).points, True), (rectangle_path(5, 0, 15, 10).points, True)])
    assert area(merge_paths([bow, rectangle_path(20, 0, 30, 10)], MergeMode.EXCLUDE)) == pytest.approx(150 + 100)


def tangle(count: int) -> Path:
    corners = np.random.default_rng(3).uniform(0.0, 100.0, (count, 2))
    points = np.repeat(np.concatenate((corners, corners[:1])), 3, axis=0)[1:-1]
    return join_contours([(points, True)])


def test_what_would_take_minutes_is_refused() -> None:
    refuse_tangles(tangle(100))
    with pytest.raises(PathOperationError, match="cross"):
        offset_path(tangle(2000), 5.0, 4.0, join=Join.MITER)
    with pytest.raises(PathOperationError, match="cross"):
        merge_paths([tangle(2000), LEFT], MergeMode.SUBTRACT)


def test_the_outline_of_a_stroke_has_its_width_caps_and_dashes() -> None:
    paint = SolidPaint((0.0, 0.0, 0.0, 1.0))
    line = join_contours([(np.array([[0.0, 0.0], [0.0, 0.0], [40.0, 0.0], [40.0, 0.0]]), False)])
    assert area(stroke_outline(StrokeSource(line, paint, 4.0), 1.0)) == pytest.approx(160)
    square = StrokeSource(line, paint, 4.0, cap=Cap.SQUARE)
    assert area(stroke_outline(square, 1.0)) == pytest.approx(176)
    dashed = StrokeSource(line, paint, 4.0, dashes=(6.0, 4.0))
    assert area(stroke_outline(dashed, 1.0)) == pytest.approx(96)
