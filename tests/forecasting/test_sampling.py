"""Samples of renders: what is planned, what is measured, and how it sets forecasts right."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import velocity_engine as ve

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
WHOLE = (0.0, 150.0)
SMALL = ve.EncoderConfig(resolution=(320, 180), preset=4)


@pytest.fixture(scope="module")
def trial() -> ve.Trial:
    with ve.open_template(DEMO) as template:
        made = ve.try_out(template, 2)
    assert made is not None
    return made


def sample_of(trial: ve.Trial, encoder: ve.EncoderConfig, frames: tuple[float, float] = WHOLE) -> ve.Sample:
    plan = ve.plan_sample(trial, encoder, frames, 2.0)
    assert plan is not None
    with ve.open_template(DEMO) as template:
        sample = ve.take_sample(template, encoder, frames, plan)
    assert sample is not None
    return sample


def test_a_plan_and_a_sample_survive_json(trial: ve.Trial) -> None:
    plan = ve.plan_sample(trial, SMALL, WHOLE, 0.2)
    assert plan is not None
    assert ve.SamplePlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan
    sample = sample_of(trial, SMALL)
    assert ve.Sample.from_json(json.loads(json.dumps(sample.to_json()))) == sample


def test_windows_lie_within_the_frames_and_do_not_overlap(trial: ve.Trial) -> None:
    for seconds in (0.01, 0.1, 0.5, 5.0):
        for end in (1.0, 7.0, 40.0, 150.0):
            plan = ve.plan_sample(trial, SMALL, (0.0, end), seconds)
            assert plan is not None
            windows = sorted(plan.windows)
            assert all(count > 0 for _first, count in windows)
            ends = [first + count for first, count in windows]
            assert all(before <= first for before, (first, _count) in zip(ends, windows[1:], strict=False))
            assert windows[0][0] >= 0
            assert ends[-1] <= end


def test_what_is_expensive_is_sampled_at_a_smaller_size(trial: ve.Trial) -> None:
    large = ve.EncoderConfig(codec="av1", preset=0, resolution=(1920, 1080))
    plan = ve.plan_sample(trial, large, WHOLE, 0.1)
    assert plan is not None
    assert plan.size[0] < 1920
    assert plan.size[0] % 2 == plan.size[1] % 2 == 0
    assert not plan.whole


def test_nothing_is_sampled_of_a_template_that_was_not_tried() -> None:
    assert ve.plan_sample(ve.Trial.guess(640, 360, 30.0), SMALL, WHOLE, 1.0) is None


def test_nothing_is_sampled_of_a_codec_that_no_trial_tried(trial: ve.Trial) -> None:
    assert ve.plan_sample(trial, replace(SMALL, codec="of a plugin"), WHOLE, 1.0) is None


def test_a_short_render_is_sampled_whole_and_its_bytes_are_known(trial: ve.Trial, tmp_path: Path) -> None:
    frames = (40.0, 52.0)
    encoder = replace(SMALL, bitrate=ve.BytesPerSecond(100_000))
    sample = sample_of(trial, encoder, frames)
    assert sample.whole
    assert sample.frames == 12
    expected = ve.forecast(trial, encoder, frames, 0.0, sample).size_bytes
    with ve.open_template(DEMO) as template:
        ve.render(template, tmp_path / "video.mp4", encoder=encoder, frames=frames)
    sound = encoder.audio_bitrate / 8 * 12 / trial.frame_rate if trial.has_sound else 0.0
    assert (tmp_path / "video.mp4").stat().st_size == pytest.approx(expected, abs=1000 + sound)


@pytest.mark.parametrize("codec", ["h264", "h265", "av1"])
def test_a_forecast_follows_its_sample(trial: ve.Trial, codec: str) -> None:
    encoder = replace(SMALL, codec=codec)
    sample = replace(sample_of(trial, encoder), whole=False)
    usual = ve.forecast(trial, encoder, WHOLE, 0.0, sample)
    slower = ve.forecast(trial, encoder, WHOLE, 0.0, replace(sample, encode_ms=100 * sample.encode_ms))
    assert slower.milliseconds > 2 * usual.milliseconds
    windows = tuple(
        replace(one, key_bits=4 * one.key_bits, other_bits=4 * one.other_bits + 4000) for one in sample.windows
    )
    larger = ve.forecast(trial, encoder, WHOLE, 0.0, replace(sample, windows=windows))
    assert larger.size_bytes > 1.5 * usual.size_bytes


def test_a_sample_sees_customizations(trial: ve.Trial) -> None:
    plan = ve.plan_sample(trial, SMALL, WHOLE, 2.0)
    assert plan is not None
    with ve.open_template(DEMO) as template:
        hidden = [{"layer": layer.name, "visible": False} for layer in template.layers if layer.name]
        if template.check(SMALL, hidden, WHOLE):
            hidden = [one for one in hidden if not template.check(SMALL, [one], WHOLE)]
        plain = ve.take_sample(template, SMALL, WHOLE, plan)
        bare = ve.take_sample(template, SMALL, WHOLE, plan, hidden)
    assert hidden
    assert plain is not None
    assert bare is not None
    assert sum(one.key_bits for one in bare.windows) < sum(one.key_bits for one in plain.windows)


def test_a_sample_that_cannot_be_drawn_is_none(trial: ve.Trial) -> None:
    plan = ve.plan_sample(trial, SMALL, WHOLE, 0.2)
    assert plan is not None
    with ve.open_template(DEMO) as template:
        assert ve.take_sample(template, SMALL, WHOLE, plan, [{"layer": "no such layer", "text": "x"}]) is None
