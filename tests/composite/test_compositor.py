"""What is drawn: each kind of source and each thing that acts on it, checked at pixels whose colour is known."""

from __future__ import annotations

import math
import threading
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from raster_support import circle, curve, polyline

from velocity_engine.composite import Compositor, vector
from velocity_engine.display import (
    Clip,
    DrawCommand,
    EffectCall,
    FillSource,
    GradientPaint,
    ImageSource,
    MaskPath,
    Matte,
    SolidPaint,
    StrokeSource,
    VideoSource,
    command,
    display_list,
    group_source,
    picture,
)
from velocity_engine.model.geometry import IDENTITY, multiply, rectangle_path, rotation, scaling, translation
from velocity_engine.model.layers import BlendMode, MaskMode, MatteMode
from velocity_engine.model.shapes import Cap, FillRule, GradientKind, Join

W, H = 120, 80
RED, GREEN, BLUE, WHITE = (1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0)
CLEAR, BLACK = (0.0, 0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0)
Pixels = NDArray[np.uint8]
Color = tuple[float, float, float, float]


def box(x0: float, y0: float, x1: float, y1: float, color: Color = RED, **acting: Any) -> DrawCommand:
    return command(FillSource(rectangle_path(x0, y0, x1, y1), SolidPaint(color)), **acting)


def drawn(*commands: DrawCommand, background: Color = CLEAR, compositor: Compositor | None = None) -> Pixels:
    canvas = np.full((H, W, 4), 77, np.uint8)
    (compositor or Compositor()).draw(display_list(W, H, background, commands), canvas)
    return canvas


def at(canvas: Pixels, x: int, y: int) -> tuple[int, ...]:
    return tuple(int(v) for v in canvas[y, x])


# --- sources --------------------------------------------------------------------------------------------------------


def test_the_background() -> None:
    assert (drawn() == 0).all()
    assert at(drawn(background=(1.0, 0.5, 0.0, 1.0)), 5, 5) == (255, 128, 0, 255)


def test_fills_and_their_rules() -> None:
    rings = FillSource(circle(60, 40, 30), SolidPaint(RED))
    assert at(drawn(command(rings)), 60, 40) == (255, 0, 0, 255)
    twice = np.concatenate([circle(60, 40, 30).points, circle(60, 40, 10).points])
    path = type(rings.path)(twice, np.array([0, 13, 26], np.int64), np.array([True, True]))
    assert at(drawn(command(FillSource(path, SolidPaint(RED)))), 60, 40)[3] == 255
    assert at(drawn(command(FillSource(path, SolidPaint(RED), FillRule.EVEN_ODD))), 60, 40)[3] == 0


def test_opacity_goes_into_the_paint() -> None:
    assert at(drawn(box(0, 0, 50, 50, (1.0, 0.5, 0.0, 0.5), opacity=0.5)), 5, 5) == (64, 32, 0, 64)


def test_strokes_and_dashes() -> None:
    line = polyline([(10, 40), (110, 40)], closed=False)
    canvas = drawn(command(StrokeSource(line, SolidPaint(RED), 10, cap=Cap.BUTT, dashes=(20.0, 10.0))))
    assert [at(canvas, x, 40)[3] for x in (12, 28, 32, 38, 42)] == [255, 255, 0, 0, 255]
    assert [at(canvas, 12, y)[3] for y in (34, 35, 44, 45)] == [0, 255, 255, 0]


def test_a_stroke_thinner_than_a_pixel_is_a_pale_pixel_wide() -> None:
    line = polyline([(10, 40.5), (110, 40.5)], closed=False)
    canvas = drawn(command(StrokeSource(line, SolidPaint(WHITE), 0.25)))
    assert canvas[40, 20:100, 3].tolist() == [64] * 80
    assert not canvas[[39, 41]].any()
    assert not drawn(command(StrokeSource(line, SolidPaint(WHITE), 0.0))).any()


