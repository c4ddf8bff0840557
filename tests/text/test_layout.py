from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from text_support import Context, saying

from velocity_engine.model.text import Caps, Justify, TextDocument
from velocity_engine.text.fit import FittedText, fit_text
from velocity_engine.text.fonts import FontCatalogue
from velocity_engine.text.layout import Layout

EM = 2816.0  # units of Inter
H, i = 2084 / EM * 100, 668 / EM * 100  # advances at size 100
BOX = (10.0, 20.0, 300.0, 500.0)


def fitted(text: str, **style: Any) -> FittedText:
    return fit_text(saying(text, **style), FontCatalogue(Context()).choose)


def laid(text: str, **style: Any) -> Layout:
    return fitted(text, **style).layout


def rows(layout: Layout) -> list[str]:
    return ["".join(layout.texts[k] for k in np.flatnonzero(layout.line == n)) for n in range(len(layout.widths))]


def ink(layout: Layout, line: int) -> tuple[float, float]:
    """Left and right edge of a line's visible clusters."""
    mine = np.flatnonzero((layout.line == line) & (layout.word >= 0))
    return float(layout.x[mine].min()), float((layout.x + layout.advance)[mine].max())


def test_point_text_begins_at_its_origin_on_the_baseline() -> None:
    layout = laid("Hi")
    assert layout.x == pytest.approx([0.0, H])
    assert layout.advance == pytest.approx([H, i])
    assert layout.y.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("justify", "left"), [(Justify.LEFT, 0.0), (Justify.CENTER, -0.5), (Justify.RIGHT, -1.0)])
def test_point_text_is_aligned_about_its_origin(justify: Justify, left: float) -> None:
    assert laid("Hi", justify=justify).x[0] == pytest.approx(left * (H + i))


def test_lines_are_a_line_height_apart_and_shifted_up_by_the_baseline_shift() -> None:
    assert laid("H\rH\rH", line_height=50.0).y.tolist() == [0.0, 50.0, 100.0]
    assert laid("H\rH").y.tolist() == [0.0, 120.0]
    assert laid("H\r\rH", baseline_shift=10.0).y.tolist() == [-10.0, 230.0]


def test_tracking_is_between_characters_only() -> None:
    layout = laid("HHH", tracking=100.0)
    assert layout.x == pytest.approx([0.0, H + 10, 2 * H + 20])
    assert layout.widths == pytest.approx([3 * H + 20])
    assert laid("HHH", tracking=100.0, justify=Justify.RIGHT).x[0] == pytest.approx(-(3 * H + 20))


def test_spaces_at_the_end_do_not_count_for_alignment() -> None:
    assert laid("Hi  ", justify=Justify.RIGHT).x[0] == pytest.approx(-(H + i))
    assert laid("  Hi", justify=Justify.RIGHT).x[0] < -(H + i)


def test_box_text_hangs_its_first_line_an_ascent_below_the_top() -> None:
    layout = laid("Hi", box=BOX)
    assert layout.x[0] == 10.0
    assert layout.y[0] == pytest.approx(20.0 + 75.0)  # 75 is the font list's ascent


def test_box_text_wraps_at_spaces_and_hyphens_and_breaks_long_words() -> None:
    text = "one two-three Donaudampfschifffahrt end"
    layout = laid(text, size=50.0, box=BOX)
    assert rows(layout) == ["one two-", "three ", "Donaudamp", "fschifffahrt ", "end"]
    assert all(ink(layout, n)[1] <= 310.0 + 1e-6 for n in range(5))


@pytest.mark.parametrize(("justify", "edge"), [(Justify.LEFT, 0.0), (Justify.CENTER, 0.5), (Justify.RIGHT, 1.0)])
def test_lines_of_a_box_are_aligned_inside_it(justify: Justify, edge: float) -> None:
    layout = laid("aaa bbb ccc ddd eee fff", size=50.0, box=BOX, justify=justify)
    for line in range(len(layout.widths)):
        left, right = ink(layout, line)
        assert left == pytest.approx(10.0 + edge * (300.0 - layout.widths[line]))
        assert right - left == pytest.approx(layout.widths[line])


