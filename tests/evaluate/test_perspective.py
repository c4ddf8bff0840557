"""Paths and commands in perspective."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from raster_support import path_of

from velocity_engine.display import (
    RESAMPLE,
    Clip,
    FillSource,
    GradientPaint,
    GroupSource,
    ImageSource,
    MaskPath,
    SolidPaint,
    StrokeSource,
    command,
    group_source,
    picture,
)
from velocity_engine.evaluate.perspective import Projection, bent, bent_mask, bent_path, device_transform, square
from velocity_engine.model.geometry import IDENTITY, rectangle_path, translation
from velocity_engine.model.layers import MaskMode
from velocity_engine.model.shapes import GradientKind
from velocity_engine.shapes.primitives import ellipse_path

RED = SolidPaint((1.0, 0.0, 0.0, 1.0))
TILTED = np.array([[1.0, 0.1, 3.0], [0.0, 1.2, -2.0], [0.002, -0.001, 1.0]])
tilts = st.floats(-0.004, 0.004)


def through(h: Projection, x: float, y: float) -> tuple[float, float]:
    u, v, w = h @ (x, y, 1.0)
    return (u / w, v / w)


@given(tilts, tilts, st.floats(-40, 40), st.floats(-40, 40))
def test_a_placing_and_its_bend_together_are_the_map(p: float, q: float, x: float, y: float) -> None:
    h = np.array([[2.0, 0.5, 10.0], [-0.3, 1.5, 5.0], [p, q, 1.0]])
    place = device_transform(h, ((0.0, 0.0),), 100.0)
    assert place is not None
    whole = square(place.matrix) if place.residual is None else place.residual @ square(place.matrix)
    assert through(whole, x, y) == pytest.approx(through(h, x, y), abs=0.02)
    assert place.residual is not None or max(abs(p), abs(q)) < 1e-5


def test_an_affine_map_has_no_bend() -> None:
    place = device_transform(square((2.0, 0.0, 0.0, 3.0, 4.0, 5.0)), ((7.0, 8.0),), 100.0)
    assert place is not None and place.residual is None
    assert place.matrix == pytest.approx((2.0, 0.0, 0.0, 3.0, 4.0, 5.0))


def test_what_is_behind_the_eye_or_seen_edge_on_has_no_place() -> None:
    behind = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, -1.0]])
    edge_on = np.array([[0.0, 0.0, 5.0], [0.0, 1.0, 0.0], [0.0, 0.01, 1.0]])
    assert device_transform(behind, ((0.0, 0.0), (10.0, 10.0)), 10.0) is None
    assert device_transform(edge_on, ((0.0, 0.0),), 10.0) is None


def test_the_curves_of_a_bent_circle_stay_on_its_image() -> None:
    path = bent_path(ellipse_path(0.0, 0.0, 100.0, 100.0), TILTED)
    back = np.linalg.inv(TILTED)
    for row in range(0, len(path.points) - 1, 3):
        curve = path.points[row : row + 4]
        for t in (0.0, 0.25, 0.5, 0.75):
            u = 1.0 - t
            at = u**3 * curve[0] + 3 * u * u * t * curve[1] + 3 * u * t * t * curve[2] + t**3 * curve[3]
            assert math.hypot(*through(back, *at)) == pytest.approx(50.0, abs=0.05)


def test_straight_sides_stay_straight() -> None:
    path = bent_path(rectangle_path(0.0, 0.0, 40.0, 30.0), TILTED)
    corners = {tuple(np.round(point, 6)) for point in path.points[0::3]}
    for corner in ((0.0, 0.0), (40.0, 0.0), (40.0, 30.0), (0.0, 30.0)):
        assert tuple(np.round(through(TILTED, *corner), 6)) in corners


def test_what_lies_behind_the_eye_is_cut_off() -> None:
    h = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.01, 0.0, 1.0]])  # the eye is at x = -100
    path = bent_path(rectangle_path(-300.0, -10.0, 50.0, 10.0), h)
    bounds = path.bounds()
    assert bounds is not None
    assert bounds[2] == pytest.approx(50.0 / 1.5)
    assert bounds[0] == pytest.approx(-98.0 / 0.02)
    assert not bent_path(rectangle_path(-300.0, -10.0, -200.0, 10.0), h).contours


def test_what_is_left_of_a_cut_contour_is_closed() -> None:
    h = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.01, 0.0, 1.0]])
    path = bent_path(rectangle_path(-300.0, -10.0, 50.0, 10.0), h)
    assert path.closed.tolist() == [True]
    assert path.points[0].tolist() == path.points[-1].tolist()


def test_curves_are_cut_further_the_more_their_depth_differs() -> None:
    path = rectangle_path(0.0, 0.0, 10.0, 10.0)
    for slope, pieces in ((0.0, 1), (0.00005, 1), (0.01, 2), (0.1, 6)):
        h = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [slope, 0.0, 1.0]])
        assert len(bent_path(path, h).points) == 3 * 4 * pieces + 1, slope


def test_fills_become_fills_and_strokes_become_the_fills_of_their_outlines() -> None:
    fill = bent(command(FillSource(rectangle_path(0.0, 0.0, 10.0, 10.0), RED), translation(5.0, 0.0)), TILTED)
    stroke = bent(command(StrokeSource(rectangle_path(0.0, 0.0, 10.0, 10.0), RED, 2.0)), TILTED)
    assert fill is not None and stroke is not None
    assert fill.matrix == stroke.matrix == IDENTITY
    assert tuple(path_of(fill).points[0]) == pytest.approx(through(TILTED, 5.0, 0.0))
    box = path_of(stroke).bounds()
    assert box is not None
    assert box[0] == pytest.approx(min(through(TILTED, -1.0, y)[0] for y in (-1.0, 11.0)), abs=0.02)


def test_pictures_and_gradients_are_resampled_once() -> None:
    stops = np.array([[0.0, 1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0, 1.0]])
    gradient = GradientPaint(GradientKind.LINEAR, (0.0, 0.0), (10.0, 0.0), (0.0, 0.0), stops)
    image = ImageSource(picture(np.full((4, 4, 4), 255, np.uint8)), 20.0, 20.0)
    for source in (image, FillSource(rectangle_path(0.0, 0.0, 10.0, 10.0), gradient)):
        once = bent(command(source), TILTED)
        assert once is not None and [call.effect for call in once.effects] == [RESAMPLE]
        twice = bent(once, TILTED)
        assert twice is not None and len(twice.effects) == 1
        assert np.reshape(twice.effects[0].values[0], (3, 3)) == pytest.approx(TILTED @ TILTED)


@pytest.mark.parametrize(
    "rows",
    [
        [[1.0, 0.0, 0.0], [0.2, 3.0, -7.0], [0.01, 0.0, 1.0]],  # grows upwards and downwards
        [[1.0, 0.0, -5.0], [0.0, 0.2, 4.0], [-0.02, 0.0, 1.0]],  # grows to both sides
    ],
)
def test_what_is_resampled_has_a_margin_for_where_it_is_seen(rows: list[list[float]]) -> None:
    pushed = np.array(rows)
    image = ImageSource(picture(np.full((4, 4, 4), 255, np.uint8)), 20.0, 20.0)
    moved = bent(command(image), pushed)
    assert moved is not None
    corners = np.array([through(pushed, x, y) for x in (0.0, 20.0) for y in (0.0, 20.0)])
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    beyond = np.array([-left, -top, right - 20.0, bottom - 20.0])
    assert sorted(beyond > 0.0) == [False, False, True, True]
    assert moved.effects[0].margin == pytest.approx(np.maximum(beyond, 0.0) + 2.0)


def test_a_clip_becomes_a_sharp_mask_of_its_bent_box() -> None:
    inner = command(FillSource(rectangle_path(0.0, 0.0, 10.0, 10.0), RED))
    entry = command(group_source([inner]), clips=(Clip((0.0, 0.0, 8.0, 8.0), translation(1.0, 2.0)),))
    moved = bent(entry, TILTED)
    assert moved is not None
    (mask,) = moved.masks
    assert (mask.inverted, mask.opacity, mask.expansion, mask.feather) == (False, 1.0, 0.0, (0.0, 0.0))
    want = bent_path(rectangle_path(1.0, 2.0, 9.0, 10.0), TILTED)
    assert mask.path.points == pytest.approx(want.points)


def test_a_masks_lengths_follow_the_map_at_its_middle() -> None:
    mask = MaskPath(rectangle_path(10.0, 20.0, 50.0, 30.0), MaskMode.ADD, False, 1.0, 3.0, (4.0, 5.0))
    depth = float(TILTED[2] @ (30.0, 25.0, 1.0))
    scale = math.sqrt(float(np.linalg.det(TILTED)) / depth**3)
    moved = bent_mask(mask, TILTED)
    assert moved.expansion == pytest.approx(3.0 * scale)
    assert moved.feather == pytest.approx((4.0 * scale, 5.0 * scale))
    edge_on = np.array([[0.0, 0.0, 5.0], [0.0, 1.0, 0.0], [0.0, 0.01, 1.0]])
    assert bent_mask(mask, edge_on).feather == pytest.approx((0.0, 0.0))


def test_clips_become_masks_and_groups_bend_within() -> None:
    inner = command(FillSource(rectangle_path(0.0, 0.0, 10.0, 10.0), RED))
    entry = command(group_source([inner]), opacity=0.5, clips=(Clip((0.0, 0.0, 8.0, 8.0), IDENTITY),))
    moved = bent(entry, TILTED)
    assert moved is not None
    assert not moved.clips and [mask.mode for mask in moved.masks] == [MaskMode.INTERSECT]
    assert moved.opacity == 0.5
    assert isinstance(moved.source, GroupSource)
    assert tuple(path_of(moved.source.commands[0]).points[0]) == pytest.approx((3.0, -2.0))


def test_perspectives_within_perspectives_do_not_multiply_points_without_end() -> None:
    path = rectangle_path(0.0, 0.0, 10.0, 10.0)
    for _ in range(40):
        path = bent_path(path, np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.01, 0.0, 1.0]]))
    assert len(path.points) < 50_000
