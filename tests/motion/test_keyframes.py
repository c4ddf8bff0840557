"""Keyframes: easing, holds, spatial ways."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from velocity_engine.model.properties import Bezier, Ease, Keyframe, Property
from velocity_engine.motion.keyframes import Curve, Curves, SpatialCurve, _with_vertices, cubic_ease
from velocity_engine.shapes.primitives import bezier_path
from velocity_engine.shapes.trim import measure

unit = st.floats(0.0, 1.0)


def key(time: float, *value: float, **more: Any) -> Keyframe[tuple[float, ...]]:
    return Keyframe(time, tuple(value), **more)


@given(unit, st.floats(-1, 2), unit, st.floats(-1, 2), unit)
def test_easing_solves_its_own_curve(x1: float, y1: float, x2: float, y2: float, t: float) -> None:
    u = 1 - t
    x = 3 * u * u * t * x1 + 3 * u * t * t * x2 + t**3
    y = 3 * u * u * t * y1 + 3 * u * t * t * y2 + t**3
    slope = 3 * u * u * x1 + 6 * u * t * (x2 - x1) + 3 * t * t * (1 - x2)
    if slope > 0.05:
        assert cubic_ease(x1, y1, x2, y2, x) == pytest.approx(y, abs=1e-4)


@given(unit, unit, unit)
def test_easing_within_the_unit_square_never_leaves_it_and_rises(x1: float, x2: float, x: float) -> None:
    value = cubic_ease(x1, 0.0, x2, 1.0, x)
    assert -1e-9 <= value <= 1 + 1e-9
    assert cubic_ease(x1, 0.0, x2, 1.0, min(x + 0.1, 1.0)) >= value - 1e-9


def test_values_before_between_and_after_the_keyframes() -> None:
    curve = Curve([key(10, 0.0), key(20, 100.0), key(30, 50.0, hold=True), key(40, 7.0)])
    values = [curve.at(frame)[0] for frame in (0, 10, 15, 20, 25, 30, 39.9, 40, 99)]
    assert values == pytest.approx([0, 0, 50, 100, 75, 50, 50, 7, 7])


def test_an_end_value_of_the_old_form_wins_over_the_next_start() -> None:
    curve = Curve([key(0, 0.0, end=(10.0,)), key(10, 90.0)])
    assert curve.at(5)[0] == pytest.approx(5)


def test_components_can_ease_apart() -> None:
    out, into = Ease((0.0, 1.0), (0.0, 0.0)), Ease((1.0, 1.0), (1.0, 1.0))
    curve = Curve([key(0, 0.0, 0.0, out=out, into=into), key(10, 10.0, 10.0)])
    x, y = curve.at(5)
    assert x == pytest.approx(5) and y < x


def test_a_spatial_way_is_walked_at_even_speed() -> None:
    way = SpatialCurve((0.0, 0.0), (0.0, 55.2285), (-55.2285, 0.0), (100.0, 100.0))  # a quarter of a circle
    assert way.length == pytest.approx(math.pi * 50, rel=2e-3)
    halfway = way.at(0.5)
    assert halfway == pytest.approx((100 - 100 * math.cos(math.pi / 4), 100 * math.sin(math.pi / 4)), abs=0.3)
    assert way.direction(0.0) == pytest.approx((0.0, 1.0), abs=0.05)


def test_paths_blend_point_by_point() -> None:
    zeros = np.zeros((2, 2))
    first = Bezier(np.array([[0.0, 0.0], [10.0, 0.0]]), zeros, zeros, True)
    second = Bezier(np.array([[0.0, 10.0], [10.0, 30.0]]), zeros, zeros, True)
    blended = Curve([Keyframe(0, first), Keyframe(10, second)]).at(5)
    assert blended.vertices.tolist() == [[0, 5], [10, 15]]


def square(size: float) -> Bezier:
    corners = np.array([[0.0, 0.0], [size, 0.0], [size, size], [0.0, size]])
    return Bezier(corners, np.zeros((4, 2)), np.zeros((4, 2)), True)


def test_paths_of_differing_counts_blend_between_their_own_shapes() -> None:
    triangle = Bezier(np.array([[0.0, 0.0], [40.0, 0.0], [0.0, 40.0]]), np.zeros((3, 2)), np.zeros((3, 2)), True)
    curve = Curve([Keyframe(0, triangle), Keyframe(10, square(40.0))])
    assert curve.at(0).vertices.tolist() == [[0, 0], [20, 0], [40, 0], [0, 40]]
    assert curve.at(5).vertices.tolist() == [[0, 0], [30, 0], [40, 20], [0, 40]]
    assert curve.at(10).vertices.tolist() == square(40.0).vertices.tolist()
    back = Curve([Keyframe(0, square(40.0)), Keyframe(10, triangle)])
    assert back.at(5).vertices.tolist() == [[0, 0], [30, 0], [40, 20], [0, 40]]


@given(st.integers(2, 5), st.integers(0, 9), st.booleans(), st.integers(0, 2**32 - 1))
def test_vertices_are_added_without_changing_the_path(own: int, more: int, closed: bool, seed: int) -> None:
    numbers = np.random.default_rng(seed).uniform(-50, 50, (3, own, 2))
    path = Bezier(numbers[0], numbers[1], numbers[2], closed)
    finer = _with_vertices(path, own + more)
    assert len(finer.vertices) == len(finer.ins) == len(finer.outs) == own + more
    before, after = measure(bezier_path(path)), measure(bezier_path(finer))
    assert after.total == pytest.approx(before.total, rel=1e-4)
    assert {tuple(v) for v in np.round(path.vertices, 9)} <= {tuple(v) for v in np.round(finer.vertices, 9)}


def test_a_lone_vertex_and_no_vertex_grow_in_place() -> None:
    lone = Bezier(np.array([[5.0, 6.0]]), np.zeros((1, 2)), np.zeros((1, 2)), False)
    assert Curve([Keyframe(0, lone), Keyframe(10, square(10.0))]).at(0).vertices.tolist() == [[5, 6]] * 4
    none = Bezier(np.zeros((0, 2)), np.zeros((0, 2)), np.zeros((0, 2)), True)
    assert Curve([Keyframe(0, none), Keyframe(10, square(10.0))]).at(5).vertices.tolist()[2] == [5, 5]


def test_keyframes_at_one_time_jump() -> None:
    curves = Curves()
    prop = Property((0.0,), (key(0, 0.0), key(5, 5.0), key(5, 50.0), key(10, 50.0)))
    assert curves.value(prop, 4.999)[0] == pytest.approx(5, abs=0.01)
    assert curves.value(prop, 5)[0] == 50