def test_gradients() -> None:
    stops = np.array([[0.0, 1, 0, 0, 1], [1.0, 0, 0, 1, 0]])
    across = GradientPaint(GradientKind.LINEAR, (20.0, 0.0), (100.0, 0.0), (20.0, 0.0), stops)
    canvas = drawn(command(FillSource(rectangle_path(0, 0, W, H), across)))
    assert at(canvas, 2, 5) == (255, 0, 0, 255)
    assert at(canvas, 118, 5) == (0, 0, 0, 0)
    middle = at(canvas, 60, 5)
    assert np.abs(np.array(middle) - (63, 0, 64, 127)).max() <= 2, "straight colours are mixed, then premultiplied"
    round_one = GradientPaint(GradientKind.RADIAL, (60.0, 40.0), (60.0, 70.0), (60.0, 40.0), stops)
    canvas = drawn(command(FillSource(rectangle_path(0, 0, W, H), round_one)))
    assert at(canvas, 60, 40)[3] >= 248
    assert at(canvas, 95, 40)[3] == 0
    assert abs(at(canvas, 75, 40)[3] - 127) <= 5


def test_a_gradient_follows_the_matrix_of_its_command() -> None:
    stops = np.array([[0.0, 1, 0, 0, 1], [0.5, 1, 0, 0, 1], [0.5, 0, 0, 1, 1], [1.0, 0, 0, 1, 1]])
    paint = GradientPaint(GradientKind.LINEAR, (0.0, 0.0), (10.0, 0.0), (0.0, 0.0), stops)
    turned = multiply(translation(60, 40), multiply(rotation(90), scaling(4, 4)))
    canvas = drawn(command(FillSource(rectangle_path(-10, -10, 10, 10), paint), turned))
    assert at(canvas, 60, 57) == (255, 0, 0, 255)
    assert at(canvas, 60, 63) == (0, 0, 255, 255)


@pytest.mark.parametrize("kind", list(GradientKind))
def test_a_gradient_of_no_length_is_its_last_colour(kind: GradientKind) -> None:
    stops = np.array([[0.0, 1, 0, 0, 1], [1.0, 0, 0, 1, 1]])
    paint = GradientPaint(kind, (5.0, 5.0), (5.0, 5.0), (5.0, 5.0), stops)
    assert at(drawn(command(FillSource(rectangle_path(0, 0, 20, 20), paint))), 5, 5) == (0, 0, 255, 255)


