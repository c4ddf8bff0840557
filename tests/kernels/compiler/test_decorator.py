"""What a kernel's decorator does beyond numba's."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import velocity_engine.kernels
from velocity_engine.kernels.compiler.decorator import kernel

FOLDER = Path(velocity_engine.kernels.__path__[0])
READ = """
import sys
from velocity_engine.kernels.pixels import unpremultiply
from velocity_engine.kernels.pixels import ramp
assert not unpremultiply.to_straight.stats.cache_misses, "it compiled"
print(*(name for name in sys.modules if name.startswith("numba.np.")))
"""


def test_a_cached_kernel_is_read_without_what_compiling_takes(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    compile_both = [sys.executable, "-c", "from velocity_engine.kernels.pixels import unpremultiply, ramp"]
    subprocess.run(compile_both, env=environment, check=True, capture_output=True)
    read = subprocess.run([sys.executable, "-c", READ], env=environment, check=True, capture_output=True, text=True)
    loaded = read.stdout.split()
    assert "numba.np.linalg" not in loaded and "numba.np.arraymath" not in loaded


def test_it_takes_its_signature_and_nothing_else() -> None:
    @kernel("int64(int64[::1])")
    def total(values: NDArray[np.int64]) -> int:
        summed = 0
        for value in values:
            summed += value
        return summed

    assert total(np.arange(5)) == 10
    with pytest.raises(TypeError, match="No matching definition"):
        total(np.arange(5.0))


def test_every_kernel_is_made_by_it() -> None:
    """One that is made by numba's own decorator makes each process import all of numba."""
    users = [path.name for path in FOLDER.rglob("*.py") if re.search(r"\bnjit\b(?!``)", path.read_text())]
    assert sorted(users) == ["decorator.py", "inlined.py"]
