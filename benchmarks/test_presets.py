"""Presets: what each costs and gives, and whether a render has the quality of one encoder with its settings.

Rates are free (no bitrate), so that a preset's rate factor alone decides. 60 frames at 1920x1080 are encoded for speed
and size (``VELOCITY_BENCH_PRESET_FRAMES``); 300 at 640x360, which are two segments, for the quality of the whole way.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import velocity_engine as ve
from benchmarks import measures, quality
from benchmarks.templates import NAMES, template_path

CODECS = ("h264", "h265", "av1")
PRESETS = range(6)
COUNT = int(os.environ.get("VELOCITY_BENCH_PRESET_FRAMES", "60"))
SMALL, SEGMENTED = (640, 360), 300


def _job(template: ve.Template, codec: str, size: tuple[int, int], count: int) -> measures.Job:
    return replace(measures.job(template, size, count), encoder=ve.EncoderConfig(codec=codec, resolution=size))


def _at(work: measures.Job, preset: int) -> measures.Job:
    return replace(work, encoder=replace(work.encoder, preset=preset))


@pytest.mark.parametrize("name", ["motion", "vector"])
@pytest.mark.parametrize("codec", CODECS)
def test_speed_and_size(benchmark: Any, record: Any, codec: str, name: str, tmp_path: Path) -> None:
    """Encoding alone. By processor time, with one encoder for all frames."""
    with ve.open_template(template_path(name)) as template:
        work = _job(template, codec, (1920, 1080), COUNT)
        frames = measures.frames_in_memory(work)
    found: dict[int, measures.Taken] = {}
    file = tmp_path / "out.mp4"

    def all_presets() -> None:
        for preset in PRESETS:
            config = _at(work, preset).encoder
            found[preset] = measures.taken(partial(quality.plain_encode, config, work.rate, frames, file))
            record(
                name, "1080p", None, f"preset:{codec} {preset}", cpu_ms=1000 * found[preset].cpu / len(frames),
                kbit_s=file.stat().st_size * 8 / 1000 / float(len(frames) / work.rate), psnr=quality.psnr(file, frames),
            )  # fmt: skip

    benchmark.pedantic(all_presets, rounds=1)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("codec", CODECS)
def test_quality_of_the_whole_way(benchmark: Any, record: Any, codec: str, name: str, tmp_path: Path) -> None:
    with ve.open_template(template_path(name)) as template:
        work = _job(template, codec, SMALL, SEGMENTED)
        frames = measures.frames_in_memory(work)
        whole, plain = tmp_path / "whole.mp4", tmp_path / "plain.mp4"

        def all_presets() -> None:
            for preset in PRESETS:
                measures.end_to_end(_at(work, preset), whole)
                quality.plain_encode(_at(work, preset).encoder, work.rate, frames, plain)
                record(
                    name, "360p", None, f"quality:{codec} {preset}",
                    psnr=quality.psnr(whole, frames), plain=quality.psnr(plain, frames),
                    larger=whole.stat().st_size / plain.stat().st_size,
                )  # fmt: skip

        benchmark.pedantic(all_presets, rounds=1)
