"""A finished video of an earlier render of the same order: it is copied."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from velocity_engine.cache.render_cache import CacheUse
from velocity_engine.errors import Finding, Place
from velocity_engine.order import RenderOrder
from velocity_engine.pipeline.progress import Progress, ProgressMeter
from velocity_engine.pipeline.render_file import RenderStats, store_finished
from velocity_engine.pipeline.segment_prints import SegmentPrint
from velocity_engine.storage.delivery import Deliveries


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of finished files: of their render, what it did not draw as meant, how long the video lasts."""

    stats: RenderStats
    findings: tuple[Finding, ...]
    video_seconds: float

    def to_values(self) -> dict[str, Any]:
        return {
            "frames": self.stats.frames,
            "held_frames": self.stats.held_frames,
            "tiles": self.stats.tiles,
            "held_tiles": self.stats.held_tiles,
            "segments": [asdict(segment) for segment in self.stats.segments],
            "findings": [asdict(finding) for finding in self.findings],
            "video_seconds": self.video_seconds,
        }

    @classmethod
    def of_values(cls, values: Mapping[str, Any], size_bytes: int, seconds: float) -> Told:
        found = (Finding(**{**one, "place": Place(**one["place"])}) for one in values["findings"])
        stats = RenderStats(
            frames=values["frames"],
            held_frames=values["held_frames"],
            seconds=seconds,
            size_bytes=size_bytes,
            tiles=values["tiles"],
            held_tiles=values["held_tiles"],
            reused_frames=values["frames"],
            segments=tuple(SegmentPrint(**one) for one in values["segments"]),
        )
        return cls(stats, tuple(found), values["video_seconds"])


def deliver_kept(
    order: RenderOrder,
    use: CacheUse,
    name: str,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool],
) -> Told | None:
    """Stores the finished files of an order where it wants them, if they are kept. Returns None where they are not.

    Raises StorageError, and RenderCancelled.
    """
    started = time.perf_counter()
    with Deliveries(order.output) as delivery:
        parts: dict[str, Path] = {"video": delivery.part()}
        if order.poster is not None:
            parts["poster"] = delivery.beside(order.poster.output)
        if order.sidecar is not None:
            parts["sidecar"] = delivery.beside(order.sidecar)
        values = use.take_files(name, parts)
        if values is None:
            return None
        meter = ProgressMeter(progress, values["frames"])
        size_bytes = store_finished(delivery, meter, values["frames"], cancelled)
    meter.tell(values["frames"], "done")
    return Told.of_values(values, size_bytes, time.perf_counter() - started)
