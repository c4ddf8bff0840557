from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from text_support import bundled

from velocity_engine.model.text import Caps
from velocity_engine.text.faces import FontFace
from velocity_engine.text.looks import Look
from velocity_engine.text.shaping import SMALL_CAPS, Borrowed, Cluster, shape_text

INTER = FontFace(bundled("Inter-Regular.otf"))
DEJAVU = FontFace(bundled("DejaVuSans.ttf"))
EMOJI = FontFace(bundled("NotoEmoji-Regular.ttf"))


def clusters(text: str, *faces: FontFace, **options: Any) -> Sequence[Cluster]:
    return shape_text(text, Look(faces or (INTER,)), **options).paragraphs[0].clusters


def test_advances_are_the_fonts() -> None:
    assert [c.advance * 2816 for c in clusters("Hi")] == pytest.approx([2084, 668])


def test_pairs_are_kerned() -> None:
    pair = sum(c.advance for c in clusters("AV"))
    apart = sum(c.advance for letter in "AV" for c in clusters(letter))
    assert pair < apart - 0.03


def test_a_ligature_is_one_cluster_and_can_be_turned_off() -> None:
    assert [(c.start, c.end) for c in clusters("office", DEJAVU)] == [(0, 1), (1, 4), (4, 5), (5, 6)]
    assert len(clusters("office", DEJAVU, ligatures=False)) == 6


def test_marks_belong_to_their_letter() -> None:
    (letter,) = clusters("e\u0301")
    (composed,) = clusters("é")
    assert letter.advance == composed.advance
    assert [g.glyph for g in letter.glyphs] == [g.glyph for g in composed.glyphs]


def test_arabic_letters_join() -> None:
    alone = [g.glyph for letter in "بب" for c in clusters(letter, DEJAVU) for g in c.glyphs]
    joined = [g.glyph for c in clusters("بب", DEJAVU) for g in c.glyphs]
    assert joined[0] != alone[0]
    assert joined[0] != joined[1]


def test_right_to_left_clusters_keep_logical_order_and_odd_levels() -> None:
    shaped = shape_text("שלום", Look((DEJAVU,))).paragraphs[0]
    assert shaped.base_level == 1
    assert [c.start for c in shaped.clusters] == [0, 1, 2, 3]
    assert {c.level for c in shaped.clusters} == {1}


def test_other_faces_help_out_and_are_told() -> None:
    shaped = shape_text("aש😀", Look((INTER, DEJAVU, EMOJI)))
    assert shaped.borrowed == (Borrowed("Inter Regular", "DejaVu Sans", "ש😀"),)  # DejaVu has some emoji of its own
    assert shaped.missing == ()
    assert [c.glyphs[0].face for c in shaped.paragraphs[0].clusters] == [INTER, DEJAVU, DEJAVU]


def test_emoji_presentation_prefers_the_emoji_font() -> None:
    shaped = shape_text("❤\ufe0f👩\u200d🚀", Look((INTER, DEJAVU, EMOJI)))
    heart, astronaut = shaped.paragraphs[0].clusters
    assert heart.glyphs[0].face is EMOJI
    assert astronaut.glyphs[0].face is EMOJI
    assert len(astronaut.glyphs) == 1


def test_what_no_font_has_is_listed_and_drawn_as_a_box() -> None:
    shaped = shape_text("a日b", Look((INTER, DEJAVU, EMOJI)))
    assert shaped.missing == ("日",)
    box = shaped.paragraphs[0].clusters[1]
    (glyph,) = box.glyphs
    left, top, right, bottom = glyph.face.outline(glyph.glyph).bounds() or (0, 0, 0, 0)
    assert 0 < left < right < box.advance
    assert top == pytest.approx(-0.7)
    assert bottom == 0
    assert glyph.face.outline(glyph.glyph).contours == 2  # its inside is empty


def test_a_space_that_no_font_has_stays_a_space() -> None:
    shaped = shape_text("a\u3000b", Look((INTER,)))
    assert not shaped.missing
    wide = shaped.paragraphs[0].clusters[1]
    assert wide.space
    assert not wide.glyphs
    assert wide.advance > 0


def test_capitals() -> None:
    assert shape_text("Straße", Look((INTER,)), caps=Caps.ALL).paragraphs[0].text == "STRASSE"
    big, small = clusters("Aa", caps=Caps.SMALL)
    assert big.advance == pytest.approx(small.advance / SMALL_CAPS, rel=0.05)
    assert small.glyphs[0].scale == SMALL_CAPS


def test_spaces_are_known_and_tabs_are_four() -> None:
    assert [c.space for c in clusters("a b")] == [False, True, False]
    assert len(clusters("a\tb")) == 6
