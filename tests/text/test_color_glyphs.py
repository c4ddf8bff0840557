"""Glyphs in colour: each of the four ways in which a font keeps them, and what HarfBuzz can be told to paint."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fontTools.colorLib.builder import buildCOLR, buildCPAL
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables.otTables import PaintFormat
from numpy.typing import NDArray
from text_support import Context, animator, prepared, saying, spanned

from velocity_engine.composite.compositor import Compositor
from velocity_engine.display import DrawCommand, FillSource, GroupSource, SolidPaint, display_list
from velocity_engine.errors import MediaError, Place
from velocity_engine.model.geometry import scaling, translation
from velocity_engine.model.text import Font, RangeSelector, TextDocument
from velocity_engine.placing import placed
from velocity_engine.testing import StillSampler
from velocity_engine.text.color_glyphs import MAX_PARTS
from velocity_engine.text.faces import FontFace
from velocity_engine.text.looks import Look
from velocity_engine.text.shaping import shape_text
from velocity_engine.text.typesetter import LayerTypesetter, catalogue_of

FOLDER = Path(__file__).with_name("emoji")
KINDS = {
    "COLRv0": "TwemojiSubset-COLRv0.ttf",
    "COLRv1": "NotoSubset-COLRv1.ttf",
    "CBDT": "NotoSubset-CBDT.ttf",
    "sbix": "NotoSubset-sbix.ttf",
}
FAMILY, FLAG, THUMB = "👨\u200d👩\u200d👧", "🇩🇪", "👍🏽"
SHOWN = ("😀", "❤\ufe0f", THUMB, FAMILY, FLAG, "1\ufe0f\u20e3")
WHITE = (1.0, 1.0, 1.0, 1.0)
WHOLE = RangeSelector()

each_kind = pytest.mark.parametrize("kind", KINDS)


def data(kind: str) -> bytes:
    return (FOLDER / KINDS[kind]).read_bytes()


def context(kind: str) -> Context:
    return Context({"fonts/emoji.ttf": data(kind)})


def drawn(document: TextDocument, kind: str, **layer: Any) -> list[DrawCommand]:
    return list(prepared(document, context(kind), **layer).draw(StillSampler()))


def pixels(commands: list[DrawCommand], width: int = 150, height: int = 120) -> NDArray[np.uint8]:
    """(height, width, 4): commands whose baseline lies at 100, on white."""
    moved = [placed(entry, translation(10.0, 100.0)) for entry in commands]
    shown = np.zeros((height, width, 4), np.uint8)
    Compositor().draw(display_list(width, height, WHITE, moved), shown)
    return shown


@each_kind
def test_families_flags_skin_tones_and_keycaps_are_one_glyph_in_colour(kind: str) -> None:
    face = FontFace(data(kind))
    shaped = shape_text("".join(SHOWN), Look((face,)))
    clusters = shaped.paragraphs[0].clusters
    assert [shaped.paragraphs[0].text[c.start : c.end] for c in clusters] == list(SHOWN)
    assert not shaped.missing
    assert [sum(face.in_color(glyph.glyph) for glyph in cluster.glyphs) for cluster in clusters] == [1] * len(SHOWN)


@each_kind
def test_a_flag_shows_its_colours_whatever_the_fill_is(kind: str) -> None:
    red = pixels(drawn(saying(FLAG, fill=(1.0, 0.0, 0.0)), kind))
    blue = pixels(drawn(saying(FLAG, fill=(0.0, 0.0, 1.0), stroke=(0.0, 1.0, 0.0), stroke_width=9.0), kind))
    assert (red == blue).all()
    inside = np.argwhere((red[..., :3] < 250).any(axis=2))
    (top, left), (bottom, right) = inside.min(axis=0), inside.max(axis=0)
    column = red[top : bottom + 1, (left + right) // 2, :3].astype(int)
    black, middle, gold = (column[round(len(column) * share)] for share in (0.25, 0.5, 0.78))
    assert black.max() < 60
    assert middle[0] > 190 and middle[1:].max() < 70
    assert gold[0] > 220 and gold[1] > 170 and gold[2] < 100


def test_vectors_and_bitmaps_of_one_design_look_alike() -> None:
    for text in ("😀", FAMILY):
        one, other = (pixels(drawn(saying(text), kind)).astype(float) for kind in ("COLRv1", "CBDT"))
        assert np.abs(one - other).mean() < 8.0
    sbix, cbdt = (pixels(drawn(saying(THUMB), kind)).astype(float) for kind in ("sbix", "CBDT"))
    assert np.abs(sbix - cbdt).mean() < 1.0


@each_kind
def test_the_text_presentation_is_not_in_colour(kind: str) -> None:
    found = prepared(saying("❤\ufe0e"), context(kind)).draw(StillSampler())
    assert all(isinstance(entry.source, FillSource) for entry in found) and len(found) == 1


def test_a_font_that_has_a_family_as_one_picture_comes_before_one_that_has_its_members() -> None:
    parts = FontFace(without_ligatures(data("COLRv1")))
    whole = FontFace(data("CBDT"))
    (cluster,) = shape_text(FAMILY, Look((parts, whole))).paragraphs[0].clusters
    assert cluster.glyphs[0].face is whole
    (alone,) = shape_text(FAMILY, Look((parts,))).paragraphs[0].clusters
    assert sum(parts.in_color(glyph.glyph) for glyph in alone.glyphs) == 3


def without_ligatures(font: bytes) -> bytes:
    opened = TTFont(io.BytesIO(font))
    del opened["GSUB"]
    out = io.BytesIO()
    opened.save(out)
    return out.getvalue()


# --- in texts and animators -----------------------------------------------------------------------------------------


@each_kind
def test_animators_fade_move_turn_and_scale_but_do_not_recolour(kind: str) -> None:
    moved = animator(WHOLE, position=(20, 0), opacity=(50,), scale=(50, 50), rotation=(90,), fill=(0, 1, 0))
    (plain, changed) = (drawn(saying(FLAG), kind), drawn(saying(FLAG), kind, animators=(moved,)))
    (group,) = changed
    assert group.opacity == 0.5 and isinstance(group.source, GroupSource)
    assert len(group.source.commands) == len(plain)
    before, after = pixels(plain, 200, 200), pixels(changed, 200, 200)
    high, wide = (np.ptp(np.argwhere((before[..., :3] < 250).any(axis=2))[:, axis]) for axis in (0, 1))
    small_high, small_wide = (np.ptp(np.argwhere((after[..., :3] < 250).any(axis=2))[:, axis]) for axis in (0, 1))
    assert small_high == pytest.approx(wide / 2, abs=2) and small_wide == pytest.approx(high / 2, abs=2)
    shown = after.astype(int)
    assert not (shown[..., 1] > shown[..., 0] + 8).any(), "the green of the animator is nowhere"


def test_blur_and_opacity_act_on_the_whole_picture() -> None:
    soft = animator(WHOLE, blur=(10, 10))
    (group,) = drawn(saying("😀"), "COLRv1", animators=(soft,))
    assert group.effects and isinstance(group.source, GroupSource) and len(group.source.commands) > 3
    assert drawn(saying("😀"), "COLRv1", animators=(animator(WHOLE, opacity=(0,)),)) == []


def test_a_text_without_a_fill_shows_its_emoji() -> None:
    assert len(drawn(saying("a😀", fill=None), "COLRv1")) == len(drawn(saying("😀"), "COLRv1"))
    half = animator(WHOLE, opacity=(50,))
    (group,) = drawn(saying("a😀", fill=None), "COLRv1", animators=(half,))
    assert group.opacity == 0.5


def test_letters_after_an_emoji_are_painted_over_it() -> None:
    commands = drawn(saying("a😀b"), "COLRv1")
    fills = [isinstance(c.source, FillSource) and c.source.paint == SolidPaint((0.0, 0.0, 0.0, 1.0)) for c in commands]
    assert fills[0] and fills[-1] and not any(fills[1:-1])
    plain = drawn(saying("ab"), "COLRv1")
    assert len(plain) == 1, "letters without an emoji between them stay one path"


def test_a_span_says_how_large_an_emoji_is() -> None:
    small = drawn(saying("😀"), "COLRv1")
    large = drawn(spanned(("😀", {"size": 200.0})), "COLRv1")
    assert [placed(c, scaling(2.0, 2.0)).matrix for c in small] == [pytest.approx(c.matrix) for c in large]


def test_typesetters_tell_the_ink_of_emoji_and_move_them() -> None:
    here = context("COLRv1")
    text = LayerTypesetter(catalogue_of(here), Place(layer="Chart"), here.report).set(saying("😀"))
    assert text.ink is not None and text.ink[2] - text.ink[0] > 80.0
    moved = pixels(list(text.moved(5.0, -7.0)))
    difference = moved[13:93, 15:100].astype(int) - pixels(list(text.commands))[20:100, 10:95]
    assert np.abs(difference).max() <= 2, "gradients are dithered where they stand"


# --- what COLR can ask for ------------------------------------------------------------------------------------------

SQUARE, LEFT, RIGHT = "square", "left", "right"  # 0..1000, and its halves
RED, GREEN, BLUE, CLEAR = range(4)
PALETTE = [(1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 0.0)]
TEXT_COLOR = 0xFFFF


def made(paint: Any, version: int = 1) -> bytes:
    """A font whose letter A is ``paint``: layers of version 0, or a paint of version 1."""

    def box(x0: int, x1: int) -> Any:
        pen = TTGlyphPen(None)
        pen.moveTo((x0, 0))
        for corner in ((x0, 1000), (x1, 1000), (x1, 0)):
            pen.lineTo(corner)
        pen.closePath()
        return pen.glyph()

    names = [".notdef", "A", SQUARE, LEFT, RIGHT]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord("A"): "A"})
    edges = {SQUARE: (0, 1000), LEFT: (0, 500), RIGHT: (500, 1000)}
    builder.setupGlyf({name: box(*edges.get(name, (0, 1000))) for name in names})
    builder.setupHorizontalMetrics({name: (1000, edges.get(name, (0,))[0]) for name in names})
    builder.setupHorizontalHeader(ascent=1000, descent=0)
    builder.setupNameTable({"familyName": "Made", "styleName": "Regular", "psName": "Made-Regular"})
    builder.setupOS2()
    builder.setupPost()
    builder.font["COLR"] = buildCOLR({"A": paint}, version=version, glyphMap=builder.font.getReverseGlyphMap())
    builder.font["CPAL"] = buildCPAL([PALETTE])
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def glyph_of(paint: Any, glyph: str = SQUARE) -> dict[str, Any]:
    return {"Format": PaintFormat.PaintGlyph, "Glyph": glyph, "Paint": paint}


def solid(index: int, alpha: float = 1.0) -> dict[str, Any]:
    return {"Format": PaintFormat.PaintSolid, "PaletteIndex": index, "Alpha": alpha}


def shade(paint: Any, version: int = 1, **style: Any) -> Callable[[float, float], list[int]]:
    """The colour at shares of the square's width and height, from the top left, on white."""
    files = {"fonts/made.ttf": made(paint, version)}
    fonts = (Font(name="Made-Regular", family="Made", style="Regular", ascent=100.0),)
    document = replace(saying("A", font="Made-Regular"), **style)
    shown = pixels(list(prepared(document, Context(files, fonts)).draw(StillSampler())))
    return lambda x, y: [int(part) for part in shown[int(100 * y), 10 + int(100 * x), :3]]


