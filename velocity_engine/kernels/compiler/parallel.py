"""Compiling what a first frame needs on two processors.

numba compiles one function at a time in a process, and the frame waits for all of them; so two other processes compile
them into the cache, from which this one then reads them.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from functools import cache

FIRST = "velocity_engine.kernels.paths.flatten"  # of the modules below the one that compositing loads before the others
SHARES = (  # which take about as long as each other
    ("pictures.warp", "paths.flatten", "pixels.unpremultiply"),
    ("coverage.paint", "pixels.source_over"),
)
VARIABLE = "VELOCITY_COMPILING"  # set in the processes that compile
MAX_SECONDS = 60

_CODE = """
import sys
sys.path[:] = {path!r}
import logging
logging.disable()
from importlib import import_module
for name in {names!r}:
    import_module('velocity_engine.kernels.' + name)
"""


@cache
def compile_first_kernels() -> None:
    """Once, and waits until all are compiled. Where it cannot be done, who needs a kernel compiles it alone."""
    if VARIABLE in os.environ or not sys.executable or getattr(sys, "frozen", False) or available_cores() < len(SHARES):
        return
    environment = {**os.environ, VARIABLE: "1"}
    children: list[subprocess.Popen[bytes]] = []
    try:
        for names in SHARES:
            code = _CODE.format(path=sys.path, names=names)
            silent = subprocess.DEVNULL
            command = [sys.executable, "-c", code]
            children.append(subprocess.Popen(command, env=environment, stdin=silent, stdout=silent, stderr=silent))
        for child in children:
            child.wait(MAX_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return
    finally:
        for child in children:
            with suppress(OSError):
                child.kill()
            child.wait()


def available_cores() -> int:
    """The processors that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
