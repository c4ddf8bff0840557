"""Segments side by side in this process: each lane draws a segment and encodes it.

Encoders run on one thread each, since their rate control gives other bytes each time when it sees several frames at
once. So the processors are filled by lanes, not by an encoder's own threads, which is the faster way besides. Where
there are more processors than lanes, a lane draws on one thread and encodes on another; else one thread does a few
frames of each in turn, so that what drawing or encoding needs stays in the processor's caches for that long.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice
from typing import Any, TypeVar

from velocity_engine.channel import Channel, ChannelClosed
from velocity_engine.convert import YuvFrame, YuvRing
from velocity_engine.draw import FrameDrawer, FrameSender, SegmentWork, StageClock, TileCount
from velocity_engine.plugin_types import EncodedPacket, Segment
from velocity_engine.progress import INTERVAL

T = TypeVar("T")

MOST_LANES = 8
RING = 3  # frames being converted, waiting, or encoded in a lane of two threads
MOST_TOGETHER = 4  # frames that a lane of one thread draws before it encodes them
BYTES_TOGETHER = 16 << 20
FRAMES_AHEAD = 16  # most of them held ones, for the ring is smaller
MOST_IN_RUN = 3  # segments that a lane renders one after the other
RUNS_AHEAD = 2  # besides those in work: runs that lanes may begin before the first one's packets are read


class Lane:
    """Takes runs of segments from ``todo`` until there are no more, and puts their packets into ``outputs`` by segment
    number. ``overlapped``: it draws on one thread and encodes on another, else it does both in turn on one."""

    def __init__(
        self,
        work: SegmentWork,
        todo: Channel[Sequence[Segment]],
        outputs: Sequence[Channel[list[EncodedPacket]]],
        turn: threading.Lock,
        threads: int,
        *,
        overlapped: bool,
    ) -> None:
        self.clock = StageClock()
        self.tiles = TileCount()
        self._work, self._todo, self._outputs = work, todo, outputs
        self._turn, self._drawing_threads = turn, threads
        width, height = work.scene.width, work.scene.height
        self._together = frames_together(width, height)
        self._ring = YuvRing(width, height, RING if overlapped else self._together + 1)
        self._begun: Channel[Segment] = Channel(1)
        self._drawn: Channel[YuvFrame | None] = Channel(FRAMES_AHEAD)
        self._sender = FrameSender(self._ring, self.clock)
        self._handed_over = time.monotonic()  # when packets last were: who reads is not woken for each
        self._threads = [
            threading.Thread(target=self._run, args=(stage,), name=f"velocity-{stage.__name__}", daemon=True)
            for stage in ((self.draw, self.encode) if overlapped else (self.alternate,))
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

    def alternate(self) -> None:
        with closing(self._drawer()) as drawer:
            for segment in chain.from_iterable(self._todo):
                self._encode(segment, in_batches(drawer.draw(segment), self._together))

    def draw(self) -> None:
        with closing(self._drawer()) as drawer:
            for segment in chain.from_iterable(self._todo):
                self._begun.put(segment)
                for drawn in drawer.draw(segment):
                    self._drawn.put(drawn)
        self._begun.finish()

    def encode(self) -> None:
        for segment in self._begun:
            self._encode(segment, (self._drawn.get() for _ in range(segment.first, segment.last)))

    def _drawer(self) -> FrameDrawer:
        return FrameDrawer(
            self._work.scene,
            self._ring,
            self.clock,
            self._work.cancelled,
            threads=self._drawing_threads,
            turn=self._turn,
            tiles=self.tiles,
        )

    def _encode(self, segment: Segment, frames: Iterable[YuvFrame | None]) -> None:
        output = self._outputs[segment.number]
        with self.clock.stage("encode"):
            encoder = self._work.encoder(segment)
        packets: list[EncodedPacket] = []
        for drawn in frames:
            packets += self._sender.send(encoder, drawn)
            if packets and time.monotonic() - self._handed_over >= INTERVAL:
                output.put(packets)
                packets = []
                self._handed_over = time.monotonic()
        output.put(packets + self._sender.finish(encoder))
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


def in_batches(items: Iterator[T], size: int) -> Iterator[T]:
    """``items``, of which up to ``size`` are made before the first of them is given."""
    while batch := list(islice(items, size)):
        yield from batch


def frames_together(width: int, height: int) -> int:
    """How many frames a lane draws before it encodes them; fewer where they are large, for they all wait in memory."""
    return max(1, min(MOST_TOGETHER, BYTES_TOGETHER // (width * height * 3 // 2)))


class Lanes:
    """The packets of all segments, in order. Close it: that ends and joins all threads."""

    def __init__(self, work: SegmentWork, segments: Sequence[Segment]) -> None:
        count = max(1, min(available_cores(), len(segments), MOST_LANES))
        self._runs = runs_of(segments, count)
        self._todo: Channel[Sequence[Segment]] = Channel(len(self._runs))
        # Only the packets of segments ahead of the one that is read pile up, and there are few such segments.
        self._outputs: list[Channel[list[EncodedPacket]]] = [Channel(math.inf) for _ in segments]
        turn = threading.Lock()
        cores = available_cores()
        threads, overlapped = max(1, cores // count), cores > count
        self._lanes = [
            Lane(work, self._todo, self._outputs, turn, threads, overlapped=overlapped) for _ in range(count)
        ]

    def __iter__(self) -> Iterator[tuple[EncodedPacket, int]]:
        """Each packet with the output frame at which its segment begins."""
        ahead = len(self._lanes) + RUNS_AHEAD
        for run in self._runs[:ahead]:
            self._todo.put(run)
        for number, run in enumerate(self._runs):
            if number + ahead >= len(self._runs):
                self._todo.finish()
            for segment in run:
                for packets in self._outputs[segment.number]:
                    yield from ((packet, segment.first) for packet in packets)
            if number + ahead < len(self._runs):
                self._todo.put(self._runs[number + ahead])

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
        _load_kernels()
        for lane in self._lanes:
            lane.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._todo.abort()
        for lane in self._lanes:
            lane.stop()


def _load_kernels() -> None:
    """Those that each render needs, so that what loads them is out of memory before the encoders fill it."""
    from velocity_engine import composite  # noqa: F401
    from velocity_engine.kernels import yuv  # noqa: F401
    from velocity_engine.kernels.resident import give_back_compiler

    give_back_compiler()


def runs_of(segments: Sequence[Segment], lanes: int) -> list[Sequence[Segment]]:
    """Segments in runs, each for one lane: a clip is decoded from a key frame on where a run begins, and goes on where
    it stood inside of one. The last runs are short, so that all lanes end at about the same time.
    """
    runs: list[Sequence[Segment]] = []
    begin = 0
    while begin < len(segments):
        length = min(MOST_IN_RUN, math.ceil((len(segments) - begin) / lanes))
        runs.append(segments[begin : begin + length])
        begin += length
    return runs


def available_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
