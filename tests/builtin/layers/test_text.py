from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from raster_support import path_of
from text_support import AtSeconds, Context, animator, bundled, prepared, saying

from velocity_engine.builtin.effects.blur import GaussianBlurEffect
from velocity_engine.builtin.layers.text import TextLayerType
from velocity_engine.display import DrawCommand, FillSource, GroupSource, SolidPaint, StrokeSource
from velocity_engine.model.layers import Mask, MaskMode
from velocity_engine.model.properties import Bezier, Keyframe, Property, Vector, still
from velocity_engine.model.shapes import Join
from velocity_engine.model.text import Font, Glyph, RangeSelector, TextDocument, TextPathOptions, WigglySelector
from velocity_engine.plugin_types import LayerType
from velocity_engine.text.limits import MAX_CHARACTERS, MAX_MARKS
from velocity_engine.text.still import STILL

ALL = RangeSelector()
RAMP = RangeSelector(shape=2)
MOVING: Property[Vector] = Property((0.0,), (Keyframe(0.0, (0.0,)), Keyframe(10.0, (100.0,))))


def draw(document: TextDocument, context: Context | None = None, **layer: Any) -> Sequence[DrawCommand]:
    return prepared(document, context, **layer).draw(STILL)


def stroke_of(entry: DrawCommand) -> StrokeSource:
    assert isinstance(entry.source, StrokeSource)
    return entry.source


def color_of(entry: DrawCommand) -> tuple[float, float, float, float]:
    assert isinstance(entry.source, FillSource) and isinstance(entry.source.paint, SolidPaint)
    return entry.source.paint.color


def test_it_is_a_layer_type() -> None:
    kind = TextLayerType()
    assert isinstance(kind, LayerType)
    assert (kind.key, kind.lottie_types) == ("text", (5,))


def test_a_text_is_one_command_with_one_path() -> None:
    (entry,) = draw(saying("Hi there", fill=(0.1, 0.2, 0.3)))
    assert isinstance(entry.source, FillSource)
    assert entry.source.paint == SolidPaint((0.1, 0.2, 0.3, 1.0))
    assert entry.source.path.contours == 10  # H, i 2, t, h, e 2, r, e 2
    bounds = entry.source.path.bounds()
    assert bounds is not None
    left, top, right, bottom = bounds
    assert left == pytest.approx(256 / 28.16, abs=1.0)
    assert top == pytest.approx(-2112 / 28.16, abs=1.0)
    assert bottom == pytest.approx(0.0, abs=2.0)
    assert right < 450
    assert entry.label == "", "the evaluator labels it with the path of the layer"


def test_strokes_lie_under_or_over_fills() -> None:
    style = {"fill": (1.0, 0.0, 0.0), "stroke": (0.0, 0.0, 1.0), "stroke_width": 4.0, "stroke_join": Join.ROUND}
    under = draw(saying("H", **style))
    assert [type(entry.source) for entry in under] == [StrokeSource, FillSource]
    assert stroke_of(under[0]).width == 4.0
    assert stroke_of(under[0]).join is Join.ROUND
    over = draw(saying("H", stroke_over_fill=True, **style))
    assert [type(entry.source) for entry in over] == [FillSource, StrokeSource]


def test_a_text_without_paint_or_size_draws_nothing() -> None:
    assert not draw(saying("H", fill=None))
    assert not draw(saying("H", size=0.0))
    assert not draw(saying(""))


def test_the_stroke_of_a_shrunk_text_shrinks_along() -> None:
    style = {"fill": None, "stroke": (0.0, 0.0, 0.0), "stroke_width": 4.0}
    (entry,) = draw(saying("HHHH", fit="shrink", fit_reference=saying("HH"), **style))
    assert stroke_of(entry).width == pytest.approx(2.0)


def test_a_still_text_is_drawn_once() -> None:
    layer = prepared(saying("Hi"))
    assert not layer.moves
    assert layer.draw(AtSeconds(0)) is layer.draw(AtSeconds(1))


def test_still_animators_are_drawn_once_too() -> None:
    layer = prepared(saying("Hi"), animators=(animator(ALL, position=(1, 2)),))
    assert not layer.moves
    assert layer.draw(AtSeconds(0)) is layer.draw(AtSeconds(1))


