"""Fractal noise: its evolution, its seed, and what acts on the pattern."""

import effects_support
import numpy as np
import pytest
from effects_support import Pixels, Value, effect

from velocity_engine.builtin.effects.noise import FractalNoiseEffect, _random_to_100
from velocity_engine.model.geometry import IDENTITY, Matrix, scaling
from velocity_engine.model.layers import Effect
from velocity_engine.testing import StillSampler, check_effect

KIND = FractalNoiseEffect()
DEFAULTS: dict[int, Value] = {
    0: 1, 1: 3, 3: 100, 8: 1, 9: 100, 10: 100, 11: 100, 12: (20.0, 30.0), 15: 4, 17: 70, 18: 56, 20: (0.0, 0.0), 26: 1,
    29: 100,
}  # fmt: skip


def noise(**changes: float) -> Effect:
    values = DEFAULTS | {int(key[1:]): value for key, value in changes.items()}
    return effect("ADBE Fractal Noise", *(values.get(index, 0) for index in range(31)))


def run(
    entry: Effect, pixels: Pixels | None = None, matrix: Matrix = IDENTITY, origin: tuple[int, int] = (0, 0)
) -> Pixels:
    return effects_support.run(entry, np.full((60, 80, 4), 255, np.uint8) if pixels is None else pixels, matrix, origin)


@pytest.mark.parametrize("fractal", [1, 2, 3, 4])
@pytest.mark.parametrize("matrix", [IDENTITY, (0.4, 0.6, -0.7, 0.5, 20.0, 3.0), (0.0,) * 6, scaling(1e6, 1e6)])
def test_keeps_the_protocol(fractal: int, matrix: Matrix) -> None:
    check_effect(KIND, noise(_0=fractal, _1=fractal, _23=200.0, _27=5), matrix=matrix)


def test_regions_agree_and_the_pattern_scales_with_the_layer() -> None:
    entry = noise(_23=30.0)
    whole = run(entry)
    np.testing.assert_array_equal(run(entry, np.full((20, 30, 4), 255, np.uint8), origin=(40, 25)), whole[25:45, 40:70])
    twice = run(entry, np.full((120, 160, 4), 255, np.uint8), scaling(2, 2)).astype(int)
    assert np.abs(twice.reshape(60, 2, 80, 2, 4).mean(axis=(1, 3)) - whole).max() < 3


def test_the_shape_stays_and_the_pattern_is_grey() -> None:
    pixels = np.zeros((60, 80, 4), np.uint8)
    pixels[10:50, 10:70] = (40, 0, 20, 100)
    out = run(noise(), pixels)
    np.testing.assert_array_equal(out[..., 3], pixels[..., 3])
    assert (out[..., 0] == out[..., 1]).all()
    assert (out[..., 0] == out[..., 2]).all()
    assert np.ptp(out[10:50, 10:70, 0]) > 10


def test_tones_act_on_the_pattern() -> None:
    plain = run(noise())[..., 0].astype(int)
    assert np.abs(255 - plain - run(noise(_2=1))[..., 0]).max() <= 1
    assert np.abs(run(noise(_3=200))[..., 0] - np.clip((plain - 127.5) * 2 + 127.5, 0, 255)).max() <= 1.5
    assert np.abs(run(noise(_4=20))[..., 0] - np.clip(plain + 51, 0, 255)).max() <= 1
    assert np.abs(run(noise(_29=50))[..., 0] - (plain + 255) / 2).max() <= 1
    assert KIND.evaluate(noise(_29=0), StillSampler(), IDENTITY) is None


def test_evolution_is_gradual_and_cycles() -> None:
    first, near, far = (run(noise(_23=angle))[..., 0].astype(int) for angle in (0.0, 4.0, 229.0))
    assert 0 < np.abs(near - first).mean() < 5 < np.abs(far - first).mean()
    cycle = noise(_25=1, _26=2, _23=10.0)
    np.testing.assert_array_equal(run(cycle), run(noise(_25=1, _26=2, _23=10.0 + 720.0)))
    assert (run(noise(_27=3)) != run(noise(_27=4))).any()


def test_seeds_stay_within_their_range() -> None:
    assert {_random_to_100(seed) for seed in range(2000)} == set(range(101))
