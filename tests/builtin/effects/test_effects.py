import math

import numpy as np
import pytest
from effects_support import Pixels, Value, call_of, effect, effect_type, required_call, run

from velocity_engine.builtin.effects import velocity_effects
from velocity_engine.builtin.effects.parameters import color, find, point, scalar
from velocity_engine.display import digest_of
from velocity_engine.model.geometry import IDENTITY, Matrix, multiply, rotation, scaling, translation
from velocity_engine.model.layers import Effect, EffectParameter
from velocity_engine.model.properties import still
from velocity_engine.plugin_types import EffectType
from velocity_engine.testing import StillSampler, check_effect

SAMPLER = StillSampler()  # a layer of 640 x 360
MATRICES: dict[str, Matrix] = {
    "upright": IDENTITY,
    "moved": translation(3.3, -2.6),
    "turned": multiply(translation(4, 2), multiply(rotation(30), scaling(0.05, 0.08))),
    "mirrored": (-0.05, 0.0, 0.0, 0.07, 30.0, 0.0),
    "flat": (0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "huge": (1e6, 0.0, 0.0, 1e6, 0.0, 0.0),
}


RED, BLUE, WHITE = (1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0)
EXAMPLES = [
    effect("ADBE Fill", 0, 0, RED, 0, 0, 0, 0.5),
    effect("ADBE Tint", BLUE, WHITE, 80),
    effect("ADBE Tritone", WHITE, RED, BLUE, 20),
    effect("ADBE Threshold2", 0.4),
    effect("ADBE Drop Shadow", RED, 200, 135, 8, 12, 0),
    effect("ADBE Drop Shadow", RED, 200, 135, 8, 12, 1),
    effect("ADBE Gaussian Blur 2", 12, 1, 0),
    effect("ADBE Gaussian Blur 2", 12, 2, 0),
    effect("ADBE Gaussian Blur 2", 12, 3, 1),
    effect("ADBE Motion Blur", 30, 20),
    effect("ADBE Geometry2", (320, 180), (330, 175), 0, 60, 110, 10, 0, 25, 70),
    effect("ADBE Corner Pin", (10, 5), (600, 30), (0, 360), (640, 300)),
    effect("ADBE Corner Pin", (0, 0), (0, 0), (0, 0), (0, 0)),
    effect("ADBE Easy Levels2", 1, 0, 0.2, 0.7, 1.4, 0.1, 0.9, 1, 1),
    effect("ADBE Easy Levels2", 5, 0, 0.2, 0.2, 1, 1, 0, 2, 2),
    effect("ADBE Pro Levels2", *[0] * 3, 0.1, 0.9, 1.2, 0, 1),
    effect("ADBE Brightness & Contrast 2", 40, 30, 0),
    effect("ADBE Brightness & Contrast 2", -40, 100, 1),
    effect("ADBE HUE SATURATION", 1, 0, 120, 50, -20),
    effect("ADBE HUE SATURATION", 1, 0, 0, 0, 0, 1, 200, 60, 10),
    effect("ADBE Black&White", 40, 60, 40, 60, 20, 80),
    *[effect("ADBE Invert", channel) for channel in (1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 16)],
    effect("ADBE Shift Channels", 5, 4, 9, 2),
    effect("ADBE Shift Channels", 9, 10, 7, 1),
    effect("ADBE Linear Wipe", 40, 30, 20),
    effect("ADBE Linear Wipe", 100, 30, 0),
    effect("ADBE Radial Wipe", 30, 20, (300, 100), 3, 4),
    effect("ADBE Venetian Blinds", 40, 30, 50, 3),
    effect("ADBE Simple Choker", 1, 2),
    effect("ADBE Simple Choker", 1, -3),
    effect("ADBE Sharpen", 80),
    effect("ADBE Ramp", (0, 0), RED, (640, 360), BLUE, 1),
    effect("ADBE Ramp", (100, 90), RED, (100, 90), BLUE, 2),
]


@pytest.mark.parametrize("matrix", MATRICES)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.match_name)
def test_keeps_the_protocol_under_any_matrix(example: Effect, matrix: str) -> None:
    check_effect(effect_type(example.match_name), example, matrix=MATRICES[matrix])


@pytest.mark.parametrize("kind", velocity_effects(), ids=lambda kind: kind.key)
def test_missing_or_wild_parameters_do_no_harm(kind: EffectType) -> None:
    for name in kind.match_names:
        for value in (None, math.nan, math.inf, -math.inf, 1e30, -1e30, (1e9, -1e9, 1e9, -1e9)):
            check_effect(kind, effect(name, *[value] * 40))
        check_effect(kind, effect(name))


