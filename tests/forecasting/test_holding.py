"""Which frames of a template are held: the same that a render holds."""

from __future__ import annotations

from pathlib import Path

import velocity_engine as ve

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
PATIENCE = 300.0


def test_the_held_ranges_are_what_a_render_of_the_frames_holds() -> None:
    with ve.open_template(DEMO) as template:
        found = ve.held_ranges(template, PATIENCE)
        assert found is not None
        held = {frame for start, end in found for frame in range(start, end)}
        drawn = {frame.number for frame in ve.frames(template, size=(template.width, template.height), held="skip")}
    assert held
    assert drawn == set(range(150)) - held


def test_without_time_nothing_is_known() -> None:
    with ve.open_template(DEMO) as template:
        assert ve.held_ranges(template, 0.0) is None
