"""A first frame's kernels are compiled by several processes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from velocity_engine.kernels.compiler import parallel

COMPILE = """
import os
os.sched_getaffinity = lambda process: {0, 1}
from velocity_engine.kernels.compiler import parallel
parallel.SHARES = (("pixels.unpremultiply",), ("pixels.ramp", "missing"))
parallel.compile_first_kernels()
"""
LOADED = """
import sys
import velocity_engine.composite
print(*sys.modules)
"""


def run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **environment}, check=True, capture_output=True, text=True
    )
    assert done.stderr == ""
    return done.stdout


def test_each_process_compiles_its_share(tmp_path: Path) -> None:
    run(COMPILE, NUMBA_CACHE_DIR=str(tmp_path))
    found = {path.name.partition(".")[0] for path in tmp_path.rglob("*.nbi")}
    assert found == {"unpremultiply", "ramp"}


def test_a_process_that_compiles_for_another_starts_none(tmp_path: Path) -> None:
    run(COMPILE, NUMBA_CACHE_DIR=str(tmp_path), **{parallel.VARIABLE: "1"})
    assert not list(tmp_path.rglob("*.nbi"))


def test_the_shares_are_what_compositing_loads_and_begin_with_its_first() -> None:
    shared = {f"velocity_engine.kernels.{name}" for names in parallel.SHARES for name in names}
    loaded = [name for name in run(LOADED).split() if name in shared]
    assert loaded[0] == parallel.FIRST
    assert set(loaded) == shared - {"velocity_engine.kernels.pixels.unpremultiply"}  # for stills alone
