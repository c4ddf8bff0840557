"""What expressions may take of a processor's time, counted in seconds that are given."""

from __future__ import annotations

import pytest

from velocity_engine.errors import RenderFailed
from velocity_engine.evaluate.expressions.budget import (
    MAX_OUT_OF_TIME,
    SECONDS_A_CALL,
    SECONDS_A_FRAME,
    SECONDS_LOST,
    SHORTEST_CALL,
    Budget,
)


def test_a_call_that_took_all_it_had_ran_out_of_time() -> None:
    budget = Budget(1)
    assert budget.ran_out(SECONDS_A_CALL)
    assert not budget.ran_out(SECONDS_A_CALL * 0.99)


def test_each_call_that_is_lost_leaves_the_next_ones_less() -> None:
    budget = Budget(1)
    given = []
    for _ in range(6):
        given.append(budget.a_call)
        budget.lose(0.0)
    assert given == pytest.approx([0.5, 0.25, 0.125, 0.0625, SHORTEST_CALL, SHORTEST_CALL])


def test_after_a_few_lost_calls_or_a_long_one_no_other_is_tried() -> None:
    often, long = Budget(1), Budget(1)
    for _ in range(MAX_OUT_OF_TIME):
        assert not often.exhausted
        often.lose(0.01)
    assert often.exhausted
    long.lose(SECONDS_LOST)
    assert not long.exhausted
    long.lose(0.01)
    assert long.exhausted


def test_a_frame_begins_anew_and_all_frames_together_have_a_limit_too() -> None:
    budget = Budget(0)
    for _ in range(2):
        budget.begin_frame()
        budget.charge(SECONDS_A_FRAME)
    with pytest.raises(RenderFailed, match="of one frame take more than 2 s"):
        budget.charge(0.01)

    whole, frames = Budget(0), []

    def render() -> None:
        for frame in range(100):
            whole.begin_frame()
            whole.charge(SECONDS_A_FRAME)
            frames.append(frame)

    with pytest.raises(RenderFailed, match="in all"):
        render()
    assert len(frames) == 31  # 60 s, and 0.1 s for each frame: the 32nd makes 64 s of 63.2 s


def test_a_document_of_many_expressions_has_more_time_for_a_frame() -> None:
    Budget(1000).charge(SECONDS_A_FRAME + 0.19)
    with pytest.raises(RenderFailed, match="of one frame"):
        Budget(0).charge(SECONDS_A_FRAME + 0.19)
