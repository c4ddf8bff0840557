from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from text_support import Context, saying

from velocity_engine.model.text import BoxFit, Justify, Resize, VerticalAlign
from velocity_engine.text.box_fit import LARGEST_SIZE, fitting_size
from velocity_engine.text.fit import FittedText, fit_text
from velocity_engine.text.fonts import FontCatalogue
from velocity_engine.text.layout import Layout

BOX = (10.0, 20.0, 300.0, 200.0)
GROW = BoxFit(resize=Resize.FIT)


def fitted(text: str, box_fit: BoxFit = GROW, **style: Any) -> FittedText:
    style = {"box": BOX, "line_height": 100.0, **style}
    return fit_text(saying(text, box_fit=box_fit, **style), FontCatalogue(Context()).choose)


def rows(layout: Layout) -> list[str]:
    return ["".join(layout.texts[k] for k in np.flatnonzero(layout.line == n)) for n in range(len(layout.widths))]


def ink(layout: Layout) -> tuple[float, float, float, float]:
    boxes = []
    for path, x, y in zip(layout.paths, layout.x, layout.y, strict=True):
        box = path.bounds() if path is not None else None
        if box is not None:
            boxes.append((box[0] + x, box[1] + y, box[2] + x, box[3] + y))
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def within(layout: Layout) -> bool:
    left, top, right, bottom = ink(layout)
    return left >= 10.0 - 9.0 and top >= 20.0 - 0.1 and right <= 310.1 + 9.0 and bottom <= 220.1


def test_a_text_grows_until_its_width_or_its_height_is_full() -> None:
    wide = fitted("Donaudampf", BoxFit(resize=Resize.FIT, align=VerticalAlign.VISUAL_TOP)).layout
    left, _, right, _ = ink(wide)
    assert right - left == pytest.approx(300.0, abs=0.1)
    high = fitted("H", BoxFit(resize=Resize.FIT, align=VerticalAlign.VISUAL_TOP)).layout
    assert ink(high)[1::2] == pytest.approx((20.0, 220.0), abs=0.1)


@pytest.mark.parametrize("text", ["a", "some more words", "words " * 40, "one\rtwo\rthree", "incomprehensibilities"])
@pytest.mark.parametrize("align", VerticalAlign)
def test_what_shows_lies_in_the_box(text: str, align: VerticalAlign) -> None:
    for justify in (Justify.LEFT, Justify.CENTER, Justify.RIGHT):
        found = fitted(text, BoxFit(resize=Resize.FIT, align=align), justify=justify)
        assert within(found.layout)
        assert (found.hidden_lines, found.too_large) == (0, False)


def test_words_are_never_broken_and_the_space_behind_a_word_needs_room() -> None:
    assert rows(fitted("incomprehensibilities of words").layout)[0] == "incomprehensibilities "
    found = fitted("The quick brown fox")
    assert all(line.strip() in "The quick brown fox" for line in rows(found.layout))


def test_limits_of_the_size() -> None:
    assert fitted("H", BoxFit(resize=Resize.FIT, max_size=120.0)).layout.size == 120.0
    small = fitted("words " * 60, BoxFit(resize=Resize.FIT, min_size=90.0))
    assert (small.layout.size, small.too_large) == (90.0, True)
    assert fitted("H", BoxFit(resize=Resize.FIT), box=(0.0, 0.0, 1e9, 1e9)).layout.size <= LARGEST_SIZE


def test_only_smaller_sizes_where_a_text_shall_shrink() -> None:
    assert fitted("H", BoxFit(resize=Resize.SHRINK)).layout.size == 100.0
    assert fitted("words for more lines than two", BoxFit(resize=Resize.SHRINK)).layout.size < 100.0


def test_as_many_lines_as_it_may_have() -> None:
    free, limited = fitted("words for more lines than two"), fitted("words for more lines than two", BoxFit(
        resize=Resize.FIT, max_lines=2))  # fmt: skip
    assert len(free.layout.widths) > 2
    assert len(limited.layout.widths) == 2
    assert limited.layout.size < free.layout.size


