"""Forecasts from trials: what grows with what, and that a trial survives JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve
from velocity_engine.forecasting.trial import Window

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
BLURRED = Path(__file__).resolve().parents[1] / "golden" / "documents" / "motion_blur.json"
CODECS = ("h264", "h265", "av1")
WHOLE = (0.0, 150.0)
PATIENCE = 300.0
"""Seconds of a trial, which takes 2 where nothing else runs: all of it is measured here, however slow the machine."""


@pytest.fixture(autouse=True, scope="module")
def patient() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("velocity_engine.forecasting.trying.PATIENCE_SECONDS", PATIENCE)
        yield


@pytest.fixture(scope="module")
def trial(patient: None) -> ve.Trial:
    with ve.open_template(DEMO) as template:
        made = ve.try_out(template, PATIENCE)
    assert made is not None
    return made


def test_a_trial_is_kept_as_json(trial: ve.Trial) -> None:
    assert ve.Trial.from_json(json.loads(json.dumps(trial.to_json()))) == trial
    assert len(json.dumps(trial.to_json())) < 6000


def all_windows(trial: ve.Trial) -> list[Window]:
    assert trial.large is not None
    return [*trial.windows, trial.large]


def untimed(window: Window) -> Window:
    return replace(window, encoded=tuple(replace(one, pixel_ns=0.0) for one in window.encoded))


def test_trials_measure_the_same_bits_each_time(trial: ve.Trial) -> None:
    with ve.open_template(DEMO) as template:
        again = ve.try_out(template, PATIENCE)
    assert again is not None
    assert (again.changes, again.places) == (trial.changes, trial.places)
    for one, other in zip(all_windows(again), all_windows(trial), strict=True):
        assert untimed(one) == untimed(other)


@pytest.mark.parametrize("frames", [1, 2, 9])
def test_short_templates_are_tried(tmp_path: Path, frames: int) -> None:
    path = tmp_path / "short.json"
    path.write_text(json.dumps({"v": "5", "fr": 25, "ip": 7, "op": 7 + frames, "w": 100, "h": 50, "layers": []}))
    with ve.open_template(path) as template:
        made = ve.try_out(template, PATIENCE)
    assert made is not None
    assert all(share == 0 for _frame, share in made.changes)
    assert ve.forecast(made, ve.EncoderConfig(), (7.0, 7.0 + frames)).frames == frames


def test_a_trial_without_time_is_none_or_short() -> None:
    with ve.open_template(DEMO) as template:
        short = ve.try_out(template, 0.0)
    assert short is None or len(short.windows) == 1


@pytest.mark.parametrize("codec", CODECS)
def test_time_grows_with_frames_size_and_slower_presets(trial: ve.Trial, codec: str) -> None:
    def milliseconds(end: float = 150.0, width: int = 640, preset: int = 3) -> float:
        encoder = ve.EncoderConfig(codec=codec, preset=preset, resolution=(width, width * 9 // 16))
        return ve.forecast(trial, encoder, (0.0, end)).milliseconds

    assert milliseconds(30) < milliseconds(150)
    assert milliseconds(width=320) < milliseconds(width=640) < milliseconds(width=1280)
    times = [milliseconds(preset=preset) for preset in range(6)]
    # What was measured of neighbours may be swapped where other programs take the processor's caches.
    assert all(faster < 1.4 * slower for slower, faster in pairwise(times))
    assert times[5] < times[2] < times[0]


@pytest.mark.parametrize("codec", CODECS)
def test_bytes_grow_with_frames_and_size_and_stay_near_the_bitrate(trial: ve.Trial, codec: str) -> None:
    def size(end: float = 150.0, width: int = 640, bitrate: str | None = None) -> float:
        encoder = ve.EncoderConfig(codec=codec, resolution=(width, width * 9 // 16), bitrate=bitrate)
        return ve.forecast(trial, encoder, (0.0, end)).size_bytes

    assert size(30) < size(150)
    assert size(width=320) < size(width=640) < size(width=1280)
    assert size(bitrate="16k") < 2 * 2_000 * 5


@pytest.mark.parametrize("codec", CODECS)
def test_a_constant_bitrate_is_the_rate_by_the_seconds(trial: ve.Trial, codec: str) -> None:
    encoder = ve.EncoderConfig(codec=codec, bitrate="4000k", rate_control=ve.RateControl.CBR)
    assert ve.forecast(trial, encoder, WHOLE).size_bytes == pytest.approx(500_000 * 5, rel=0.1)


def square(first: float, last: float, end: float) -> dict[str, Any]:
    """A layer that turns from frame ``first`` to ``last`` and is still otherwise."""
    turn = [{"t": first, "s": [0], "i": {"x": [1], "y": [1]}, "o": {"x": [0], "y": [0]}}, {"t": last, "s": [300]}]
    return {
        "ty": 1,
        "ind": 1,
        "ip": 0,
        "op": end,
        "sw": 200,
        "sh": 200,
        "sc": "#ff8000",
        "ks": {"r": {"a": 1, "k": turn}, "p": {"k": [320, 180]}, "a": {"k": [100, 100]}},
    }


def tried(path: Path, layers: list[dict[str, Any]]) -> ve.Trial:
    path.write_text(json.dumps({"v": "5", "fr": 30, "ip": 0, "op": 150, "w": 640, "h": 360, "layers": layers}))
    with ve.open_template(path) as template:
        made = ve.try_out(template, PATIENCE)
    assert made is not None
    return made


def test_held_frames_take_next_to_no_bytes(tmp_path: Path) -> None:
    still = tried(tmp_path / "still.json", [square(200, 300, 150)])
    whole, short = (ve.forecast(still, ve.EncoderConfig(), (0.0, end)).size_bytes for end in (150.0, 2.0))
    assert (whole - short) / 148 < 100


def test_frames_of_a_part_that_moves_take_more_than_those_of_one_that_is_still(tmp_path: Path) -> None:
    moving = tried(tmp_path / "moving.json", [square(75, 150, 150)])
    first, second = (ve.forecast(moving, ve.EncoderConfig(), part) for part in ((0.0, 70.0), (80.0, 150.0)))
    assert second.size_bytes > 2 * first.size_bytes
    assert second.milliseconds > first.milliseconds


@pytest.mark.parametrize("codec", CODECS)
def test_presets_that_the_time_did_not_suffice_for_are_foretold_from_the_usual_ones(
    trial: ve.Trial, codec: str
) -> None:
    short = replace(trial, large=None, windows=tuple(replace(one, encoded=one.encoded[:2]) for one in trial.windows))
    for preset in range(6):
        encoder = ve.EncoderConfig(codec=codec, preset=preset)
        full, rough = (ve.forecast(one, encoder, WHOLE).size_bytes for one in (trial, short))
        assert full / 4 < rough < full * 4


def test_a_forecast_counts_frames_as_a_render_does(tmp_path: Path) -> None:
    with ve.open_template(DEMO) as template:
        guess = ve.Trial.guess(template.width, template.height, template.frame_rate)
        encoder = ve.EncoderConfig(fps_num=24_000, fps_den=1001, resolution=(64, 36))
        result = ve.render(template, tmp_path / "a.mp4", encoder=encoder, frames=(3, 10))
    assert ve.forecast(guess, encoder, (3.0, 10.0)).frames == result.frames


def test_a_guess_serves_every_codec_and_says_so() -> None:
    guess = ve.Trial.guess(1280, 720, 30.0)
    assert guess.guessed
    for codec in CODECS:
        found = ve.forecast(guess, ve.EncoderConfig(codec=codec), WHOLE)
        assert found.milliseconds > 0 and found.size_bytes > 0


def test_the_cuts_of_a_video_are_foretold(trial: ve.Trial) -> None:
    """A segment more has a key frame more."""
    config = ve.EncoderConfig(codec="h265")
    plain, cut = (ve.forecast(replace(trial, edges=edges), config, WHOLE) for edges in ((), ((75.0, 1),)))
    assert cut.size_bytes > plain.size_bytes


def test_a_trial_of_an_earlier_version_has_no_edges(trial: ve.Trial) -> None:
    values = trial.to_json()
    del values["edges"]
    assert ve.Trial.from_json(values) == replace(trial, edges=())


@pytest.mark.parametrize("codec", CODECS)
def test_cuts_of_regions_take_time_and_bytes(trial: ve.Trial, codec: str) -> None:
    """Each as much as the next; none where key frames are at distances of their own, nor bytes of a filled-up rate."""
    encoder = ve.EncoderConfig(codec=codec, resolution=(320, 180), rate_control=ve.RateControl.CQP)
    none, one, four = (ve.forecast(trial, encoder, WHOLE, lasting=(450, 150, cuts)) for cuts in (0, 1, 4))
    assert none == ve.forecast(trial, encoder, WHOLE, lasting=(450, 150))
    assert four.size_bytes - none.size_bytes == pytest.approx(4 * (one.size_bytes - none.size_bytes))
    assert one.size_bytes > none.size_bytes
    assert none.milliseconds < one.milliseconds < four.milliseconds
    spaced = replace(encoder, gop=50)
    assert len({ve.forecast(trial, spaced, WHOLE, lasting=(450, 150, cuts)) for cuts in (0, 4)}) == 1
    filled = replace(encoder, rate_control=ve.RateControl.CBR, bitrate=ve.BytesPerSecond(100_000))
    assert len({ve.forecast(trial, filled, WHOLE, lasting=(450, 150, cuts)).size_bytes for cuts in (0, 4)}) == 1


def test_motion_blur_takes_what_the_trial_measured_of_each_moment(trial: ve.Trial) -> None:
    """Where no layer has the switch, it takes nothing; trials of earlier versions know of none."""
    assert (trial.moment_ms, trial.moment_ns) == (0.0, 0.0)
    assert trial.blurred(ve.MotionBlur(samples=64)) == trial
    with ve.open_template(BLURRED) as template:
        made = ve.try_out(template, PATIENCE)
    assert made is not None and made.moment_ms + made.moment_ns > 0
    assert ve.Trial.from_json(json.loads(json.dumps(made.to_json()))) == made
    encoder, span = ve.EncoderConfig(), (0.0, 20.0)
    blurs = (None, True, ve.MotionBlur(samples=31))
    took = [ve.forecast(made.blurred(blur), encoder, span).milliseconds for blur in blurs]
    assert took[0] < took[1] < took[2]
    poster = ve.Poster("poster.png", frame=4)
    still = [ve.forecast_poster(made.blurred(blur), encoder, span, poster).milliseconds for blur in (False, True)]
    assert still[0] < still[1]
    plans = [ve.plan_sample(made.blurred(blur), encoder, span, 0.1) for blur in (None, ve.MotionBlur(samples=64))]
    assert plans[0] is not None and plans[1] is not None
    pixels = [plan.size[0] * plan.size[1] * sum(count for _first, count in plan.windows) for plan in plans if plan]
    assert pixels[1] <= pixels[0]
    values = {name: value for name, value in made.to_json().items() if not name.startswith("moment_")}
    assert ve.Trial.from_json(values).blurred(True).touch_ms == made.touch_ms
    with pytest.raises(ve.WrongTypeError):
        made.blurred(16)  # type: ignore[arg-type]