def test_layers_of_version_0_show_the_texts_colour_where_they_ask_for_it() -> None:
    at = shade([(LEFT, TEXT_COLOR), (RIGHT, RED)], version=0, fill=(0.0, 0.0, 1.0))
    assert (at(0.25, 0.5), at(0.75, 0.5)) == ([0, 0, 255], [255, 0, 0])


def test_the_texts_colour_follows_animators_and_takes_the_alpha_of_its_entry() -> None:
    at = shade(glyph_of(solid(TEXT_COLOR, 0.5)), fill=(0.0, 0.0, 1.0))
    assert at(0.5, 0.5) == pytest.approx([127, 127, 255], abs=1)
    files = {"fonts/made.ttf": made(glyph_of(solid(TEXT_COLOR)))}
    fonts = (Font(name="Made-Regular", family="Made", style="Regular", ascent=100.0),)
    green = animator(WHOLE, fill=(0, 1, 0))
    layer = prepared(saying("A", font="Made-Regular"), Context(files, fonts), animators=(green,))
    (entry,) = layer.draw(StillSampler())
    assert isinstance(entry.source, FillSource) and entry.source.paint == SolidPaint((0.0, 1.0, 0.0, 1.0))


def line(*stops: tuple[float, int], extend: str = "pad") -> dict[str, Any]:
    listed = [{"StopOffset": offset, "PaletteIndex": index, "Alpha": 1.0} for offset, index in stops]
    return {"ColorStop": listed, "Extend": extend}


