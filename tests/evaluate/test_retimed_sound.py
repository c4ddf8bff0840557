"""What a template sounds like where its regions are longer or shorter than in the template, to the sample."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lengths_support import clip_layer, marker, sound_layer, template
from media_support import tone
from numpy.typing import NDArray

import velocity_engine as ve
from velocity_engine.evaluate.soundtrack import OwnSound, audio_plan
from velocity_engine.evaluate.timelines import planned_timeline
from velocity_engine.order import Duration
from velocity_engine.sound.mixing import mix_audio
from velocity_engine.sound.tracks import RATE

FRAME = RATE // 25


def noise(seconds: float = 4.0) -> NDArray[np.float32]:
    """A sound in which no two samples are alike."""
    return np.random.default_rng(7).uniform(-0.5, 0.5, (2, round(seconds * RATE))).astype(np.float32)


def heard(opened: ve.Template, duration: Duration | None = None, start: float = 0.0, frames: int | None = None) -> Any:
    plan = opened.plan()
    try:
        timeline = None if duration is None else planned_timeline(plan, Fraction(25), duration, OwnSound())
        count = frames if frames is not None else 100 if timeline is None else timeline.frame_count
        made = audio_plan(plan, start, Fraction(count, 25), None, timeline)
        found = np.concatenate([*mix_audio(made)], axis=1)
        assert found.shape == (2, count * FRAME)
        assert not plan.findings
        return found
    finally:
        plan.close()
        opened.close()


def at(first: int, last: int) -> slice:
    """The samples of frames."""
    return slice(first * FRAME, last * FRAME)


def music(tmp_path: Path, kind: str, samples: NDArray[np.float32] | None = None) -> ve.Template:
    given = noise() if samples is None else samples
    return template(tmp_path, [marker(f"velocity:{kind}", 40, 20)], [sound_layer()], samples=given)


@pytest.mark.parametrize("kind", ["hold", "loop", "stretch"])
def test_what_is_protected_keeps_its_samples(tmp_path: Path, kind: str) -> None:
    plain = heard(music(tmp_path, kind))
    longer = heard(music(tmp_path, kind), Duration(seconds=6.0))
    assert np.array_equal(longer[:, at(0, 40)], plain[:, at(0, 40)])
    assert np.array_equal(longer[:, at(110, 150)], plain[:, at(60, 100)])


def test_a_held_frame_is_silent(tmp_path: Path) -> None:
    plain = heard(music(tmp_path, "hold"))
    longer = heard(music(tmp_path, "hold"), Duration(seconds=6.0))
    assert np.array_equal(longer[:, at(0, 60)], plain[:, at(0, 60)])
    fade = RATE // 100
    assert not longer[:, 60 * FRAME + fade : 110 * FRAME - fade].any()
    ramp = 1 - np.arange(fade) / fade
    assert np.allclose(longer[0, 60 * FRAME :][:fade], plain[0, 60 * FRAME :][:fade] * ramp, atol=0.01)
    assert np.allclose(
        longer[0, 110 * FRAME - fade : 110 * FRAME], plain[0, 60 * FRAME - fade : 60 * FRAME] * (1 - ramp), atol=0.01
    )


def test_a_loop_is_heard_with_its_frames(tmp_path: Path) -> None:
    plain = heard(music(tmp_path, "loop"))
    longer = heard(music(tmp_path, "loop"), Duration(seconds=(100 + 47) / 25))
    for begin in (40, 60, 80):
        assert np.array_equal(longer[:, at(begin, begin + 20)], plain[:, at(40, 60)])
    assert np.array_equal(longer[:, at(100, 107)], plain[:, at(53, 60)])


def test_what_is_stretched_keeps_its_pitch(tmp_path: Path) -> None:
    longer = heard(music(tmp_path, "stretch", tone(4.0, hertz=1000.0)), Duration(seconds=5.6))
    part = longer[0, at(45, 95)]
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part))))
    assert np.argmax(spectrum) * RATE / len(part) == pytest.approx(1000.0, abs=3)
    assert np.sqrt(np.mean(part**2)) == pytest.approx(0.5 / np.sqrt(2), rel=0.1)


def test_a_stretched_click_stands_where_its_frame_does(tmp_path: Path) -> None:
    samples = np.zeros((2, 4 * RATE), np.float32)
    samples[:, 50 * FRAME : 50 * FRAME + 960] = tone(0.02)
    longer = heard(music(tmp_path, "stretch", samples), Duration(seconds=5.6))
    loudest = np.argmax(np.convolve(longer[0, at(40, 100)] ** 2, np.ones(960), "valid"))
    assert loudest / FRAME == pytest.approx(30, abs=1.0)  # frame 50 is the 10th of 20, and these are 60 now


def test_frames_of_the_timeline_sound_as_in_the_whole(tmp_path: Path) -> None:
    for kind in ("hold", "loop"):
        whole = heard(music(tmp_path, kind), Duration(seconds=9.0))
        part = heard(music(tmp_path, kind), Duration(seconds=9.0), start=90.0, frames=120)
        assert np.array_equal(part, whole[:, at(90, 210)])


def test_other_rates_are_heard_without_a_break(tmp_path: Path) -> None:
    opened = [
        template(tmp_path, [marker("velocity:hold", 40, 20)], [sound_layer(sr=1.25)], samples=noise()) for _ in "ab"
    ]
    plain, longer = heard(opened[0]), heard(opened[1], Duration(seconds=6.0))
    assert np.array_equal(longer[:, at(110, 150)], plain[:, at(60, 100)])


def test_a_clip_that_plays_on_is_heard_at_its_own_pace(tmp_path: Path) -> None:
    from media_support import make_clip

    samples = tone(4.0, hertz=500.0)
    make_clip(tmp_path / "long.mp4", 100, size=(64, 64), samples=samples)
    layers = [clip_layer(ip=20, op=80, st=20)]
    opened = template(tmp_path, [marker("velocity:hold", 40, 40)], layers)
    entries = [{"layer": "Clip", "video": {"assetId": "long"}}]
    with opened.customized(entries, {"long": str(tmp_path / "long.mp4")}) as changed:
        found = heard(changed, Duration(follows="layer:Clip"))
    assert found.shape[1] == 140 * FRAME
    level = [float(np.sqrt(np.mean(found[0, at(first, first + 10)] ** 2))) for first in range(0, 140, 10)]
    assert [round(one, 1) for one in level] == [0.0, 0.0, *([0.4] * 10), 0.0, 0.0]
