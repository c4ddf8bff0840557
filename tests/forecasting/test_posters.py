"""What posters are foretold to take: by drawing them, and without."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import velocity_engine as ve

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
SMALL = ve.EncoderConfig(resolution=(320, 180), preset=5)
FRAMES = (10.0, 12.0)


@pytest.fixture(scope="module")
def trial() -> ve.Trial:
    with ve.open_template(DEMO) as template:
        made = ve.try_out(template, 2)
    assert made is not None
    return made


def true_size(folder: Path, poster: ve.Poster, encoder: ve.EncoderConfig = SMALL) -> int:
    with ve.open_template(DEMO) as template:
        ve.render(template, folder / "video.mp4", encoder=encoder, frames=FRAMES, poster=poster)
    return Path(poster.output).stat().st_size


def sample_of(poster: ve.Poster, encoder: ve.EncoderConfig = SMALL) -> ve.PosterSample:
    with ve.open_template(DEMO) as template:
        sample = ve.take_poster_sample(template, encoder, FRAMES, poster)
    assert sample is not None
    return sample


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
@pytest.mark.parametrize("frame", [None, 75.0])
def test_a_poster_that_was_drawn_is_foretold_to_the_byte(
    trial: ve.Trial, tmp_path: Path, ending: str, frame: float | None
) -> None:
    poster = ve.Poster(str(tmp_path / f"poster.{ending}"), frame)
    found = ve.forecast_poster(trial, SMALL, FRAMES, poster, sample_of(poster))
    assert found.sampled and found.milliseconds > 0
    assert not Path(poster.output).exists(), "a sample writes nothing"
    assert found.size_bytes == pytest.approx(true_size(tmp_path, poster))


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_one_that_was_drawn_smaller_is_foretold_about(trial: ve.Trial, tmp_path: Path, ending: str) -> None:
    large = ve.EncoderConfig(resolution=(2560, 1440), preset=5)
    poster = ve.Poster(str(tmp_path / f"poster.{ending}"), 75)
    sample = sample_of(poster, large)
    assert sample.size == (1920, 1080)
    found = ve.forecast_poster(trial, large, FRAMES, poster, sample)
    assert true_size(tmp_path, poster, large) / 1.5 <= found.size_bytes <= 1.5 * true_size(tmp_path, poster, large)


@pytest.mark.parametrize("ending", ["png", "jpg", "webp"])
def test_one_that_was_not_drawn_is_foretold_roughly(trial: ve.Trial, tmp_path: Path, ending: str) -> None:
    poster = ve.Poster(str(tmp_path / f"poster.{ending}"), 75)
    found = ve.forecast_poster(trial, SMALL, FRAMES, poster)
    assert not found.sampled and found.milliseconds > 0
    true = true_size(tmp_path, poster)
    assert true / 4 <= found.size_bytes <= 4 * true


def test_a_poster_sample_survives_json() -> None:
    sample = sample_of(ve.Poster("poster.png"))
    assert ve.PosterSample.from_json(json.loads(json.dumps(sample.to_json()))) == sample


def test_a_poster_of_a_wrong_request_has_no_sample() -> None:
    with ve.open_template(DEMO) as template:
        entries = [{"layer": "nowhere", "text": "a"}]
        assert ve.take_poster_sample(template, SMALL, FRAMES, ve.Poster("poster.png"), entries) is None
