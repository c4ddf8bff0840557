"""Which worker renders which segments, and how many frames at a time."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import velocity_engine as ve
from velocity_engine.pipeline import segment_workers
from velocity_engine.pipeline.frame_ring import YuvRing
from velocity_engine.pipeline.segment_workers import MAX_IN_BATCH, MAX_TOGETHER, batches_of, frames_together
from velocity_engine.plugin_types import Segment

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.zip"


@given(st.integers(1, 60), st.integers(1, 8))
def test_runs_hold_all_segments_in_order_and_end_short(count: int, many: int) -> None:
    segments = [Segment(number=number, first=number, last=number + 1) for number in range(count)]
    batches = batches_of(segments, min(many, count))
    assert [segment for batch in batches for segment in batch] == segments
    lengths = [len(batch) for batch in batches]
    assert max(lengths) <= MAX_IN_BATCH
    assert lengths == sorted(lengths, reverse=True)
    assert len(batches) >= min(many, count)  # every worker has something to do


def test_of_large_frames_fewer_are_drawn_together() -> None:
    assert frames_together(1920 * 1080 * 3 // 2) == MAX_TOGETHER
    assert frames_together(3840 * 2160 * 3 // 2) == 2
    assert frames_together(16 * 16 * 3 // 2) == MAX_TOGETHER
    assert frames_together(20_000 * 20_000 * 3 // 2) == 1


def test_a_worker_draws_ahead_at_the_end_or_where_processors_are_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    segments = [Segment(number=number, first=100 * number, last=100 * number + 100) for number in range(3)]
    work: Any = SimpleNamespace(
        scene=SimpleNamespace(width=32, height=16),
        settings=SimpleNamespace(pixel_format="yuv420p"),
        ring=lambda size: YuvRing(32, 16, size),
    )
    monkeypatch.setattr(segment_workers, "available_cores", lambda: 2)
    both = segment_workers.SegmentWorkers(work, segments)
    one, other = both._workers
    one.frames_taken = other.frames_taken = 100
    one._sender.sent = 50
    assert not both._draws_ahead(other), "a batch is left that the other worker will take"
    one.frames_taken = 200
    one._sender.sent, other._sender.sent = 150, 45
    assert not both._draws_ahead(other), "about as far from the end"
    other._sender.sent = 20
    assert both._draws_ahead(other) and not both._draws_ahead(one)
    one.ended = True
    other._sender.sent = 99
    assert both._draws_ahead(other), "a processor is to spare"


def test_a_render_whose_workers_wait_for_room_has_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_workers, "available_cores", lambda: 3)
    encoder = ve.EncoderConfig(resolution=(160, 90), segment_seconds=0.4)
    made = []
    for room in (segment_workers.WAITING_BYTES, 1):
        monkeypatch.setattr(segment_workers, "WAITING_BYTES", room)
        with ve.open_template(DEMO) as template:
            ve.render(template, tmp_path / "video.mp4", encoder=encoder, frames=(0, 75))
        made.append((tmp_path / "video.mp4").read_bytes())
    assert made[0] == made[1]
