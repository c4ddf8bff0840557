"""Fonts made to cost: what they may take is counted, and told."""

from __future__ import annotations

import pytest
from hostile_fonts import FONTS, HostileFont
from text_support import Context, prepared, saying

from velocity_engine.errors import MediaError
from velocity_engine.model.text import Font
from velocity_engine.text.color_glyphs import MAX_PARTS
from velocity_engine.text.faces import FontFace
from velocity_engine.text.font_files import open_font
from velocity_engine.text.limits import MAX_POINTS

BROKEN = Font(name="Broken", family="Broken", style="Regular")


def made(name: str) -> HostileFont:
    return FONTS[name]()


def features(font: HostileFont) -> list[str]:
    context = Context({"Broken.ttf": font.content}, (BROKEN,))
    prepared(saying(font.text, font="Broken"), context)
    return context.features


@pytest.mark.parametrize(
    "name",
    [
        "3,000 coloured glyphs of 1,900 clips and no colour",
        "composites of composites, 60 deep",
        "sweeps of ten colours in 2,000 parts",
        "400 bitmaps of 2,048 pixels",
    ],
)
def test_what_a_coloured_glyph_takes_counts_as_outlines_do(name: str) -> None:
    assert "text.outlines" in features(made(name))


def test_clips_count_as_parts_of_a_coloured_glyph() -> None:
    font = made("3,000 coloured glyphs of 1,900 clips and no colour")
    glyph = FontFace(font.content).color_glyph(2, (0.0, 0.0, 0.0))
    assert glyph.points > MAX_POINTS


def test_what_is_drawn_twice_counts_twice() -> None:
    glyph = FontFace(made("composites of composites, 60 deep").content).color_glyph(1, (0.0, 0.0, 0.0))
    assert glyph.points > MAX_POINTS and len(glyph.commands) <= MAX_PARTS


@pytest.mark.parametrize(
    "name", ["letters that become sixty letters", "letters that become sixty letters, again and again"]
)
def test_a_font_that_makes_too_many_glyphs_is_told(name: str) -> None:
    with pytest.raises(
        MediaError, match="the font Broken Regular makes far more glyphs of a text than it has characters"
    ):
        features(made(name))


def test_a_letter_may_become_several() -> None:
    assert "text.outlines" in features(made("letters that become fifteen letters"))


def test_the_faces_of_a_collection_share_its_bytes() -> None:
    records = open_font(made("a collection of 64 times the same").content, "c.ttc")
    assert len(records) == 64 and len({id(record.load()) for record in records}) == 1
    assert records[63].face().covers("A")
