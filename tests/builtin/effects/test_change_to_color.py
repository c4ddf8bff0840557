"""Change to colour: what matches, what becomes of it, and that its kernel does what numpy and colorsys say."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
from effects_support import Pixels, Value, effect, run

from velocity_engine.kernels.pixels.color import change_color
from velocity_engine.model.layers import Effect

RED, GREEN, BLUE = (1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0), (0.0, 0.0, 1.0, 1.0)
ALL = 4


def change(
    change: int = ALL, by: int = 1, tolerance: tuple[float, float, float] = (0.05, 0.5, 0.5), softness: float = 0.5,
    view: float = 0.0, source: Value = RED, target: Value = BLUE,
) -> Effect:  # fmt: skip
    """As Bodymovin writes it, with the group of tolerances, which has no values."""
    hue, light, saturation = tolerance
    return effect(
        "ADBE Change To Color", source, target, change, by, None, hue, light, saturation, None, softness, view
    )


def of(*colors: tuple[int, int, int, int]) -> Pixels:
    return np.array([colors], np.uint8)


def test_the_colour_itself_becomes_the_other_and_others_stay() -> None:
    given = of((255, 0, 0, 255), (0, 255, 0, 255), (255, 255, 0, 255), (128, 0, 0, 128), (0, 0, 0, 0))
    for by in (1, 2):
        out = run(change(by=by), given)[0].tolist()
        assert out[0] == [0, 0, 255, 255] and out[3] == [0, 0, 128, 128]
        assert out[1:3] == given[0, 1:3].tolist() and out[4] == [0, 0, 0, 0]


def test_only_the_chosen_of_hue_lightness_and_saturation_change() -> None:
    dark = of((200, 40, 40, 255))
    tints = {}
    for number in (1, 2, 3, 4):
        r, g, b, _ = run(change(number, target=(0.0, 0.9, 0.0, 1.0)), dark)[0, 0] / 255.0
        tints[number] = colorsys.rgb_to_hls(r, g, b)
    before, after = colorsys.rgb_to_hls(*(dark[0, 0, :3] / 255.0)), colorsys.rgb_to_hls(0.0, 0.9, 0.0)
    for number, (light, saturation) in {1: (0, 0), 2: (1, 0), 3: (0, 1), 4: (1, 1)}.items():
        wanted = (after[0], (before, after)[light][1], (before, after)[saturation][2])
        assert tints[number] == pytest.approx(wanted, abs=0.02)


def test_the_match_fades_beyond_the_tolerance_by_the_softness() -> None:
    hues = [colorsys.hls_to_rgb(hue / 360.0, 0.5, 1.0) for hue in range(0, 60, 3)]
    sheet = of(*[(round(255 * r), round(255 * g), round(255 * b), 255) for r, g, b in hues])
    shown = run(change(tolerance=(0.1, 1.0, 1.0), softness=0.5, view=1.0), sheet)[0, :, 0]
    assert (shown[:6] == 255).all() and (shown[10:] == 0).all()  # 18 degrees are a tenth of the half circle, 27 the end
    assert shown[6] > shown[7] > shown[8] > shown[9] >= 0
    hard = run(change(tolerance=(0.095, 1.0, 1.0), softness=0.0, view=1.0), sheet)[0, :, 0]
    assert set(hard.tolist()) == {0, 255} and hard.sum() == 6 * 255


def test_transforming_moves_colours_by_how_near_they_are() -> None:
    near = of((255, 30, 0, 255), (255, 60, 0, 255))
    out = run(change(1, by=2, tolerance=(0.4, 1.0, 1.0)), near)[0]
    hues = [colorsys.rgb_to_hls(*(one[:3] / 255.0))[0] for one in out]
    first, second = ((hue + 0.5) % 1.0 - 0.5 for hue in hues)
    assert -1 / 3 < first < second < 0.0  # on their way round to blue, which lies at -1/3


def test_greys_match_any_hue() -> None:
    grey = of((77, 78, 80, 255), (128, 128, 128, 255))
    out = run(change(source=(0.302, 0.306, 0.3137, 1.0), tolerance=(0.1, 1.0, 1.0)), grey)
    assert out[0, 0, 2] == 255 and out[0, 1, 2] == 255


def twin(pixels: Pixels, source: tuple[float, ...], target: tuple[float, ...], changed: tuple[float, ...],
         reach: np.ndarray, way: int) -> np.ndarray:  # fmt: skip
    out = pixels.astype(float).copy()
    for at in np.ndindex(*pixels.shape[:2]):
        alpha = float(pixels[at][3])
        if not alpha:
            continue
        rgb = np.minimum(1.0, pixels[at][:3] / alpha)
        h, light, s = colorsys.rgb_to_hls(*rgb)
        turn = abs(h - source[0])
        offs = (
            0.0 if min(s, source[1]) <= 1e-6 else 2 * min(turn, 1 - turn),
            abs(s - source[1]),
            abs(light - source[2]),
        )
        match = np.prod(
            [
                1.0 if o <= i else max(0.0, (e - o) / (e - i)) if e > i else 0.0
                for o, i, e in zip(offs, *reach, strict=True)
            ]
        )
        near = np.prod([max(0.0, 1 - o / e) if e > 0 else float(o == 0) for o, e in zip(offs, reach[1], strict=True)])
        if way == 2:
            out[at][:3] = match * alpha
        elif match > 0:
            part, mix = (near, 1.0) if way == 1 else (1.0, match)
            forth = (target[0] - (source[0] if way == 1 else h) + 0.5) % 1.0 - 0.5
            new = ((h + forth * part * changed[0]) % 1.0, s + (target[1] - s) * part * changed[1],
                   light + (target[2] - light) * part * changed[2])  # fmt: skip
            color = np.array(colorsys.hls_to_rgb(new[0], new[2], new[1]))
            out[at][:3] = (rgb + (np.clip(color, 0, 1) - rgb) * mix) * alpha
    return out


@pytest.mark.parametrize("way", [0, 1, 2])
def test_the_kernel_equals_its_twin(way: int) -> None:
    random = np.random.default_rng(3 + way)
    pixels = random.integers(0, 256, (12, 13, 4), np.uint8)
    pixels[..., :3] = np.minimum(pixels[..., :3], pixels[..., 3:])
    source, target, changed = (0.1, 0.7, 0.4), (0.8, 0.9, 0.6), (1.0, 0.0, 1.0)
    reach = np.array([[0.3, 0.6, 0.5], [0.5, 0.9, 0.8]])
    wanted = twin(pixels, source, target, changed, reach, way)
    change_color(pixels, np.array(source), np.array(target), np.array(changed), reach, way)
    assert np.abs(pixels - wanted).max() <= 1.01
