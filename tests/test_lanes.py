"""Which lane renders which segments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from velocity_engine.lanes import MOST_IN_RUN, runs_of
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
