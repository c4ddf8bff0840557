"""An encoder that is opened changes nothing about how the system shares its processors."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

PROGRAM = """
import os, sys
from fractions import Fraction
from velocity_engine import plugins
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.encoder_config import EncoderConfig

rate = Fraction(25)
config = EncoderConfig(codec=sys.argv[1], bitrate=60_000)
encoder = SegmentEncoder(plugins.codec(config.codec).settings(config, 128, 72, rate), 128, 72, rate, 10)
print(encoder.extradata != b"", {os.sched_getscheduler(int(task)) for task in os.listdir("/proc/self/task")})
"""


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="this system does not tell how threads are scheduled")
@pytest.mark.parametrize("codec", ["h264", "h265", "av1"])
def test_no_thread_becomes_a_real_time_one(codec: str) -> None:
    """As root, which CI is, SVT-AV1 would make all of them such."""
    command = [sys.executable, "-c", PROGRAM, codec]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout
    assert said.split("\n")[0] == f"True {{{os.SCHED_OTHER}}}"
