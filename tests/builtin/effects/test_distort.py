"""Effects that bend, repeat or coarsen a picture: where what is seen comes from."""

import math
from dataclasses import replace

import numpy as np
import pytest
from effects_support import Pixels, effect, effect_type, required_call, run
from numpy.typing import NDArray

from velocity_engine.builtin.effects.tile import mixed
from velocity_engine.builtin.effects.waves import WAVES, wave
from velocity_engine.model.geometry import IDENTITY, Matrix, scaling
from velocity_engine.model.layers import Effect
from velocity_engine.testing import StillSampler, check_effect

SIZE = (640, 360)  # the sampler's layer


def smooth() -> Pixels:
    """Red says how far right a pixel stands, green how far down, in steps that leave room for fractions."""
    width, height = SIZE
    pixels = np.full((height, width, 4), 255, np.uint8)
    pixels[..., 0] = np.arange(width) * 255 // width
    pixels[..., 1] = (np.arange(height) * 255 // height)[:, None]
    return pixels


def seen(pixels: Pixels) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Where each pixel came from, in pixels, to about two."""
    return pixels[..., 0] * (640 / 255.0) + 1.0, pixels[..., 1] * (360 / 255.0) + 1.0


EXAMPLES = [
    effect("ADBE Bulge", 100, 80, (300, 150), 2.0, 0, 1, 0),
    effect("ADBE Bulge", 100, 80, (300, 150), -1.0, 0, 1, 0),
    effect("ADBE Spherize", 120, (300, 150)),
    effect("ADBE Twirl", 90, 25, (300, 150)),
    *[effect("ADBE Wave Warp", k, 10, 60, 70, 1, 1, 40, 1) for k in WAVES],
    *[effect("ADBE Wave Warp", 1, 10, 60, 70, 1, pin, 40, 1) for pin in range(2, 11)],
    effect("ADBE Tile", (320, 180), 30, 40, 100, 100, 0, 0, 0),
    effect("ADBE Tile", (100, 80), 30, 40, 150, 120, 1, 200, 1),
    effect("ADBE Tile", (100, 80), 0, 40, 150, 120, 1, 200, 1),
    effect("ADBE Tile", (100, 80), 0, 0, 150, 120, 1, 200, 1),
    effect("ADBE Offset", (100, 80), 0.25),
    effect("ADBE Mosaic", 8, 5, 0),
    effect("ADBE Mosaic", 8, 5, 1),
    *[effect("CC Sphere", 0, 20, 40, 10, order, 0, 90, (300, 150), 1 + order % 3) for order in range(1, 7)],
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.match_name)
@pytest.mark.parametrize("matrix", [IDENTITY, scaling(0.05, 0.08), (0.02, 0.06, -0.07, 0.01, 20.0, 3.0), (0.0,) * 6])
def test_keeps_the_protocol_under_any_matrix(example: Effect, matrix: Matrix) -> None:
    check_effect(effect_type(example.match_name), example, matrix=matrix)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.match_name)
def test_regions_agree(example: Effect) -> None:
    """A part with the margin around it gives what the whole gives: the buffer's edges are not seen."""
    kind, call = effect_type(example.match_name), required_call(example)
    if max(call.margin) > 200:
        return  # needs the whole box
    pixels = smooth()
    whole = kind.apply(pixels.copy(), call, (0, 0))
    across, down = (math.ceil(m) for m in call.margin[:2])
    x0, y0 = 310 - across, 160 - down
    part = kind.apply(np.ascontiguousarray(pixels[max(y0, 0) : 200 + down, max(x0, 0) : 340 + across]), call,
                      (max(x0, 0), max(y0, 0)))  # fmt: skip
    inner = part[160 - max(y0, 0) : 200 - max(y0, 0), 310 - max(x0, 0) : 340 - max(x0, 0)]
    np.testing.assert_array_equal(inner, whole[160:200, 310:340])


def test_bulge_follows_its_formula_within_the_ellipse_only() -> None:
    pixels = smooth()
    out = run(effect("ADBE Bulge", 100, 80, (300, 150), 2.0, 0, 1, 0), pixels)
    y, x = np.mgrid[:360, :640] + 0.5
    across, down = (x - 300) / 100, (y - 150) / 80
    far = np.hypot(across, down)
    np.testing.assert_array_equal(out[far >= 1.0], pixels[far >= 1.0])
    amount = 0.5
    radius = (1 + amount) / 2 / math.sqrt(amount)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.arcsin(far / radius) / math.asin(1 / radius) / far + far ** (2 * 1.3 * amount**3) - 1
    u, v = seen(out)
    within = far < 0.99
    assert np.abs(u - (300 + across * factor * 100))[within].max() < 4
    assert np.abs(v - (150 + down * factor * 80))[within].max() < 4


def test_spherize_magnifies_the_middle() -> None:
    u, _ = seen(run(effect("ADBE Spherize", 120, (320, 180)), smooth()))
    assert u[180, 350] == pytest.approx(320 + 120 * math.asin(30.5 / 120) * 2 / math.pi, abs=3)


def test_twirl_turns_the_centre_clockwise() -> None:
    pixels = smooth()
    out = run(effect("ADBE Twirl", 90, 50, (320, 180)), pixels)
    u, v = seen(out)
    # 10 right of the centre stands what was about 10 above it.
    turn = math.radians(90) * (1 - 10.5 / 320) ** 2
    assert u[180, 330] == pytest.approx(320 + 10.5 * math.cos(turn), abs=3)
    assert v[180, 330] == pytest.approx(180 - 10.5 * math.sin(turn), abs=3)
    np.testing.assert_array_equal(run(effect("ADBE Twirl", 90, 10, (320, 180)), pixels)[:100], pixels[:100])


def test_wave_warp_shifts_across_its_direction_and_runs_with_time() -> None:
    pixels = smooth()
    still_wave = effect("ADBE Wave Warp", 1, 12, 80, 90, 0, 1, 0, 1)
    _, v = seen(run(still_wave, pixels))
    x = np.arange(640) + 0.5
    shift = 12 * np.sin(2 * np.pi * (x - 320) / 80)
    assert np.abs(v[180] - (180.5 + shift)).max() < 3 or np.abs(v[180] - (180.5 - shift)).max() < 3
    running = effect("ADBE Wave Warp", 1, 12, 80, 90, 1, 1, 0, 1)
    np.testing.assert_array_equal(run(running, pixels, sampler=StillSampler(25.0)), run(still_wave, pixels))
    quarter = run(effect("ADBE Wave Warp", 1, 12, 80, 90, 0, 1, 90, 1), pixels)
    np.testing.assert_array_equal(run(running, pixels, sampler=StillSampler(6.25)), quarter)


def test_pinned_edges_stay() -> None:
    pixels = smooth()
    out = run(effect("ADBE Wave Warp", 2, 12, 80, 90, 0, 2, 0, 1), pixels)
    assert out[0, :, 3].min() > 230
    loose = run(effect("ADBE Wave Warp", 2, 12, 80, 90, 0, 1, 0, 1), pixels)
    assert loose[0, :, 3].min() == 0


@pytest.mark.parametrize("kind", WAVES)
def test_waves_repeat_and_stay_within_their_height(kind: int) -> None:
    at = np.linspace(-3, 3, 601, dtype=np.float32)[None]
    height = wave(kind, at)
    assert height.dtype == np.float32
    assert np.abs(height).max() <= 1.0 + 1e-6
    if kind < 8:
        np.testing.assert_allclose(wave(kind, at[:, :-1] + np.float32(5.0))[:, 1:99], height[:, 1:99], atol=0.02)


def test_wave_shapes() -> None:
    at = np.array([[0.0, 0.125, 0.25, 0.5, 0.75]], np.float32)
    wanted: dict[int, list[float]] = {
        1: [0, math.sqrt(0.5), 1, 0, -1],
        2: [1, 1, 1, -1, -1],
        3: [0, 0.5, 1, 0, -1],
        4: [-1, -0.75, -0.5, 0, 0.5],
        5: [0, math.sqrt(0.75), 1, 0, -1],
        6: [-1, 2 * math.sqrt(1 - 0.75**2) - 1, 2 * math.sqrt(0.75) - 1, 1, 2 * math.sqrt(0.75) - 1],
        7: [1, 1 - math.sqrt(0.75), 0, -1, 0],
    }
    for kind, heights in wanted.items():
        np.testing.assert_allclose(wave(kind, at)[0], heights, atol=1e-6)


def test_motion_tile_repeats_the_box() -> None:
    pixels = smooth()
    out = run(effect("ADBE Tile", (320, 180), 25, 25, 100, 100, 0, 0, 0), pixels)
    np.testing.assert_array_equal(out[:, :160], out[:, 160:320])
    np.testing.assert_array_equal(out[:90], out[90:180])
    u, v = seen(out[45:135, 80:240])  # a tile: the box at a quarter
    assert np.abs(u[40] - np.linspace(0, 640, 160))[4:-4].max() < 8
    assert np.abs(v[:, 80] - np.linspace(0, 360, 90))[4:-4].max() < 8


def test_motion_tile_mirrors_and_shifts() -> None:
    pixels = smooth()
    out = run(effect("ADBE Tile", (320, 180), 50, 50, 100, 100, 1, 0, 0), pixels)
    np.testing.assert_array_equal(out[:, :160], out[:, 160:320][:, ::-1])
    np.testing.assert_array_equal(out[:90], out[90:180][::-1])
    plain, shifted = (run(effect("ADBE Tile", (160, 90), 50, 50, 100, 100, 0, p, 0), pixels) for p in (0, 180))
    np.testing.assert_array_equal(shifted[:, :320], plain[:, :320])
    np.testing.assert_array_equal(shifted[:, 320:], np.roll(plain, 90, axis=0)[:, 320:])


def test_motion_tile_fills_the_output_and_no_more() -> None:
    kind = effect_type("ADBE Tile")
    call = required_call(effect("ADBE Tile", (320, 180), 100, 100, 150, 50, 0, 0, 0))
    pixels = np.zeros((560, 1280, 4), np.uint8)
    pixels[100:460, 320:960] = smooth()
    out = kind.apply(pixels, call, (-320, -100))
    assert (out[190:370, 160:1120, 3] == 255).all()
    assert not out[:190].any()
    assert not out[:, :160].any()
    np.testing.assert_array_equal(out[200:360, 320:960], pixels[200:360, 320:960])
    np.testing.assert_array_equal(out[200:360, 160:320], pixels[200:360, 800:960])


def test_offset_wraps_round_and_mixes() -> None:
    pixels = smooth()
    np.testing.assert_array_equal(
        run(effect("ADBE Offset", (330, 160), 0), pixels), np.roll(pixels, (10, -20), axis=(1, 0))
    )
    half = run(effect("ADBE Offset", (330, 160), 0.5), pixels)
    wanted = (np.roll(pixels, (10, -20), axis=(1, 0)).astype(float) + pixels) / 2
    assert np.abs(half - wanted).max() <= 0.5
    assert mixed(pixels, pixels, 0.0) is pixels


def test_mosaic_has_the_means_or_the_middles() -> None:
    pixels = smooth()
    out = run(effect("ADBE Mosaic", 8, 4, 0), pixels)
    blocks = pixels.reshape(4, 90, 8, 80, 4).mean(axis=(1, 3))
    assert np.abs(out - np.repeat(np.repeat(blocks, 90, axis=0), 80, axis=1)).max() <= 0.51
    sharp = run(effect("ADBE Mosaic", 8, 4, 1), pixels)
    np.testing.assert_array_equal(sharp[::90, ::80], pixels[45::90, 40::80])


def ball(
    side: int = 2, *, intensity: float = 100, height: float = 0, turn: float = 0, ambient: float = 0, **more: float
) -> Pixels:
    """A grey box around a ball of radius 100 in the middle, under yellow light."""
    lamp = (0, intensity, (1.0, 1.0, 0.0, 1.0), height, turn, 0, 0)
    shares = (ambient, more.get("diffuse", 0), more.get("specular", 0), more.get("roughness", 0.5))
    return run(
        effect("CC Sphere", 0, 0, 0, 0, 1, 0, 100, (320, 180), side, *lamp, *shares),
        np.full((360, 640, 4), (128, 128, 128, 255), np.uint8),
    )


def test_sphere_is_as_bright_as_its_ambient_light() -> None:
    assert ball(ambient=50)[180, 320].tolist() == [64, 64, 64, 255]
    assert ball(ambient=200)[180, 320].tolist() == [255, 255, 255, 255]


def test_sphere_is_lit_from_where_the_lamp_stands() -> None:
    """A direction of 0 is above, a height of 100 in front; the inside is lit on the other side, as in Skottie."""
    above = ball(diffuse=100)
    assert above[85, 320, 0] > 100
    assert above[275, 320, :3].tolist() == [0, 0, 0]
    assert above[85, 320, 2] == 0  # yellow light has no blue
    right = ball(turn=90, diffuse=100)
    assert right[180, 415, 0] > 100
    assert right[180, 225, 0] == 0
    assert ball(height=100, diffuse=50, intensity=200)[180, 320].tolist() == [128, 128, 0, 255]
    inside = ball(3, diffuse=100)
    assert inside[275, 320, 0] > 100
    assert inside[85, 320, 0] == 0


def test_sphere_mirrors_the_lamp() -> None:
    dull, sharp = ball(height=100, specular=100), ball(height=100, specular=100, roughness=0.01)
    for shown in (dull, sharp):
        assert shown[180, 320].tolist() == pytest.approx([255, 255, 0, 255], abs=3)
    assert sharp[180, 360, 0] < 10 < dull[180, 360, 0]


def test_sphere_shows_the_middle_of_the_box_in_front() -> None:
    pixels = smooth()
    out = run(effect("CC Sphere", 0, 0, 0, 0, 1, 0, 100, (320, 180), 2), pixels)
    y, x = np.mgrid[:360, :640] + 0.5
    far = np.hypot(x - 320, y - 180)
    assert not out[far > 101].any()
    assert (out[far < 99, 3] == 255).all()
    u, v = seen(out)
    assert u[180, 320] == pytest.approx(320, abs=4)
    assert v[180, 320] == pytest.approx(180, abs=4)
    back = run(effect("CC Sphere", 0, 0, 180, 0, 1, 0, 100, (320, 180), 3), pixels)
    assert seen(back)[0][180, 325] < 320  # from within, mirrored


def test_turned_boxes_have_no_seams() -> None:
    turned = (0.9, 0.3, -0.3, 0.9, 40.0, 20.0)
    kind = effect_type("ADBE Tile")
    call = required_call(effect("ADBE Tile", (32, 18), 100, 100, 300, 300, 0, 0, 0), turned)
    call = replace(call, values=((-3.0, 2.0), (30.0, 20.0), (90.0, 60.0), *call.values[3:6], (30.0, 20.0)))
    pixels = np.zeros((120, 160, 4), np.uint8)
    from velocity_engine.builtin.effects.device import box_coverage

    cover = box_coverage((120, 160), call, (0, 0), (30.0, 20.0))
    assert cover is not None
    pixels[:] = cover[..., None]
    out = kind.apply(pixels, call, (0, 0))
    inside = box_coverage((120, 160), replace(call, matrix=(0.9, 0.3, -0.3, 0.9, 19.0, -7.0)), (0, 0), (86.0, 56.0))
    assert inside is not None
    assert out[..., 3][inside == 255].min() >= 250