@pytest.mark.parametrize(
    ("justify", "last"),
    [(Justify.LAST_LEFT, 0.0), (Justify.LAST_CENTER, 0.5), (Justify.LAST_RIGHT, 1.0), (Justify.FULL, None)],
)
def test_justified_lines_fill_the_box_but_for_the_last_of_a_paragraph(justify: Justify, last: float | None) -> None:
    layout = laid("aaa bbb ccc ddd eee fff\rhhh iii", size=50.0, box=BOX, justify=justify)
    ends = np.flatnonzero(layout.ends)
    for line in range(len(layout.widths)):
        left, right = ink(layout, line)
        if line in ends and last is not None:
            assert left == pytest.approx(10.0 + last * (300.0 - layout.widths[line]))
        else:
            assert (left, right) == pytest.approx((10.0, 310.0))


def test_lines_whose_baseline_is_below_the_box_are_hidden() -> None:
    tall = fitted("a\rb\rc\rd", size=50.0, box=(0.0, 0.0, 300.0, 160.0))  # baselines at 37.5, 97.5, 157.5, 217.5
    assert rows(tall.layout) == ["a", "b", "c"]
    assert tall.hidden_lines == 1


def test_the_first_line_of_a_box_always_shows() -> None:
    """A box as tight as the author's font leaves a substitute's ascent no room; the text must not vanish for that."""
    low = fitted("a\rb", size=50.0, box=(0.0, 0.0, 300.0, 10.0))
    assert rows(low.layout) == ["a"]
    assert low.hidden_lines == 1
    assert fitted("a", size=50.0, box=(0.0, 0.0, 300.0, 36.8)).hidden_lines == 0  # baseline 0.7 under the box


def test_a_line_that_lies_under_its_box_by_a_rounding_shows() -> None:
    assert rows(fitted("a\rb", size=50.0, box=(0.0, 0.0, 300.0, 93.0)).layout) == ["a", "b"]  # baselines at 37.5, 97.5
    assert rows(fitted("a\rb", size=50.0, box=(0.0, 0.0, 300.0, 92.0)).layout) == ["a"]


def test_right_to_left_text_runs_from_the_right() -> None:
    layout = laid("שלום", font="DejaVuSans")
    assert (np.diff(layout.x) < 0).all()
    assert layout.x[-1] == pytest.approx(0.0)
    assert layout.order.tolist() == [3, 2, 1, 0]


def test_numbers_and_latin_inside_right_to_left_text_keep_their_order() -> None:
    layout = laid("אב 12 cd", font="DejaVuSans")
    shown = "".join(layout.texts[k] for k in layout.order)
    assert shown == "cd 12 בא" or shown == "12 cd בא"
    at = {text: layout.x[k] for k, text in enumerate(layout.texts)}
    assert at["1"] < at["2"] < at["א"]
    assert at["c"] < at["d"] < at["א"]
    assert at["ב"] < at["א"]


def test_spaces_after_a_right_to_left_line_hang_over_its_left_edge() -> None:
    layout = laid("שלום ", font="DejaVuSans", justify=Justify.RIGHT)
    left, right = ink(layout, 0)
    assert right == pytest.approx(0.0)
    assert left == pytest.approx(-layout.widths[0])


def test_words_and_lines_are_numbered() -> None:
    layout = laid("ab c\rd")
    assert layout.word.tolist() == [0, 0, -1, 1, 2]
    assert layout.line.tolist() == [0, 0, 0, 0, 1]


def test_capitals_change_what_is_laid_out() -> None:
    assert laid("hi", caps=Caps.ALL).texts == ("H", "I")


def test_tracking_turns_ligatures_off() -> None:
    assert len(laid("fi", font="DejaVuSans")) == 1
    assert len(laid("fi", font="DejaVuSans", tracking=1.0)) == 2


