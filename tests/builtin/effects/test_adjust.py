"""Effects on colours and mattes: what they make of single pixels and of edges."""

import numpy as np
import pytest
from effects_support import Pixels, Value, call_of, effect, effect_type, required_call, run

from velocity_engine import plugins
from velocity_engine.builtin.effects.glow import OPERATIONS
from velocity_engine.model.geometry import IDENTITY, Matrix, scaling
from velocity_engine.model.layers import Effect
from velocity_engine.testing import check_effect

WHITE, BLACK, RED, BLUE = (1.0, 1.0, 1.0, 1.0), (0.0, 0.0, 0.0, 1.0), (1.0, 0.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0)


def pixel(entry: Effect, r: int, g: int, b: int, a: int = 255) -> list[int]:
    """What becomes of a straight colour, straight again."""
    flat = np.full((4, 5, 4), [*((c * a + 127) // 255 for c in (r, g, b)), a], np.uint8)
    out = run(entry, flat)[2, 2]
    return [round(int(c) * 255 / max(int(out[3]), 1)) for c in out[:3]] + [int(out[3])]


def square(colour: tuple[int, int, int, int] = (0, 0, 200, 255)) -> Pixels:
    pixels = np.zeros((60, 60, 4), np.uint8)
    pixels[20:40, 20:40] = colour
    return pixels


def glow(*changes: tuple[int, Value]) -> Effect:
    values: list[Value] = [2, 153, 20, 1, 2, 3, 1, 3, 1, 0, 0.5, WHITE, BLACK, 1]
    for index, value in changes:
        values[index - 1] = value
    return effect("ADBE Glo2", *values)


EXAMPLES = [
    *[glow((6, operation)) for operation in (1, 2, *OPERATIONS)],
    *[glow((5, place), (1, 1), (7, 2), (8, loop)) for place, loop in ((1, 1), (2, 2), (3, 3), (3, 4))],
    glow((4, 3.5), (14, 2)),
    glow((4, 0.0), (5, 3)),
    effect("ADBE Matte Choker", 10, 40, 0.4, 3, -30, 0.2, 3),
    effect("ADBE Matte Choker", 0, -127, 0.0, 0, 0, 1, 1),
    effect("ADBE Posterize", 3),
    effect("ADBE Exposure2", 1, 0, 2.0, -0.1, 1.4),
    effect("ADBE Exposure2", 2, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, -1, 0.1, 0.7, 0, 0, 0, 0, 1, 0, 1),
    effect("ADBE Gamma/Pedestal/Gain2", 1, 1.5, 0.1, 0.9, 0.7, 0, 1, 1, 0.2, 0.7),
    effect("ADBE CHANNEL MIXER", 50, 40, 0, 10, 0, 20, 90, 0, 80, 0, 20, -5, 0),
    effect("ADBE CHANNEL MIXER", 50, 40, 0, 10, 0, 20, 90, 0, 80, 0, 20, -5, 1),
    effect("ADBE Color Balance 2", 60, 0, -40, 0, 50, 0, 0, -50, 60, 0),
    effect("ADBE Color Balance 2", 60, 0, -40, 0, 50, 0, 0, -50, 60, 1),
    effect("ADBE Color Balance (HLS)", 120, 10, -40),
    *[effect("CC Toner", tone, WHITE, RED, BLUE, RED, BLACK, 20) for tone in (1, 2, 3, 4)],
    *[effect("ADBE Luma Key", kind, 120, 30, 1, 4) for kind in (1, 2, 3, 4)],
    effect("ADBE Color Key", RED, 30, -2, 0),
    *[effect("ADBE Box Blur2", 4, 3, dimensions, repeat) for dimensions in (1, 2, 3) for repeat in (0, 1)],
    effect("ADBE Fast Blur", 12, 1, 1),
    effect("ADBE Gaussian Blur", 12, 2),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.match_name)
@pytest.mark.parametrize("matrix", [IDENTITY, scaling(3.0, 0.5), (0.4, 0.6, -0.7, 0.5, 20.0, 3.0), (0.0,) * 6])
def test_keeps_the_protocol_under_any_matrix(example: Effect, matrix: Matrix) -> None:
    check_effect(effect_type(example.match_name), example, matrix=matrix)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.match_name)
def test_regions_agree(example: Effect) -> None:
    rng = np.random.default_rng(5)
    pixels = rng.integers(0, 256, (150, 180, 4), dtype=np.uint8)
    pixels = np.minimum(pixels, pixels[..., 3:])
    call = required_call(example)
    apply = plugins.effect(call.effect).apply
    whole = apply(pixels.copy(), call, (0, 0))
    left, top, right, bottom = (int(np.ceil(side)) for side in call.margin)
    x0, y0 = max(90 - left, 0), max(70 - top, 0)
    part = apply(np.ascontiguousarray(pixels[y0 : 80 + bottom, x0 : 110 + right]), call, (x0, y0))
    inner = part[70 - y0 : 80 - y0, 90 - x0 : 110 - x0].astype(int)
    assert np.abs(inner - whole[70:80, 90:110]).max() <= 1


def test_neutral_values_change_nothing() -> None:
    for neutral in (
        glow((4, 0.0)),
        effect("ADBE Matte Choker", 0, 0, 1, 0, 0, 1, 3),
        effect("ADBE Posterize", 256),
        effect("ADBE Exposure2", 1, 0, 0, 0, 1),
        effect("ADBE Gamma/Pedestal/Gain2", 1, 1, 0, 1, 1, 0, 1, 1, 0, 1),
        effect("ADBE CHANNEL MIXER", 100, 0, 0, 0, 0, 100, 0, 0, 0, 0, 100, 0, 0),
        effect("ADBE Color Balance 2", *[0] * 9, 1),
        effect("ADBE Color Balance (HLS)", 0, 0, 0),
        effect("CC Toner", 2, WHITE, RED, BLUE, RED, BLACK, 100),
        effect("ADBE Box Blur2", 0, 3, 1, 0),
    ):
        assert call_of(neutral) is None


def test_posterize_has_so_many_levels() -> None:
    ramp = np.full((1, 256, 4), 255, np.uint8)
    ramp[0, :, :3] = np.arange(256)[:, None]
    out = run(effect("ADBE Posterize", 4), ramp)[0, :, 0]
    assert np.unique(out).tolist() == [0, 85, 170, 255]
    assert np.bincount(out)[[0, 85, 170, 255]].tolist() == [64] * 4


def test_exposure_works_in_linear_light_unless_bypassed() -> None:
    level = round(255 * 0.25 ** (1 / 2.2))
    assert pixel(effect("ADBE Exposure2", 1, 0, 1.0, 0, 1), level, 0, 255)[:3] == [
        pytest.approx(255 * 0.5 ** (1 / 2.2), abs=1),
        0,
        255,
    ]
    bypassed = effect("ADBE Exposure2", 1, 0, 1.0, 0.1, 1, *[0] * 16, 1)
    assert pixel(bypassed, 50, 0, 255)[0] == pytest.approx(126, abs=1)
    apart = effect("ADBE Exposure2", 2, 0, 0, 0, 1, 0, 0, 1.0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1)
    assert pixel(apart, 50, 60, 70)[:3] == [100, 60, 70]


def test_gamma_pedestal_gain() -> None:
    entry = effect("ADBE Gamma/Pedestal/Gain2", 1, 2.0, 0, 1, 1, 0.2, 1, 1, 0, 0.5)
    assert pixel(entry, 64, 0, 200)[:3] == [round(255 * (64 / 255) ** 0.5), 51, 100]


def test_channel_mixer() -> None:
    mixed = effect("ADBE CHANNEL MIXER", 0, 100, 0, 0, 0, 0, 50, 10, 100, 0, 0, 0, 0)
    assert pixel(mixed, 200, 100, 40)[:3] == [100, pytest.approx(46, abs=1), 200]
    grey = effect("ADBE CHANNEL MIXER", 50, 50, 0, 0, 0, 0, 50, 10, 100, 0, 0, 0, 1)
    assert pixel(grey, 200, 100, 40)[:3] == [150] * 3


def test_color_balance_reaches_its_tones_and_may_keep_the_luminosity() -> None:
    entry = effect("ADBE Color Balance 2", 100, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    assert pixel(entry, 20, 20, 20)[0] > 150
    assert pixel(entry, 240, 240, 240)[:3] == [240] * 3
    kept = pixel(effect("ADBE Color Balance 2", 0, 0, 0, 100, 0, 0, 0, 0, 0, 1), 128, 128, 128)
    assert 0.3 * kept[0] + 0.59 * kept[1] + 0.11 * kept[2] == pytest.approx(128, abs=2)
    assert kept[0] > kept[1] + 40


def test_hue_balance_is_hue_saturation_in_another_order() -> None:
    one = pixel(effect("ADBE Color Balance (HLS)", 120, 20, -40), 200, 100, 40)
    assert one == pixel(effect("ADBE HUE SATURATION", 1, 0, 120, -40, 20), 200, 100, 40)


def test_toner_maps_luminance() -> None:
    assert pixel(effect("CC Toner", 2, RED, WHITE, BLUE, WHITE, BLACK, 0), 255, 255, 255)[:3] == [255, 0, 0]
    assert pixel(effect("CC Toner", 2, RED, WHITE, BLUE, WHITE, BLACK, 0), 128, 128, 128)[:3] == [
        pytest.approx(1, abs=2),
        0,
        pytest.approx(254, abs=2),
    ]
    assert pixel(effect("CC Toner", 4, RED, WHITE, BLUE, WHITE, BLACK, 0), 9, 90, 20)[:3] == [0, 0, 255]


def test_luma_key_cuts_by_brightness() -> None:
    for kind, kept in ((1, (True, False)), (2, (False, True)), (3, (False, True)), (4, (True, False))):
        entry = effect("ADBE Luma Key", kind, 90, 40, 0, 0)
        assert [pixel(entry, level, level, level)[3] == 255 for level in (60, 160)] == list(kept)


def test_color_key_cuts_by_colour_and_moves_the_edge() -> None:
    pixels = np.full((40, 60, 4), 255, np.uint8)
    pixels[:, :30, :3] = (250, 10, 0)
    out = run(effect("ADBE Color Key", RED, 20, 0, 0), pixels)
    assert not out[:, :30].any()
    assert (out[:, 30:] == 255).all()
    thin = run(effect("ADBE Color Key", RED, 20, 3, 0), pixels)
    assert not thin[:, :33].any()
    assert (thin[:, 33:] == 255).all()
    wide = run(effect("ADBE Color Key", RED, 20, -3, 0), pixels)
    assert not wide[:, :27].any()
    assert (wide[:, 27:, 3] == 255).all()
    blurred = run(effect("ADBE Color Key", RED, 20, 0, 10), np.pad(pixels, ((20, 20), (0, 20), (0, 0))))
    soft = blurred[40, :60, 3].astype(int)
    assert (np.diff(soft[20:40]) >= 0).all()
    assert 100 < soft[30] < 156
    assert soft[-1] == 255  # the picture's own edge stays


def test_matte_choker_without_softness_is_a_curve_of_alpha() -> None:
    pixels = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 4, axis=2)
    out = run(effect("ADBE Matte Choker", 0, 63.5, 0.5, 0, 0, 1, 1), pixels)[0, :, 3]
    wanted = np.clip((np.arange(256) / 255 - 0.75) / 0.5 + 0.5, 0, 1) * 255
    np.testing.assert_allclose(out, wanted, atol=0.51)


def test_matte_choker_chokes_and_spreads() -> None:
    def width(choke: float) -> tuple[int, Pixels]:
        out = run(effect("ADBE Matte Choker", 20, choke, 0.2, 0, 0, 1, 1), square())
        return int((out[30, :, 3] > 127).sum()), out

    assert width(60)[0] < width(0)[0] < width(-60)[0]
    spread = width(-60)[1][30, 18]
    assert spread[3] > 127
    assert spread[2] == pytest.approx(200 * int(spread[3]) / 255, abs=2)  # in the colour of what is near


def test_glow_brightens_and_reaches_out() -> None:
    pixels = square()
    out = run(glow((4, 2.0)), pixels)
    assert out[30, 30, 2] > 200
    assert out[30, 17, 2] > 0
    assert not out[30, 17, :2].any()
    assert not out[30, 2].any()
    dark = run(glow((4, 2.0)), square(colour=(0, 0, 150, 255)))  # below the threshold
    np.testing.assert_array_equal(dark, square(colour=(0, 0, 150, 255)))


def test_the_original_stands_on_top_of_the_glow_or_not_at_all() -> None:
    pixels = square()
    np.testing.assert_array_equal(run(glow((5, 1)), pixels)[20:40, 20:40], pixels[20:40, 20:40])
    alone = run(glow((5, 3), (3, 0.0)), pixels)
    share = (200 / 255 - 0.6) / 0.4
    assert alone[30, 30, 2] == pytest.approx(share * 255, abs=1)
    assert alone[30, 30, 3] == alone[30, 30, 2]


def test_a_glow_of_two_colours_runs_through_them() -> None:
    out = run(glow((1, 1), (2, 0.0), (3, 10.0), (5, 3), (7, 2), (8, 1), (12, RED), (13, BLUE)), square())
    middle, edge = out[30, 30].astype(int), out[30, 17].astype(int)
    assert middle[2] > 0.6 * middle[3]
    assert 0 < edge[3] < 128
    assert edge[0] > 0.6 * edge[3]


def test_a_box_blur_spreads_like_its_boxes() -> None:
    pixels = np.zeros((61, 61, 4), np.uint8)
    pixels[:, 20:41] = 255
    out = run(effect("ADBE Box Blur2", 4, 3, 2, 0), pixels)[30, :, 3] / 255
    line = pixels[30, :, 3] / 255
    for _ in range(3):
        line = np.convolve(line, np.full(9, 1 / 9), "same")
    np.testing.assert_allclose(out, line, atol=0.02)
