"""The encode path of four templates: end to end, encoding alone on the same frames, and the stages.

``VELOCITY_BENCH_ROUNDS`` (1) repeats; the best counts. ``VELOCITY_BENCH_FRAMES`` (300, at 2160p at most 150) shortens.
``VELOCITY_BENCH_TEMPLATES`` names a folder of other templates.
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

SIZES = {"720p": (1280, 720), "1080p": (1920, 1080), "2160p": (3840, 2160)}
WAYS = (("720p", None), ("1080p", None), ("1080p", 1), ("2160p", 1))  # sizes, and processors
ROUNDS = int(os.environ.get("VELOCITY_BENCH_ROUNDS", "1"))
FRAMES = int(os.environ.get("VELOCITY_BENCH_FRAMES", "300"))
MOST_AT_2160P = 150  # which fill 2 GB


@pytest.fixture(scope="module", params=NAMES)
def template(request: pytest.FixtureRequest) -> Iterator[ve.Template]:
    with ve.open_template(template_path(request.param)) as opened:
        ve.render_still(opened, frame=opened.first_frame, size=(64, 36))  # kernels are compiled before the clock runs
        yield opened


@pytest.mark.parametrize(("size", "processors"), WAYS, ids=lambda value: "all" if value is None else str(value))
def test_end_to_end_over_encoding(
    benchmark: Any, record: Any, template: ve.Template, size: str, processors: int | None, tmp_path: Path
) -> None:
    """Both in turn, so that what else the machine does falls on both."""
    most = min(FRAMES, MOST_AT_2160P) if size == "2160p" else FRAMES
    work = measures.job(template, SIZES[size], most)
    frames = measures.frames_in_memory(work)
    found: dict[str, list[measures.Taken]] = {"end to end": [], "encode": []}
    results: list[ve.RenderResult] = []

    def whole() -> None:
        results.append(measures.end_to_end(work, tmp_path / "out.mp4"))

    def both() -> None:
        found["encode"].append(measures.taken(lambda: measures.encode(work, frames)))
        found["end to end"].append(measures.taken(whole))

    with measures.on_processors(processors):
        benchmark.pedantic(both, rounds=ROUNDS)
    benchmark.extra_info["held frames"] = results[-1].held_frames
    for what, all_taken in found.items():
        wall, cpu = min(one.wall for one in all_taken), min(one.cpu for one in all_taken)
        record(template.name, size, processors, what, fps=work.count / wall, cpu_ms=1000 * cpu / work.count)


@pytest.mark.parametrize("size", SIZES)
def test_stages(benchmark: Any, record: Any, template: ve.Template, size: str, tmp_path: Path) -> None:
    """Processor time a frame on one thread; of opening and planning, in all."""
    work = measures.job(template, SIZES[size], min(FRAMES, 100))
    path = template_path(template.name)
    seconds: dict[str, float] = {}

    def all_stages() -> None:
        seconds.update(measures.stages(work))

    benchmark.pedantic(all_stages, rounds=ROUNDS)
    result = measures.end_to_end(work, tmp_path / "out.mp4")
    each = {f"{stage} ms": 1000 * value / work.count for stage, value in seconds.items()}
    each["mux ms"] = 1000 * result.seconds_by_stage.get("mux", 0.0) / work.count

    def opened() -> None:
        with ve.open_template(path):
            pass

    each["parse ms"] = 1000 * measures.taken(opened).cpu
    each["plan ms"] = 1000 * measures.taken(lambda: template.plan().close()).cpu
    record(template.name, size, 1, "stages", **each)
