"""Python looks for garbage less often during a render, and as before after it."""

from __future__ import annotations

import gc

from velocity_engine.model.gc_threshold import YOUNG_OBJECTS, raised_gc_threshold


def test_the_threshold_comes_back_when_the_last_leaves() -> None:
    before = gc.get_threshold()
    with raised_gc_threshold():
        with raised_gc_threshold():
            assert gc.get_threshold()[0] == max(before[0], YOUNG_OBJECTS)
        assert gc.get_threshold()[0] == max(before[0], YOUNG_OBJECTS)
    assert gc.get_threshold() == before


def test_a_collector_that_is_off_or_rarer_is_left_alone() -> None:
    before = gc.get_threshold()
    try:
        for threshold in (0, 10 * YOUNG_OBJECTS):
            gc.set_threshold(threshold, *before[1:])
            with raised_gc_threshold():
                assert gc.get_threshold()[0] == threshold
            assert gc.get_threshold()[0] == threshold
    finally:
        gc.set_threshold(*before)