def test_keys_and_names_are_unique() -> None:
    kinds = velocity_effects()
    names = [name for kind in kinds for name in kind.match_names]
    numbers = [number for kind in kinds for number in kind.lottie_types]
    for claims in ([kind.key for kind in kinds], names, numbers):
        assert len(set(claims)) == len(claims)


def test_legacy_documents_are_served_by_number() -> None:
    for number, key in ((20, "tint"), (21, "fill"), (23, "tritone"), (25, "drop-shadow"), (26, "radial-wipe")):
        assert effect_type("", number).key == key
    assert effect_type("", 29).key == "gaussian-blur"


def solid(*rgba: int, height: int = 20, width: int = 30) -> Pixels:
    """Straight 0..255."""
    r, g, b, a = rgba
    return np.full((height, width, 4), [*((c * a + 127) // 255 for c in (r, g, b)), a], np.uint8)


def test_neutral_values_change_nothing() -> None:
    for neutral in (
        effect("ADBE Tint", BLUE, WHITE, 0),
        effect("ADBE Tritone", WHITE, RED, BLUE, 100),
        effect("ADBE Drop Shadow", RED, 0, 135, 8, 12, 0),
        effect("ADBE Gaussian Blur 2", 0, 1, 0),
        effect("ADBE Geometry2", (320, 180), (320, 180), 1, 100, 100, 0, 0, 0, 100),
        effect("ADBE Corner Pin", (0, 0), (640, 0), (0, 360), (640, 360)),
        effect("ADBE Easy Levels2", 1, 0, 0, 1, 1, 0, 1, 1, 1),
        effect("ADBE Brightness & Contrast 2", 0, 0, 0),
        effect("ADBE HUE SATURATION", 1, 0, 0, 0, 0),
        effect("ADBE Shift Channels", 1, 2, 3, 4),
        effect("ADBE Linear Wipe", 0, 30, 20),
        effect("ADBE Radial Wipe", 0, 20, (300, 100), 3, 4),
        effect("ADBE Venetian Blinds", 0, 30, 50, 3),
        effect("ADBE Simple Choker", 1, 0),
        effect("ADBE Sharpen", 0),
    ):
        assert call_of(neutral) is None


def test_fill_takes_the_colour_and_keeps_alpha() -> None:
    out = run(effect("ADBE Fill", 0, 0, (1.0, 0.5, 0.0, 1.0), 0, 0, 0, 0.5), solid(9, 9, 9, 200))
    assert out[0, 0].tolist() == [100, 50, 0, 100]


def test_tint_maps_black_and_white() -> None:
    tint = effect("ADBE Tint", RED, BLUE, 100)
    assert run(tint, solid(0, 0, 0, 255))[0, 0].tolist() == [255, 0, 0, 255]
    assert run(tint, solid(255, 255, 255, 255))[0, 0].tolist() == [0, 0, 255, 255]


def test_threshold_is_by_luminance() -> None:
    threshold = effect("ADBE Threshold2", 0.5)
    assert run(threshold, solid(0, 255, 0, 255))[0, 0].tolist() == [255, 255, 255, 255]
    assert run(threshold, solid(255, 0, 255, 255))[0, 0].tolist() == [0, 0, 0, 255]


@pytest.mark.parametrize(("degrees", "dx", "dy"), [(0, 0, -6), (90, 6, 0), (180, 0, 6), (270, -6, 0)])
def test_the_shadow_falls_by_the_bearing(degrees: float, dx: int, dy: int) -> None:
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[16:24, 16:24] = 255
    out = run(effect("ADBE Drop Shadow", RED, 255, degrees, 6, 0, 1), pixels)
    expected = np.zeros((40, 40), bool)
    expected[16 + dy : 24 + dy, 16 + dx : 24 + dx] = True
    np.testing.assert_array_equal(out[..., 3] == 255, expected)
    assert (out[expected][:, :3] == (255, 0, 0)).all()


def test_lengths_follow_the_matrix() -> None:
    pixels = np.zeros((60, 60, 4), np.uint8)
    pixels[20:28, 20:28] = 255
    out = run(effect("ADBE Drop Shadow", RED, 255, 90, 5, 0, 1), pixels, scaling(3, 3))
    assert np.flatnonzero(out[22, :, 3]).tolist() == list(range(35, 43))


def test_the_blur_has_a_sigma_of_three_tenths() -> None:
    pixels = np.zeros((1, 401, 4), np.uint8)
    pixels[0, 150:251] = 255
    line = run(effect("ADBE Gaussian Blur 2", 40, 2, 0), pixels)[0, :, 3].astype(float)
    variance = (line * (np.arange(401) - 200) ** 2).sum() / line.sum()
    assert variance - (101**2 - 1) / 12 == pytest.approx(12**2, rel=0.03)


def test_repeated_edges_keep_a_full_layer_opaque() -> None:
    blur = effect("ADBE Gaussian Blur 2", 30, 1, 1)
    for matrix in (
        scaling(20 / 640, 20 / 360),
        multiply(translation(20, 4), multiply(rotation(40), scaling(0.03, 0.05))),
    ):
        kind, call = effect_type("ADBE Gaussian Blur 2"), required_call(blur, matrix)
        from velocity_engine.builtin.effects.device import box_coverage

        coverage = box_coverage((40, 40), call, (0, 0), (640, 360))
        assert coverage is not None
        out = kind.apply(np.repeat(coverage[..., None], 4, axis=2), call, (0, 0))
        assert np.abs(out[..., 3].astype(int) - coverage)[coverage == 255].max() <= 3
        assert not out[coverage == 0].any()


def test_transform_moves_and_fades() -> None:
    pixels = np.zeros((40, 40, 4), np.uint8)
    pixels[5:9, 5:9] = 200
    out = run(effect("ADBE Geometry2", (0, 0), (10, 3), 0, 200, 100, 0, 0, 0, 50), pixels)
    expected = np.zeros_like(pixels)
    expected[13:21, 15:19] = 100
    assert np.abs(out[14:20].astype(int) - expected[14:20]).max() <= 1
    uniform = run(effect("ADBE Geometry2", (0, 0), (10, 3), 1, 200, 100, 0, 0, 0, 100), pixels)
    assert uniform[17, 20:28, 3].tolist() == [200] * 7 + [150] or uniform[17, 21:27, 3].min() == 200


def test_an_effect_sees_the_same_layer_at_any_origin() -> None:
    pixels = np.zeros((80, 90, 4), np.uint8)
    pixels[20:60, 25:70] = solid(200, 90, 20, 255, height=40, width=45)
    matrix = multiply(translation(5, 3), scaling(0.12, 0.2))
    for example in EXAMPLES:
        if example.match_name == "ADBE Sharpen":
            continue
        whole = run(example, pixels, matrix, (7, 9))
        part = run(example, pixels[2:, 3:], matrix, (10, 11))
        assert np.abs(whole[10:-10, 11:-10].astype(int) - part[8:-10, 8:-10]).max() <= 2, example.match_name


def test_corner_pin_puts_the_corners_where_they_should_be() -> None:
    pixels = np.zeros((360, 640, 4), np.uint8)
    pixels[...] = 255
    corners = ((100.0, 50.0), (500.0, 80.0), (60.0, 300.0), (560.0, 340.0))
    out = run(effect("ADBE Corner Pin", *corners), pixels)
    centre = np.mean(corners, axis=0)
    for x, y in corners:
        inwards = (centre - (x, y)) / np.hypot(*(centre - (x, y)))
        inside, outside = (x, y) + 4 * inwards, (x, y) - 4 * inwards
        assert out[int(inside[1]), int(inside[0]), 3] == 255
        assert out[int(outside[1]), int(outside[0]), 3] == 0


def test_levels_stretch_and_clip() -> None:
    levels = effect("ADBE Easy Levels2", 2, 0, 0.25, 0.75, 1, 0, 1, 1, 1)
    for given, wanted in ((0, 0), (64, 0), (128, 129), (191, 255), (255, 255)):
        out = run(levels, solid(given, 100, 100, 255))[0, 0]
        assert abs(int(out[0]) - wanted) <= 2
        assert out[1] == 100


def test_pro_levels_apply_channel_first() -> None:
    values: list[Value] = [None] * 39
    values[10:15] = [0.0, 1.0, 1.0, 0.5, 1.0]  # red from one half up
    values[3:8] = [0.5, 1.0, 1.0, 0.0, 1.0]  # then the upper half of all
    out = run(effect("ADBE Pro Levels2", *values), solid(0, 0, 255, 255))[0, 0]
    assert abs(int(out[0])) <= 1
    assert out[1:].tolist() == [0, 255, 255]


def test_hue_turns_and_lightness_mixes() -> None:
    assert run(effect("ADBE HUE SATURATION", 1, 0, 120, 0, 0), solid(255, 0, 0, 255))[0, 0].tolist() == [0, 255, 0, 255]
    assert run(effect("ADBE HUE SATURATION", 1, 0, 0, 0, 100), solid(9, 50, 0, 255))[0, 0].tolist() == [255] * 4
    assert run(effect("ADBE HUE SATURATION", 1, 0, 0, -100, 0), solid(200, 100, 0, 255))[0, 0].tolist() == [100] * 3 + [
        255
    ]


def test_invert_alpha_stays_in_the_layer() -> None:
    pixels = np.zeros((20, 30, 4), np.uint8)
    out = run(effect("ADBE Invert", 16), pixels, scaling(10 / 640, 5 / 360))
    assert (out[:5, :10, 3] == 255).all()
    assert out[..., 3].sum() == 255 * 50


def test_inverted_alpha_fills_the_box_beyond_what_the_layer_draws() -> None:
    """The picture has to be as large as the box, of which the layer may draw a corner."""
    for entry in (effect("ADBE Invert", 16), effect("ADBE Shift Channels", 9, 2, 3, 4)):
        call = required_call(entry, scaling(0.5, 0.5))
        assert min(call.margin[0], call.margin[2]) >= 320
        assert min(call.margin[1], call.margin[3]) >= 180


def test_invert_takes_the_channels_of_yiq() -> None:
    grey = run(effect("ADBE Invert", 12), solid(60, 60, 60, 255))[0, 0]
    assert grey.tolist() == [195, 195, 195, 255]
    assert run(effect("ADBE Invert", 11), solid(60, 110, 200, 255))[0, 0].tolist() == [195, 145, 55, 255]
    turned = run(effect("ADBE Invert", 13), solid(140, 100, 90, 255))[0, 0]
    assert turned[:3] @ (0.299, 0.587, 0.114) == pytest.approx(np.array((140, 100, 90)) @ (0.299, 0.587, 0.114), abs=1)
    assert turned[0] < 100 < turned[2]  # from orange to blue, as bright as before


def test_invert_is_blended_with_the_original() -> None:
    assert run(effect("ADBE Invert", 1, 25), solid(200, 0, 100, 255))[0, 0].tolist() == [91, 191, 141, 255]


def test_linear_wipe_from_left_to_right() -> None:
    out = run(effect("ADBE Linear Wipe", 50, 90, 0), solid(1, 1, 1, 255, height=36, width=64), scaling(0.1, 0.1))
    assert not out[:, :32].any()
    assert (out[:, 32:, 3] == 255).all()


def test_radial_wipe_clockwise_from_the_top() -> None:
    wipe = effect("ADBE Radial Wipe", 25, 0, (320, 180), 1, 0)
    out = run(wipe, solid(1, 1, 1, 255, height=36, width=64), scaling(0.1, 0.1))
    assert not out[:18, 32:].any()
    assert (out[19:, :, 3] == 255).all()
    mirrored = run(wipe, solid(1, 1, 1, 255, height=36, width=64), (-0.1, 0.0, 0.0, 0.1, 64.0, 0.0))
    np.testing.assert_array_equal(mirrored[..., 3], out[:, ::-1, 3])


def test_venetian_blinds_leave_their_share() -> None:
    pixels = solid(1, 1, 1, 255, height=90, width=160)
    out = run(effect("ADBE Venetian Blinds", 40, 0, 40, 0), pixels, scaling(0.25, 0.25))
    assert out[..., 3].mean() / 255 == pytest.approx(0.6, abs=0.02)
    assert len(np.unique(out[..., 3][:, 5])) == 1


@pytest.mark.parametrize("amount", [3.0, 2.5, -3.0, -2.5])
def test_choker_moves_the_outline(amount: float) -> None:
    pixels = np.zeros((60, 60, 4), np.uint8)
    pixels[20:40, 20:40] = solid(200, 0, 0, 255, height=20, width=20)
    out = run(effect("ADBE Simple Choker", 1, amount), pixels)
    assert out[30, :, 3].sum() / 255 == pytest.approx(20 - 2 * amount, abs=0.05)
    assert (out[30, 24:36] == (200, 0, 0, 255)).all()


def test_ramp_runs_between_its_points() -> None:
    out = run(effect("ADBE Ramp", (0, 0), RED, (30, 0), BLUE, 1), solid(1, 1, 1, 255))
    assert abs(int(out[0, 0, 0]) - 251) <= 1
    assert abs(int(out[0, 29, 2]) - 251) <= 1


def test_parameters_are_found_by_number_then_by_place() -> None:
    entry = Effect(
        type=21,
        name="",
        match_name="ADBE Fill",
        parameters=(
            EffectParameter(name="", match_name="ADBE Fill-0005", type=0, value=still(0.25)),
            EffectParameter(name="", match_name="ADBE Fill-0002", type=2, value=still(1, 0, 0)),
        ),
    )
    assert scalar(entry, 6, SAMPLER, 1.0, number=5) == 0.25
    assert color(entry, 2, SAMPLER, (0, 0, 0, 1), number=2) == (1.0, 0.0, 0.0, 1.0)
    assert find(entry, 6) is None
    assert point(entry, 0, SAMPLER, (7.0, 8.0)) == (7.0, 8.0)


def test_calls_are_digestible_and_margins_bounded() -> None:
    for example in EXAMPLES:
        call = call_of(example, scaling(1e5, 1e5))
        if call is not None:
            assert digest_of(call.values)
            assert max(call.margin) <= 3000
