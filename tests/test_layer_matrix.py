"""Transforms as exact matrices."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests_support import still_sampler
from velocity_engine.layer_matrix import flatten, lift, transform_matrix, transform_matrix4
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
from velocity_engine.model.properties import still
from velocity_engine.model.transform import Transform

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


def test_a_transform_moves_the_anchor_to_the_position() -> None:
    transform = Transform(anchor=still(10, 20, 0), position=still(100, 50, 0), scale=still(200, 50, 100), rotation=still(90))
    matrix = transform_matrix(transform, still_sampler())
    assert apply(matrix, 10, 20) == pytest.approx((100, 50))
    assert apply(matrix, 20, 20) == pytest.approx((100, 70))
    assert apply(matrix, 10, 30) == pytest.approx((95, 50))


def test_a_flat_layer_in_space_stands_as_in_the_plane() -> None:
    transform = Transform(anchor=still(5, 6, 0), position=still(7, 8, 90), scale=still(120, 80, 100), rotation=still(33))
    space = flatten(transform_matrix4(transform, still_sampler()))
    assert space == pytest.approx(transform_matrix(transform, still_sampler()))


def test_a_turn_about_y_narrows_a_layer() -> None:
    transform = Transform(rotation_y=still(60), rotation_x=still(0), orientation=still(0, 0, 0))
    assert flatten(transform_matrix4(transform, still_sampler())) == pytest.approx(scaling(0.5, 1))


def test_lifting_and_flattening_keep_a_matrix() -> None:
    m = multiply(translation(3, 4), rotation(20))
    assert flatten(lift(m)) == pytest.approx(m)
    assert np.allclose(lift(IDENTITY), np.eye(4))
