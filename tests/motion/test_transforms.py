"""Transforms as exact matrices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests_support import still_sampler

from velocity_engine.model.geometry import (
    IDENTITY,
    Matrix,
    apply,
    determinant,
    invert,
    multiply,
    rotation,
    scaling,
    skewing,
    translation,
)
from velocity_engine.model.layers import CameraContent, Layer
from velocity_engine.model.properties import still
from velocity_engine.model.transform import Transform
from velocity_engine.motion.transforms import camera_matrix, default_camera, lift, transform_matrix, transform_matrix4

number = st.floats(-50, 50)
matrices = st.tuples(number, number, number, number, number, number)


@given(matrices, matrices, number, number)
def test_a_product_applies_the_inner_matrix_first(outer: Matrix, inner: Matrix, x: float, y: float) -> None:
    assert apply(multiply(outer, inner), x, y) == pytest.approx(apply(outer, *apply(inner, x, y)), rel=1e-6, abs=1e-3)


@given(matrices)
def test_a_matrix_and_its_inverse_undo_each_other(m: Matrix) -> None:
    inverse = invert(m)
    if inverse is not None and abs(determinant(m)) > 0.01:
        assert multiply(m, inverse) == pytest.approx(IDENTITY, abs=1e-4)


def test_rotation_turns_clockwise_on_the_screen() -> None:
    assert apply(rotation(90), 1, 0) == pytest.approx((0, 1))


def test_skew_leans_against_its_axis() -> None:
    assert apply(skewing(45, 0), 0, 10) == pytest.approx((-10, 10))
    assert skewing(0, 30) == IDENTITY


def test_skew_goes_on_beyond_a_right_angle() -> None:
    """Glaxnimate writes 180, which is no skew at all."""
    assert skewing(180, 20) == pytest.approx(IDENTITY, abs=1e-9)
    assert skewing(135, 20) == pytest.approx(skewing(-45, 20))
    assert max(map(abs, skewing(90, 0))) < 1e5


def test_a_transform_moves_the_anchor_to_the_position() -> None:
    transform = Transform(anchor=still(10, 20, 0), position=still(100, 50, 0), scale=still(200, 50, 100))
    transform = replace(transform, rotation=still(90))
    matrix = transform_matrix(transform, still_sampler())
    assert apply(matrix, 10, 20) == pytest.approx((100, 50))
    assert apply(matrix, 20, 20) == pytest.approx((100, 70))
    assert apply(matrix, 10, 30) == pytest.approx((95, 50))


def test_a_flat_layer_in_space_stands_as_in_the_plane() -> None:
    transform = Transform(anchor=still(5, 6, 0), position=still(7, 8, 90), rotation=still(33), scale=still(120, 80, 9))
    space = transform_matrix4(transform, still_sampler())
    assert space[:2, (0, 1, 3)] == pytest.approx(lift(transform_matrix(transform, still_sampler()))[:2, (0, 1, 3)])


def test_a_turn_about_y_narrows_a_layer() -> None:
    transform = Transform(rotation_y=still(60), rotation_x=still(0), orientation=still(0, 0, 0))
    space = transform_matrix4(transform, still_sampler())
    assert space[:2, (0, 1, 3)] == pytest.approx(lift(scaling(0.5, 1))[:2, (0, 1, 3)])


def test_orientation_acts_after_the_rotations() -> None:
    turned = Transform(rotation=still(90), orientation=still(0, 60, 0))
    corner = transform_matrix4(turned, still_sampler()) @ (0, -10, 0, 1)  # turned to (10, 0, 0), then about y
    assert corner[:3] == pytest.approx((5, 0, -8.660254), abs=1e-6)


def seen(camera: np.ndarray, *point: float) -> tuple[float, float]:
    x, y, _, w = camera @ (*point, 1.0)
    return (x / w, y / w)


def camera_of(transform: Transform, *, two_nodes: bool, zoom: float = 200.0) -> np.ndarray:
    content = CameraContent(perspective=still(zoom), two_nodes=two_nodes)
    layer = Layer(content=content, transform=transform)
    return camera_matrix(layer, content, still_sampler(), np.eye(4), 128, 96)


def test_the_default_camera_shows_the_plane_at_its_size_and_halves_what_is_twice_as_far() -> None:
    camera = default_camera(360, 200)
    assert seen(camera, 30, 40, 0) == pytest.approx((30, 40))
    assert seen(camera, 280, 100, 500) == pytest.approx((230, 100))  # its zoom is 360 * 50 / 36 = 500


def test_a_camera_of_two_nodes_looks_at_its_point_of_interest() -> None:
    camera = camera_of(Transform(position=still(100, 20, -150), anchor=still(30, 70, 20)), two_nodes=True)
    assert seen(camera, 30, 70, 20) == pytest.approx((64, 48))


def test_a_camera_of_one_node_looks_along_z() -> None:
    camera = camera_of(Transform(position=still(100, 20, -100)), two_nodes=False)
    assert seen(camera, 100, 20, 0) == pytest.approx((64, 48))
    assert seen(camera, 110, 25, 0) == pytest.approx((84, 58))  # a zoom of 200 from a distance of 100


def test_a_camera_turned_to_the_right_sees_things_move_to_the_left() -> None:
    turned = Transform(position=still(64, 48, -200), rotation_y=still(10))
    assert seen(camera_of(turned, two_nodes=False), 64, 48, 0)[0] < 64 - 30


def test_a_parent_carries_its_camera() -> None:
    content = CameraContent(perspective=still(200), two_nodes=False)
    layer = Layer(content=content, transform=Transform(position=still(0, 0, -200)))
    camera = camera_matrix(layer, content, still_sampler(), lift(translation(40, 30)), 128, 96)
    assert seen(camera, 40, 30, 0) == pytest.approx((64, 48))
