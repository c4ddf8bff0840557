"""Which lane renders which segments, and how many frames at a time."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velocity_engine.pipeline import lanes
from velocity_engine.pipeline.lanes import MOST_IN_RUN, MOST_TOGETHER, frames_together, runs_of
from velocity_engine.plugin_types import Segment


@given(st.integers(1, 60), st.integers(1, 8))
def test_runs_hold_all_segments_in_order_and_end_short(count: int, many: int) -> None:
    segments = [Segment(number=number, first=number, last=number + 1) for number in range(count)]
    runs = runs_of(segments, min(many, count))
    assert [segment for run in runs for segment in run] == segments
    lengths = [len(run) for run in runs]
    assert max(lengths) <= MOST_IN_RUN
    assert lengths == sorted(lengths, reverse=True)
    assert len(runs) >= min(many, count)  # every lane has something to do


def test_of_large_frames_fewer_are_drawn_together() -> None:
    assert frames_together(1920, 1080) == MOST_TOGETHER
    assert frames_together(3840, 2160) == 2
    assert frames_together(16, 16) == MOST_TOGETHER
    assert frames_together(20_000, 20_000) == 1


def test_a_lane_makes_haste_at_the_end_or_where_processors_are_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    segments = [Segment(number=number, first=100 * number, last=100 * number + 100) for number in range(3)]
    work: Any = SimpleNamespace(scene=SimpleNamespace(width=32, height=16))
    monkeypatch.setattr(lanes, "available_cores", lambda: 2)
    both = lanes.Lanes(work, segments)
    one, other = both._lanes
    one.frames_taken = other.frames_taken = 100
    one._sender.sent = 50
    assert not both._in_haste(other), "a run is left that the other lane will take"
    one.frames_taken = 200
    one._sender.sent, other._sender.sent = 150, 45
    assert not both._in_haste(other), "about as far from the end"
    other._sender.sent = 20
    assert both._in_haste(other) and not both._in_haste(one)
    one.ended = True
    other._sender.sent = 99
    assert both._in_haste(other), "a processor is to spare"
