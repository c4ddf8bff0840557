"""Which lane renders which segments, and how many frames at a time."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from velocity_engine.lanes import MOST_IN_RUN, MOST_TOGETHER, frames_together, in_batches, runs_of
from velocity_engine.plugin_types import Segment


@given(st.integers(1, 60), st.integers(1, 8))
def test_runs_hold_all_segments_in_order_and_end_short(count: int, lanes: int) -> None:
    segments = [Segment(number=number, first=number, last=number + 1) for number in range(count)]
    runs = runs_of(segments, min(lanes, count))
    assert [segment for run in runs for segment in run] == segments
    lengths = [len(run) for run in runs]
    assert max(lengths) <= MOST_IN_RUN
    assert lengths == sorted(lengths, reverse=True)
    assert len(runs) >= min(lanes, count)  # every lane has something to do


def test_batches_are_made_before_they_are_given() -> None:
    made: list[int] = []

    def numbers() -> Iterator[int]:
        for number in range(7):
            made.append(number)
            yield number

    seen = [(number, len(made)) for number in in_batches(numbers(), 3)]
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 6), (4, 6), (5, 6), (6, 7)]


def test_large_frames_are_drawn_one_by_one() -> None:
    assert frames_together(1920, 1080) == MOST_TOGETHER
    assert frames_together(3840, 2160) == 1
    assert frames_together(16, 16) == MOST_TOGETHER
    assert frames_together(20_000, 20_000) == 1