def checked_picture(size: int = 8) -> Pixels:
    pixels = np.zeros((size, size, 4), np.uint8)
    pixels[..., 3] = 255
    pixels[: size // 2, : size // 2] = (255, 0, 0, 255)
    pixels[size // 2 :, size // 2 :] = (0, 0, 255, 255)
    return pixels


def test_pictures() -> None:
    source = ImageSource(picture(checked_picture()), 8, 8)
    canvas = drawn(command(source, translation(20, 10)))
    assert (canvas[10:18, 20:28] == checked_picture()).all()
    assert canvas[..., 3].sum() == 64 * 255
    canvas = drawn(command(ImageSource(picture(checked_picture()), 40, 40), translation(20, 10)))
    assert at(canvas, 25, 15) == (255, 0, 0, 255)
    assert at(canvas, 55, 45) == (0, 0, 255, 255)


def test_the_window_of_a_picture() -> None:
    source = ImageSource(picture(checked_picture()), 20, 20, (4.0, 4.0, 8.0, 8.0))
    canvas = drawn(command(source, translation(20, 10)))
    assert (canvas[10:30, 20:40] == (0, 0, 255, 255)).all()
    assert canvas[..., 3].sum() == 400 * 255


def test_a_picture_made_small_keeps_its_mean() -> None:
    fine = np.zeros((512, 512, 4), np.uint8)
    fine[..., 3] = 255
    fine[:, ::2, :3] = 255
    canvas = drawn(command(ImageSource(picture(fine), 60, 60), translation(20, 10)))
    assert np.abs(canvas[11:69, 21:79, 0].astype(int) - 128).max() <= 2


class Clips:
    """A clip whose frames are all of one colour."""

    width, height, digest, frame_count, seconds = 16, 8, b"clips", 100, 4.0

    def __init__(self) -> None:
        self.reads: list[int] = []

    def read(self, index: int) -> Pixels:
        self.reads.append(index)
        return np.full((self.height, self.width, 4), (index, 0, 0, 255), np.uint8)

    def index_at(self, seconds: float) -> int:
        return int(seconds * 25)


def test_frames_of_clips_are_read_once() -> None:
    reader = Clips()
    compositor = Compositor(threads=2)
    shown = [command(VideoSource(reader, 9, 16, 8), translation(8.0 * i, 5.0 * i)) for i in range(4)]
    canvas = drawn(*shown, compositor=compositor)
    assert at(canvas, 3, 3) == (9, 0, 0, 255)
    assert reader.reads == [9]
    drawn(command(VideoSource(reader, 10, 16, 8)), compositor=compositor)
    assert reader.reads == [9, 10]


def test_a_compositor_that_is_closed_has_no_threads_left_and_draws_again() -> None:
    def own() -> list[threading.Thread]:
        return [thread for thread in threading.enumerate() if thread.name.startswith("velocity-composite")]

    shown, large = display_list(64, 256, BLACK, [box(0, 0, 30, 200)]), np.zeros((256, 64, 4), np.uint8)
    compositor, others = Compositor(threads=2), own()
    compositor.draw(shown, large)
    assert len(own()) > len(others)
    compositor.close()
    assert own() == others
    again = np.zeros_like(large)
    compositor.draw(shown, again)
    compositor.close()
    assert np.array_equal(again, large)


# --- groups and blending --------------------------------------------------------------------------------------------


def test_the_opacity_of_a_group_acts_on_the_whole() -> None:
    pair = group_source([box(0, 0, 40, 40, RED), box(20, 0, 60, 40, GREEN)])
    canvas = drawn(command(pair, opacity=0.5), background=BLACK)
    assert at(canvas, 30, 10) == (0, 128, 0, 255), "what is hidden within the group stays hidden"
    assert at(canvas, 10, 10) == (128, 0, 0, 255)


def test_groups_that_need_no_buffer_look_as_if_they_had_one() -> None:
    parts = [box(0, 0, 40, 40, (1.0, 0.0, 0.0, 0.5)), box(50, 0, 90, 40, GREEN)]
    through = drawn(command(group_source(parts), opacity=0.5), background=WHITE)
    apart = drawn(command(group_source([*parts, box(30, 30, 35, 35, CLEAR)]), opacity=0.5), background=WHITE)
    assert np.abs(through.astype(int) - apart).max() <= 1


@pytest.mark.parametrize("most", [vector.MAX_CELLS, 900])
def test_groups_of_plain_shapes_look_as_if_they_had_a_buffer(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector, "MAX_CELLS", most)
    star, turned = circle(40, 35, 30), multiply(translation(20.4, 3.3), rotation(20.0))
    parts = [
        command(FillSource(star, SolidPaint((0.3, 0.8, 0.1, 1.0)), FillRule.EVEN_ODD), turned),
        command(StrokeSource(star, SolidPaint((0.9, 0.4, 0.2, 0.7)), 5.0, Cap.ROUND, Join.ROUND), turned, opacity=0.6),
        command(StrokeSource(star, SolidPaint(WHITE), 0.0), turned),
        box(10.5, -20.0, 70.25, 200.0, (0.1, 0.2, 0.9, 0.5)),
        box(-500.0, 60.0, 500.0, 61.0, CLEAR),
    ]
    nothing = command(ImageSource(picture(np.zeros((2, 2, 4), np.uint8)), 2.0, 2.0))
    by_rows = drawn(command(group_source(parts), opacity=0.85), background=(0.2, 0.3, 0.4, 1.0))
    apart = drawn(command(group_source([*parts, nothing]), opacity=0.85), background=(0.2, 0.3, 0.4, 1.0))
    assert len(np.unique(by_rows.reshape(-1, 4), axis=0)) > 20
    assert (by_rows == apart).all()


def test_blend_modes_see_only_their_group() -> None:
    multiplied = box(0, 0, 40, 40, RED, blend=BlendMode.MULTIPLY)
    assert at(drawn(multiplied, background=BLUE), 5, 5) == (0, 0, 0, 255)
    inside = command(group_source([multiplied]))
    assert at(drawn(inside, background=BLUE), 5, 5) == (255, 0, 0, 255)


@pytest.mark.parametrize("mode", list(BlendMode))
def test_every_blend_mode_draws(mode: BlendMode) -> None:
    canvas = drawn(box(0, 0, 40, 40, (0.8, 0.4, 0.2, 0.7), blend=mode), background=(0.3, 0.6, 0.9, 1.0))
    assert (canvas[..., 3] == 255).all()
    assert at(canvas, 50, 5) == (77, 153, 230, 255)


# --- masks, mattes, clips, effects ----------------------------------------------------------------------------------


def mask(x0: float, y0: float, x1: float, y1: float, mode: str = "a", **other: Any) -> MaskPath:
    values: dict[str, Any] = {"inverted": False, "opacity": 1.0, "expansion": 0.0, "feather": (0.0, 0.0), **other}
    return MaskPath(path=rectangle_path(x0, y0, x1, y1), mode=MaskMode(mode), **values)


def masked(*masks: MaskPath) -> Pixels:
    return drawn(box(0, 0, W, H, masks=masks))[..., 3]


def test_one_mask_of_each_mode() -> None:
    for mode, inside, outside in (
        ("a", 255, 0),
        ("s", 0, 255),
        ("i", 255, 0),
        ("l", 255, 0),
        ("d", 255, 0),
        ("f", 255, 0),
    ):
        got = masked(mask(20, 20, 60, 60, mode))
        assert (got[40, 40], got[40, 80]) == (inside, outside), mode
        got = masked(mask(20, 20, 60, 60, mode, inverted=True))
        assert (got[40, 40], got[40, 80]) == (outside, inside), mode
    assert (masked(mask(20, 20, 60, 60, "n")) == 255).all()


def test_masks_are_joined_in_order() -> None:
    two = masked(mask(0, 0, 60, H), mask(40, 0, 100, H, "s"))
    assert two[40, [20, 50, 80]].tolist() == [255, 0, 0]
    two = masked(mask(0, 0, 60, H), mask(40, 0, 100, H, "i"))
    assert two[40, [20, 50, 80]].tolist() == [0, 255, 0]
    two = masked(mask(0, 0, 60, H), mask(40, 0, 100, H, "f"))
    assert two[40, [20, 50, 80]].tolist() == [255, 0, 255]
    two = masked(mask(0, 0, 60, H, opacity=0.5), mask(40, 0, 100, H, opacity=0.5))
    assert two[40, [20, 50, 80]].tolist() == [128, 192, 128]


def test_opacity_weakens_what_a_mask_takes_away_and_what_a_first_one_leaves() -> None:
    later = masked(mask(0, 0, 60, H), mask(40, 0, 100, H, "s", opacity=0.6))
    assert later[40, [20, 50, 80]].tolist() == [255, 102, 0]
    first = masked(mask(20, 20, 60, 60, "s", opacity=0.6))
    assert first[40, [10, 40]].tolist() == [153, 0]


def test_the_expansion_of_a_mask() -> None:
    assert masked(mask(20, 20, 60, 60, expansion=10.0))[40, [8, 12, 40, 68, 72]].tolist() == [0, 255, 255, 255, 0]
    assert masked(mask(20, 20, 60, 60, expansion=-10.0))[40, [28, 32, 48, 52]].tolist() == [0, 255, 255, 0]


def test_the_feather_of_a_mask() -> None:
    got = masked(mask(-100, -100, 60, 200, feather=(20.0, 20.0)))[40].astype(int)
    assert (np.diff(got) <= 0).all()
    assert abs(got[59] + got[60] - 255) <= 4
    assert abs(got[60 + 7] - 40) <= 8, "one sigma (0.38 of the feather) beyond the edge is 16 %"
    assert got[20] == 255
    assert got[100] == 0


def test_alpha_mattes() -> None:
    shape = (box(20, 20, 60, 60, (0.0, 0.0, 0.0, 0.5)),)
    got = drawn(box(0, 0, W, H, matte=Matte(MatteMode.ALPHA, shape)))
    assert at(got, 40, 40) == (128, 0, 0, 128)
    assert at(got, 80, 40) == (0, 0, 0, 0)
    got = drawn(box(0, 0, W, H, matte=Matte(MatteMode.ALPHA_INVERTED, shape)))
    assert at(got, 40, 40) == (127, 0, 0, 127)
    assert at(got, 80, 40) == (255, 0, 0, 255)


def test_luma_mattes() -> None:
    shape = (box(20, 20, 60, 60, GREEN),)
    got = drawn(box(0, 0, W, H, matte=Matte(MatteMode.LUMA, shape)))[..., 3]
    assert (got[40, 40], got[40, 80]) == (round(255 * 0.7152), 0)
    got = drawn(box(0, 0, W, H, matte=Matte(MatteMode.LUMA_INVERTED, shape)))[..., 3]
    assert (got[40, 40], got[40, 80]) == (255 - round(255 * 0.7152), 255)


def test_upright_clips_on_pixels_are_exact() -> None:
    clips = (Clip((10.0, 10.0, 50.0, 50.0), IDENTITY), Clip((0.0, 0.0, 20.0, 20.0), translation(20, 0)))
    got = drawn(box(0, 0, W, H, clips=clips))[..., 3]
    assert got.sum() == 20 * 10 * 255
    assert (got[10:20, 20:40] == 255).all()


def test_clips_between_pixels_and_turned_ones_are_antialiased() -> None:
    got = drawn(box(0, 0, W, H, clips=(Clip((10.5, 10.0, 50.25, 50.0), IDENTITY),)))[..., 3]
    assert got[20, [9, 10, 11, 49, 50, 51]].tolist() == [0, 128, 255, 255, 64, 0]
    turned = multiply(translation(60, 40), rotation(45))
    got = drawn(box(0, 0, W, H, clips=(Clip((-20.0, -20.0, 20.0, 20.0), turned),)))[..., 3]
    assert got.sum() / 255 == pytest.approx(1600, abs=10)
    assert (got[40, 60], got[14, 34]) == (255, 0)


def test_beyond_the_second_of_two_turned_clips_nothing_is_left() -> None:
    turned = multiply(translation(40, 40), rotation(45))
    clips = (Clip((-30.0, -30.0, 30.0, 30.0), turned), Clip((-30.0, -30.0, 0.0, 30.0), turned))
    got = drawn(box(0, 0, W, H, clips=clips))[..., 3]
    assert got[40, [20, 60]].tolist() == [255, 0]
    assert got[[20, 60], 40].tolist() == [255, 0]


def test_a_quarter_turn_keeps_a_clip_exact() -> None:
    quarter = multiply(translation(60, 40), rotation(90))
    got = drawn(box(0, 0, W, H, clips=(Clip((-20.0, -10.0, 20.0, 10.0), quarter),)))[..., 3]
    assert got.sum() == 800 * 255
    assert (got[20:60, 50:70] == 255).all()


def shifted(pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
    out = np.zeros_like(pixels)
    step = int(call.values[0])
    out[:, step:] = pixels[:, :-step]
    return out


def test_effects_reach_as_far_as_their_margin() -> None:
    effect = EffectCall("shift", (10,), margin=(0.0, 0.0, 10.0, 0.0))
    compositor = Compositor(apply=shifted)
    got = drawn(command(group_source([box(-30, 0, 5, 20)]), effects=(effect, effect)), compositor=compositor)
    assert got[5, [0, 24, 25]].tolist() == [[255, 0, 0, 255], [255, 0, 0, 255], [0, 0, 0, 0]]


def test_the_result_of_an_effect_is_used_again() -> None:
    calls: list[tuple[int, int]] = []

    def counted(pixels: Pixels, call: EffectCall, origin: tuple[int, int]) -> Pixels:
        calls.append(origin)
        return pixels

    compositor = Compositor(apply=counted, threads=2)
    still = command(group_source([box(10, 10, 30, 70)]), effects=(EffectCall("count", ()),))
    for x in range(5):
        drawn(still, box(x, 0, x + 5, 5), compositor=compositor)
    assert calls == [(10, 10)]
    for x in range(5):
        drawn(box(x, 0, x + 5, 5), compositor=compositor)
    drawn(still, compositor=compositor)
    assert len(calls) == 2


def test_what_acts_on_a_command_acts_in_order() -> None:
    """Effect, then mask, then matte, then clip."""
    effect = EffectCall("shift", (20,), margin=(0.0, 0.0, 20.0, 0.0))
    acting = command(
        group_source([box(0, 0, 40, 80)]),
        effects=(effect,),
        masks=(mask(30, 0, 100, 80),),
        matte=Matte(MatteMode.ALPHA, (box(0, 0, 55, 80),)),
        clips=(Clip((0.0, 20.0, 120.0, 60.0), IDENTITY),),
    )
    got = drawn(acting, compositor=Compositor(apply=shifted))[..., 3]
    assert (got[20:60, 30:55] == 255).all()
    assert got.sum() == 25 * 40 * 255


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e300, 0.0, 1e-300])
def test_any_matrix_is_drawn_without_harm(value: float) -> None:
    for matrix in (
        (value, 0.0, 0.0, 1.0, 0.0, 0.0),
        (1.0, value, value, 1.0, 0.0, 0.0),
        (1.0, 0.0, 0.0, 1.0, value, value),
    ):
        sound = box(50, 50, 60, 60)
        pixels = drawn(
            command(FillSource(circle(20, 20, 10), SolidPaint(RED)), matrix),
            command(StrokeSource(circle(20, 20, 10), SolidPaint(RED), 3.0, join=Join.ROUND, dashes=(3.0, 2.0)), matrix),
            command(ImageSource(picture(checked_picture()), 20, 20), matrix),
            box(0, 0, 10, 10, clips=(Clip((0.0, 0.0, 5.0, 5.0), matrix),)),
            sound,
        )
        assert (pixels[..., :3] <= pixels[..., 3:]).all()
        np.testing.assert_array_equal(pixels[50:60, 50:60], drawn(sound)[50:60, 50:60])


def test_arrays_that_are_read_only_or_have_gaps() -> None:
    path = circle(20, 20, 10)
    wide = np.zeros((13, 4))
    wide[:, :2] = path.points
    path.points.flags.writeable = False
    odd = type(path)(wide[:, :2], path.starts, path.closed)
    one = drawn(command(FillSource(path, SolidPaint(RED))), command(StrokeSource(path, SolidPaint(BLUE), 2)))
    assert (
        one == drawn(command(FillSource(odd, SolidPaint(RED))), command(StrokeSource(odd, SolidPaint(BLUE), 2)))
    ).all()


def test_a_canvas_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="canvas"):
        Compositor().draw(display_list(10, 10, CLEAR, ()), np.zeros((10, 11, 4), np.uint8))


def test_open_contours_are_closed_for_filling() -> None:
    open_one = curve((10, 10), (10, 10), (50, 10), (50, 10), (50, 10), (50, 50), (50, 50))
    got = drawn(command(FillSource(open_one, SolidPaint(RED))))
    assert got[..., 3].sum() / 255 == pytest.approx(800, abs=1)


def test_the_hairline_of_an_upright_rectangle_keeps_its_width() -> None:
    frame = StrokeSource(rectangle_path(10.5, 10.5, 50.5, 50.5), SolidPaint(WHITE), 0.5)
    canvas = drawn(command(frame))
    assert set(canvas[10, 12:49, 3].tolist()) == {128}
    beside = StrokeSource(rectangle_path(10.0, 10.0, 50.0, 50.0), SolidPaint(WHITE), 0.5)
    assert [at(drawn(command(beside)), 30, y)[3] for y in (8, 9, 10, 11)] == [0, 64, 64, 0]
    rounded = StrokeSource(rectangle_path(10.25, 10.25, 50.25, 50.25), SolidPaint(WHITE), 0.5, join=Join.ROUND)
    assert [at(drawn(command(rounded)), 30, y)[3] for y in (8, 9, 10, 11)] == [0, 32, 96, 0]
