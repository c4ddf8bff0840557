"""What the frames of a render would take is known before any of them is drawn."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import hostile_inventions  # noqa: F401  # adds its own
import pytest
from hostile_documents import EXPENSIVE, Made, document, effect, solid

import velocity_engine as ve
from velocity_engine.parse.document import parse_document
from velocity_engine.stills.affordable import moments

BLUR = effect("ADBE Gaussian Blur 2", 500, 1, 0)
LARGE = {"w": 4000, "h": 4000}


def blurred(count: int = 300, **fields: Any) -> list[Made]:
    return [solid(number, sw=4000, sh=4000, ef=[BLUR], **fields) for number in range(1, count + 1)]


def checked(tmp_path: Path, made: Made, **encoder: Any) -> list[ve.VelocityError]:
    file = tmp_path / "data.json"
    file.write_text(json.dumps(made))
    with ve.open_template(file) as template:
        return template.check(ve.EncoderConfig(**encoder))


@pytest.mark.parametrize("fields", [{}, {"ip": 20}, {"ip": 13, "op": 13.5}], ids=["always", "later", "half a frame"])
def test_what_the_budget_of_a_frame_refuses_is_found_by_the_check(tmp_path: Path, fields: Made) -> None:
    made = document(blurred(**{"op": 30, **fields}), op=30, **LARGE)
    (error,) = checked(tmp_path, made)
    assert isinstance(error, ve.FrameCostError)
    assert "to draw one frame would take more than 3 s of a processor" in error.message
    assert error.place.field == "resolution"
    assert error.place.layer
    assert error.hint is not None and "Ask for a smaller picture, such as " in error.hint
    width, height = map(int, error.hint.split("such as ")[1].split(",")[0].split("x"))
    assert checked(tmp_path, made, resolution=(width, height)) == []


def test_where_no_size_would_do_the_template_is_at_fault(tmp_path: Path) -> None:
    made = EXPENSIVE["precomps with a blend mode, ten of ten"]()
    (error,) = checked(tmp_path, made)
    assert isinstance(error, ve.FrameCostError)
    assert error.place.field is None
    assert error.hint is not None and "Let fewer layers show compositions" in error.hint


def test_frames_that_are_not_asked_for_are_not_looked_at(tmp_path: Path) -> None:
    file = tmp_path / "data.json"
    file.write_text(json.dumps(document(blurred(ip=20, op=30), op=30, **LARGE)))
    with ve.open_template(file) as template:
        encoder = ve.EncoderConfig()
        assert template.check(encoder, frames=(0, 20)) == []
        assert len(template.check(encoder, frames=(10, 21))) == 1
        hidden = [{"layer": f"Layer {number}", "visible": False} for number in range(1, 300)]
        assert template.check(encoder, hidden) == []


def test_the_moments_are_spread_and_begin_where_most_is_shown() -> None:
    made = document([*blurred(3, ip=40, op=41), *[solid(n, ip=60, op=90) for n in range(4, 50)]], op=100)
    parsed = parse_document(json.dumps(made).encode(), file="data.json", package=None)
    found = moments(parsed.main.layers, (0.0, 100.0))
    assert found[0] == 40
    assert len(found) == 13
    assert {0.0, 99.0} < set(found)
    assert max(late - early for early, late in zip(sorted(found), sorted(found)[1:], strict=False)) <= 9
    assert moments(parsed.main.layers, (5.0, 6.0)) == [5.0]
