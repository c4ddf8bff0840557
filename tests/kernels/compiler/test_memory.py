from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

GIVE_BACK = """
import re
import numpy as np
from pathlib import Path
from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.memory import give_back_compiler

def code_in_memory():
    blocks = re.split(r"\\n(?=[0-9a-f]+-)", Path("/proc/self/smaps").read_text())
    mine = [block for block in blocks if re.search(r" r-xp .*libllvmlite", block.partition("\\n")[0])]
    return sum(int(re.search(r"^Rss: +(\\d+)", block, re.M)[1]) for block in mine)

@kernel("int64(int64)")
def doubled(value):
    return 2 * value

assert code_in_memory() > 1000
give_back_compiler()
assert code_in_memory() == 0
assert doubled(21) == 42

@kernel("int64(int64)")
def tripled(value):
    return 3 * value

assert tripled(14) == 42
"""


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="reads Linux's /proc")
def test_the_compiler_leaves_memory_and_can_be_used_again(tmp_path: Path) -> None:
    script = tmp_path / "give_back.py"  # numba wants the source of what it caches
    script.write_text(GIVE_BACK)
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
