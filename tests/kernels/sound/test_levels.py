"""The kernels of sound beside what scipy and numpy make of the same."""

from __future__ import annotations

import numpy as np
from scipy.signal import lfilter

from velocity_engine.kernels.sound.levels import ducking, held_down, peaks, weighted_power

SHELF = ([1.53512485958697, -2.69169618940638, 1.19839281085285], [1.0, -1.69065929318241, 0.73248077421585])
HIGH_PASS = ([1.0, -2.0, 1.0], [1.0, -1.99004745483398, 0.99007225036621])


def noise(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.2, (2, count)).astype(np.float32)


def test_weighted_power_goes_on_from_block_to_block() -> None:
    samples = noise(9_600)
    weighted = lfilter(*HIGH_PASS, lfilter(*SHELF, samples.astype(np.float64), axis=1), axis=1)
    expected = (weighted**2).reshape(2, 8, 1200).sum(axis=(0, 2))
    state, found = np.zeros((2, 4)), []
    for at in (0, 4_800):
        powers = np.zeros(4)
        weighted_power(np.ascontiguousarray(samples[:, at : at + 4_800]), 1200, state, powers)
        found += powers.tolist()
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_peaks() -> None:
    samples, highest = noise(400), np.empty(100)
    peaks(samples, 4, highest)
    np.testing.assert_array_equal(highest, np.abs(samples).reshape(2, 100, 4).max(axis=(0, 2)))


def test_factors_are_held_down_before_they_are_needed_and_come_up_again() -> None:
    needed = np.ones(300)
    needed[100] = 0.5
    gains, state = np.empty(280), np.ones(1)
    held_down(needed, 20, 0.1, state, gains)
    assert (gains[:80] == 1).all() and (gains[80:101] == 0.5).all()
    expected = 1 - 0.5 * 0.9 ** np.arange(1, 180)
    np.testing.assert_allclose(gains[101:], expected, rtol=1e-9)
    assert state[0] == gains[-1]


def test_ducking_goes_down_stays_in_pauses_and_comes_up() -> None:
    how = np.array([0.01, 1.0, -10.0, 0.5, 0.25, 5.0])
    heard = np.zeros((2, 40), np.float32)
    heard[1, 3] = heard[1, 6] = 0.5
    decibels, state = np.empty(40), np.zeros(3)
    for at in (0, 20):
        part = np.empty(20)
        ducking(np.ascontiguousarray(heard[:, at : at + 20]), how, state, part)
        decibels[at : at + 20] = part
    now, left, expected = 0.0, 0.0, []
    for sample in heard[1]:
        left = 5.0 if sample**2 > 0.01 else left - 1
        now += (-10 - now) * 0.5 if left > 0 else -now * 0.25
        expected.append(now)
    np.testing.assert_allclose(decibels, expected)
