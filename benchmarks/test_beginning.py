"""What a new process costs: importing, and the first frame with and without compiled kernels."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from benchmarks.templates import template_path


def seconds_of(*arguments: str, **environment: str) -> float:
    """By the clock, of a Python process with these arguments."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], env={**os.environ, **environment}, stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - start


def test_import(benchmark: Any, record: Any) -> None:
    times: list[float] = []
    code = "import time; t = time.perf_counter(); import velocity_engine; print(time.perf_counter() - t)"

    def once() -> None:
        times.append(float(subprocess.check_output([sys.executable, "-c", code], text=True)))

    benchmark.pedantic(once, rounds=3, warmup_rounds=1)
    record("", "", None, "begin:import velocity_engine", seconds=min(times))


@pytest.mark.parametrize("state", ["warm", "cold"])
def test_first_frame(benchmark: Any, record: Any, state: str, tmp_path: Path) -> None:
    """``velocity still`` from command to file; cold: no kernel is compiled yet."""
    output = str(tmp_path / "a.png")
    still = ["-m", "velocity_engine", "still", str(template_path("promo")), "--frame", "100", "-o", output]
    environment = {"NUMBA_CACHE_DIR": str(tmp_path / "kernels")} if state == "cold" else {}
    times: list[float] = []
    warm = state == "warm"
    benchmark.pedantic(
        lambda: times.append(seconds_of(*still, **environment)), rounds=3 if warm else 1, warmup_rounds=1 if warm else 0
    )
    record("promo", "1080p", None, f"begin:first frame, {state}", seconds=min(times))
