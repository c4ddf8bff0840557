"""Where the samples of a clip's planes lie on the frame, at the edges."""

from __future__ import annotations

import numpy as np

from velocity_engine.composite.plane_axes import ClipAxis, ClipSide, FrameSide, clip_axis


def axis(
    shift: float,
    size: int = 100,
    limits: tuple[int, int] = (0, 322),
    edges: tuple[tuple[float, float], ...] = (),
    frame: int = 322,
) -> ClipAxis | None:
    """Columns of a clip in its own size, moved by whole pixels."""
    return clip_axis(1.0, shift, ClipSide((0.0, float(size)), size, 0), FrameSide(frame, limits, edges, across=True))


def test_what_a_clip_covers_wholly_is_known_to_the_pixel() -> None:
    found = axis(-10.0)
    assert found is not None
    assert (found.luma.start, len(found.luma.first), found.luma.full) == (10, 100, (10, 110))
    assert found.chroma.full == (6, 55)  # the samples at both ends mix with pixels outside
    assert found.luma.shift == -10


def test_a_clip_hides_what_lies_within_both_of_its_planes() -> None:
    found = axis(-10.0)
    assert found is not None
    assert found.hides(12, 108, 322)
    assert not found.hides(10, 108, 322)
    assert not found.hides(12, 110, 322)
    whole = axis(0.0, size=322)
    assert whole is not None and whole.hides(0, 322, 322)


def test_a_clip_that_shows_one_pixel() -> None:
    found = axis(0.0, limits=(6, 7))
    assert found is not None
    assert (found.luma.start, found.luma.shift) == (6, 0)
    assert found.luma.cover.tolist() == [255]
    assert np.array_equal(found.luma.weights.sum(axis=0), [256])


def test_a_clip_whose_edges_leave_less_than_a_level_is_not_there() -> None:
    assert axis(0.0, edges=((20.0, 20.0005),)) is None
