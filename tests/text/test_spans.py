"""Texts whose spans have fonts, sizes and colours of their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from text_support import Context, animator, prepared, saying, spanned

from velocity_engine.display import DrawCommand, FillSource, SolidPaint
from velocity_engine.model.properties import still
from velocity_engine.model.text import Caps, Justify, RangeSelector, TextDocument, TextSpan
from velocity_engine.testing import StillSampler
from velocity_engine.text.animators import changes_at, replaced_text
from velocity_engine.text.fit import FittedText, fit_text
from velocity_engine.text.fonts import FontCatalogue
from velocity_engine.text.layout import Layout
from velocity_engine.text.limits import MAX_MARKS, bounded
from velocity_engine.text.still import STILL

RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
ALL = RangeSelector()


def fitted(document: TextDocument, context: Context | None = None) -> FittedText:
    return fit_text(document, FontCatalogue(context or Context()).choose)


def laid(document: TextDocument) -> Layout:
    return fitted(document).layout


def fills(commands: Any) -> list[tuple[float, ...]]:
    paints = [entry.source.paint for entry in commands if isinstance(entry.source, FillSource)]
    return [paint.color for paint in paints if isinstance(paint, SolidPaint)]


def drawn(document: TextDocument, **layer: Any) -> list[DrawCommand]:
    return list(prepared(document, **layer).draw(StillSampler()))


def test_each_span_has_its_colour_and_the_rest_the_texts() -> None:
    commands = drawn(spanned(("Hi ", {}), ("you ", {"fill": RED}), ("there", {}), fill=BLUE))
    assert fills(commands) == [(*BLUE, 1.0), (*RED, 1.0), (*BLUE, 1.0)]


def test_a_span_of_another_colour_alone_stands_as_the_text_would_without() -> None:
    plain, coloured = laid(saying("AVAT")), laid(spanned(("A", {}), ("VA", {"fill": RED}), ("T", {})))
    assert coloured.x.tolist() == plain.x.tolist()


def test_arabic_letters_join_across_a_change_of_colour() -> None:
    plain = drawn(saying("بب", font="DejaVuSans"))
    parts = drawn(spanned(("ب", {"fill": RED}), ("ب", {}), font="DejaVuSans"))
    assert fills(parts) == [(*RED, 1.0), (0.0, 0.0, 0.0, 1.0)]
    points = np.concatenate([c.source.path.points for c in parts if isinstance(c.source, FillSource)])
    whole = [c.source.path.points for c in plain if isinstance(c.source, FillSource)]
    assert sorted(map(tuple, points.tolist())) == sorted(map(tuple, np.concatenate(whole).tolist()))


def test_a_span_of_twice_the_size_is_twice_as_wide() -> None:
    small, big = laid(saying("HHH")), laid(spanned(("H", {}), ("H", {"size": 200.0}), ("H", {})))
    assert big.advance == pytest.approx(small.advance * (1.0, 2.0, 1.0))
    assert big.widths == pytest.approx(small.widths * 4 / 3)
    assert set(big.y) == {0.0}, "all stand on one baseline"


def test_a_span_in_another_font_is_drawn_with_it() -> None:
    context = Context()
    found = fitted(spanned(("i", {}), ("i", {"font": "DejaVuSans"})), context)
    faces = [glyph.face.label for cluster in found.shaped.paragraphs[0].clusters for glyph in cluster.glyphs]
    assert faces == ["Inter Regular", "DejaVu Sans"]


def test_a_font_of_a_span_that_is_missing_is_told_once() -> None:
    context = Context()
    prepared(spanned(("a", {"font": "Nowhere-Bold"}), ("b", {}), ("c", {"font": "Nowhere-Bold"})), context)
    assert context.features == ["font.missing"]


# --- lines and boxes ------------------------------------------------------------------------------------------------


def test_lines_are_as_high_as_their_tallest_span() -> None:
    document = spanned(("a\rb", {}), ("B", {"size": 200.0}), ("\rc\r", {}), ("d", {"size": 50.0}), line_height=100.0)
    assert sorted(set(laid(document).y)) == [0.0, 200.0, 300.0, 350.0]


def test_the_first_line_of_a_box_hangs_by_its_tallest_span() -> None:
    box = (0.0, 10.0, 900.0, 900.0)
    assert laid(spanned(("a", {}), ("B", {"size": 200.0}), box=box)).y[0] == pytest.approx(10.0 + 150.0)
    assert laid(spanned(("a", {"size": 50.0}), box=box)).y[0] == pytest.approx(10.0 + 37.5)


def test_a_box_shrinks_its_spans_along() -> None:
    box = (0.0, 0.0, 300.0, 300.0)
    document = spanned(("some words and ", {}), ("large", {"size": 300.0}), ("ones", {}), box=box, fit="shrink")
    found = fitted(document)
    assert not found.too_large and found.layout.size < 100.0
    assert (found.layout.x + found.layout.advance).max() <= 300.0 + 1e-6
    large, small = (found.layout.ascent[found.layout.spans == number].max() for number in (0, -1))
    assert large == pytest.approx(3.0 * small)


def test_a_point_text_shrinks_to_the_width_it_had() -> None:
    reference = saying("Hello")
    wide = spanned(("Hello ", {}), ("World", {"size": 200.0}), fit="shrink", fit_reference=reference)
    assert laid(wide).widths.max() <= laid(reference).widths.max() + 1e-6
    tall = spanned(("i", {"size": 300.0}), fit="shrink", fit_reference=reference)
    assert laid(tall).size == pytest.approx(100.0 / 3.0)


def test_right_to_left_spans_stand_in_visual_order() -> None:
    document = spanned(("שלום ", {"fill": RED}), ("עולם", {"fill": BLUE}), font="DejaVuSans", justify=Justify.RIGHT)
    layout = laid(document)
    first, second = (layout.x[layout.spans == number] for number in (0, 1))
    assert first.min() > second.max(), "the first word stands at the right"


def test_capitals_and_tabs_keep_the_spans_in_place() -> None:
    layout = laid(spanned(("ß\t", {}), ("a", {"fill": RED}), ("b", {}), caps=Caps.ALL))
    assert [layout.texts[n] for n in np.flatnonzero(layout.spans == 0)] == ["A"]


# --- animators and limits -------------------------------------------------------------------------------------------


def test_animators_move_and_fade_spans_and_mix_into_their_colours() -> None:
    document = spanned(("a", {"fill": RED}), ("b", {}), fill=BLUE)
    layout = laid(document)
    half = animator(RangeSelector(amount=still(50)), fill=(0.0, 1.0, 0.0), opacity=(50,), position=(10, 0))
    changes = changes_at(layout, document, (half,), STILL, 0)
    assert changes.fill is not None
    assert changes.fill.tolist() == [[0.5, 0.5, 0.0, 0.75], [0.0, 0.5, 0.5, 0.75]]
    assert changes.position.tolist() == [[5, 0], [5, 0]]


def test_characters_that_animators_replace_stay_in_their_spans() -> None:
    document = spanned(("ab\r", {}), ("cd", {"fill": RED}), ("ef", {}))
    found = replaced_text(laid(document), document, (animator(ALL, character_offset=(1,)),), STILL, 0)
    assert found.text == "bc\rdefg"
    assert found.spans == (TextSpan(start=3, end=5, fill=RED),)


def test_a_text_cut_short_keeps_the_spans_of_what_is_left() -> None:
    document = spanned(("a" + "\u0301" * (MAX_MARKS + 5), {}), ("b", {"fill": RED}))
    left = bounded(document)
    assert left.text[left.spans[0].start : left.spans[0].end] == "b"
    assert bounded(replace(document, text="ab")) == replace(document, text="ab")