@pytest.mark.parametrize(
    "layer",
    [
        {"animators": (animator(ALL, rotation=MOVING),)},
        {"animators": (animator(RangeSelector(offset=MOVING), rotation=(1,)),)},
        {"animators": (animator(WigglySelector(), rotation=(1,)),)},
        {"grouping_alignment": MOVING},
    ],
)
def test_what_moves_says_so(layer: dict[str, Any]) -> None:
    assert prepared(saying("Hi"), **layer).moves


def test_keyframes_of_the_text_move_and_each_is_laid_out_once() -> None:
    frames = (Keyframe(0.0, saying("one"), hold=True), Keyframe(5.0, saying("two"), hold=True))
    layer = prepared(Property(frames[0].value, frames))
    assert layer.moves
    assert layer.draw(STILL) is layer.draw(STILL)


def test_digests_are_the_same_for_the_same_text_and_differ_otherwise() -> None:
    assert draw(saying("Hi"))[0].digest == draw(saying("Hi"))[0].digest
    assert draw(saying("Hi"))[0].digest != draw(saying("Ho"))[0].digest


def test_characters_that_look_alike_stay_one_path() -> None:
    moved = draw(saying("abcd"), animators=(animator(RAMP, position=(0, 50), rotation=(90,)),))
    assert len(moved) == 1
    faded = draw(saying("abcd"), animators=(animator(RangeSelector(end=still(50)), opacity=(50,)),))
    assert [color_of(entry)[3] for entry in faded] == [0.5, 1.0]


def test_invisible_characters_are_left_out() -> None:
    (shown,) = draw(saying("abcd"), animators=(animator(RangeSelector(end=still(75)), opacity=(0,)),))
    bounds = path_of(shown).bounds()
    assert bounds is not None and bounds[0] > 100


def test_mirrored_characters_beside_others_keep_their_own_command() -> None:
    both = draw(saying("ab"), animators=(animator(RangeSelector(end=still(50)), scale=(-100, 100)),))
    assert len(both) == 2
    assert both[0].matrix[0] == pytest.approx(-1.0)


def test_strokes_keep_round_pens_only_under_even_scales() -> None:
    style = {"fill": None, "stroke": (0.0, 0.0, 0.0), "stroke_width": 2.0}
    (even,) = draw(saying("ab", **style), animators=(animator(ALL, scale=(200, 200), rotation=(30,)),))
    assert stroke_of(even).width == pytest.approx(4.0)
    uneven = draw(saying("ab", **style), animators=(animator(ALL, scale=(200, 100)),))
    assert [stroke_of(entry).width for entry in uneven] == [2.0, 2.0]


def test_a_blur_is_an_effect_on_a_group() -> None:
    sharp, soft = draw(saying("ab"), animators=(animator(RangeSelector(start=still(50)), blur=(10, 20)),))
    assert isinstance(sharp.source, FillSource)
    assert isinstance(soft.source, GroupSource)
    (effect,) = soft.effects
    assert min(effect.margin) > 0
    blur = GaussianBlurEffect()
    assert effect.effect == blur.key
    pixels = np.zeros((61, 61, 4), np.uint8)
    pixels[30, 30] = 255
    blurred = blur.apply(pixels, effect, (0, 0))[..., 3] > 0
    assert blurred.any(axis=0).sum() < blurred.any(axis=1).sum()


def test_a_character_offset_changes_what_is_said() -> None:
    plain = draw(saying("IBM"))[0]
    shifted = draw(saying("HAL"), animators=(animator(ALL, character_offset=(1,)),))[0]
    assert np.allclose(path_of(shifted).points, path_of(plain).points, atol=5.0)
    assert path_of(shifted).contours == path_of(plain).contours


def test_a_wiggle_moves_with_time_and_is_repeatable() -> None:
    layer = prepared(saying("abc"), animators=(animator(WigglySelector(), position=(0, 40)),))
    first, second, again = (layer.draw(AtSeconds(t))[0].digest for t in (0.1, 0.4, 0.1))
    assert first == again != second


