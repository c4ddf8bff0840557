from collections.abc import Sequence

import numpy as np
import pytest
from effects_support import Pixels
from numpy.typing import NDArray

from velocity_engine import plugins
from velocity_engine.builtin.styles.paint import MODES, moved_mask, noisy, paint_inside
from velocity_engine.builtin.styles.styles import (
    ORDER,
    evaluate_style,
    style_problems,
    under_style,
)
from velocity_engine.display import DrawCommand, EffectCall, FillSource, SolidPaint, command
from velocity_engine.model.geometry import IDENTITY, Matrix, multiply, rectangle_path, rotation, scaling
from velocity_engine.model.layers import BlendMode, LayerStyle
from velocity_engine.model.properties import still
from velocity_engine.plugin_types import StyleCall, StyledLayer, StyleType
from velocity_engine.testing import StillSampler, check_style_type

Row = NDArray[np.int64]
Values = dict[str, float | tuple[float, ...]]
SAMPLER = StillSampler()
RED = (1.0, 0.0, 0.0, 1.0)


def style(number: int, **values: float | tuple[float, ...]) -> LayerStyle:
    return LayerStyle(type=number, values={k: still(*(v if isinstance(v, tuple) else (v,))) for k, v in values.items()})


def style_type(number: int) -> StyleType:
    found = plugins.style_type(number)
    assert found is not None, number
    return found


def evaluated(
    entries: list[LayerStyle], matrix: Matrix = IDENTITY, content: Sequence[DrawCommand] = ()
) -> tuple[list[EffectCall], list[StyleCall]]:
    """The calls on the picture and those that lie under it, in the order in which they act."""
    layer = StyledLayer(sampler=SAMPLER, matrix=matrix, styles=tuple(entries), content=content)
    kinds = sorted(((entry, style_type(entry.type)) for entry in entries), key=lambda one: one[1].order)
    found = [call for entry, kind in kinds if (call := kind.evaluate(entry, layer)) is not None]
    assert len(found) == len(entries)
    return [one.call for one in found if one.under is None], [one for one in found if one.under is not None]


@pytest.mark.parametrize("number", ORDER)
def test_each_conforms(number: int) -> None:
    entries = [entry for entry in EXAMPLES if entry.type == number]
    check_style_type(style_type(number), *entries)


def square() -> Pixels:
    pixels = np.zeros((60, 60, 4), np.uint8)
    pixels[20:40, 20:40] = (0, 0, 200, 255)
    return pixels


def run(entry: LayerStyle, pixels: Pixels, matrix: Matrix = IDENTITY) -> Pixels:
    call = evaluate_style(entry, SAMPLER, matrix)
    return pixels if call is None else plugins.effect(call.effect).apply(pixels.copy(), call, (0, 0))


def bevel(**changes: float | tuple[float, ...]) -> LayerStyle:
    values: dict[str, float | tuple[float, ...]] = {
        "bs": 2,
        "bt": 1,
        "sr": 100,
        "bd": 1,
        "s": 8,
        "a": 120,
        "ll": 30,
        "hm": 11,
        "hc": (1.0, 1.0, 1.0, 1.0),
    }
    values |= {"ho": 75, "sm": 5, "sc": (0.0, 0.0, 0.0, 1.0), "so": 75}
    return style(5, **(values | changes))


def gradient(**changes: float | tuple[float, ...]) -> LayerStyle:
    values: dict[str, float | tuple[float, ...]] = {
        "bm": 1,
        "o": 100,
        "a": 90,
        "gt": 1,
        "re": 0,
        "al": 1,
        "s": 100,
        "of": (0.0, 0.0),
    }
    values |= {"gf": (0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0), "gf.p": 2}
    return style(8, **(values | changes))


EXAMPLES = [
    style(0, c=RED, s=4),
    style(1, c=RED, o=80, a=120, d=6, s=10, ch=30),
    style(2, c=RED, o=80, a=30, d=6, s=10, ch=30),
    style(3, c=RED, o=80, s=20, ch=30),
    style(4, c=RED, o=80, s=20, ch=30, sr=1),
    style(4, c=RED, o=80, s=20, ch=100, sr=2),
    style(7, c=RED, so=40),
    style(7, c=RED, so=40, bm=11),
    style(2, c=RED, o=80, a=30, d=6, s=10, ch=30, bm=16, no=50),
    style(3, c=RED, o=80, s=20, ch=30, no=50),
    style(4, c=RED, o=80, s=20, ch=30, sr=2, bm=5, no=20),
    *[bevel(bs=kind, bt=technique) for kind in (1, 2, 3, 4) for technique in (1, 2, 3)],
    style(6, c=RED, o=60, a=19, d=11, s=14, bm=5, **{"in": 1}),
    style(6, c=RED, o=60, a=19, d=11, s=0, **{"in": 0}),
    *[gradient(gt=kind, bm=bm) for kind, bm in ((1, 1), (2, 11), (3, 5), (4, 16), (5, 31))],
]


