"""Which frames of a template are held: the same that a render holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from web.support_templates import sliding, solid, template_zip

import velocity_engine as ve

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
PATIENCE = 300.0


@pytest.fixture
def resting(tmp_path: Path) -> Path:
    """A template whose box moves for ten frames, rests, and is gone in the last five."""
    box = sliding(solid("Box", "#0000ff", 30, 1, (16, 16)), 10)
    file = tmp_path / "resting.zip"
    file.write_bytes(template_zip(frames=35, layers=[box, solid("Ground", "#ff0000", 35, 2)]))
    return file


def test_the_held_ranges_are_the_frames_that_a_render_does_not_draw(resting: Path) -> None:
    with ve.open_template(resting) as template:
        found = ve.held_ranges(template, PATIENCE)
        drawn = {frame.number for frame in ve.frames(template, held="skip")}
    assert found == ((11, 30), (31, 35))
    assert drawn == set(range(35)) - {frame for start, end in found for frame in range(start, end)}


def test_nothing_is_held_where_something_always_moves() -> None:
    with ve.open_template(DEMO) as template:
        assert ve.held_ranges(template, PATIENCE) == ()


def test_without_time_nothing_is_known(resting: Path) -> None:
    with ve.open_template(resting) as template:
        assert ve.held_ranges(template, 0.0) is None
