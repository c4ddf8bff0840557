"""Segments side by side in this process: each lane draws a segment and encodes it.

Encoders run on one thread each, since their rate control gives other bytes each time when it sees several frames at
once. So the processors are filled by lanes, not by an encoder's own threads, which is the faster way besides. A lane
does a few frames of drawing and of encoding in turn, so that what each needs stays in the processor's caches for that
long. Where a processor is to spare, or the lane is behind the others, it draws the next frames beside encoding these.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from velocity_engine.pipeline.channel import Channel, ChannelClosed
from velocity_engine.pipeline.convert import YuvFrame, YuvRing
from velocity_engine.pipeline.draw import FrameDrawer, FrameSender, SegmentWork, StageClock, TileCount
from velocity_engine.pipeline.progress import INTERVAL
from velocity_engine.plugin_types import EncodedPacket, Segment

MOST_LANES = 8
LEAST_RING = 3  # frames of a lane: one that is shown, one to be encoded, one being drawn
MOST_TOGETHER = 4  # frames that a lane draws before it encodes them
BYTES_TOGETHER = 32 << 20
BEHIND = 8  # frames that a lane may have left beyond another's before it makes haste
MOST_IN_RUN = 3  # segments that a lane renders one after the other
RUNS_AHEAD = 2  # besides those in work: runs that lanes may begin before the first one's packets are read


class Lane:
    """Takes runs of segments from ``todo`` until there are no more, and puts their packets into ``outputs`` by segment
    number. ``in_haste`` tells whether to draw beside encoding."""

    def __init__(
        self,
        work: SegmentWork,
        todo: Channel[Sequence[Segment]],
        outputs: Sequence[Channel[list[EncodedPacket]]],
        turn: threading.Lock,
        threads: int,
        in_haste: Callable[[Lane], bool],
    ) -> None:
        self.clock = StageClock()
        self.tiles = TileCount()
        self.ended = False
        self.frames_taken = 0
        self._work, self._todo, self._outputs = work, todo, outputs
        self._turn, self._drawing_threads, self._in_haste = turn, threads, in_haste
        width, height = work.scene.width, work.scene.height
        self._together = frames_together(width, height)
        self._ring = YuvRing(width, height, max(LEAST_RING, self._together + 1))
        self._sender = FrameSender(self._ring, self.clock)
        self._handed_over = time.monotonic()  # when packets last were: who reads is not woken for each
        self._thread = threading.Thread(target=self._run, name="velocity-lane", daemon=True)

    @property
    def frames_done(self) -> int:
        return self._sender.sent

    @property
    def frames_left(self) -> int:
        return self.frames_taken - self.frames_done

    @property
    def frames_held(self) -> int:
        return self._sender.held

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Ends and joins the thread, wherever it is."""
        self._ring.close()
        self._thread.join()

    def _run(self) -> None:
        """Renders; an error goes to who reads the packets."""
        try:
            self._render()
        except ChannelClosed:
            return
        except BaseException as error:  # noqa: BLE001 it is raised again by who reads
            for output in self._outputs:
                output.fail(error)
        finally:
            self.ended = True

    def _render(self) -> None:
        drawer = FrameDrawer(
            self._work.scene,
            self._ring,
            self.clock,
            self._work.cancelled,
            threads=self._drawing_threads,
            turn=self._turn,
            tiles=self.tiles,
        )
        helper = ThreadPoolExecutor(1, thread_name_prefix="velocity-draw")
        try:
            for run in self._todo:
                self.frames_taken += run[-1].last - run[0].first
                for segment in run:
                    self._encode(segment, self._drawn(drawer.draw(segment), helper))
        finally:
            self._ring.close()  # for which the helper may be waiting
            helper.shutdown()
            drawer.close()

    def _drawn(self, frames: Iterator[YuvFrame | None], helper: ThreadPoolExecutor) -> Iterator[YuvFrame | None]:
        """``frames``, a few drawn at a time: before those that were drawn are encoded, or beside."""
        drawn = list(islice(frames, self._together))
        while drawn:
            if self._in_haste(self):
                coming = helper.submit(list, islice(frames, max(1, self._together // 2)))
                yield from drawn
                drawn = coming.result()
            else:
                yield from drawn
                drawn = list(islice(frames, self._together))

    def _encode(self, segment: Segment, frames: Iterator[YuvFrame | None]) -> None:
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


def frames_together(width: int, height: int) -> int:
    """How many frames a lane draws before it encodes them; fewer where they are large, for they all wait in memory."""
    return max(1, min(MOST_TOGETHER, BYTES_TOGETHER // (width * height * 3 // 2)))


class Lanes:
    """The packets of all segments, in order. Close it: that ends and joins all threads."""

    def __init__(self, work: SegmentWork, segments: Sequence[Segment]) -> None:
        self._cores = available_cores()
        count = max(1, min(self._cores, len(segments), MOST_LANES))
        self._runs = runs_of(segments, count)
        self._todo: Channel[Sequence[Segment]] = Channel(len(self._runs))
        # Only the packets of segments ahead of the one that is read pile up, and there are few such segments.
        self._outputs: list[Channel[list[EncodedPacket]]] = [Channel(math.inf) for _ in segments]
        turn = threading.Lock()
        threads = max(1, self._cores // count)
        self._lanes = [Lane(work, self._todo, self._outputs, turn, threads, self._in_haste) for _ in range(count)]
        self._frames = sum(segment.last - segment.first for segment in segments)

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

    def _in_haste(self, lane: Lane) -> bool:
        """Whether a processor is to spare for ``lane``, or it has more left than another and nothing else is left."""
        others = [other for other in self._lanes if other is not lane and not other.ended]
        if self._cores > len(others) + 1:
            return True
        if not others or sum(one.frames_taken for one in self._lanes) < self._frames:
            return False
        return lane.frames_left > min(other.frames_left for other in others) + BEHIND

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
    from velocity_engine.kernels.compiler.resident import give_back_compiler
    from velocity_engine.kernels.yuv import yuv  # noqa: F401

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
