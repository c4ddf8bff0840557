from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from velocity_engine.model.properties import still
from velocity_engine.model.text import ExpressionSelector, RangeSelector, WigglySelector
from velocity_engine.text.selectors import (
    combined,
    domain,
    range_values,
    selector_values,
    shuffled,
    wiggle_values,
)
from velocity_engine.text.still import STILL, FirstValueSampler

NUMBERS = ("start", "end", "offset", "amount", "max_ease", "min_ease", "smoothness")


def selector(**values: Any) -> RangeSelector:
    given: dict[str, Any] = {k: still(v) if k in NUMBERS else v for k, v in values.items()}
    return RangeSelector(**given)


def values(count: int, **given: Any) -> list[float]:
    return [float(v) for v in range_values(selector(**given), count, STILL)]


def test_a_square_covers_parts_of_units() -> None:
    assert values(4) == [1, 1, 1, 1]
    assert values(4, end=50) == [1, 1, 0, 0]
    assert values(4, end=62.5) == [1, 1, 0.5, 0]
    assert values(4, start=37.5, end=62.5) == [0, 0.5, 0.5, 0]
    assert values(4, start=75, end=25) == [0, 1, 1, 0]
    assert values(4, end=25, offset=50) == [0, 0, 1, 0]
    assert values(4, offset=-100) == [0, 0, 0, 0]


def test_units_may_be_indices() -> None:
    assert values(4, units=2, start=1, end=3) == [0, 1, 1, 0]
    assert values(4, units=2, start=1) == [0, 1, 1, 1]
    assert values(4, units=2, start=0, end=1, offset=2) == [0, 0, 1, 0]


def test_shapes_are_sampled_in_the_middle_of_units() -> None:
    assert values(4, shape=2) == [0.125, 0.375, 0.625, 0.875]
    assert values(4, shape=3) == [0.875, 0.625, 0.375, 0.125]
    assert values(4, shape=4) == [0.25, 0.75, 0.75, 0.25]
    assert values(2, shape=5) == pytest.approx([np.sqrt(0.75)] * 2)
    assert values(4, shape=6) == pytest.approx([(1 - np.sqrt(0.5)) / 2, (1 + np.sqrt(0.5)) / 2] * 1 + [
        (1 + np.sqrt(0.5)) / 2, (1 - np.sqrt(0.5)) / 2])  # fmt: skip


def test_shapes_outside_their_range() -> None:
    assert values(4, shape=2, start=25, end=75) == [0, 0.25, 0.75, 1]
    assert values(4, shape=3, start=25, end=75) == [1, 0.75, 0.25, 0]
    assert values(4, shape=4, start=25, end=75) == [0, 0.5, 0.5, 0]
    assert values(4, shape=5, start=25, end=75) == pytest.approx([0, np.sqrt(0.75), np.sqrt(0.75), 0])
    assert values(4, shape=6, start=25, end=75) == pytest.approx([0, 0.5, 0.5, 0])


def test_an_empty_range() -> None:
    assert values(3, start=50, end=50) == [0, 0, 0]
    assert values(4, shape=2, start=50, end=50) == [0, 0, 1, 1]
    assert values(4, shape=3, start=50, end=50) == [1, 1, 0, 0]
    assert values(4, shape=4, start=50, end=50) == [0, 0, 0, 0]


def test_the_amount_scales_and_may_turn_round() -> None:
    assert values(2, amount=50) == [0.5, 0.5]
    assert values(2, amount=-100) == [-1, -1]
    assert values(2, amount=300) == [1, 1]


def test_smoothness_sharpens_the_edge_of_a_square() -> None:
    assert values(2, end=75, smoothness=100) == [1, 0.5]
    assert values(2, end=75, smoothness=0) == [1, 0.5]
    assert values(2, end=80, smoothness=50) == pytest.approx([1, 0.7])
    assert values(2, end=80, smoothness=0) == [1, 1]
    assert values(2, end=70, smoothness=0) == [1, 0]


def test_eases_bend_the_values_and_keep_the_ends() -> None:
    plain = np.array(values(9, shape=2))
    eased = np.array(values(9, shape=2, min_ease=100, max_ease=100))
    assert eased[4] == pytest.approx(0.5, abs=1e-4)
    assert (eased[:4] < plain[:4]).all()
    assert (eased[5:] > plain[5:]).all()
    low = np.array(values(9, shape=2, min_ease=100))
    assert (low < plain).all()
    outward = np.array(values(9, shape=2, min_ease=-100))
    assert (outward > plain).all()
    assert values(2, min_ease=80, max_ease=80) == [1, 1]


@pytest.mark.parametrize(
    ("mode", "first", "then"),
    [
        (1, [0.5, 1.0], [0.75, 1.0]),
        (2, [0.5, 0.0], [0.25, 0.75]),
        (3, [0.5, 1.0], [0.125, 0.25]),
        (4, [0.5, 1.0], [0.25, 0.25]),
        (5, [0.5, 1.0], [0.5, 1.0]),
        (6, [0.5, 1.0], [0.25, 0.75]),
    ],
)
def test_modes(mode: int, first: list[float], then: list[float]) -> None:
    values = np.array([0.5, 1.0])
    assert combined(mode, None, values).tolist() == first
    quarter = np.array([0.25, 0.25])
    assert combined(mode, values, quarter).tolist() == then if mode != 2 else [0.25, 0.75]


