"""Mixing: exact lengths, levels, offsets, and bounded work."""

from __future__ import annotations

import json
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from media_support import make_sound, tone

import velocity_engine as ve
from velocity_engine.audio import RATE, AudioPlan, AudioTrack, audio_plan, limited, mix_audio
from velocity_engine.errors import MediaError


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


# --- templates -------------------------------------------------------------------------------------------------------


def template(tmp_path: Path, layers: list[dict[str, Any]], assets: list[dict[str, Any]] | None = None) -> ve.Template:
    path = tmp_path / "t.zip"
    wav = make_sound(tmp_path / "beep.wav", tone(4.0))
    document = {
        "v": "5.9.0", "fr": 25, "ip": 0, "op": 100, "w": 64, "h": 64, "ddd": 0, "layers": layers,
        "assets": [{"id": "beep", "u": "audio/", "p": "beep.wav", "e": 0, "t": 3}, *(assets or [])],
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("data.json", json.dumps(document))
        archive.write(wav, "audio/beep.wav")
    return ve.open_template(path)


def audio_layer(**more: Any) -> dict[str, Any]:
    return {"ty": 6, "nm": "Beep", "refId": "beep", "ind": 1, "ip": 0, "op": 100, "st": 0, "sr": 1, "ks": {}} | more


def levels(opened: ve.Template, seconds: int = 4, start: float = 0.0) -> list[float]:
    """The level in the middle of each second."""
    plan = opened.plan()
    try:
        made = audio_plan(plan, start, Fraction(seconds))
        result = np.concatenate([*mix_audio(made), np.zeros((2, 0), np.float32)], axis=1)
        assert not plan.findings
    finally:
        plan.close()
        opened.close()
    return [round(loudness(result[:, second * RATE + 12_000 : second * RATE + 36_000]), 2) for second in range(seconds)]


def test_layers_sound_where_they_stand(tmp_path: Path) -> None:
    assert levels(template(tmp_path, [audio_layer(ip=25, op=75, st=25)])) == [0.0, 0.5, 0.5, 0.0]
    assert levels(template(tmp_path, [audio_layer(ip=25, op=75)]), start=50, seconds=2) == [0.5, 0.0]
    assert levels(template(tmp_path, [audio_layer(hd=True)])) == [0.0] * 4


@pytest.mark.parametrize(
    ("level", "expected"),
    [([100, 100], 0.5), ([50, 50], 0.25), ([0, 0], 0.5), ([-6.0206, -6.0206], 0.25), ([6, 6], 1.0)],
)
def test_levels_in_per_cent_and_decibels(tmp_path: Path, level: list[float], expected: float) -> None:
    found = levels(template(tmp_path, [audio_layer(au={"lv": {"a": 0, "k": level}})]), seconds=1)
    assert found[0] == pytest.approx(expected, abs=0.03)


def test_level_keyframes(tmp_path: Path) -> None:
    keys = [{"t": 0, "s": [0, 0], "i": {"x": 1, "y": 1}, "o": {"x": 0, "y": 0}}, {"t": 100, "s": [100, 100]}]
    found = levels(template(tmp_path, [audio_layer(au={"lv": {"a": 1, "k": keys}})]))
    assert found == pytest.approx([0.06, 0.19, 0.31, 0.44], abs=0.02)


def test_precomps_move_their_sounds(tmp_path: Path) -> None:
    inner = {"id": "comp", "layers": [audio_layer(ip=25, op=100, st=25)]}
    outer = {"ty": 0, "nm": "Comp", "refId": "comp", "w": 64, "h": 64, "ip": 0, "op": 75, "st": 25, "sr": 1, "ks": {}}
    assert levels(template(tmp_path, [outer], [inner])) == [0.0, 0.0, 0.5, 0.0]


def test_what_cannot_sound_is_reported(tmp_path: Path) -> None:
    plan = template(tmp_path, [audio_layer(sr=-1, st=100)]).plan()
    assert audio_plan(plan, 0, Fraction(1)).tracks == ()
    assert [finding.feature for finding in plan.findings] == ["audio.time"]
    broken = tmp_path / "voice.mp3"
    broken.write_bytes(b"this is no sound")
    with pytest.raises(MediaError) as caught:
        audio_plan(plan, 0, Fraction(1), str(broken))
    assert caught.value.place.file == "voice.mp3"