@pytest.mark.parametrize("entry", EXAMPLES, ids=lambda e: str(e.type))
@pytest.mark.parametrize(
    "matrix", [IDENTITY, multiply(rotation(33), scaling(2, 0.5)), (0.0,) * 6, (1e7, 0, 0, 1e7, 0, 0)]
)
def test_result_is_a_premultiplied_picture(entry: LayerStyle, matrix: Matrix) -> None:
    call = evaluate_style(entry, SAMPLER, matrix)
    assert call is None or max(call.margin) <= 3000
    for pixels in (
        square(),
        np.zeros((1, 1, 4), np.uint8),
        np.zeros((7, 0, 4), np.uint8),
        np.full((5, 6, 4), 255, np.uint8),
    ):
        out = run(entry, pixels, matrix)
        assert out.shape == pixels.shape
        assert (out[..., :3] <= out[..., 3:]).all()


def test_inner_styles_keep_alpha_and_outer_ones_keep_the_picture() -> None:
    pixels = square()
    for entry in EXAMPLES:
        out = run(entry, pixels)
        inner = entry.type in (2, 4, 6, 7, 8) or (entry.type == 5 and entry.values["bs"].value[0] == 2)
        if inner:
            np.testing.assert_array_equal(out[..., 3], pixels[..., 3])
        elif entry.type != 5 or entry.values["bs"].value[0] == 1:
            np.testing.assert_array_equal(out[20:40, 20:40], pixels[20:40, 20:40])
            assert out[..., 3].astype(int).sum() > pixels[..., 3].astype(int).sum()


def test_angle_nought_is_light_from_the_right() -> None:
    out = run(style(1, c=RED, o=100, a=0, d=5, s=0), square())
    assert (out[30, 15:20] == (255, 0, 0, 255)).all()
    assert not out[30, 40:].any()
    inner = run(style(2, c=RED, o=100, a=0, d=5, s=0), square())
    assert (inner[30, 35:40, 0] == 255).all()
    assert (inner[30, 20:35, 0] == 0).all()


def test_stroke_is_as_wide_as_it_says() -> None:
    out = run(style(0, c=RED, s=4), square())
    assert (out[30, 16:20] == (255, 0, 0, 255)).all()
    assert not out[30, :16].any()
    assert out[16, 16, 3] < 255  # round corners


def test_overlay_mixes() -> None:
    assert run(style(7, c=RED, so=50), square())[30, 30].tolist() == [128, 0, 100, 255]


def test_choke_widens_the_shadow() -> None:
    soft, wide = (run(style(1, c=RED, o=100, d=0, s=20, ch=choke), square()) for choke in (0, 80))
    assert (wide[..., 3] >= soft[..., 3]).all()
    assert wide[30, 14, 3] > soft[30, 14, 3] + 60


def test_the_unsupported_and_the_invisible_do_nothing() -> None:
    for number in set(range(-1, 12)) - set(ORDER):
        assert evaluate_style(style(number, c=RED), SAMPLER, IDENTITY) is None
    for entry in (
        style(1, c=RED, o=0),
        style(3, c=RED, o=0),
        style(7, c=RED, so=0),
        style(0, c=RED, s=0),
        style(6, c=RED, o=0),
        bevel(bs=5),
        bevel(s=0),
        bevel(sr=0),
        gradient(o=0),
        gradient(gf=(0.0,)),
        style(8),
    ):
        assert evaluate_style(entry, SAMPLER, IDENTITY) is None


def test_modes_blend_within_the_picture() -> None:
    grey = np.full((4, 4, 4), (100, 60, 20, 200), np.uint8)
    half = (0.5, 0.5, 0.5, 1.0)
    wanted = {5: [50, 30, 10], 11: [150, 130, 110], 24: [0, 40, 80], 4: [100, 60, 20], 10: [100, 100, 100]}
    for mode, color in wanted.items():
        out = run(style(7, c=half, so=100, bm=mode), grey)[1, 1]
        assert np.abs(out[:3].astype(int) - color).max() <= 1
        assert out[3] == 200


def test_paint_keeps_to_the_picture() -> None:
    pixels = square()
    out = paint_inside(pixels.copy(), np.full_like(pixels, 255), BlendMode.NORMAL.value)
    np.testing.assert_array_equal(out, np.repeat(pixels[..., 3:], 4, axis=2))


