"""Colours, gradient stops, focal points, dashes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from velocity_engine.model.shapes import GradientKind
from velocity_engine.shapes.paint import color_of, dash_pattern, gradient_paint, gradient_stops


def stops(count: int, *numbers: float) -> list[list[float]]:
    found: list[list[float]] = np.round(gradient_stops(np.array(numbers, np.float64), count), 9).tolist()
    return found


def test_colors() -> None:
    assert color_of((0.1, 0.2, 0.3)) == (0.1, 0.2, 0.3, 1.0)
    assert color_of((0.1, 0.2, 0.3, 0.5)) == (0.1, 0.2, 0.3, 0.5)
    assert color_of((2.0, -1.0)) == (1.0, 0.0, 0.0, 1.0)


def test_plain_stops_are_opaque() -> None:
    assert stops(2, 0, 1, 0, 0, 1, 0, 0, 1) == [[0, 1, 0, 0, 1], [1, 0, 0, 1, 1]]


def test_stops_are_padded_to_both_ends() -> None:
    assert stops(1, 0.5, 1, 0, 0) == [[0, 1, 0, 0, 1], [0.5, 1, 0, 0, 1], [1, 1, 0, 0, 1]]


def test_alpha_stops_at_other_offsets_interpolate_the_color_and_the_other_way() -> None:
    found = stops(2, 0, 0, 0, 0, 1, 1, 1, 1, 0.25, 1, 0.75, 0)
    assert found == [[0, 0, 0, 0, 1], [0.25, 0.25, 0.25, 0.25, 1], [0.75, 0.75, 0.75, 0.75, 0], [1, 1, 1, 1, 0]]


def test_hard_edges_stay() -> None:
    found = stops(4, 0, 1, 0, 0, 0.5, 1, 0, 0, 0.5, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0)
    assert found == [[0, 1, 0, 0, 1], [0.5, 1, 0, 0, 0.5], [0.5, 0, 1, 0, 0.5], [1, 0, 1, 0, 0]]


def test_offsets_never_go_back() -> None:
    assert [row[0] for row in stops(3, 0, 0, 0, 0, 0.8, 0, 0, 0, 0.2, 1, 1, 1)] == [0, 0.8, 0.8, 1]


def test_too_few_numbers_are_taken_as_far_as_they_go() -> None:
    assert stops(0) == [] and stops(3, 0.5) == []
    assert len(stops(3, 0, 1, 0, 0, 1, 0, 0, 1)) == 2


@given(st.lists(st.floats(-0.5, 1.5), max_size=40), st.integers(0, 8))
def test_any_numbers_give_rising_rows(numbers: list[float], count: int) -> None:
    found = gradient_stops(np.array(numbers, np.float64), count)
    assert found.shape[1] == 5 and (np.diff(found[:, 0]) >= 0).all()
    assert ((found >= 0) & (found <= 1)).all()
    if len(found):
        assert found[0, 0] == 0.0 and found[-1, 0] == 1.0


def test_focal_point() -> None:
    rows = gradient_stops(np.array([0.0, 1, 1, 1]), 1)
    radial = gradient_paint(GradientKind.RADIAL, (10.0, 10.0), (30.0, 10.0), 50.0, 90.0, rows)
    assert radial.focal == pytest.approx((10, 20))
    clamped = gradient_paint(GradientKind.RADIAL, (0.0, 0.0), (100.0, 0.0), 400.0, 0.0, rows)
    assert clamped.focal == pytest.approx((99, 0))
    assert gradient_paint(GradientKind.LINEAR, (1.0, 2.0), (3.0, 4.0), 50.0, 0.0, rows).focal == (1.0, 2.0)


@pytest.mark.parametrize(
    ("lengths", "pattern"),
    [
        ([4, 2], (4, 2)),
        ([4, 8, 16], (4, 8, 16, 4, 8, 16)),
        ([5], (5, 5)),
        ([0, 7], (0, 7)),
        ([0, 0], ()),
        ([5, -1], ()),
    ],
)
def test_dashes(lengths: list[float], pattern: tuple[float, ...]) -> None:
    assert dash_pattern(lengths) == pattern