def gradient(kind: str, colors: Mapping[str, Any], **where: float) -> dict[str, Any]:
    return glyph_of({"Format": PaintFormat[kind], "ColorLine": colors, **where})


def test_linear_gradients_run_from_point_to_point() -> None:
    ends = {"x0": 200, "y0": 0, "x1": 800, "y1": 0, "x2": 200, "y2": 100}
    at = shade(gradient("PaintLinearGradient", line((0, RED), (1, BLUE)), **ends))
    assert (at(0.1, 0.5), at(0.9, 0.5)) == ([255, 0, 0], [0, 0, 255])
    assert at(0.5, 0.5) == pytest.approx([127, 0, 127], abs=3)


def test_the_third_point_slants_a_linear_gradient() -> None:
    ends = {"x0": 0, "y0": 0, "x1": 1000, "y1": 0, "x2": 1000, "y2": 1000}
    at = shade(gradient("PaintLinearGradient", line((0, RED), (1, BLUE)), **ends))
    assert at(0.25, 0.75) == pytest.approx(at(0.75, 0.25), abs=4), "of one colour along the diagonal to the top right"
    assert at(0.9, 0.8)[2] > at(0.5, 0.5)[2] > at(0.1, 0.5)[2]


def test_gradients_repeat_and_reflect() -> None:
    ends = {"x0": 0, "y0": 0, "x1": 250, "y1": 0, "x2": 0, "y2": 100}
    repeated = shade(gradient("PaintLinearGradient", line((0, RED), (1, BLUE), extend="repeat"), **ends))
    reflected = shade(gradient("PaintLinearGradient", line((0, RED), (1, BLUE), extend="reflect"), **ends))
    assert repeated(0.26, 0.5) == pytest.approx([255, 0, 0], abs=16)
    assert repeated(0.48, 0.5) == pytest.approx([0, 0, 255], abs=24)
    assert reflected(0.26, 0.5) == pytest.approx([0, 0, 255], abs=16)
    assert reflected(0.5, 0.5) == pytest.approx([255, 0, 0], abs=16)


