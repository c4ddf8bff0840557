"""Drawing the frames of segments: evaluate, composite and convert, with the encoding of one segment on top of it."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from fractions import Fraction

from velocity_engine.cache.keys import ContentDigest
from velocity_engine.composite.tiles import TILE
from velocity_engine.display import DisplayList
from velocity_engine.encode.encoder import SegmentEncoder, kept_frames
from velocity_engine.errors import RenderCancelled
from velocity_engine.pipeline.frame_ring import Rect, YuvFrame, YuvRing
from velocity_engine.pipeline.scene import Scene
from velocity_engine.plugin_types import (
    Codec,
    EncodedPacket,
    EncodedSegment,
    EncoderSettings,
    EncodesFrames,
    FrameEncoder,
    Segment,
)
from velocity_engine.plugins.asked import asked_encoder

EVALUATED_TOGETHER = 8  # frames


class StageClock:
    """Adds up how long each stage worked. Stages of one clock may run on different threads, each stage on one."""

    now = staticmethod(time.perf_counter)

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = self.now()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + self.now() - start

    def add(self, seconds: Mapping[str, float]) -> None:
        for name, value in seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + value


@dataclass(slots=True)
class TileCount:
    """Tiles of the compositor's grid, over all frames: ``total``, and those that were ``held``, since nothing in them
    changed."""

    total: int = 0
    held: int = 0

    def add_frame(self, size: tuple[int, int], changed: Sequence[Rect]) -> None:
        """``changed``: disjoint rectangles of a frame of ``size``, in pixels, aligned to the grid."""
        every = -(-size[0] // TILE) * -(-size[1] // TILE)
        drawn = sum((-(-x1 // TILE) - x0 // TILE) * (-(-y1 // TILE) - y0 // TILE) for x0, y0, x1, y1 in changed)
        self.add(every, every - drawn)

    def add(self, total: int, held: int) -> None:
        self.total += total
        self.held += held


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """What is measured while frames are drawn."""

    clock: StageClock
    tiles: TileCount = field(default_factory=TileCount)


class FrameDrawer:
    """Draws frames of a scene on one canvas and converts what changed. ``close`` ends the compositor's threads.

    ``scene_lock`` is held while the scene is asked for a display list, where several drawers share a scene.
    """

    def __init__(
        self,
        scene: Scene,
        ring: YuvRing,
        tally: Tally,
        cancelled: Callable[[], bool],
        *,
        threads: int = 1,
        scene_lock: threading.Lock | None = None,
    ) -> None:
        from velocity_engine.composite import Compositor, FrameCompositor

        self._scene, self._ring, self._cancelled = scene, ring, cancelled
        self._clock, self._tiles = tally.clock, tally.tiles
        self._scene_lock: AbstractContextManager[object] = scene_lock or nullcontext()
        self._compositor = Compositor(threads=threads)
        self._frames = FrameCompositor(scene.width, scene.height, self._compositor)
        self._first = True
        self.contents: dict[int, bytes] = {}  # by the number of each segment that was drawn to its end

    def draw(self, segment: Segment) -> Iterator[YuvFrame | None]:
        """For each frame of the segment one of the ring, or None where it is the same as the last that was drawn."""
        content = ContentDigest()
        for display in self._displays(segment):
            content.add(display)
            if self._cancelled():
                raise RenderCancelled("the render was cancelled")
            with self._clock.stage("composite"):
                planar = self._frames.advance_planar(display) if self._ring.takes_planes else None
                canvas, changed = self._frames.advance(display) if planar is None else (None, planar.regions)
            self._tiles.add_frame((self._scene.width, self._scene.height), changed)
            if not changed and not self._first:
                yield None
                continue
            self._first = False
            taken = self._ring.take()
            with self._clock.stage("convert"):
                if planar is not None:
                    self._ring.fill_planar(taken, planar)
                elif canvas is not None:
                    self._ring.fill(taken, canvas, changed)
            yield taken
        self.contents[segment.number] = content.digest()

    def _displays(self, segment: Segment) -> Iterator[DisplayList]:
        """The display lists of a segment. Several are evaluated at a time: pixels and the encoder push what evaluating
        needs out of the processor's caches, and it takes half as long again to get it back. The first comes alone, for
        which an encoder waits.
        """
        begin, end = segment.first, segment.first + 1
        while begin < segment.last:
            with self._clock.stage("evaluate"), self._scene_lock:
                displays = [self._scene.display_list(number) for number in range(begin, end)]
            yield from displays
            begin, end = end, min(end + EVALUATED_TOGETHER, segment.last)

    def close(self) -> None:
        self._compositor.close()


class FrameSender:
    """Sends drawn frames to the encoder of their segment, and gives them back to the ring once it needs them no more.

    Between two calls the encoder keeps ``kept_frames`` of the ring.
    """

    def __init__(self, ring: YuvRing, clock: StageClock) -> None:
        self._ring, self._clock = ring, clock
        self._shown: deque[YuvFrame] = deque()  # the last is what is shown now
        self.sent = 0
        self.held = 0

    def send(self, encoder: FrameEncoder, drawn: YuvFrame | None) -> list[EncodedPacket]:
        if drawn is None:
            self.held += 1
        else:
            self._shown.append(drawn)
        frame, kept = self._shown[-1].frame, 1
        with self._clock.stage("encode"):
            if isinstance(encoder, SegmentEncoder):
                packets = encoder.encode(frame, held=drawn is None)
                kept = encoder.kept_frames
            else:
                packets = encoder.encode(frame)
        self._give_back(kept)
        self.sent += 1
        return packets

    def _give_back(self, kept: int) -> None:
        """All frames but the last ones."""
        while len(self._shown) > kept:
            self._ring.give_back(self._shown.popleft())

    def finish(self, encoder: FrameEncoder) -> list[EncodedPacket]:
        with self._clock.stage("encode"):
            packets = encoder.finish()
        self._give_back(1)
        return packets


@dataclass(frozen=True, slots=True)
class SegmentWork:
    """Renders and encodes one segment, on one thread.

    ``cancelled`` is asked at each frame, ``encoded`` told how many frames of the segment went to the encoder.
    ``scene_lock`` is for works that share a scene. ``codec`` encodes where it does so by itself.
    """

    scene: Scene
    settings: EncoderSettings
    rate: Fraction
    cancelled: Callable[[], bool]
    encoded: Callable[[int], None] = lambda count: None
    scene_lock: threading.Lock | None = None
    codec: Codec | None = None

    def __call__(self, segment: Segment) -> EncodedSegment:
        clock, tiles = StageClock(), TileCount()
        ring = self.ring(1)
        sender = FrameSender(ring, clock)
        encoder = self.encoder(segment)
        packets: list[EncodedPacket] = []
        drawer = FrameDrawer(self.scene, ring, Tally(clock, tiles), self.cancelled, scene_lock=self.scene_lock)
        try:
            for drawn in drawer.draw(segment):
                packets += sender.send(encoder, drawn)
                self.encoded(sender.sent)
        finally:
            drawer.close()
        packets += sender.finish(encoder)
        return EncodedSegment(
            segment=segment,
            packets=tuple(packets),
            extradata=encoder.extradata,
            held_frames=sender.held,
            tiles=tiles.total,
            held_tiles=tiles.held,
            seconds_by_stage=clock.seconds,
            content=drawer.contents[segment.number],
        )

    def ring(self, drawn: int) -> YuvRing:
        """Of frames for ``drawn`` at a time, beside those that an encoder keeps."""
        size = drawn + kept_frames(self.settings)
        return YuvRing(self.scene.width, self.scene.height, size, self.settings.pixel_format)

    def encoder(self, segment: Segment) -> FrameEncoder:
        if self.codec is not None and isinstance(self.codec, EncodesFrames):
            return asked_encoder(self.codec, self.settings, self.scene.width, self.scene.height, self.rate)
        frames = segment.last - segment.first
        return SegmentEncoder(self.settings, self.scene.width, self.scene.height, self.rate, frames)
