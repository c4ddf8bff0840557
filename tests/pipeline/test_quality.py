"""Segments do not cost quality: a render is as near to the frames that were drawn as one encoder's work is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.mux.muxer import Muxer
from velocity_engine.pipeline.draw import FrameDrawer, StageClock, Tally
from velocity_engine.pipeline.frame_ring import YuvRing
from velocity_engine.pipeline.prepared import BLACK, Video
from velocity_engine.pipeline.render_file import render_to_file
from velocity_engine.pipeline.timeline_scene import TimelineScene
from velocity_engine.plugin_types import Segment
from velocity_engine.plugins.outputs import container_of, resolve_encoder

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"
SIZE, RATE, COUNT, STEP = (320, 180), Fraction(30), 300, 0.5  # in slow motion, for two segments
Yuv = NDArray[np.uint8]


@pytest.fixture(scope="module")
def scene() -> TimelineScene:
    with ve.open_template(DEMO) as template:
        viewport = fit_viewport((template.width, template.height), *SIZE)
        return TimelineScene(Evaluator(template.plan()), viewport, BLACK, 0, STEP)


@pytest.fixture(scope="module")
def drawn(scene: TimelineScene) -> list[Yuv]:
    """The frames of the render, one after the other: luma above, chroma below."""
    ring = YuvRing(*SIZE, 1)
    drawer = FrameDrawer(scene, ring, Tally(StageClock()), lambda: False)
    kept: list[Yuv] = []
    for frame in drawer.draw(Segment(number=0, first=0, last=COUNT)):
        if frame is None:  # it is held
            kept.append(kept[-1])
        else:
            kept.append(np.array(frame.frame.to_ndarray(), np.uint8))
            ring.give_back(frame)
    drawer.close()
    return kept


def encode_as_one(config: ve.EncoderConfig, frames: Sequence[Yuv], output: Path) -> None:
    """One encoder with the settings of a render sees all frames from first to last: no segments."""
    config = resolve_encoder(config)
    settings = plugins.codec(config.codec_name).settings(config, *SIZE, RATE)
    muxer = Muxer(str(output), container_of(config), settings, SIZE, RATE)
    encoder = SegmentEncoder(settings, *SIZE, RATE, len(frames))
    for frame in frames:
        for packet in encoder.encode(av.VideoFrame.from_ndarray(frame, "yuv420p")):
            muxer.write(packet, 0)
    for packet in encoder.finish():
        muxer.write(packet, 0)
    muxer.close()


def psnr(file: Path, frames: Sequence[Yuv]) -> float:
    """Decibels of the whole video, over all samples of all planes."""
    with av.open(str(file)) as opened:
        squares = [
            np.square(shown.to_ndarray().astype(np.int32) - wanted).mean()
            for shown, wanted in zip(opened.decode(video=0), frames, strict=True)
        ]
    return 10 * math.log10(255**2 / float(np.mean(squares)))


@pytest.mark.parametrize("codec", ["h264", "h265", "av1"])
@pytest.mark.parametrize("bitrate", [None, "160k"], ids=["free", "capped"])
def test_quality_is_that_of_one_encoder(
    scene: TimelineScene, drawn: list[Yuv], codec: str, bitrate: str | None, tmp_path: Path
) -> None:
    config = ve.EncoderConfig(codec=codec, bitrate=bitrate, resolution=SIZE)
    whole, plain = tmp_path / "whole.mp4", tmp_path / "plain.mp4"
    render_to_file(Video.of(scene, config, RATE, COUNT), whole)
    encode_as_one(config, drawn, plain)
    assert psnr(whole, drawn) > psnr(plain, drawn) - 0.1
    assert whole.stat().st_size < 1.05 * plain.stat().st_size