def test_sums_stay_within_one() -> None:
    one = np.ones(2)
    assert combined(1, one, one).tolist() == [1, 1]
    assert combined(2, -one, one).tolist() == [-1, -1]


LINE = np.array([0, 0, 0, 0, 1])
WORD = np.array([0, 0, -1, 1, 2])


def test_domains() -> None:
    assert [d.tolist() if hasattr(d, "tolist") else d for d in domain(1, LINE, WORD)] == [[0, 1, 2, 3, 4], 5]
    assert [d.tolist() if hasattr(d, "tolist") else d for d in domain(2, LINE, WORD)] == [[0, 1, -1, 2, 3], 4]
    assert [d.tolist() if hasattr(d, "tolist") else d for d in domain(3, LINE, WORD)] == [[0, 0, -1, 1, 2], 3]
    assert [d.tolist() if hasattr(d, "tolist") else d for d in domain(4, LINE, WORD)] == [[0, 0, 0, 0, 1], 2]


def test_selectors_of_words_and_lines_move_their_characters_together() -> None:
    words = selector_values([selector(based_on=3, end=100 / 3)], LINE, WORD, STILL, 0)
    assert words[:, 0] == pytest.approx([1, 1, 0, 0, 0])
    lines = selector_values([selector(based_on=4, start=50)], LINE, WORD, STILL, 0)
    assert lines[:, 0].tolist() == [0, 0, 0, 0, 1]


def test_several_selectors_are_combined_in_order() -> None:
    both = selector_values([selector(end=80), selector(start=40, mode=2)], LINE, WORD, STILL, 0)
    assert both[:, 0].tolist() == [1, 1, 0, 0, -1]


def test_no_selector_selects_everything() -> None:
    assert (selector_values([], LINE, WORD, STILL, 0) == 1).all()


def test_random_order_is_a_permutation_that_never_changes() -> None:
    order = shuffled(50, 7)
    assert sorted(order) == list(range(50))
    assert order.tolist() != list(range(50))
    assert (order == shuffled(50, 7)).all()
    assert (order != shuffled(50, 8)).any()
    assert shuffled(5, 1).tolist() == shuffled(5, 1).tolist()


class At(FirstValueSampler):
    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


def wiggly(**given: Any) -> WigglySelector:
    values: dict[str, Any] = {k: v if k == "lock_dimensions" else still(v) for k, v in given.items()}
    return WigglySelector(**values)


def test_a_wiggle_stays_between_its_amounts_and_is_smooth_and_repeatable() -> None:
    selector = wiggly(min_amount=-50.0, max_amount=80.0)
    way = np.stack([wiggle_values(selector, 6, At(t / 50), 3) for t in range(200)])
    assert way.min() >= -0.5
    assert way.max() <= 0.8
    assert way.std() > 0.1
    assert np.abs(np.diff(way, axis=0)).max() < 0.12
    assert (wiggle_values(selector, 6, At(1.23), 3) == wiggle_values(selector, 6, At(1.23), 3)).all()
    assert (wiggle_values(selector, 6, At(1.23), 3) != wiggle_values(selector, 6, At(1.23), 4)).any()


def test_full_correlation_moves_all_units_alike_and_locked_dimensions_move_as_one() -> None:
    together = wiggle_values(wiggly(correlation=100.0), 5, At(0.7), 0)
    assert np.ptp(together, axis=0).max() == 0.0
    locked = wiggle_values(wiggly(lock_dimensions=True), 5, At(0.7), 0)
    assert np.ptp(locked, axis=1).max() == 0.0
    assert np.ptp(wiggle_values(wiggly(), 5, At(0.7), 0), axis=1).max() > 0.0


def test_phases_move_a_wiggle_in_time_and_along_the_text() -> None:
    ahead = wiggle_values(wiggly(temporal_phase=360.0), 5, At(0.2), 0)
    assert ahead == pytest.approx(wiggle_values(wiggly(), 5, At(0.7), 0))  # half a second is one wiggle
    along = wiggle_values(wiggly(spatial_phase=360.0, correlation=0.0), 4, At(0.2), 0)
    assert along == pytest.approx(wiggle_values(wiggly(correlation=0.0), 5, At(0.2), 0)[1:])
    other = WigglySelector(seed=3)
    assert (wiggle_values(other, 5, At(0.2), 0) != wiggle_values(WigglySelector(), 5, At(0.2), 0)).any()


class Doubling(FirstValueSampler):
    def select(self, prop: Any, units: Any, total: int, before: Any) -> Any:
        assert total == 4 and units.tolist() == [0, 1, 2, 3]
        return before * 2.0 + units[:, None]


def test_what_an_expression_gives_takes_the_place_of_what_was_selected() -> None:
    expressed = ExpressionSelector(amount=still(100), based_on=2)
    found = selector_values([selector(amount=50), expressed], LINE, WORD, Doubling(), 0)
    assert found[:, 0] == pytest.approx([1.0, 1.01, 0.0, 1.02, 1.03])
    first = selector_values([expressed], LINE, WORD, Doubling(), 0)
    assert first[:, 2] == pytest.approx([2.0, 2.01, 0.0, 2.02, 2.03])
    assert (selector_values([expressed], LINE, WORD, STILL, 0) == [[1], [1], [0], [1], [1]]).all()
