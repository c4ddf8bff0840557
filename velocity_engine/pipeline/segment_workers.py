"""Segments side by side in this process: each worker draws a segment and encodes it.

Encoders run on one thread each, since their rate control gives other bytes each time when it sees several frames at
once. So the processors are filled by workers, not by an encoder's own threads, which is also faster. A worker
does a few frames of drawing and of encoding in turn, so that what each needs stays in the processor's caches for that
long. Where a processor is to spare, or the worker is behind the others, it draws the next frames beside encoding these.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from velocity_engine.kernels.compiler.parallel import available_cores
from velocity_engine.pipeline.channel import Channel, ChannelClosed
from velocity_engine.pipeline.draw import FrameDrawer, FrameSender, SegmentWork, StageClock, Tally, TileCount
from velocity_engine.pipeline.frame_ring import YuvFrame
from velocity_engine.pipeline.packet_room import PacketRoom
from velocity_engine.pipeline.packet_source import SegmentFacts
from velocity_engine.pipeline.pixel_formats import pixel_format
from velocity_engine.pipeline.progress import INTERVAL
from velocity_engine.plugin_types import EncodedPacket, Segment

MAX_WORKERS = 8
MIN_DRAWN = 2  # frames of a worker beside those that are shown: one to be encoded, one being drawn
MAX_TOGETHER = 4  # frames that a worker draws before it encodes them
BYTES_TOGETHER = 32 << 20
MAX_LAG_FRAMES = 8  # frames that a worker may have left beyond another's before it draws ahead
MAX_IN_BATCH = 3  # segments that a worker renders one after the other
WAITING_BYTES = 256 << 20  # of packets of segments that are not read yet
BATCHES_AHEAD = 2  # besides those in work: batches that workers may begin before the first one's packets are read


class Outputs:
    """The packets of each segment, from the worker that makes them to the one thread that reads them in order.

    ``facts`` has what is known of each segment once its packets were read.
    """

    def __init__(self, segments: Sequence[Segment]) -> None:
        self._channels: dict[int, Channel[list[EncodedPacket]]] = {one.number: Channel(math.inf) for one in segments}
        self._room = PacketRoom(WAITING_BYTES)
        self.facts: dict[int, SegmentFacts] = {}

    def put(self, segment: int, packets: list[EncodedPacket]) -> None:
        self._room.enter(segment, packets)
        self._channels[segment].put(packets)

    def finish(self, segment: int, facts: SegmentFacts) -> None:
        self.facts[segment] = facts
        self._channels[segment].finish()

    def fail(self, error: BaseException) -> None:
        """Who reads gets the error, after what was put before."""
        for channel in self._channels.values():
            channel.fail(error)

    def of(self, segment: int) -> Iterator[list[EncodedPacket]]:
        """The packets of a segment as they come; from now on, its worker waits for no room."""
        self._room.read(segment)
        for packets in self._channels[segment]:
            self._room.leave(packets)
            yield packets

    def close(self) -> None:
        """Ends the waiting of workers."""
        self._room.close()


class SegmentWorker:
    """Takes batches of segments from ``todo`` until there are no more, and puts their packets into ``outputs`` by
    segment number. ``draws_ahead`` tells whether to draw beside encoding."""

    def __init__(
        self,
        work: SegmentWork,
        todo: Channel[Sequence[Segment]],
        outputs: Outputs,
        scene_lock: threading.Lock,
        threads: int,
        draws_ahead: Callable[[SegmentWorker], bool],
    ) -> None:
        self.clock = StageClock()
        self.tiles = TileCount()
        self.ended = False
        self.frames_taken = 0
        self._work, self._todo, self._outputs = work, todo, outputs
        self._scene_lock, self._drawing_threads, self._draws_ahead = scene_lock, threads, draws_ahead
        width, height = work.scene.width, work.scene.height
        self._together = frames_together(pixel_format(work.settings.pixel_format).frame_bytes(width, height))
        self._ring = work.ring(max(MIN_DRAWN, self._together))
        self._sender = FrameSender(self._ring, self.clock)
        self._handed_over = time.monotonic()  # when packets last were: who reads is not woken for each
        self._thread = threading.Thread(target=self._run, name="velocity-worker", daemon=True)

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
            self._outputs.fail(error)
        finally:
            self.ended = True

    def _render(self) -> None:
        drawer = FrameDrawer(
            self._work.scene,
            self._ring,
            Tally(self.clock, self.tiles),
            self._work.cancelled,
            threads=self._drawing_threads,
            scene_lock=self._scene_lock,
        )
        helper = ThreadPoolExecutor(1, thread_name_prefix="velocity-draw")
        try:
            for batch in self._todo:
                self.frames_taken += batch[-1].last - batch[0].first
                for segment in batch:
                    self._encode(segment, self._drawn(drawer.draw(segment), helper), drawer.contents)
        finally:
            self._ring.close()  # for which the helper may be waiting
            helper.shutdown()
            drawer.close()

    def _drawn(self, frames: Iterator[YuvFrame | None], helper: ThreadPoolExecutor) -> Iterator[YuvFrame | None]:
        """``frames``, a few drawn at a time: before those that were drawn are encoded, or beside."""
        drawn = list(islice(frames, self._together))
        while drawn:
            if self._draws_ahead(self):
                coming = helper.submit(list, islice(frames, max(1, self._together // 2)))
                yield from drawn
                drawn = coming.result()
            else:
                yield from drawn
                drawn = list(islice(frames, self._together))

    def _encode(self, segment: Segment, frames: Iterator[YuvFrame | None], contents: Mapping[int, bytes]) -> None:
        with self.clock.stage("encode"):
            encoder = self._work.encoder(segment)
        packets: list[EncodedPacket] = []
        for drawn in frames:
            packets += self._sender.send(encoder, drawn)
            if packets and time.monotonic() - self._handed_over >= INTERVAL:
                self._outputs.put(segment.number, packets)
                packets = []
                self._handed_over = time.monotonic()
        self._outputs.put(segment.number, packets + self._sender.finish(encoder))
        self._outputs.finish(segment.number, SegmentFacts(encoder.extradata, contents[segment.number]))


def frames_together(frame_bytes: int) -> int:
    """How many frames a worker draws before it encodes them; fewer where they are large, as all wait in memory."""
    return max(1, min(MAX_TOGETHER, BYTES_TOGETHER // frame_bytes))


class SegmentWorkers:
    """The packets of all segments, in order. Close it: that ends and joins all threads."""

    def __init__(self, work: SegmentWork, segments: Sequence[Segment]) -> None:
        self._cores = available_cores()
        count = max(1, min(self._cores, len(segments), MAX_WORKERS))
        self._batches = batches_of(segments, count)
        self._todo: Channel[Sequence[Segment]] = Channel(len(self._batches))
        self._outputs = Outputs(segments)
        scene_lock = threading.Lock()
        threads = max(1, self._cores // count)
        self._workers = [
            SegmentWorker(work, self._todo, self._outputs, scene_lock, threads, self._draws_ahead) for _ in range(count)
        ]
        self._frames = sum(segment.last - segment.first for segment in segments)

    def __iter__(self) -> Iterator[tuple[EncodedPacket, int]]:
        """Each packet with the output frame at which its segment begins."""
        ahead = len(self._workers) + BATCHES_AHEAD
        for batch in self._batches[:ahead]:
            self._todo.put(batch)
        for number, batch in enumerate(self._batches):
            if number + ahead >= len(self._batches):
                self._todo.finish()
            for segment in batch:
                for packets in self._outputs.of(segment.number):
                    yield from ((packet, segment.first) for packet in packets)
            if number + ahead < len(self._batches):
                self._todo.put(self._batches[number + ahead])

    def _draws_ahead(self, worker: SegmentWorker) -> bool:
        """Whether a processor is to spare for ``worker``, or it has more left than another and nothing else is left."""
        others = [other for other in self._workers if other is not worker and not other.ended]
        if self._cores > len(others) + 1:
            return True
        if not others or sum(one.frames_taken for one in self._workers) < self._frames:
            return False
        return worker.frames_left > min(other.frames_left for other in others) + MAX_LAG_FRAMES

    def facts_of(self, segment: Segment) -> SegmentFacts | None:
        return self._outputs.facts.get(segment.number)

    @property
    def frames_done(self) -> int:
        return sum(worker.frames_done for worker in self._workers)

    @property
    def frames_held(self) -> int:
        return sum(worker.frames_held for worker in self._workers)

    @property
    def frames_reused(self) -> int:
        return 0

    def add_to(self, clock: StageClock, tiles: TileCount) -> None:
        for worker in self._workers:
            clock.add(worker.clock.seconds)
            tiles.add(worker.tiles.total, worker.tiles.held)

    def __enter__(self) -> SegmentWorkers:
        _load_kernels()
        for worker in self._workers:
            worker.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self._todo.abort()
        self._outputs.close()
        for worker in self._workers:
            worker.stop()


def _load_kernels() -> None:
    """Those that each render needs, so that what loads them is out of memory before the encoders fill it."""
    from velocity_engine import composite  # noqa: F401
    from velocity_engine.kernels.compiler.memory import give_back_compiler
    from velocity_engine.kernels.yuv import yuv  # noqa: F401

    give_back_compiler()


def batches_of(segments: Sequence[Segment], workers: int) -> list[Sequence[Segment]]:
    """Segments in batches, each for one worker: a clip is decoded from a key frame on where a batch begins, and goes on
    where it stood inside of one. The last batches are short, so that all workers end at about the same time.
    """
    batches: list[Sequence[Segment]] = []
    begin = 0
    while begin < len(segments):
        length = min(MAX_IN_BATCH, math.ceil((len(segments) - begin) / workers))
        batches.append(segments[begin : begin + length])
        begin += length
    return batches
