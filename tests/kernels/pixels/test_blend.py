import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from velocity_engine.kernels.pixels.blend import blend_layer

MODES = range(18)
Color = list[float]


def random_pixels(rng: np.random.Generator, height: int, width: int) -> NDArray[np.uint8]:
    alpha = rng.choice([0, 1, 40, 128, 200, 254, 255], (height, width, 1))
    color = rng.choice([0, 3, 60, 127, 128, 129, 200, 255], (height, width, 3))
    return np.concatenate([(color * alpha + 127) // 255, alpha], axis=2).astype(np.uint8)


def luminosity(c: Color) -> float:
    return 0.3 * c[0] + 0.59 * c[1] + 0.11 * c[2]


def set_luminosity(c: Color, target: float) -> Color:
    """SetLum and ClipColor of the W3C recommendation, as written there."""
    c = [v + target - luminosity(c) for v in c]
    lum, low, high = luminosity(c), min(c), max(c)
    if low < 0:
        c = [lum + (v - lum) * lum / (lum - low) for v in c]
    if high > 1:
        c = [lum + (v - lum) * (1 - lum) / (high - lum) for v in c]
    return c


def set_saturation(c: Color, target: float) -> Color:
    low, high = min(c), max(c)
    return [0.0] * 3 if high == low else [(v - low) * target / (high - low) for v in c]


def saturation(c: Color) -> float:
    return max(c) - min(c)


def hard_light(b: float, s: float) -> float:
    return 2 * s * b if s <= 0.5 else b + (2 * s - 1) - b * (2 * s - 1)


def soft_light(b: float, s: float) -> float:
    if s <= 0.5:
        return b - (1 - 2 * s) * b * (1 - b)
    return b + (2 * s - 1) * ((((16 * b - 12) * b + 4) * b if b <= 0.25 else math.sqrt(b)) - b)


SEPARABLE: dict[int, Callable[[float, float], float]] = {
    0: lambda b, s: s,
    1: lambda b, s: b * s,
    2: lambda b, s: b + s - b * s,
    3: lambda b, s: hard_light(s, b),
    4: min,
    5: max,
    6: lambda b, s: 0 if b == 0 else 1 if s == 1 else min(1, b / (1 - s)),
    7: lambda b, s: 1 if b == 1 else 0 if s == 0 else 1 - min(1, (1 - b) / s),
    8: hard_light,
    9: soft_light,
    10: lambda b, s: abs(b - s),
    11: lambda b, s: b + s - 2 * b * s,
}
WHOLE: dict[int, Callable[[Color, Color], Color]] = {
    12: lambda b, s: set_luminosity(set_saturation(s, saturation(b)), luminosity(b)),
    13: lambda b, s: set_luminosity(set_saturation(b, saturation(s)), luminosity(b)),
    14: lambda b, s: set_luminosity(s, luminosity(b)),
    15: lambda b, s: set_luminosity(b, luminosity(s)),
    17: lambda b, s: [1.0 if x + y >= 1 else 0.0 for x, y in zip(b, s, strict=True)],
}


def twin(below: NDArray[np.uint8], above: NDArray[np.uint8], mode: int, opacity: float) -> NDArray[np.float64]:
    """The recommendation's formulas, pixel by pixel, on the 8-bit source after opacity."""
    out = np.zeros(below.shape)
    for at in np.ndindex(below.shape[:2]):
        ground = below[at] / 255
        source = np.floor(above[at].astype(float) * round(opacity * 255) / 255 + 0.5) / 255
        if mode == 16:
            out[at] = np.minimum(1, ground + source)
            continue
        ab, as_ = ground[3], source[3]
        cb = [min(1, v / ab) if ab else 0 for v in ground[:3]]
        cs = [min(1, v / as_) if as_ else 0 for v in source[:3]]
        mixed = (
            [SEPARABLE[mode](b, s) for b, s in zip(cb, cs, strict=True)] if mode in SEPARABLE else WHOLE[mode](cb, cs)
        )
        for k in range(3):
            out[at][k] = cs[k] * as_ * (1 - ab) + cb[k] * ab * (1 - as_) + as_ * ab * mixed[k]
        out[at][3] = as_ + ab - as_ * ab
    return out * 255


@pytest.mark.parametrize("opacity", [1.0, 0.6])
@pytest.mark.parametrize("mode", MODES)
def test_equals_the_recommendation(mode: int, opacity: float) -> None:
    rng = np.random.default_rng(mode)
    below, above = random_pixels(rng, 20, 21), random_pixels(rng, 20, 21)
    expected = twin(below, above, mode, opacity)
    blend_layer(below, above, 0, 0, 0, 0, 21, 20, mode, opacity)
    wrong = np.abs(below - expected).max(axis=2) > 1.51
    if opacity == 1.0 and mode != 17:
        assert not wrong.any()
    else:
        # Opacity is applied to 8-bit values, so a mode that jumps or is steep may land on the other side.
        assert wrong.mean() < 0.12


@pytest.mark.parametrize("mode", MODES)
def test_a_clear_source_changes_nothing_and_a_clear_ground_takes_the_source(mode: int) -> None:
    rng = np.random.default_rng(1)
    ground, source = random_pixels(rng, 6, 7), random_pixels(rng, 6, 7)
    below = ground.copy()
    blend_layer(below, np.zeros_like(source), 0, 0, 0, 0, 7, 6, mode, 1.0)
    np.testing.assert_array_equal(below, ground)
    below = np.zeros_like(ground)
    blend_layer(below, source, 0, 0, 0, 0, 7, 6, mode, 1.0)
    np.testing.assert_array_equal(below, source)


def test_place_and_clip() -> None:
    below, above = np.zeros((6, 7, 4), np.uint8), np.full((3, 3, 4), 255, np.uint8)
    blend_layer(below, above, 5, -1, 0, 0, 6, 6, 0, 1.0)
    expected = np.zeros_like(below)
    expected[0:2, 5:6] = 255
    np.testing.assert_array_equal(below, expected)


@settings(max_examples=100, deadline=None)
@given(
    place=st.tuples(st.integers(-20, 20), st.integers(-20, 20)),
    clip=st.tuples(*[st.integers(-30, 30)] * 4),
    mode=st.sampled_from(MODES),
    opacity=st.floats(-1, 2) | st.just(math.nan),
    size=st.tuples(st.integers(1, 9), st.integers(1, 9)),
)
def test_never_writes_outside(
    place: tuple[int, int], clip: tuple[int, int, int, int], mode: int, opacity: float, size: tuple[int, int]
) -> None:
    rng = np.random.default_rng(0)
    guarded = random_pixels(rng, 16, 11)
    before = guarded.copy()
    blend_layer(guarded[3:-3], random_pixels(rng, *size), *place, *clip, mode, opacity)
    x0, y0 = max(clip[0], place[0], 0), max(clip[1], place[1], 0)
    x1, y1 = min(clip[2], place[0] + size[1], 11), min(clip[3], place[1] + size[0], 10)
    outside = np.ones((16, 11), bool)
    outside[3 + y0 : 3 + max(y0, y1), x0 : max(x0, x1)] = False
    np.testing.assert_array_equal(guarded[outside], before[outside])
    assert (guarded[..., :3] <= guarded[..., 3:]).all()


def test_an_unknown_mode_is_an_error() -> None:
    with pytest.raises(ValueError, match="18"):
        blend_layer(np.zeros((1, 1, 4), np.uint8), np.zeros((1, 1, 4), np.uint8), 0, 0, 0, 0, 1, 1, 18, 1.0)
