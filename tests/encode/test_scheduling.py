"""An encoder that is opened changes nothing about how the system shares its processors."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path

import pytest

from velocity_engine import plugins
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.encoder_config import EncoderConfig

RATE = Fraction(25)


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="this system does not tell how threads are scheduled")
@pytest.mark.parametrize("codec", ["h264", "h265", "av1"])
def test_no_thread_becomes_a_real_time_one(codec: str) -> None:
    """As root, which CI is, SVT-AV1 would make all of them such."""
    config = EncoderConfig(codec=codec, bitrate=60_000)
    before = os.sched_getscheduler(0)
    encoder = SegmentEncoder(plugins.codec(codec).settings(config, 128, 72, RATE), 128, 72, RATE, 10)
    policies = {os.sched_getscheduler(int(task.name)) for task in Path("/proc/self/task").iterdir()}
    assert policies == {before} == {os.SCHED_OTHER}
    assert encoder.extradata
