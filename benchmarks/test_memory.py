"""Memory: of a render at 1920x1080 at most, and how it grows over a long one.

A render that keeps something of each frame shows as a slope, whatever the size of the frames: the long one is small, so
that 10,000 frames take half a minute (``VELOCITY_BENCH_LONG_FRAMES``).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.templates import NAMES, long_package, template_path
from benchmarks.test_encode_path import FRAMES

LONG = int(os.environ.get("VELOCITY_BENCH_LONG_FRAMES", "10000"))
BEGIN = 0.3  # of the render, in which caches fill
STEP = 0.1  # seconds between two looks

linux = pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="reads Linux's /proc")


def looked_at(words: list[str]) -> tuple[float, list[float]]:
    """Runs the command; the seconds that it took, and the MB that all its processes had at each look. What several
    share counts once."""
    import psutil

    sizes: list[float] = []
    started = time.perf_counter()
    with subprocess.Popen([sys.executable, "-m", "velocity_engine", *words], stdout=subprocess.DEVNULL) as process:
        first = psutil.Process(process.pid)
        while process.poll() is None:
            most = 0
            try:
                for one in (first, *first.children(recursive=True)):
                    most += one.memory_full_info().pss
            except psutil.NoSuchProcess:
                pass
            sizes.append(most / 1024**2)
            time.sleep(STEP)
    assert process.returncode == 0
    return time.perf_counter() - started, sizes


@linux
@pytest.mark.parametrize("name", NAMES)
def test_memory(benchmark: Any, record: Any, name: str, tmp_path: Path) -> None:
    words = ["render", str(template_path(name)), "-o", str(tmp_path / "out.mp4"), "--bitrate", "5M", "-q", "--no-cache"]
    told: list[tuple[float, list[float]]] = []
    benchmark.pedantic(lambda: told.append(looked_at([*words, "--frames", f"0:{FRAMES}"])), rounds=1)
    seconds, sizes = told[0]
    record(name, "1080p", None, "begin:render", seconds=seconds, MB=max(sizes))


@linux
def test_memory_over_a_long_render(benchmark: Any, record: Any, tmp_path: Path) -> None:
    template, output = long_package(tmp_path / "long.zip", LONG), str(tmp_path / "out.mp4")
    told: list[tuple[float, list[float]]] = []
    words = ["render", str(template), "-o", output, "--size", "320x180", "-q", "--no-cache"]
    benchmark.pedantic(lambda: told.append(looked_at(words)), rounds=1)
    sizes = told[0][1]
    steady = np.array(sizes[int(len(sizes) * BEGIN) : -1])
    grown = np.polyfit(np.linspace(0, LONG * (1 - BEGIN), len(steady)), steady, 1)[0] * 1000
    record("", "180p", None, f"begin:{LONG} frames at 320x180", MB=max(sizes), **{"MB more every 1000 frames": grown})
