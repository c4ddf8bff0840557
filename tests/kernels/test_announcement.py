"""A fresh installation says that it compiles; a warm one says nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def said(folder: Path) -> str:
    command = [sys.executable, "-c", "import velocity_engine.kernels.pixels.unpremultiply"]
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stderr


def test_compiling_is_said_once(tmp_path: Path) -> None:
    assert said(tmp_path).count("Compiling") == 1
    assert said(tmp_path) == ""
