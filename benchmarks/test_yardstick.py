"""The whole render beside the yardstick: x264 alone, at the quality of the render (``yardstick.py``)."""

from __future__ import annotations

import os
from typing import Any

import pytest

import velocity_engine as ve
from benchmarks import yardstick
from benchmarks.templates import NAMES, template_path
from benchmarks.test_encode_path import FRAMES, MAX_AT_2160P

ROUNDS = int(os.environ.get("VELOCITY_BENCH_ROUNDS", "3"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", yardstick.SIZES)
def test_render_over_yardstick(benchmark: Any, record: Any, size: str, name: str) -> None:
    most = min(FRAMES, MAX_AT_2160P) if size == "2160p" else FRAMES
    found: list[yardstick.Comparison] = []
    with ve.open_template(template_path(name)) as template:
        ve.render_still(template, frame=template.first_frame, size=(64, 36))  # kernels are there before the clock runs
        benchmark.pedantic(lambda: found.append(yardstick.compare(template, size, most, ROUNDS)), rounds=1)
    one = found[0]
    for what, of in (("yardstick:render", one.render), ("yardstick:alone", one.alone)):
        record(
            name, size, None, what, fps=one.frames / of.taken.wall, cpu_ms=1000 * of.taken.cpu / one.frames,
            kilobytes=of.size / 1000, psnr=of.psnr, ssim=of.ssim, held=one.held / one.frames,
        )  # fmt: skip
