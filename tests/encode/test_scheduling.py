"""An encoder that is opened changes nothing about how the system shares its processors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"

PROGRAM = """
import os, sys
import velocity_engine as ve

os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
policies = set()

def look(progress):
    for task in os.listdir("/proc/self/task"):
        try:
            policies.add(os.sched_getscheduler(int(task)))
        except ProcessLookupError:
            pass  # it ended meanwhile

with ve.open_template(sys.argv[1]) as template:
    config = ve.EncoderConfig(codec=sys.argv[2], bitrate="480k", resolution=(160, 90))
    ve.render(template, sys.argv[3], encoder=config, frames=(0, 20), progress=look)
look(None)
print(policies)
"""


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="this system does not tell how threads are scheduled")
@pytest.mark.parametrize("codec", ["h264", "h265", "av1"])
def test_no_thread_becomes_a_real_time_one(codec: str, tmp_path: Path) -> None:
    """As root, which CI is, SVT-AV1 would make all of them such."""
    command = [sys.executable, "-c", PROGRAM, str(DEMO), codec, str(tmp_path / "video.mp4")]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout
    assert said.strip() == f"{{{os.SCHED_OTHER}}}"