def test_radial_gradients_run_between_two_circles() -> None:
    circles = {"x0": 500, "y0": 500, "r0": 200, "x1": 500, "y1": 500, "r1": 400}
    at = shade(gradient("PaintRadialGradient", line((0, RED), (1, BLUE)), **circles))
    assert at(0.5, 0.5) == [255, 0, 0] and at(0.6, 0.5) == pytest.approx([255, 0, 0], abs=2)
    assert at(0.8, 0.5) == pytest.approx([127, 0, 127], abs=8)
    assert at(0.02, 0.02) == [0, 0, 255]


def test_a_radial_gradient_from_the_larger_circle_runs_the_other_way() -> None:
    circles = {"x0": 500, "y0": 500, "r0": 400, "x1": 600, "y1": 500, "r1": 0}
    at = shade(gradient("PaintRadialGradient", line((0, RED), (1, BLUE)), **circles))
    assert at(0.6, 0.5) == pytest.approx([0, 0, 255], abs=10)
    assert at(0.05, 0.05) == [255, 0, 0]
    assert at(0.8, 0.5)[0] > at(0.4, 0.5)[0], "the circles lie closer on the side of the smaller one"


def test_sweeps_go_round_counter_clockwise() -> None:
    turn = {"centerX": 500, "centerY": 500, "startAngle": 0, "endAngle": 360}
    at = shade(gradient("PaintSweepGradient", line((0, RED), (1, BLUE)), **turn))
    red = [at(*place)[0] for place in ((0.9, 0.45), (0.5, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 0.55))]
    assert red == sorted(red, reverse=True) and red[0] > 235 and red[-1] < 20


def test_stops_of_unlike_alpha_mix_premultiplied() -> None:
    ends = {"x0": 0, "y0": 0, "x1": 1000, "y1": 0, "x2": 0, "y2": 100}
    at = shade(gradient("PaintLinearGradient", line((0, RED), (1, CLEAR)), **ends))
    assert at(0.5, 0.5) == pytest.approx([255, 127, 127], abs=20), "half a red, and none of the clear blue"


