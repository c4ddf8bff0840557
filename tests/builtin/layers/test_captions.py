"""The built-in styles of captions, as pixels: where they stand, how many lines they have, and when words light up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import velocity_engine as ve

WIDTH, HEIGHT, RATE = 640, 360, 25
WHITE, RED, BLUE = (255, 255, 255), (255, 0, 0), (0, 0, 255)
LONG = "A caption that says far more than two lines can hold, and goes on and on until nobody listens any more"
WORDS = [ve.Word("one", 0, 1), ve.Word("two", 1, 2), ve.Word("three", 2, 4)]


@pytest.fixture
def template(tmp_path: Path) -> Any:
    ground = {"ty": 1, "nm": "Box", "sw": 200, "sh": 100, "sc": "#00ff00", "ks": {"p": {"a": 0, "k": [20, 10]}},
              "ip": 0, "op": 100, "st": 0, "hd": False}  # fmt: skip
    document = {"v": "5.9.0", "fr": RATE, "ip": 0, "op": 100, "w": WIDTH, "h": HEIGHT, "layers": [ground], "assets": []}
    (tmp_path / "data.json").write_text(json.dumps(document))
    with ve.open_template(tmp_path / "data.json") as opened:
        yield opened


def drawn(template: ve.Template, frame: float, cue: ve.Cue, **how: Any) -> NDArray[np.uint8]:
    hidden = [] if "layer" in how else [{"layer": "Box", "visible": False}]
    captions = ve.Captions(cues=[cue], **{"background": "#0000ff", "highlight": "#ff0000", **how})
    return ve.still(template, frame, customizations=hidden, captions=captions).pixels


def box_of(pixels: NDArray[np.uint8]) -> tuple[int, int, int, int]:
    ys, xs = np.nonzero(pixels[..., 3])
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def count(pixels: NDArray[np.uint8], color: tuple[int, int, int]) -> int:
    return int(((np.abs(pixels[..., :3].astype(int) - color).max(axis=2) < 40) & (pixels[..., 3] > 200)).sum())


def columns(pixels: NDArray[np.uint8], color: tuple[int, int, int]) -> NDArray[np.int64]:
    near = (np.abs(pixels[..., :3].astype(int) - color).max(axis=2) < 40) & (pixels[..., 3] > 200)
    return np.nonzero(near.any(axis=0))[0]


@pytest.mark.parametrize("style", ["box", "outline", "karaoke", "highlight", "pop"])
@pytest.mark.parametrize(
    "text", ["Hi", LONG, "שלום עולם", "first\nsecond", "Donaudampfschifffahrtsgesellschaftskapitänin" * 3]
)
def test_they_stay_in_the_safe_area(template: ve.Template, style: str, text: str) -> None:
    left, top, right, bottom = box_of(drawn(template, 30, ve.Cue(0, 1.3, text), style=style, safe_area=0.1))
    assert left >= 63 and right <= 577
    assert top >= 36 and bottom <= 325


def test_they_stand_where_they_are_told_to(template: ve.Template) -> None:
    tops = [box_of(drawn(template, 0, ve.Cue(0, 1, "Hi"), position=where))[1] for where in ("top", "middle", "bottom")]
    assert tops[0] == pytest.approx(0.08 * HEIGHT, abs=2)
    assert 130 < tops[1] < 200 < tops[2]


def rows_of_ink(pixels: NDArray[np.uint8]) -> int:
    """How many lines of white letters there are."""
    near = (pixels[..., :3].min(axis=2) > 150) & (pixels[..., 3] > 200)
    inked = near.any(axis=1).astype(int)
    return int((np.diff(np.concatenate(([0], inked))) == 1).sum())


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_a_long_cue_is_smaller_and_has_no_more_lines(template: ve.Template, lines: int) -> None:
    text = LONG.upper().replace(",", "")  # without dots that would be rows of their own
    assert rows_of_ink(drawn(template, 0, ve.Cue(0, 1, text), lines=lines)) == lines


def test_its_own_lines_stay_where_there_is_room(template: ve.Template) -> None:
    assert rows_of_ink(drawn(template, 0, ve.Cue(0, 1, "AB\nCD"), lines=2)) == 2
    assert rows_of_ink(drawn(template, 0, ve.Cue(0, 1, "AB\nCD\nEF"), lines=2)) == 1


def test_nothing_is_shown_between_cues(template: ve.Template) -> None:
    for frame in (24, 50):
        assert not drawn(template, frame, ve.Cue(1, 2, "Hi")).any()
    assert drawn(template, 25, ve.Cue(1, 2, "Hi")).any() and drawn(template, 49, ve.Cue(1, 2, "Hi")).any()


def test_a_colour_runs_through_the_words_as_they_are_sung(template: ve.Template) -> None:
    cue = ve.Cue(0, 4, words=WORDS)
    red = [count(drawn(template, frame, cue, style="karaoke"), RED) for frame in (0, 12, 25, 37, 75, 99)]
    assert red[0] == 0 and red == sorted(red) and len(set(red)) == len(red)


def test_it_runs_from_the_right_where_words_are_read_so(template: ve.Template) -> None:
    pixels = drawn(template, 12, ve.Cue(0, 1, "שלוםעולם"), style="karaoke")
    assert columns(pixels, RED).min() > columns(pixels, WHITE).max() - 12


def test_the_present_word_has_a_colour(template: ve.Template) -> None:
    cue = ve.Cue(0, 4, words=WORDS)
    found = [columns(drawn(template, frame, cue, style="highlight"), RED) for frame in (5, 30, 60)]
    assert found[0].max() < found[1].min() and found[1].max() < found[2].min()
    first, second = (drawn(template, frame, cue, style="highlight") for frame in (5, 20))
    assert np.array_equal(first, second), "a word that is said does not move"


def test_words_spring_up_one_after_the_other(template: ve.Template) -> None:
    cue = ve.Cue(0, 4, words=WORDS)
    rights = [box_of(drawn(template, frame, cue, style="pop"))[2] for frame in (20, 45, 90)]
    assert rights == sorted(rights) and len(set(rights)) == 3
    first, settled = (count(drawn(template, frame, cue, style="pop"), WHITE) for frame in (0, 20))
    assert 0 < first < settled


def test_syllables_have_their_own_times(template: ve.Template) -> None:
    cue = ve.Cue(0, 3, "karaoke", [ve.Word("ka", 0, 1), ve.Word("ra", 1, 2), ve.Word("oke", 2, 3)])
    found = [columns(drawn(template, frame, cue, style="highlight"), RED) for frame in (5, 30, 60)]
    assert found[0].max() < found[1].min() and found[1].max() < found[2].min()


def test_a_style_is_drawn_into_the_box_of_a_layer(template: ve.Template) -> None:
    left, top, right, bottom = box_of(drawn(template, 0, ve.Cue(0, 1, LONG), layer="Box", size=0.2))
    assert left >= 20 and top >= 10 and right <= 220 and bottom <= 110


def test_none_draws_nothing(template: ve.Template) -> None:
    assert not drawn(template, 0, ve.Cue(0, 1, "Hi"), style="none").any()


def test_letters_without_a_glyph_are_told_once(template: ve.Template) -> None:
    captions = ve.Captions(cues=[ve.Cue(0, 1, "a\U00012000"), ve.Cue(1, 2, "b\U00012001")])
    with template.customized(captions=captions) as changed:
        found = [one for one in changed.findings if "U+12000" in one.message]
        changed.still(30)
        assert len(found) == 1 and "U+12001" in found[0].message


def test_a_caption_that_does_not_move_costs_nothing(template: ve.Template, tmp_path: Path) -> None:
    encoder = ve.EncoderConfig(resolution=(128, 72), preset=5)
    held = [
        ve.render(
            template, tmp_path / "a.mp4", encoder=encoder, captions=ve.Captions(cues=cues, style="box")
        ).held_frames
        for cues in ([ve.Cue(1, 2, "Hi")], [ve.Cue(1, 2, "Hi"), ve.Cue(3, 3.5, "you")])
    ]
    assert held[0] >= 100 - 3 - 2 and held[1] >= 100 - 5 - 2
