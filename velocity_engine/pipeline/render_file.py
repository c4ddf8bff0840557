"""The render pipeline: evaluate and composite, convert, encode, mux, each overlapped with the next, to one finished
file.

Threads draw and encode segments (see ``segment_workers``), or an executor does; the caller's thread muxes. What waits
between them is bounded, and any of them that fails ends the others.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from velocity_engine.errors import RenderCancelled, RenderFailed, VelocityError
from velocity_engine.media.audio import RATE, AudioPlan, mix_audio
from velocity_engine.model.gc_threshold import raised_gc_threshold
from velocity_engine.mux.muxer import Muxer, Sound
from velocity_engine.pipeline.draw import SegmentWork, StageClock, TileCount
from velocity_engine.pipeline.poster import write_poster
from velocity_engine.pipeline.prepared import Video
from velocity_engine.pipeline.progress import Progress, ProgressMeter
from velocity_engine.pipeline.segment_workers import SegmentWorkers
from velocity_engine.pipeline.written import check_files
from velocity_engine.plugin_types import (
    EncodedPacket,
    EncodedSegment,
    FileRequest,
    FileWriter,
    RenderWatch,
    Segment,
    WritesFiles,
)
from velocity_engine.plugins.asked import asked_writer
from velocity_engine.plugins.outputs import numbered
from velocity_engine.storage.delivery import Deliveries


@dataclass(frozen=True, slots=True)
class RenderStats:
    """``seconds`` is wall time, ``seconds_by_stage`` the time each stage worked, over all threads (they overlap).

    ``held_frames`` of the ``frames`` and ``held_tiles`` of all their ``tiles`` were the same as in the frame before.
    """

    frames: int
    held_frames: int
    seconds: float
    size_bytes: int
    tiles: int = 0
    held_tiles: int = 0
    seconds_by_stage: Mapping[str, float] = field(default_factory=dict)


class PacketSource(Protocol):
    """Who renders the segments: returns their packets in order, each with the output frame at which its segment
    begins."""

    @property
    def frames_done(self) -> int: ...

    @property
    def frames_held(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[EncodedPacket, int]]: ...

    def add_to(self, clock: StageClock, tiles: TileCount) -> None: ...

    def __enter__(self) -> PacketSource: ...

    def __exit__(self, *error: Any) -> None: ...


def render_to_file(
    video: Video,
    output_path: str | os.PathLike[str],
    audio_plan: AudioPlan | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    execute: Execute | None = None,
) -> RenderStats:
    """Renders a video to a path or a URL, where it appears when it is whole, checked and stored; else nothing is left.

    ``execute`` renders the segments; None: threads of this process, with the same bytes as the result. ``cancelled``
    is asked at every frame, from several threads; ``progress`` is called on the caller's.

    Raises RenderCancelled, StorageError, MediaError, RenderFailed.
    """
    started = time.perf_counter()
    meter = ProgressMeter(progress, video.frame_count)
    source: PacketSource = (
        SegmentWorkers(
            SegmentWork(video.scene, video.settings, video.rate, cancelled, codec=video.codec), video.segments
        )
        if execute is None
        else ExecutedSegments(execute, video.segments, SegmentWatch(cancelled, meter))
    )
    clock = StageClock()

    def working() -> None:
        _stop_if(cancelled)
        meter.tell(video.frame_count, "finishing")

    try:
        with Deliveries(output_path, numbered if video.container.numbered else None) as delivery:
            if video.poster is not None:
                with clock.stage("poster"):
                    size = video.scene.width, video.scene.height
                    write_poster(video.poster, size, delivery.beside(video.poster.poster.output))
            writer = _open_writer(delivery, video, audio_plan, working)
            try:
                with raised_gc_threshold(), source:
                    _write(source, writer, meter, clock, cancelled)
                meter.tell(video.frame_count, "finishing")
                with clock.stage("mux"):
                    writer.close()
            except BaseException:
                writer.abandon()
                raise
            seconds = float(video.frame_count / video.rate)
            check_files(delivery.parts, video.codec, video.container, video.drawn_frames, seconds)
            size_bytes = _store(delivery, meter, video.frame_count, clock, cancelled)
    except VelocityError:
        raise
    except Exception as error:
        raise _failure(error) from error
    tiles = TileCount()
    source.add_to(clock, tiles)
    meter.tell(video.frame_count, "done")
    seconds = time.perf_counter() - started
    return RenderStats(
        video.drawn_frames, source.frames_held, seconds, size_bytes, tiles.total, tiles.held, clock.seconds
    )


def _failure(error: Exception) -> RenderFailed:
    """What people read of an error that is no VelocityError: of its own words, none are for them."""
    if isinstance(error, MemoryError):
        return RenderFailed("there is too little memory to render this", hint="Choose a smaller resolution")
    if isinstance(error, OSError) and error.strerror:
        return RenderFailed(f"rendering failed: {error.strerror}")
    return RenderFailed("rendering failed: the engine or a plugin made a mistake")


def _stop_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise RenderCancelled("the render was cancelled")


def _open_writer(delivery: Deliveries, video: Video, plan: AudioPlan | None, working: Callable[[], None]) -> FileWriter:
    sound = mix_audio(plan) if plan is not None and plan.tracks else None
    size = video.scene.width, video.scene.height
    if isinstance(video.codec, WritesFiles):
        request = FileRequest(
            container=video.container,
            config=video.config,
            width=size[0],
            height=size[1],
            rate=video.rate,
            frame_count=video.drawn_frames,
            path=lambda number: str(delivery.part(number)),
            sound=sound,
            sample_rate=RATE,
            working=working,
        )
        return asked_writer(video.codec, request)
    return Muxer(
        str(delivery.part()),
        video.container,
        video.settings,
        size,
        video.rate,
        None if sound is None else Sound(sound, bit_rate=video.config.audio_bitrate),
    )


def _write(
    source: PacketSource, writer: FileWriter, meter: ProgressMeter, clock: StageClock, cancelled: Callable[[], bool]
) -> None:
    meter.tell(0, "rendering")
    for packet, first in source:
        _stop_if(cancelled)
        with clock.stage("mux"):
            writer.write(packet, first)
        meter.tell(source.frames_done, "rendering")


def _store(
    delivery: Deliveries, meter: ProgressMeter, frame_count: int, clock: StageClock, cancelled: Callable[[], bool]
) -> int:
    """Stores the finished file; its size in bytes."""

    def sent(_count: int) -> None:
        _stop_if(cancelled)
        meter.tell(frame_count, "storing")

    meter.tell(frame_count, "storing")
    with clock.stage("store"):
        return delivery.store(cancelled, sent)


# --- by an executor ---------------------------------------------------------------------------------------------------


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
        self.frames_held = 0

    @property
    def frames_done(self) -> int:
        return self._watch.frames_done

    def __iter__(self) -> Iterator[tuple[EncodedPacket, int]]:
        waiting: dict[int, EncodedSegment] = {}
        wanted = 0
        for result in self._execute(self._segments, self._watch):
            waiting[result.segment.number] = result
            self._watch.encoded(result.segment, result.segment.last - result.segment.first)
            self.frames_held += result.held_frames
            self._clock.add(result.seconds_by_stage)
            self._tiles.add(result.tiles, result.held_tiles)
            while wanted in waiting:
                done = waiting.pop(wanted)
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