def test_noise_dots_are_as_many_as_the_coverage_says_and_stand_still() -> None:
    mask = np.full((200, 200), 64, np.uint8)
    dots = noisy(mask, 1.0, (0, 0))
    assert set(np.unique(dots)) == {0, 255}
    assert (dots == 255).mean() == pytest.approx(64 / 255, abs=0.01)
    np.testing.assert_array_equal(noisy(mask[:50, :60], 1.0, (30, 20)), dots[20:70, 30:90])
    half = noisy(mask, 0.5, (0, 0))
    assert np.abs(half.astype(int) - (64 + dots.astype(int)) / 2).max() <= 0.5
    assert not noisy(np.zeros((9, 9), np.uint8), 1.0, (0, 0)).any()
    assert (noisy(np.full((99, 99), 255, np.uint8), 1.0, (0, 0)) == 255).all()
    assert noisy(mask, 0.0, (0, 0)) is mask


def test_masks_move_with_what_is_outside() -> None:
    mask = np.zeros((10, 12), np.uint8)
    mask[3:6, 4:8] = 200
    np.testing.assert_array_equal(moved_mask(mask, 2.0, -1.0, 0), np.roll(mask, (-1, 2), axis=(0, 1)))
    moved = moved_mask(255 - mask, 2.0, -1.0, 255)
    np.testing.assert_array_equal(moved, 255 - np.roll(mask, (-1, 2), axis=(0, 1)))
    assert moved_mask(mask, 0.0, 0.0, 0) is mask


def test_bevel_lights_the_side_that_faces_the_light() -> None:
    grey = square()
    grey[20:40, 20:40] = (100, 100, 100, 255)
    out = run(bevel(a=180), grey)  # light from the left
    assert out[30, 21, 0] > 140
    assert out[30, 38, 0] < 60
    assert np.abs(out[30, 29:31, 0].astype(int) - 100).max() <= 6
    down = run(bevel(a=180, bd=2), grey)
    assert down[30, 21, 0] < 60
    assert down[30, 38, 0] > 140
    above = run(bevel(a=90), grey)
    assert above[21, 30, 0] > 140
    assert above[38, 30, 0] < 60


def test_chiselled_slopes_are_even_and_as_steep_as_the_depth_says() -> None:
    grey = np.zeros((100, 100, 4), np.uint8)
    grey[10:90, 10:90] = (100, 100, 100, 255)
    out = run(bevel(bt=2, s=20, a=180, hm=1, hc=(1.0, 1.0, 1.0, 1.0), ho=100), grey)
    facing = (np.cos(np.radians(30)) + np.sin(np.radians(30))) / np.sqrt(2)
    share = (facing - 0.5) / 0.5
    assert np.abs(out[50, 14:26, 0] - (100 + 155 * share)).max() < 3
    assert np.abs(out[50, 35:65, 0].astype(int) - 100).max() <= 1
    shallow = run(bevel(bt=2, s=20, sr=20, a=180, hm=1, ho=100), grey)
    facing = (0.2 * np.cos(np.radians(30)) + np.sin(np.radians(30))) / np.sqrt(1.04)
    assert np.abs(shallow[50, 14:26, 0] - (100 + 155 * (facing - 0.5) / 0.5)).max() < 3


def test_outer_bevels_stand_around_the_picture() -> None:
    out = run(bevel(bs=1, bt=2, s=6, a=180), square())
    assert out[30, 16, 3] > 100
    assert out[30, 16, 0] == out[30, 16, 3]  # white on the left
    assert out[30, 43, 3] > 100
    assert out[30, 43, 0] == 0  # black on the right
    assert not out[30, 8].any()
    pillow = run(bevel(bs=4, bt=2, s=8, a=180), square())
    assert pillow[30, 21, 0] > 60  # the inside rises towards the right
    assert pillow[30, 18, 3] > 100
    assert pillow[30, 18, 0] == 0


def test_satin_is_where_two_copies_differ() -> None:
    pixels = square()
    plain = run(style(6, c=RED, o=100, a=0, d=5, s=0, **{"in": 0}), pixels)
    inverted = run(style(6, c=RED, o=100, a=0, d=5, s=0, **{"in": 1}), pixels)
    for x in range(20, 40):
        differs = (x < 25) or (x >= 35)
        assert (plain[30, x, 0] == 255) == differs
        assert (inverted[30, x, 0] == 255) != differs


def test_gradient_runs_across_the_box_at_its_angle() -> None:
    whole = np.full((360, 640, 4), 255, np.uint8)
    up = run(gradient(), whole)
    assert up[358, 5].tolist() == [pytest.approx(254, abs=2), 0, pytest.approx(1, abs=2), 255]
    assert int(up[180, 300, 0]) == pytest.approx(127, abs=2)
    right = run(gradient(a=0), whole)
    assert np.abs(right[9, :, 2] - np.linspace(0, 255, 640)).max() < 2
    np.testing.assert_array_equal(run(gradient(a=0, re=1), whole), right[:, ::-1])
    narrow = run(gradient(a=0, s=50), whole)
    assert (narrow[9, :150, 2] == 0).all()
    moved = run(gradient(a=0, of=(25.0, 0.0)), whole)
    np.testing.assert_allclose(moved[9, 160:, 2].astype(int), right[9, :-160, 2], atol=1)


