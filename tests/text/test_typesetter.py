"""Texts as layer plugins set them: the same as those of text layers, and told character by character."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from text_support import Context, prepared, saying

from velocity_engine.display import FillSource
from velocity_engine.errors import Place
from velocity_engine.model.text import Justify
from velocity_engine.testing import StillSampler
from velocity_engine.text.typesetter import LayerTypesetter, catalogue_of


def typesetter(context: Context) -> LayerTypesetter:
    return LayerTypesetter(catalogue_of(context), Place(layer="Chart"), context.report)


def test_a_text_is_drawn_as_a_text_layer_draws_it() -> None:
    for document in (
        saying("Größe 42", fill=(1.0, 0.0, 0.0)),
        saying("two words in a box", box=(10.0, 20.0, 300.0, 400.0), justify=Justify.CENTER),
        saying("shrunk to fit", box=(0.0, 0.0, 200.0, 60.0), fit="shrink", stroke=(0.0, 0.0, 1.0), stroke_width=4.0),
    ):
        layer = prepared(document).draw(StillSampler())
        assert [c.digest for c in typesetter(Context()).set(document).commands] == [c.digest for c in layer]


def test_characters_tell_where_they_stand() -> None:
    text = typesetter(Context()).set(saying("ab cd\ref"))
    assert [glyph.text for glyph in text.glyphs] == ["a", "b", " ", "c", "d", "e", "f"]
    assert [glyph.word for glyph in text.glyphs] == [0, 0, -1, 1, 1, 2, 2]
    assert Counter(glyph.line for glyph in text.glyphs) == {0: 5, 1: 2}
    first, second = text.glyphs[:2]
    assert second.x == pytest.approx(first.x + first.advance)
    assert text.glyphs[-1].y > first.y == 0.0
    assert text.width == pytest.approx(sum(glyph.advance for glyph in text.glyphs if glyph.line == 0))
    assert (text.lines, text.size, text.fits) == (2, 100.0, True)
    fill = text.commands[0].source
    assert isinstance(fill, FillSource)
    points = np.concatenate([glyph.path.points for glyph in text.glyphs if glyph.path is not None])
    assert np.allclose(points, fill.path.points)
    assert text.ink == pytest.approx(fill.path.bounds(), abs=1e-6)


def test_moving_a_text_moves_what_draws_it() -> None:
    text = typesetter(Context()).set(saying("x"))
    (entry,) = text.moved(30.0, -4.0)
    assert entry.matrix[4:] == (30.0, -4.0) and entry.source is text.commands[0].source


def test_the_same_text_is_laid_out_once_and_an_empty_one_draws_nothing() -> None:
    one = typesetter(Context())
    assert one.set(saying("again")) is one.set(saying("again"))
    empty = one.set(saying(""))
    assert (empty.commands, empty.ink, empty.width) == ((), None, 0.0)


def test_what_cannot_be_shown_is_told_of_the_layer() -> None:
    context = Context()
    text = typesetter(context).set(saying("𓀀\r𓀀", box=(0.0, 0.0, 9.0, 9.0)))
    assert context.features == ["text.glyph_missing", "text.overflow"]
    assert {finding.place.layer for finding in context.findings} == {"Chart"}
    assert not text.fits
