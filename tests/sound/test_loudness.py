"""Loudness as pyloudnorm measures it, on twelve sounds; and true peaks between the samples."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soxr
from media_support import make_sound

from velocity_engine.sound.loudness import measured
from velocity_engine.sound.mixing import mix_audio
from velocity_engine.sound.tracks import RATE, AudioPlan, AudioTrack
from velocity_engine.sound.true_peak import limited_peaks

Made = Callable[[np.random.Generator], np.ndarray]


def seconds_of(count: float) -> np.ndarray:
    return np.arange(round(count * RATE)) / RATE


def sine(hertz: float, level: float, count: float = 4.0) -> np.ndarray:
    return np.tile(level * np.sin(2 * np.pi * hertz * seconds_of(count)), (2, 1))


def bursts(random: np.random.Generator) -> np.ndarray:
    """Words: noise that comes and goes, with pauses."""
    envelope = np.repeat(random.random(40) ** 2 * (random.random(40) > 0.3), RATE // 10)
    return random.normal(0, 0.3, (2, len(envelope))) * envelope


def clicks(random: np.random.Generator) -> np.ndarray:
    """Short and loud: much that a limiter has to do."""
    samples = random.normal(0, 0.01, (2, 4 * RATE))
    samples[:, :: RATE // 3] = 0.95
    return samples


SOUNDS: dict[str, Made] = {
    "a low tone": lambda _r: sine(60, 0.5),
    "a tone": lambda _r: sine(997, 0.1),
    "a high tone": lambda _r: sine(9_000, 0.3),
    "a tone between samples": lambda _r: sine(RATE / 4 + 0.01, 0.7),
    "noise": lambda r: r.normal(0, 0.1, (2, 4 * RATE)),
    "quiet noise": lambda r: r.normal(0, 0.003, (2, 4 * RATE)),
    "loud noise": lambda r: np.clip(r.normal(0, 0.5, (2, 4 * RATE)), -1, 1),
    "one side": lambda r: r.normal(0, 0.1, (2, 4 * RATE)) * [[1], [0]],
    "words": bursts,
    "clicks": clicks,
    "loud, then quiet": lambda r: np.concatenate([sine(440, 0.5, 2), sine(440, 0.02, 2)], axis=1),
    "short": lambda r: r.normal(0, 0.1, (2, RATE // 2)),
}


def made(name: str) -> np.ndarray:
    return SOUNDS[name](np.random.default_rng(7)).astype(np.float32)


def judged(samples: np.ndarray) -> float:
    return float(pyloudnorm.Meter(RATE).integrated_loudness(samples.T.astype(np.float64)))


def true_peak(samples: np.ndarray) -> float:
    finer = soxr.resample(samples.T.astype(np.float64), RATE, 8 * RATE, quality="VHQ")
    return float(20 * np.log10(np.abs(finer).max()))


@pytest.mark.parametrize("name", SOUNDS)
def test_the_loudness_is_the_judges(name: str) -> None:
    samples = made(name)
    blocks = [samples[:, at : at + RATE] for at in range(0, samples.shape[1], RATE)]
    assert measured(blocks) == pytest.approx(judged(samples), abs=0.1)


def test_silence_has_none() -> None:
    assert measured([np.zeros((2, RATE), np.float32)]) is None
    assert measured([]) is None


@pytest.mark.parametrize("wanted", [-14.0, -23.0])
@pytest.mark.parametrize("name", SOUNDS)
def test_a_mix_gets_the_loudness_that_is_asked_for(tmp_path: Path, name: str, wanted: float) -> None:
    path = make_sound(tmp_path / "a.wav", made(name))
    track = AudioTrack(source=str(path), name="a.wav")
    seconds = Fraction(made(name).shape[1], RATE)
    plan = AudioPlan(tracks=(track,), seconds=seconds, loudness=wanted)
    once, again = (np.concatenate(list(mix_audio(plan)), axis=1) for _ in range(2))
    assert once.tobytes() == again.tobytes()
    assert once.shape[1] == round(seconds * RATE)
    assert true_peak(once) <= -1.0
    if not (name == "clicks" and wanted == -14.0):  # which are all peak: no gain makes them as loud
        assert judged(once) == pytest.approx(wanted, abs=0.5)


def test_peaks_below_the_ceiling_are_left_alone() -> None:
    samples = made("noise")
    found = np.concatenate(list(limited_peaks([samples[:, :RATE], samples[:, RATE:]], 1.0)), axis=1)
    np.testing.assert_allclose(found, samples, atol=1e-7)
