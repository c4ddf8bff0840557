"""Segments side by side in this process: each lane draws a segment on one thread and encodes it on another.

Encoders run on one thread each, since their rate control gives other bytes each time when it sees several frames at
once. So the cores are filled by lanes, not by an encoder's own threads, which is the faster way besides.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from velocity_engine.channel import Channel, ChannelClosed
from velocity_engine.convert import YuvFrame, YuvRing
from velocity_engine.draw import FrameDrawer, FrameSender, SegmentWork, StageClock, TileCount
from velocity_engine.plugin_types import EncodedPacket, Segment

MOST_LANES = 8
RING = 3  # frames being converted, waiting, or encoded in a lane
FRAMES_AHEAD = 16  # most of them held ones, for the ring is smaller
SEGMENTS_AHEAD = 2  # for each lane: segments whose packets may wait for those before


class Lane:
    """Takes segments from ``todo`` until there are no more, and puts their packets into ``outputs`` by segment
    number."""

    def __init__(
        self,
        work: SegmentWork,
        todo: Channel[Segment],
        outputs: Sequence[Channel[EncodedPacket]],
        turn: threading.Lock,
        threads: int,
    ) -> None:
        self.clock = StageClock()
        self.tiles = TileCount()
        self._work, self._todo, self._outputs = work, todo, outputs
        self._ring = YuvRing(work.scene.width, work.scene.height, RING)
        self._begun: Channel[Segment] = Channel(1)
        self._drawn: Channel[YuvFrame | None] = Channel(FRAMES_AHEAD)
        self._sender = FrameSender(self._ring, self.clock)
        self._turn, self._cores = turn, threads
        self._threads = [
            threading.Thread(target=self._run, args=(stage,), name=f"velocity-{stage.__name__}", daemon=True)
            for stage in (self.draw, self.encode)
        ]

    @property
    def frames_done(self) -> int:
        return self._sender.sent

    @property
    def frames_held(self) -> int:
        return self._sender.held

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends and joins the threads, wherever they are."""
        self._ring.close()
        self._begun.abort()
        self._drawn.abort()
        for thread in self._threads:
            thread.join()

    def draw(self) -> None:
        drawer = FrameDrawer(
            self._work.scene,
            self._ring,
            self.clock,
            self._work.cancelled,
            threads=self._cores,
            turn=self._turn,
            tiles=self.tiles,
        )
        try:
            for segment in self._todo:
                self._begun.put(segment)
                for drawn in drawer.draw(segment):
                    self._drawn.put(drawn)
        finally:
            drawer.close()
        self._begun.finish()

    def encode(self) -> None:
        for segment in self._begun:
            output = self._outputs[segment.number]
            with self.clock.stage("encode"):
                encoder = self._work.encoder(segment)
            for _ in range(segment.first, segment.last):
                for packet in self._sender.send(encoder, self._drawn.get()):
                    output.put(packet)
            for packet in self._sender.finish(encoder):
                output.put(packet)
            output.finish()

    def _run(self, stage: Callable[[], None]) -> None:
        """Runs a stage; its error goes to who reads the packets."""
        try:
            stage()
        except ChannelClosed:
            return
        except BaseException as error:  # noqa: BLE001 it is raised again by who reads
            for output in self._outputs:
                output.fail(error)


class Lanes:
    """The packets of all segments, in order. Close it: that ends and joins all threads."""

    def __init__(self, work: SegmentWork, segments: Sequence[Segment]) -> None:
        self._segments = segments
        self._todo: Channel[Segment] = Channel(len(segments))
        # Only the packets of segments ahead of the one that is read pile up, and there are few such segments.
        self._outputs: list[Channel[EncodedPacket]] = [Channel(math.inf) for _ in segments]
        turn = threading.Lock()
        count = max(1, min(available_cores(), len(segments), MOST_LANES))
        threads = max(1, available_cores() // count)
        self._lanes = [Lane(work, self._todo, self._outputs, turn, threads) for _ in range(count)]

    def __iter__(self) -> Iterator[tuple[EncodedPacket, int]]:
        """Each packet with the output frame at which its segment begins."""
        ahead = SEGMENTS_AHEAD * len(self._lanes)
        for segment in self._segments[:ahead]:
            self._todo.put(segment)
        for number, segment in enumerate(self._segments):
            if number + ahead >= len(self._segments):
                self._todo.finish()
            for packet in self._outputs[number]:
                yield packet, segment.first
            if number + ahead < len(self._segments):
                self._todo.put(self._segments[number + ahead])

    @property
    def frames_done(self) -> int:
        return sum(lane.frames_done for lane in self._lanes)

    @property
    def frames_held(self) -> int:
        return sum(lane.frames_held for lane in self._lanes)

    def add_to(self, clock: StageClock, tiles: TileCount) -> None:
        for lane in self._lanes:
            clock.add(lane.clock.seconds)
            tiles.add(lane.tiles.total, lane.tiles.held)

    def __enter__(self) -> Lanes:
        for lane in self._lanes:
            lane.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._todo.abort()
        for lane in self._lanes:
            lane.stop()


def available_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
