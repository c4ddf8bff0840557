"""The encode path of four templates: end to end, encoding alone on the same frames in two ways, and the stages.

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
WAYS = tuple((size, processors) for size in SIZES for processors in (None, 1))
ROUNDS = int(os.environ.get("VELOCITY_BENCH_ROUNDS", "1"))
FRAMES = int(os.environ.get("VELOCITY_BENCH_FRAMES", "300"))
MAX_AT_2160P = 300  # which fill 4 GB; fewer are a single segment, and one processor has nothing to do


@pytest.fixture(scope="module", params=NAMES)
def template(request: pytest.FixtureRequest) -> Iterator[ve.Template]:
    with ve.open_template(template_path(request.param)) as opened:
        ve.render_still(opened, frame=opened.first_frame, size=(64, 36))  # kernels are compiled before the clock runs
        yield opened


@pytest.mark.parametrize(("size", "processors"), WAYS, ids=lambda value: "all" if value is None else str(value))
def test_end_to_end_over_encoding(
    benchmark: Any, record: Any, template: ve.Template, size: str, processors: int | None, tmp_path: Path
) -> None:
    """In turn, so that what else the machine does falls on all."""
    most = min(FRAMES, MAX_AT_2160P) if size == "2160p" else FRAMES
    work = measures.job(template, SIZES[size], most)
    frames = measures.frames_in_memory(work)
    found: dict[str, list[measures.Taken]] = {"end to end": [], "encode": [], "one encoder": []}
    results: list[ve.RenderResult] = []

    def whole() -> None:
        results.append(measures.end_to_end(work, tmp_path / "out.mp4"))

    def all_ways() -> None:
        found["encode"].append(measures.taken(lambda: measures.encode(work, frames)))
        found["end to end"].append(measures.taken(whole))
        found["one encoder"].append(measures.taken(lambda: measures.encode_alone(work, frames)))

    with measures.on_processors(processors):
        benchmark.pedantic(all_ways, rounds=ROUNDS)
    benchmark.extra_info["held frames"] = results[-1].held_frames
    benchmark.extra_info["held tiles"] = results[-1].held_tiles / results[-1].tiles
    for what, all_taken in found.items():
        wall, cpu = min(one.wall for one in all_taken), min(one.cpu for one in all_taken)
        record(template.name, size, processors, what, fps=work.count / wall, cpu_ms=1000 * cpu / work.count)


@pytest.mark.parametrize("size", SIZES)
def test_stages(benchmark: Any, record: Any, template: ve.Template, size: str, tmp_path: Path) -> None:
    """Processor time on one thread, of all frames and of the first (cold: nothing of the plan is drawn yet); and by
    the clock, with all processors at work. Of opening and planning, in all.
    """
    work = measures.job(template, SIZES[size], min(FRAMES, 100))
    path = template_path(template.name)
    found: list[tuple[dict[str, float], dict[str, float]]] = []
    benchmark.pedantic(lambda: found.append(measures.stages(work)), rounds=1)
    result = measures.end_to_end(work, tmp_path / "out.mp4")

    def opened() -> None:
        with ve.open_template(path):
            pass

    once = {"parse": measures.taken(opened).cpu, "plan": measures.taken(lambda: template.plan().close()).cpu}
    mux = result.seconds_by_stage.get("mux", 0.0)
    first, warm = found[0]
    for what, processors, count, seconds in (
        ("stages:first frame", 1, 1, first),
        ("stages:a frame", 1, work.count, {**warm, "mux": mux}),
        ("stages:a frame", None, work.count, result.seconds_by_stage),
    ):
        each = {f"{stage} ms": 1000 * value / count for stage, value in seconds.items()}
        if processors and count > 1:
            each |= {f"{stage} ms": 1000 * value for stage, value in once.items()}
        record(template.name, size, processors, what, **each)