# --- fitting --------------------------------------------------------------------------------------------------------


def reference(text: str = "Hi", **style: Any) -> TextDocument:
    return saying(text, **style)


def extent(layout: Layout) -> tuple[float, float]:
    edges = [ink(layout, line) for line in range(len(layout.widths))]
    return min(e[0] for e in edges), max(e[1] for e in edges)


def test_a_point_text_shrinks_to_the_width_it_had() -> None:
    layout = laid("HHHH", fit="shrink", fit_reference=reference("HH"))
    assert layout.size == pytest.approx(50.0)
    assert extent(layout) == pytest.approx((0.0, 2 * H))
    assert layout.frame.line_height == pytest.approx(60.0)


def test_a_shorter_text_keeps_its_size() -> None:
    assert laid("H", fit="shrink", fit_reference=reference("HH")).size == 100.0


def test_more_lines_than_before_shrink_too() -> None:
    assert laid("H\rH", fit="shrink", fit_reference=reference("HH")).size == pytest.approx(50.0)


def test_a_point_text_wraps_in_the_width_it_had() -> None:
    layout = laid("HH HH HH", fit="wrap", fit_reference=reference("HHHH"), justify=Justify.CENTER)
    assert rows(layout) == ["HH ", "HH ", "HH"]
    assert extent(layout) == pytest.approx((-H, H))


def test_a_point_text_is_clipped_to_the_width_it_had() -> None:
    clip = fitted("HHHH", fit="clip", fit_reference=reference("HH"), justify=Justify.RIGHT).clip
    assert clip is not None
    assert (clip[0], clip[2]) == pytest.approx((-2 * H, 0.0))
    assert clip[1] < -75.0
    assert clip[3] > 25.0


def test_a_box_text_shrinks_until_all_lines_show_and_no_word_breaks() -> None:
    long = "Word " * 30 + "incomprehensibilities"
    shrunk = fitted(long, fit="shrink", box=BOX)
    assert shrunk.hidden_lines == 0
    assert not shrunk.too_large
    assert shrunk.layout.size < 60.0
    assert shrunk.layout.y.max() <= 520.0 + 0.02
    assert rows(shrunk.layout)[-1].endswith("incomprehensibilities")
    assert fitted("Short", fit="shrink", box=BOX).layout.size == 100.0


def test_a_box_text_that_wraps_shows_every_line() -> None:
    assert fitted("a\rb\rc\rd\re\rf", fit="wrap", box=BOX).hidden_lines == 0


def test_a_box_text_is_clipped_to_its_box() -> None:
    assert fitted("abc", fit="clip", box=BOX).clip == (10.0, 20.0, 310.0, 520.0)


def test_what_cannot_fit_says_so() -> None:
    hopeless = fitted("Donaudampfschifffahrtsgesellschaft" * 5, fit="shrink", box=(0.0, 0.0, 20.0, 20.0))
    assert hopeless.too_large
    assert hopeless.layout.size == pytest.approx(5.0)


@pytest.mark.parametrize("text", ["", "\r", " ", "\r\r \r"])
def test_nothing_to_say_is_no_trouble(text: str) -> None:
    for style in ({}, {"box": BOX}, {"box": BOX, "fit": "shrink", "justify": Justify.FULL}):
        assert not any(path for path in _paths(laid(text, **style)))


def _paths(layout: Layout) -> Sequence[object]:
    return layout.paths


def test_characters_beyond_the_most_points_have_no_outline_and_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = laid("HHHH")
    assert whole.beyond == 0
    points = len(whole.paths[0].points) if whole.paths[0] else 0
    monkeypatch.setattr("velocity_engine.text.layout.MAX_POINTS", 2 * points)
    cut = laid("HHHH")
    assert [path is not None for path in cut.paths] == [True, True, False, False]
    assert cut.beyond == 2
    assert cut.x.tolist() == whole.x.tolist()