def test_text_runs_along_a_mask() -> None:
    path = Bezier(np.array([[0.0, 300.0], [900.0, 300.0]]), np.zeros((2, 2)), np.zeros((2, 2)), False)
    masks = (Mask(mode=MaskMode.NONE, path=Property(path)),)
    (entry,) = draw(saying("Hi"), masks=masks, path=TextPathOptions(mask=0))
    (flat,) = draw(saying("Hi"))
    assert np.allclose(path_of(entry).points, path_of(flat).points + np.array([0, 300]))


def test_a_clipped_text_has_a_clip() -> None:
    (entry,) = draw(saying("abc", box=(0.0, 0.0, 50.0, 80.0), fit="clip"))
    (clip,) = entry.clips
    assert clip.box == (0.0, 0.0, 50.0, 80.0)


def test_chars_are_drawn() -> None:
    from velocity_engine.model.shapes import PathShape

    corners = np.array([[0.0, 0.0], [50.0, 0.0], [50.0, -70.0], [0.0, -70.0]])
    square = Bezier(corners, np.zeros((4, 2)), np.zeros((4, 2)), True)
    glyph = Glyph(
        character="A", family="Own", style="", size=1.0, width=60.0, shapes=(PathShape(path=Property(square)),)
    )
    context = Context(fonts=[Font(name="Own", family="Own", style="", ascent=70.0)], glyphs=[glyph])
    (entry,) = draw(saying("AA", font="Own"), context)
    assert path_of(entry).bounds() == pytest.approx((0.0, -70.0, 110.0, 0.0))
    assert context.findings == []


# --- findings -------------------------------------------------------------------------------------------------------


def findings(document: TextDocument, **layer: Any) -> Context:
    context = Context()
    prepared(document, context, **layer)
    return context


def test_a_text_in_a_font_that_is_there_has_no_findings() -> None:
    assert findings(saying("Hello")).findings == []


def test_findings_name_the_layer_and_the_place() -> None:
    (finding,) = findings(saying("\U00012345\U00012346")).findings
    assert finding.feature == "text.glyph_missing"
    assert "(U+12345)" in finding.message
    assert finding.place.layer == "Title"
    assert finding.place.pointer == "/layers/0/t/d"


@pytest.mark.parametrize(
    ("document", "feature"),
    [
        (saying("Hi", font="Gotham-Bold"), "font.missing"),
        (saying("שלום"), "text.fallback"),
        (saying("a\rb\rc", box=(0.0, 0.0, 100.0, 100.0)), "text.overflow"),
        (saying("WWW", box=(0.0, 0.0, 2.0, 2.0), fit="shrink"), "text.overflow"),
        (saying("Hi", fit="shrink"), "text.fit"),
        (saying("a" * (MAX_CHARACTERS + 1)), "text.too_long"),
        (saying("a" + "\u0301" * (MAX_MARKS + 1)), "text.marks"),
    ],
)
def test_findings_of_documents(document: TextDocument, feature: str) -> None:
    assert findings(document).features == [feature]


def test_findings_of_layers() -> None:
    assert findings(saying("a"), path=TextPathOptions(mask=3)).features == ["text.path"]


def test_findings_of_keyframes_point_at_theirs() -> None:
    frames = (Keyframe(0.0, saying("fine"), hold=True), Keyframe(5.0, saying("日"), hold=True))
    context = Context()
    prepared(Property(frames[0].value, frames, pointer="/layers/0/t/d"), context)
    assert [f.place.pointer for f in context.findings] == ["/layers/0/t/d/k/1/s"]


def test_fonts_are_read_once_a_plan() -> None:
    reads: list[str] = []

    class Counting(Context):
        def read(self, media: Any) -> bytes:
            reads.append(media.name)
            return super().read(media)

    context = Counting({"fonts/Inter-Regular.otf": bundled("Inter-Regular.otf")})
    kind = TextLayerType()
    from text_support import text_layer

    for text in ("one", "two"):
        kind.prepare(text_layer(saying(text)), context)
    assert reads == ["fonts/Inter-Regular.otf"]


def test_threads_draw_the_same() -> None:
    layer = prepared(saying("threads"), animators=(animator(RangeSelector(offset=MOVING), rotation=(90,)),))
    wanted = layer.draw(STILL)[0].digest
    seen: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: seen.extend(layer.draw(STILL)[0].digest for _ in range(20))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(seen) == {wanted}
