"""Fitting pictures into boxes."""

from __future__ import annotations

import pytest

from velocity_engine.builtin.layers.fit import fitted
from velocity_engine.model.geometry import IDENTITY, translation


def test_the_same_shape_fills_its_box_whatever_the_fit() -> None:
    for fit in ("fill", "cover", "contain"):
        place = fitted((100, 50), (200, 100), fit)
        assert (place.width, place.height, place.matrix, place.window) == (100, 50, IDENTITY, None)


def test_cover_crops_the_longer_side_in_the_middle() -> None:
    place = fitted((100, 100), (200, 100), "cover")
    assert (place.width, place.height) == (100, 100)
    assert place.window == pytest.approx((50, 0, 150, 100))


def test_contain_leaves_room_on_both_sides() -> None:
    place = fitted((100, 100), (200, 100), "contain")
    assert (place.width, place.height, place.window) == (100, 50, None)
    assert place.matrix == translation(0, 25)


def test_none_keeps_the_pixels_and_crops_what_is_too_large() -> None:
    place = fitted((100, 100), (40, 300), "none")
    assert (place.width, place.height) == (40, 100)
    assert place.window == pytest.approx((0, 100, 40, 200))
    assert place.matrix == translation(30, 0)


def test_without_a_box_the_picture_keeps_its_size() -> None:
    assert fitted((0, 0), (30, 20), "cover").width == 30