def composed(mode: str) -> dict[str, Any]:
    """The left half in red, on it the whole square in green at half its alpha."""
    return {
        "Format": PaintFormat.PaintComposite,
        "CompositeMode": mode,
        "SourcePaint": glyph_of(solid(GREEN, 0.5)),
        "BackdropPaint": glyph_of(solid(RED), LEFT),
    }


MIXED, PALE, WHITE_PIXEL = [128, 127, 0], [127, 255, 127], [255, 255, 255]


@pytest.mark.parametrize(
    ("mode", "left", "right"),
    [
        ("clear", WHITE_PIXEL, WHITE_PIXEL),
        ("src", PALE, PALE),
        ("dest", [255, 0, 0], WHITE_PIXEL),
        ("src_over", MIXED, PALE),
        ("dest_over", [255, 0, 0], PALE),
        ("src_in", PALE, WHITE_PIXEL),
        ("dest_in", [255, 127, 127], WHITE_PIXEL),
        ("src_out", WHITE_PIXEL, PALE),
        ("dest_out", [255, 127, 127], WHITE_PIXEL),
        ("src_atop", MIXED, WHITE_PIXEL),
        ("xor", [255, 127, 127], PALE),
        ("plus", [255, 128, 0], PALE),
        ("multiply", [128, 0, 0], PALE),
        ("screen", [255, 128, 0], PALE),
    ],
)
def test_composite_modes(mode: str, left: list[int], right: list[int]) -> None:
    at = shade(composed(mode))
    assert at(0.25, 0.5) == pytest.approx(left, abs=3)
    assert at(0.75, 0.5) == pytest.approx(right, abs=3)


def test_a_paint_is_cut_by_all_glyphs_around_it() -> None:
    at = shade(glyph_of(glyph_of(solid(BLUE), RIGHT), SQUARE))
    assert (at(0.25, 0.5), at(0.75, 0.5)) == (WHITE_PIXEL, [0, 0, 255])
    both = shade(glyph_of(glyph_of(solid(BLUE), RIGHT), LEFT))
    assert both(0.25, 0.5) == both(0.75, 0.5) == WHITE_PIXEL


# --- what goes wrong ------------------------------------------------------------------------------------------------


def test_a_glyph_of_very_many_parts_is_told_and_not_drawn() -> None:
    files = {"fonts/made.ttf": made([(LEFT, RED)] * (MAX_PARTS + 1), version=0)}
    fonts = (Font(name="Made-Regular", family="Made", style="Regular", ascent=100.0),)
    told = Context(files, fonts)
    assert not prepared(saying("A", font="Made-Regular"), told).draw(StillSampler())
    assert told.features == ["text.outlines"]


def test_a_bitmap_that_cannot_be_read_is_a_box() -> None:
    whole = data("CBDT")
    broken = whole.replace(b"IDAT", b"IDAX")
    face = FontFace(broken)
    (placed_glyph,) = (g for g in face.shape("😀", 0, 1, rtl=False, script="Zyyy", ligatures=True) if g.glyph)
    assert placed_glyph.glyph is not None and face.in_color(placed_glyph.glyph)
    shown = face.color_glyph(placed_glyph.glyph, (1.0, 0.0, 0.0))
    (entry,) = shown.commands
    assert isinstance(entry.source, FillSource) and entry.source.paint == SolidPaint((1.0, 0.0, 0.0, 1.0))


@each_kind
def test_a_colour_font_cut_short_never_breaks_the_caller(kind: str) -> None:
    whole = data(kind)
    for size in range(500, len(whole), len(whole) // 12):
        try:
            face = FontFace(whole[:size])
        except MediaError:
            continue
        for glyph in range(40):
            if face.in_color(glyph):
                face.color_glyph(glyph, (0.0, 0.0, 0.0))


def test_opacity_of_half_an_emoji_is_that_of_the_fill() -> None:
    (group,) = drawn(saying("😀", fill=(1.0, 0.0, 0.0, 0.25)), "COLRv1", animators=(animator(WHOLE, opacity=(50,)),))
    assert group.opacity == pytest.approx(0.125)
