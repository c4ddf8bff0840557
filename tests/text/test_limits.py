"""What the texts of one document may take together."""

from __future__ import annotations

from velocity_engine.text.limits import MAX_POINTS_IN_ALL, MAX_SELECTED_IN_ALL, Allowance


def test_selectors_count_by_the_characters_that_they_look_at() -> None:
    allowance = Allowance()
    assert allowance.selects(20, 500)
    assert allowance.selects(1, MAX_SELECTED_IN_ALL - 10_000)
    assert not allowance.selects(1, 1)
    assert allowance.selects(0, 20_000)


def test_a_layer_that_does_not_fit_takes_nothing_from_those_after_it() -> None:
    allowance = Allowance()
    assert not allowance.selects(2, MAX_SELECTED_IN_ALL)
    assert allowance.selects(1, MAX_SELECTED_IN_ALL)


def test_outlines_count_by_their_points() -> None:
    allowance = Allowance()
    assert allowance.outlines(MAX_POINTS_IN_ALL - 1)
    assert not allowance.outlines(2)
    assert allowance.outlines(1)
