"""The encode path of four templates at 1920x1080: end to end, compositing alone, encoding alone on the same frames.

``VELOCITY_BENCH_ROUNDS`` (1) repeats; the best counts. ``VELOCITY_BENCH_TEMPLATES`` names a folder of other templates.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve
from benchmarks import measures
from benchmarks.templates import NAMES, template_path

SIZE = (1920, 1080)
ENCODER = ve.EncoderConfig(bitrate=625_000, resolution=SIZE)
ROUNDS = int(os.environ.get("VELOCITY_BENCH_ROUNDS", "1"))


@pytest.fixture(scope="module", params=NAMES)
def work(request: pytest.FixtureRequest) -> Iterator[measures.Job]:
    with ve.open_template(template_path(request.param)) as template:
        ve.render_still(
            template, frame=template.first_frame, size=(64, 36)
        )  # kernels are compiled before the clock runs
        yield measures.job(template, ENCODER, SIZE)


@pytest.mark.benchmark(group="end to end")
def test_end_to_end(benchmark: Any, record_fps: Any, work: measures.Job, tmp_path: Path) -> None:
    result = benchmark.pedantic(measures.end_to_end, (work, tmp_path / "out.mp4"), rounds=ROUNDS)
    benchmark.extra_info["heldFrames"] = result.held_frames
    benchmark.extra_info["secondsByStage"] = result.seconds_by_stage
    record_fps(work.template.name, "end to end", result.frames)


@pytest.mark.benchmark(group="composite")
def test_composite(benchmark: Any, record_fps: Any, work: measures.Job) -> None:
    benchmark.pedantic(measures.composite, (work,), rounds=ROUNDS)
    record_fps(work.template.name, "composite", work.count)


@pytest.mark.benchmark(group="encode")
def test_encode(benchmark: Any, record_fps: Any, work: measures.Job) -> None:
    frames = measures.video_frames(measures.frames_in_memory(work), SIZE)
    benchmark.pedantic(measures.encode, (work, frames), rounds=ROUNDS)
    record_fps(work.template.name, "encode", work.count)
