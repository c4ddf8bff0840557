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
PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1024**2
BEGIN = 0.3  # of the render, in which caches fill


# The command in a process that tells its own peak: what the system tells of a child begins with its parent's memory.
COMMAND = """
import re, resource, sys, time
from pathlib import Path
from velocity_engine.cli import main
start = time.perf_counter()
try:
    main()
except SystemExit as end:
    assert not end.code
seconds = time.perf_counter() - start
status = Path("/proc/self/status")
if status.exists():
    most = int(re.search(r"VmHWM:\\s+(\\d+)", status.read_text())[1])
else:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(seconds, most // 1024)
"""


@pytest.mark.parametrize("name", NAMES)
def test_memory(benchmark: Any, record: Any, name: str, tmp_path: Path) -> None:
    output = str(tmp_path / "out.mp4")
    words = [
        "render",
        str(template_path(name)),
        "-o",
        output,
        "--bitrate",
        "5M",
        "-q",
        "--no-cache",
        "--frames",
        f"0:{FRAMES}",
    ]
    told: list[str] = []
    benchmark.pedantic(
        lambda: told.append(subprocess.check_output([sys.executable, "-c", COMMAND, *words], text=True)), rounds=1
    )
    seconds, most = map(float, told[0].split())
    record(name, "1080p", None, "begin:render", seconds=seconds, MB=most)


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's /proc")
def test_memory_over_a_long_render(benchmark: Any, record: Any, tmp_path: Path) -> None:
    template, output = long_package(tmp_path / "long.zip", LONG), str(tmp_path / "out.mp4")
    command = ["-m", "velocity_engine", "render", str(template), "-o", output, "--size", "320x180", "-q", "--no-cache"]
    sizes: list[float] = []

    def whole() -> None:
        with subprocess.Popen([sys.executable, *command]) as process:
            resident = Path(f"/proc/{process.pid}/statm")
            while process.poll() is None:
                sizes.append(int(resident.read_text().split()[1]) * PAGE_MB)
                time.sleep(0.1)
        assert process.returncode == 0

    benchmark.pedantic(whole, rounds=1)
    steady = np.array(sizes[int(len(sizes) * BEGIN) : -1])
    grown = np.polyfit(np.linspace(0, LONG * (1 - BEGIN), len(steady)), steady, 1)[0] * 1000
    record("", "180p", None, f"begin:{LONG} frames at 320x180", MB=max(sizes), **{"MB more every 1000 frames": grown})
