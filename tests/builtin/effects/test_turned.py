"""Mirror, polar coordinates and radial blur: what turns about a point or a line."""

import numpy as np
import pytest
from effects_support import Pixels, call_of, effect, effect_type, run

from velocity_engine.model.geometry import IDENTITY, Matrix, scaling
from velocity_engine.model.layers import Effect
from velocity_engine.testing import check_effect


def noise() -> Pixels:
    pixels = np.full((360, 640, 4), 255, np.uint8)
    pixels[..., :3] = np.random.default_rng(2).integers(0, 256, (360, 640, 3))
    return pixels


EXAMPLES = [
    effect("ADBE Mirror", (300, 180), 30),
    effect("ADBE Polar Coordinates", 0.7, 1),
    effect("ADBE Polar Coordinates", 1, 2),
    effect("ADBE Radial Blur", 20, (300, 100), 1),
    effect("ADBE Radial Blur", 40, (300, 100), 2),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.match_name)
@pytest.mark.parametrize("matrix", [IDENTITY, scaling(0.05, 0.08), (0.02, 0.06, -0.07, 0.01, 20.0, 3.0), (0.0,) * 6])
def test_keeps_the_protocol_under_any_matrix(example: Effect, matrix: Matrix) -> None:
    check_effect(effect_type(example.match_name), example, matrix=matrix)


def test_mirror_shows_what_is_before_the_line_twice() -> None:
    pixels = noise()
    out = run(effect("ADBE Mirror", (320, 180), 0), pixels)
    np.testing.assert_array_equal(out[:, :320], pixels[:, :320])
    np.testing.assert_array_equal(out[:, 320:], pixels[:, :320][:, ::-1])
    down = run(effect("ADBE Mirror", (320, 180), 90), pixels)
    np.testing.assert_array_equal(down[180:], pixels[:180][::-1])


def test_polar_rows_become_circles_and_back() -> None:
    pixels = np.full((360, 640, 4), 255, np.uint8)
    pixels[..., 0] = (np.arange(360) * 255 // 360)[:, None]
    y, x = np.mgrid[:360, :640] + 0.5
    radius = np.hypot(x - 320, y - 180)
    disc = run(effect("ADBE Polar Coordinates", 1, 1), pixels)
    within = radius < 175
    assert np.abs(disc[..., 0][within] - radius[within] / 180 * 255).max() < 4
    assert not disc[radius > 182].any()
    back = run(effect("ADBE Polar Coordinates", 1, 2), disc)
    assert np.abs(back[5:350, :, 0].astype(int) - pixels[5:350, :, 0]).max() < 6


def test_spin_spreads_along_the_arc_only() -> None:
    pixels = np.zeros((360, 640, 4), np.uint8)
    pixels[176:184, 416:424] = 255  # 100 right of the centre
    out = run(effect("ADBE Radial Blur", 40, (320, 180), 1), pixels)
    y, x = np.mgrid[:360, :640] + 0.5
    radius, angle = np.hypot(x - 320, y - 180), np.degrees(np.arctan2(y - 180, x - 320))
    assert not out[(radius < 92) | (radius > 108) | (np.abs(angle) > 26)].any()
    along = out[..., 3][(np.abs(radius - 100) < 1) & (np.abs(angle) < 15)]
    assert along.min() > 0.8 * along.max() > 0
    assert out[..., 3].sum() == pytest.approx(64 * 255, rel=0.12)
    disc = np.where(np.repeat((radius < 120)[..., None], 4, axis=2), np.uint8(255), np.uint8(0))
    turned = run(effect("ADBE Radial Blur", 90, (320, 180), 1), disc)
    assert (turned[radius < 112] >= 253).all()
    assert not turned[radius > 128].any()


def test_zoom_spreads_along_the_rays_only() -> None:
    pixels = np.zeros((360, 640, 4), np.uint8)
    pixels[176:184, 416:424] = 255
    out = run(effect("ADBE Radial Blur", 40, (320, 180), 2), pixels)
    rows, columns = np.nonzero(out[..., 3])
    assert 172 <= rows.min() <= rows.max() <= 188
    assert 75 <= columns.min() - 320 < 84
    assert 116 < columns.max() - 320 <= 130


def test_nothing_does_nothing() -> None:
    for entry in (effect("ADBE Polar Coordinates", 0, 1), effect("ADBE Radial Blur", 0, (1, 1), 1)):
        assert call_of(entry) is None


def test_a_ramp_may_keep_some_of_the_original() -> None:
    black, white = (0.0, 0.0, 0.0, 1.0), (1.0, 1.0, 1.0, 1.0)
    pixels = np.full((4, 4, 4), (200, 0, 100, 255), np.uint8)
    whole, half = (run(effect("ADBE Ramp", (0, 0), black, (0, 4), white, 1, 0, keep), pixels) for keep in (0, 0.5))
    assert np.abs(half - (whole.astype(float) + pixels) / 2).max() <= 0.5
    np.testing.assert_array_equal(run(effect("ADBE Ramp", (0, 0), black, (0, 4), white, 1, 0, 1), pixels), pixels)