def test_gradients_of_other_shapes() -> None:
    whole = np.full((360, 640, 4), 255, np.uint8)
    y, x = np.mgrid[:360, :640] + 0.5
    radial = run(gradient(a=0, gt=2), whole)[..., 2]
    assert np.abs(radial - np.clip(np.hypot(x - 320, y - 180) / 320, 0, 1) * 255).max() < 1.5
    reflected = run(gradient(a=0, gt=4), whole)[..., 2]
    assert np.abs(reflected - np.abs(x - 320) / 320 * 255).max() < 1.5
    diamond = run(gradient(a=0, gt=5), whole)[..., 2]
    assert np.abs(diamond - np.clip((np.abs(x - 320) + np.abs(y - 180)) / 320, 0, 1) * 255).max() < 1.5
    turn = run(gradient(a=90, gt=3), whole)[..., 2]
    assert turn[180, 10] == pytest.approx(64, abs=2)  # a quarter on, counterclockwise from upwards
    assert turn[350, 320] == pytest.approx(128, abs=2)


def test_a_gradient_fills_what_the_shapes_fill() -> None:
    shape = command(FillSource(rectangle_path(100.0, 50.0, 300.0, 250.0), SolidPaint((1.0, 1.0, 1.0, 1.0))))
    (call,), _ = evaluated([gradient()], scaling(2, 2), [shape])
    assert call.values[0] == (50.0, 25.0, 150.0, 125.0)
    (call,), _ = evaluated([gradient(al=0)], scaling(2, 2), [shape])
    assert call.values[0] == (0.0, 0.0, 640.0, 360.0)


def test_styles_lie_in_after_effects_order() -> None:
    entries = [style(1, c=RED), style(2, c=RED), style(7, c=RED), gradient(), style(0, c=RED, s=3)]
    calls, under = evaluated(entries)
    keys = [call.effect for call in calls]
    assert not under
    assert keys == [
        "style-gradient-overlay", "style-color-overlay", "style-inner-shadow", "style-stroke", "style-drop-shadow"
    ]  # fmt: skip
    assert sorted(ORDER) == list(range(9))


def test_shadows_that_blend_with_what_is_below_stand_apart() -> None:
    told = under_style(style(3, c=RED, o=80, s=9, bm=11), SAMPLER, IDENTITY, False)
    assert told is not None
    call, mode = told
    assert (call.effect, mode) == ("style-shadow-alone", BlendMode.SCREEN)
    assert under_style(style(3, c=RED, o=80, s=9, bm=1), SAMPLER, IDENTITY, False) is None
    assert under_style(style(1, c=(0.0, 0.0, 0.0, 1.0), o=80, bm=5), SAMPLER, IDENTITY, False) is None
    assert under_style(style(2, c=RED, o=80, bm=5), SAMPLER, IDENTITY, True) is None
    _, under = evaluated([style(1, c=RED), style(3, c=RED)])
    assert [entry.under for entry in under] == [BlendMode.NORMAL] * 2
    pixels = square()
    told = under_style(style(1, c=RED, o=100, a=0, d=5, s=0, bm=5), SAMPLER, IDENTITY, False)
    assert told is not None
    alone, _mode = told
    out = plugins.effect(alone.effect).apply(pixels.copy(), alone, (0, 0))
    np.testing.assert_array_equal(out[..., 3], np.roll(pixels, -5, axis=1)[..., 3])
    assert (out[..., 2] == 0).all()


def test_what_is_not_drawn_is_told() -> None:
    assert not style_problems(bevel())
    assert [feature for feature, _ in style_problems(bevel(bs=5, hm=2))] == ["style.blend", "style.bevel"]
    assert [feature for feature, _ in style_problems(style(8))] == ["style.gradient"]
    assert plugins.style_type(11) is None
    assert len(set(MODES.values())) == len(MODES)


def test_a_glow_that_spreads_is_full_further_out_and_reaches_as_far() -> None:
    def glow(spread: float) -> Row:
        entry = style(3, c=(1.0, 1.0, 0.0, 1.0), o=100, s=12, r=100, ch=spread, no=0, bm=1)
        return run(entry, square())[30, :20, 3].astype(np.int64)

    plain, half, most = glow(0.0), glow(50.0), glow(100.0)
    assert plain[0] == half[0] == 0
    assert (half >= plain).all() and (most >= half).all()
    assert (half > 200).sum() > (plain > 200).sum()
    assert ((most > 0) & (most < 255)).sum() <= 2
