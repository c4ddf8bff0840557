"""Mixing: exact lengths, levels, offsets, and bounded work."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media_support import make_clip, make_sound, tone

from velocity_engine.sound.mixing import limited, mix_audio
from velocity_engine.sound.tracks import RATE, AudioPlan, AudioTrack


def mixed(*tracks: AudioTrack, seconds: Fraction | float = 2) -> np.ndarray:
    return np.concatenate(list(mix_audio(AudioPlan(tracks=tracks, seconds=Fraction(seconds)))), axis=1)


def loudness(samples: np.ndarray) -> float:
    """The level of a sine."""
    return float(np.sqrt(2 * np.mean(samples.astype(np.float64) ** 2)))


def sound(path: Path, seconds: float = 1.0, **more: Any) -> AudioTrack:
    make_sound(path, tone(seconds, rate=more.pop("rate", RATE), level=more.pop("level", 0.5)))
    return AudioTrack(source=str(path), name=path.name, **more)


@pytest.mark.parametrize("seconds", [Fraction(1, 30), Fraction(1001, 1000), Fraction(5, 2), Fraction(3)])
def test_length_is_exact(tmp_path: Path, seconds: Fraction) -> None:
    track = sound(tmp_path / "a.wav", 1.7)
    blocks = list(mix_audio(AudioPlan(tracks=(track,), seconds=seconds)))
    assert sum(block.shape[1] for block in blocks) == round(seconds * RATE)
    assert all(block.dtype == np.float32 and block.shape[1] <= RATE for block in blocks)


@pytest.mark.parametrize("suffix", [".wav", ".mp3", ".m4a", ".aac"])
def test_formats_keep_their_level_and_place(tmp_path: Path, suffix: str) -> None:
    result = mixed(sound(tmp_path / f"a{suffix}", 1.0, start=0.5), seconds=2)
    assert np.abs(result[:, : RATE // 2 - 100]).max() < 1e-3
    assert loudness(result[:, 30_000:60_000]) == pytest.approx(0.5, abs=0.03)
    assert np.abs(result[:, 80_000:]).max() < 1e-3


@pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (44_100, 2), (96_000, 2)])
def test_any_rate_and_channels(tmp_path: Path, rate: int, channels: int) -> None:
    path = make_sound(tmp_path / "a.wav", tone(1.0, rate=rate)[:channels], rate=rate)
    result = mixed(AudioTrack(source=str(path), name="a.wav"), seconds=1)
    spectrum = np.abs(np.fft.rfft(result[0]))
    assert np.argmax(spectrum) == 440
    for side in result:
        assert loudness(side[1000:-1000]) == pytest.approx(0.5, abs=0.01)


def test_offset_end_and_bytes(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 0.9, 2 * RATE, dtype=np.float32), (2, 1))
    path = make_sound(tmp_path / "ramp.wav", ramp)
    result = mixed(AudioTrack(source=path.read_bytes(), name="ramp", start=0.25, end=0.75, offset=1.0), seconds=1)
    assert not result[:, : RATE // 4].any() and not result[:, RATE * 3 // 4 :].any()
    assert result[0, RATE // 4] == pytest.approx(0.45, abs=1e-3)
    assert result[0, RATE * 3 // 4 - 1] == pytest.approx(0.675, abs=1e-3)


def test_speed(tmp_path: Path) -> None:
    result = mixed(sound(tmp_path / "a.wav", 2.0, speed=2.0), seconds=1)
    assert np.argmax(np.abs(np.fft.rfft(result[0]))) == 880


def test_gain_moves_and_sides_differ(tmp_path: Path) -> None:
    track = sound(tmp_path / "a.wav", 2.0, gain=lambda second: (second / 2, 0.0))
    result = mixed(track, seconds=2)
    assert not result[1].any()
    assert loudness(result[0, 46_000:50_000]) == pytest.approx(0.25, abs=0.01)
    assert loudness(result[0, -4000:]) == pytest.approx(0.5, abs=0.02)


def test_sounds_add_up_and_peaks_are_bent(tmp_path: Path) -> None:
    one, other = sound(tmp_path / "a.wav", level=0.4), sound(tmp_path / "b.wav", level=0.3)
    assert loudness(mixed(one, other, seconds=1)) == pytest.approx(0.7, abs=0.01)
    loud = mixed(*[sound(tmp_path / f"{at}.wav", level=0.9) for at in range(3)], seconds=1)
    assert 0.95 < np.abs(loud).max() <= 1
    quiet = np.linspace(-0.95, 0.95, 100, dtype=np.float32)[None].repeat(2, 0)
    assert np.array_equal(limited(quiet.copy()), quiet)


def test_a_broken_tail_is_silence(tmp_path: Path) -> None:
    path = make_sound(tmp_path / "a.mp3", tone(2.0))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    assert mixed(AudioTrack(source=str(path), name="a.mp3"), seconds=2).shape == (2, 2 * RATE)


def test_a_loop_repeats_its_part_of_the_source(tmp_path: Path) -> None:
    ramp = np.tile(np.linspace(0, 0.8, 2 * RATE, dtype=np.float32), (2, 1))
    path = make_sound(tmp_path / "ramp.wav", ramp)
    track = AudioTrack(source=str(path), name="ramp", offset=0.75, loop=(0.5, 1.0))
    result = mixed(track, seconds=2)[0]
    assert result[[0, RATE // 4 - 1]] == pytest.approx([0.3, 0.4], abs=1e-3)
    for second in (0.25, 0.75, 1.25):
        at = round(second * RATE)
        assert result[[at, at + RATE // 2 - 1]] == pytest.approx([0.2, 0.4], abs=1e-3)
    beyond = mixed(AudioTrack(source=str(path), name="ramp", offset=1.5, loop=(1.5, 2.5)), seconds=2)[0]
    assert loudness(beyond[RATE // 2 + 500 : RATE]) < 1e-3  # the source ends before its loop does
    assert beyond[RATE] == pytest.approx(0.6, abs=1e-3)


def test_a_clip_whose_sound_begins_after_its_pictures(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "late.mp4", 50, samples=tone(1.0), sound_at=0.5)
    result = mixed(AudioTrack(source=str(path), name="late"), seconds=2)
    assert np.abs(result[:, : RATE // 2 - 3000]).max() < 1e-2
    assert loudness(result[:, RATE // 2 + 3000 : RATE + RATE // 2 - 3000]) == pytest.approx(0.5, abs=0.03)
    assert loudness(mixed(AudioTrack(source=str(path), name="late", offset=0.75), seconds=1)[:, 3000:30000]) > 0.4
