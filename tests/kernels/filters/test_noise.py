"""Fractal noise against the same in plain numpy."""

from dataclasses import astuple, dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from velocity_engine.kernels.filters.noise import fractal_noise

F = np.float32


def fract(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return x - np.floor(x)


def point(x: NDArray[np.float32], y: NDArray[np.float32], z: float) -> NDArray[np.float32]:
    v = [fract(F(0.1031) * c) for c in (x, y, np.full_like(x, F(z)))]
    add = v[0] * (v[2] + F(31.32)) + v[1] * (v[0] + F(31.32)) + v[2] * (v[1] + F(31.32))
    v = [c + add for c in v]
    return fract((v[0] + v[1]) * v[2])


@dataclass(frozen=True)
class Noise:
    """The arguments of the kernel, after its pixels."""

    place: NDArray[np.float64]
    finer: NDArray[np.float64]
    first: float
    second: float
    weight: float
    octaves: float
    share: float
    grain: int
    fold: int


def twin(shape: tuple[int, int], noise: Noise) -> NDArray[np.floating]:
    place, finer, octaves, grain, fold = noise.place, noise.finer, noise.octaves, noise.grain, noise.fold
    v, u = np.mgrid[: shape[0], : shape[1]] + 0.5
    x, y = ((place[k] * u + place[k + 2] * v + place[k + 4]).astype(F) for k in (0, 1))

    def at(i: NDArray[np.float32], j: NDArray[np.float32]) -> NDArray[np.float32]:
        one, two = point(i, j, noise.first), point(i, j, noise.second)
        return one + (two - one) * F(noise.weight)

    total, weights, amplitude = np.zeros(shape, F), 0.0, 1.0
    while octaves > 0:
        if grain == 1:
            value = at(np.floor(x), np.floor(y))
        else:
            i, j = np.floor(x - F(0.5)), np.floor(y - F(0.5))
            s, t = x - F(0.5) - i, y - F(0.5) - j
            if grain == 3:
                s, t = s * s * (3 - 2 * s), t * t * (3 - 2 * t)
            upper = at(i, j) * (1 - s) + at(i + F(1), j) * s
            value = upper * (1 - t) + (at(i, j + F(1)) * (1 - s) + at(i + F(1), j + F(1)) * s) * t
        if fold:
            value = 2 * np.abs(0.5 - value)
            value = {1: value, 2: value**2, 3: np.sqrt(value)}[fold]
        counts = amplitude * min(octaves, 1.0)
        total, weights = total + counts * value, weights + counts
        amplitude, octaves = amplitude * noise.share, octaves - 1
        x, y = (F(finer[k]) * x + F(finer[k + 2]) * y + F(finer[k + 4]) for k in (0, 1))
    return total / weights


@pytest.mark.parametrize("grain", [1, 2, 3])
@pytest.mark.parametrize("fold", [0, 1, 2, 3])
def test_against_numpy(grain: int, fold: int) -> None:
    place = np.array([0.11, 0.02, -0.03, 0.13, 3.7, -2.2])
    finer = np.array([1.7, 0.2, -0.2, 1.7, 0.1, -0.4])
    noise = Noise(place, finer, 41.0, 42.0, 0.3, 3.4, 0.6, grain, fold)
    out = np.zeros((23, 31), F)
    fractal_noise(out, np.full((23, 31), 9, np.uint8), *astuple(noise))
    # A single step of single precision may choose another block or turn a hash: few pixels.
    far = np.abs(out - twin((23, 31), noise)) > 0.002
    assert far.mean() < 0.02
    assert out.min() >= 0.0
    assert out.max() <= 1.0


def test_clear_pixels_are_left_alone() -> None:
    out = np.full((5, 6), 7.0, F)
    alpha = np.zeros((5, 6), np.uint8)
    alpha[2, 3] = 1
    same = np.array([1.0, 0.0, 0.0, 1.0, 0.0, 0.0])
    fractal_noise(out, alpha, same, same, 0.0, 1.0, 0.0, 1.0, 1.0, 3, 0)
    assert (out == 7.0).sum() == 29


@pytest.mark.parametrize("wild", [np.nan, np.inf, 1e30])
def test_wild_places_do_no_harm(wild: float) -> None:
    out = np.zeros((4, 5), F)
    place = np.full(6, wild)
    fractal_noise(out, np.ones((4, 5), np.uint8), place, place, 0.0, 1.0, 0.5, 20.0, 0.5, 3, 3)
    assert np.isnan(out).all()  # no place, no value: the effect makes it black
