"""Segments do not cost quality: a render is as near to the frames that were drawn as one encoder's work is."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

import velocity_engine as ve
from benchmarks.measures import frames_of
from benchmarks.quality import plain_encode, psnr
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.pipeline.prepared import BLACK, TimelineScene, Video
from velocity_engine.pipeline.render_file import render_to_file

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
SIZE, RATE, COUNT, STEP = (320, 180), Fraction(30), 300, 0.5  # in slow motion, for two segments


@pytest.fixture(scope="module")
def scene() -> TimelineScene:
    with ve.open_template(DEMO) as template:
        viewport = fit_viewport((template.width, template.height), *SIZE)
        return TimelineScene(Evaluator(template.plan()), viewport, BLACK, 0, STEP)


@pytest.fixture(scope="module")
def drawn(scene: TimelineScene) -> list[av.VideoFrame]:
    return frames_of(scene, COUNT)


@pytest.mark.parametrize("codec", ["h264", "h265", "av1"])
@pytest.mark.parametrize("bitrate", [None, "160k"], ids=["free", "capped"])
def test_quality_is_that_of_one_encoder(
    scene: TimelineScene, drawn: list[av.VideoFrame], codec: str, bitrate: str | None, tmp_path: Path
) -> None:
    config = ve.EncoderConfig(codec=codec, bitrate=bitrate, resolution=SIZE)
    whole, plain = tmp_path / "whole.mp4", tmp_path / "plain.mp4"
    render_to_file(Video.of(scene, config, RATE, COUNT), whole)
    plain_encode(config, RATE, drawn, plain)
    assert psnr(whole, drawn) > psnr(plain, drawn) - 0.1
    assert whole.stat().st_size < 1.05 * plain.stat().st_size