def test_a_point_text_stays_on_its_lines_and_is_aligned_in_the_box() -> None:
    found = fitted("words of a point text", BoxFit(resize=Resize.FIT, wraps=False), justify=Justify.RIGHT).layout
    left, _, right, _ = ink(found)
    assert len(found.widths) == 1
    assert (left, right) == pytest.approx((10.0, 310.0), abs=4.0)


@pytest.mark.parametrize(
    ("align", "edge"),
    [
        (VerticalAlign.VISUAL_TOP, lambda top, bottom: top - 20.0),
        (VerticalAlign.VISUAL_CENTER, lambda top, bottom: (top + bottom) / 2 - 120.0),
        (VerticalAlign.VISUAL_BOTTOM, lambda top, bottom: bottom - 220.0),
    ],
)
def test_letters_stand_at_an_edge_or_in_the_middle(align: VerticalAlign, edge: Any) -> None:
    _, top, _, bottom = ink(fitted("ace", BoxFit(align=align)).layout)
    assert edge(top, bottom) == pytest.approx(0.0, abs=1e-6)


def test_ascent_and_descent_count_where_letters_alone_do_not() -> None:
    choice = FontCatalogue(Context()).choose(saying("").font)
    top, bottom = fitted("x", BoxFit(align=VerticalAlign.TOP)), fitted("x", BoxFit(align=VerticalAlign.BOTTOM))
    assert top.layout.y[0] == pytest.approx(20.0 + choice.ascent * 100.0)
    assert bottom.layout.y[0] == pytest.approx(220.0 - choice.faces[0].descent * 100.0)


def test_a_text_that_is_aligned_hides_no_lines() -> None:
    text = "a\rb\rc\rd"
    assert fitted(text, BoxFit(align=VerticalAlign.CENTER)).hidden_lines == 0
    assert fitted(text, BoxFit(wraps=False)).hidden_lines > 0


def test_what_a_customization_asks_for_takes_the_place_of_the_resize() -> None:
    aligned = BoxFit(resize=Resize.FIT, align=VerticalAlign.CENTER)
    assert fitted("H", aligned, fit="shrink").layout.size == 100.0
    assert fitted("words " * 20, aligned, fit="wrap").layout.size == 100.0
    clipped = fitted("words " * 20, aligned, fit="clip")
    assert clipped.clip == (10.0, 20.0, 310.0, 220.0)
    wrapped = fitted("words " * 5, BoxFit(resize=Resize.FIT, wraps=False), fit="wrap")
    assert len(wrapped.layout.widths) > 1


def test_the_baseline_shift_grows_along() -> None:
    plain = fitted("H", BoxFit(resize=Resize.FIT, max_size=150.0, align=VerticalAlign.CENTER)).layout
    raised = fitted("H", BoxFit(resize=Resize.FIT, max_size=150.0, align=VerticalAlign.CENTER), baseline_shift=10.0)
    assert plain.y[0] - raised.layout.y[0] == pytest.approx(15.0)


def test_a_box_without_height_and_a_text_without_size_are_left_alone() -> None:
    assert fitted("H", box=(0.0, 0.0, 300.0, 0.0)).layout.size == 100.0
    assert fitted("H", size=0.0).layout.size == 0.0


@pytest.mark.parametrize("limit", [0.3, 1.0, 7.7, 123.0, 9e9])
def test_the_search_finds_the_largest_size(limit: float) -> None:
    size, too_large = fitting_size(10.0, BoxFit(resize=Resize.FIT), lambda size: size <= limit)
    assert not too_large
    assert size == pytest.approx(min(limit, LARGEST_SIZE), rel=2e-3)
    assert fitting_size(10.0, BoxFit(resize=Resize.FIT, min_size=20.0), lambda size: False) == (20.0, True)
    assert fitting_size(10.0, BoxFit(resize=Resize.FIT, min_size=20.0, max_size=5.0), lambda size: True)[0] == 20.0
    assert math.isfinite(fitting_size(1e30, BoxFit(resize=Resize.FIT), lambda size: True)[0])
