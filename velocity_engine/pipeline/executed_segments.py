"""The packets of segments that an executor renders, and what it is told meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from velocity_engine.errors import RenderCancelled, RenderFailed
from velocity_engine.pipeline.draw import StageClock, TileCount
from velocity_engine.pipeline.packet_source import SegmentFacts
from velocity_engine.pipeline.progress import ProgressMeter
from velocity_engine.plugin_types import EncodedPacket, EncodedSegment, RenderWatch, Segment

Execute = Callable[[Sequence[Segment], RenderWatch], Iterable[EncodedSegment]]


class SegmentWatch:
    """The ``RenderWatch`` of a render: its progress is told when the thread that made it takes note of some."""

    def __init__(self, cancelled: Callable[[], bool], meter: ProgressMeter) -> None:
        self.cancelled = cancelled
        self._meter = meter
        self._thread = threading.get_ident()
        self._frames: dict[int, int] = {}

    @property
    def frames_done(self) -> int:
        return sum(self._frames.values())

    def encoded(self, segment: Segment, frames: int) -> None:
        self._frames[segment.number] = min(frames, segment.last - segment.first)
        if threading.get_ident() == self._thread:
            self._meter.tell(self.frames_done, "rendering")


class ExecutedSegments:
    """The packets of segments that an executor renders, in order, whatever order it returns them in."""

    def __init__(self, execute: Execute, segments: Sequence[Segment], watch: SegmentWatch) -> None:
        self._execute, self._segments, self._watch = execute, segments, watch
        self._clock, self._tiles = StageClock(), TileCount()
        self._facts: dict[int, SegmentFacts] = {}
        self.frames_held = self.frames_reused = 0

    @property
    def frames_done(self) -> int:
        return self._watch.frames_done

    def facts_of(self, segment: Segment) -> SegmentFacts | None:
        return self._facts.get(segment.number)

    def __iter__(self) -> Iterator[tuple[EncodedPacket, int]]:
        waiting: dict[int, EncodedSegment] = {}
        wanted = 0
        for result in self._execute(self._segments, self._watch):
            waiting[result.segment.number] = result
            self._facts[result.segment.number] = SegmentFacts(result.extradata, result.content)
            self._watch.encoded(result.segment, result.segment.last - result.segment.first)
            self.frames_held += result.held_frames
            self._clock.add(result.seconds_by_stage)
            self._tiles.add(result.tiles, result.held_tiles)
            while wanted < len(self._segments) and self._segments[wanted].number in waiting:
                done = waiting.pop(self._segments[wanted].number)
                yield from ((packet, done.segment.first) for packet in done.packets)
                wanted += 1
        if wanted < len(self._segments):
            if self._watch.cancelled():
                raise RenderCancelled("the render was cancelled")
            raise RenderFailed(f"{wanted} of {len(self._segments)} segments were rendered")

    def add_to(self, clock: StageClock, tiles: TileCount) -> None:
        clock.add(self._clock.seconds)
        tiles.add(self._tiles.total, self._tiles.held)

    def __enter__(self) -> ExecutedSegments:
        return self

    def __exit__(self, *error: Any) -> None:
        return
