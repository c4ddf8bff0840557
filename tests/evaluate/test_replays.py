"""A layer that plays anew for each cue: which moment of its own it shows, and what is drawn then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import velocity_engine as ve
from velocity_engine.evaluate.replays import moment_of
from velocity_engine.model.layers import NullContent, Replay, ReplayedCue

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
SPAN = {"first": 0.0, "rate": 25.0, "begins": 10.0, "settles": 20.0, "leaves": 80.0, "ends": 90.0}


def moments(start: float, end: float, *frames: float) -> list[float]:
    cue = ReplayedCue(start=start, end=end, content=NullContent())
    return [round(moment_of(Replay(cues=(cue,), **SPAN), cue, frame), 3) for frame in frames]


def test_it_comes_is_held_and_goes() -> None:
    assert moments(100, 200, 100, 105, 110, 150, 190, 195, 199) == [10, 15, 20, 20, 80, 85, 89]


def test_a_cue_that_is_longer_than_the_layer_holds_it_longer() -> None:
    assert moments(0, 1000, 5, 500, 995) == [15, 20, 85]


def test_a_short_cue_is_cut_and_comes_fast_enough_to_be_read() -> None:
    assert moments(0, 20, 19) == [89], "there is just room for both"
    assert moments(0, 18, 5, 9, 17) == [pytest.approx(15.556, abs=0.01), 20, 20]
    assert moments(0, 4, 0, 1, 2, 3) == [10, 15, 20, 20]


def still(template: ve.Template, frame: float, cues: list[ve.Cue] | None, words: str = "") -> np.ndarray:
    entries = [{"layer": "Tagline", "text": {"value": words, "fit": "shrink"}}] if words else []
    captions = None if cues is None else ve.Captions(cues=cues, layer="Tagline")
    others = [{"layer": layer, "visible": False} for layer in ("Headline", "Accent", "Price", "Badge", "Ring", "Photo")]
    others += [{"layer": f"Spark {number}", "visible": False} for number in range(1, 6)]
    return ve.still(template, frame, (320, 180), [*entries, *others], captions=captions).pixels


def test_each_cue_shows_what_the_designer_made_with_its_words() -> None:
    """The demo's tagline comes from frame 28 to 48, and goes from 118 to 134."""
    with ve.open_template(DEMO) as template:
        cues = [ve.Cue(0, 2, "One of them"), ve.Cue(2, 4, "And another one")]
        for frame, own, words in ((5, 33, "One of them"), (30, 60, "One of them"), (50, 124, "One of them"),
                                  (65, 33, "And another one"), (90, 70, "And another one")):  # fmt: skip
            assert np.array_equal(still(template, frame, cues), still(template, own, None, words)), frame
        assert np.array_equal(still(template, 130, cues), still(template, 0, None)), "nothing is said there"


def test_it_is_held_without_being_drawn_again(tmp_path: Path) -> None:
    with ve.open_template(DEMO) as template:
        others = [{"layer": layer.path, "visible": False} for layer in template.layers if layer.path != "Tagline"]
        captions = ve.Captions(cues=[ve.Cue(0, 5, "One of them")], layer="Tagline")
        encoder = ve.EncoderConfig(resolution=(320, 180), preset=5)
        result = ve.render(template, tmp_path / "a.mp4", customizations=others, captions=captions, encoder=encoder)
    assert result.held_frames >= 150 - 20 - 16 - 4


def test_the_same_captions_give_the_same_bytes_in_each_way(tmp_path: Path) -> None:
    encoder = ve.EncoderConfig(resolution=(128, 72), preset=5, segment_seconds=1)
    captions = ve.Captions(cues=[ve.Cue(0, 2, "One"), ve.Cue(2, 4, "Two")], layer="Tagline", text_track=True)
    with ve.open_template(DEMO) as template:
        for name, executor in (("a.mp4", None), ("b.mp4", "processes")):
            ve.render(template, tmp_path / name, captions=captions, encoder=encoder, executor=executor)
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_letters_without_a_glyph_are_known_before_the_first_frame() -> None:
    captions = ve.Captions(cues=[ve.Cue(0, 1, "a"), ve.Cue(1, 2, "b\U00012000")], layer="Tagline")
    with ve.open_template(DEMO) as template, template.customized(captions=captions) as changed:
        assert any("U+12000" in one.message and one.place.layer == "Tagline" for one in changed.findings)
