"""Which frames of a document are meant: half-open ranges within the composition, and markers by their names."""

from __future__ import annotations

from typing import Any

import pytest

from velocity_engine.errors import FrameRangeError
from velocity_engine.model.document import Composition, Document, Marker
from velocity_engine.model.frame_ranges import frame_at, frame_range

DOCUMENT = Document(
    width=64, height=36, frame_rate=30.0, in_point=10, out_point=90, main=Composition(id=""),
    markers=tuple(
        Marker(name=name, time=time, duration=duration)
        for name, time, duration in (("early", 0, 20), ("middle", 30, 15), ("late", 80, 50), ("point", 60, 0))
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("frames", "meant"),
    [
        (None, (10, 90)),
        ((10, 90), (10, 90)),
        ((20.5, 21), (20.5, 21)),
        (range(12, 40), (12, 40)),
        (slice(None, 40), (10, 40)),
        (slice(40, None), (40, 90)),
        ("middle", (30, 45)),
        ("early", (10, 20)),
        ("late", (80, 90)),
        ("point", (60, 90)),  # a marker without a length lasts to the end
    ],
)
def test_a_range(frames: Any, meant: tuple[float, float]) -> None:
    assert frame_range(DOCUMENT, frames) == meant


@pytest.mark.parametrize(
    ("frames", "message", "field"),
    [
        ((20, 20), "the frame range 20 to 20 is empty", "frames[1]"),
        ((40, 20), "the frame range 40 to 20 is empty", "frames[1]"),
        ((9, 20), "the frame range 9 to 20 leaves the composition", "frames[0]"),
        ((20, 91), "the frame range 20 to 91 leaves the composition", "frames[1]"),
        ((90, 91), "the frame range 90 to 91 leaves the composition", "frames[0]"),
        ("midle", "there is no marker 'midle'", "frames"),
    ],
)
def test_a_range_that_is_not_there_says_which_end_is_wrong(frames: Any, message: str, field: str) -> None:
    with pytest.raises(FrameRangeError) as failure:
        frame_range(DOCUMENT, frames)
    assert (failure.value.message, failure.value.place.field) == (message, field)
    assert failure.value.hint in (
        "The composition has frames 10 to 90 (the end is not included)",
        "Did you mean 'middle'?",
    )


def test_a_moment_lies_within_the_composition() -> None:
    assert [frame_at(DOCUMENT, frame) for frame in (10, 10.5, 89.99)] == [10, 10.5, 89.99]
    for frame in (9.99, 90):
        with pytest.raises(FrameRangeError, match=f"there is no frame {frame:g}"):
            frame_at(DOCUMENT, frame)
