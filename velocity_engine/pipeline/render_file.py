"""The render pipeline: evaluate and composite, convert, encode, mux, each overlapped with the next, to one finished
file.

Threads draw and encode segments (see ``segment_workers``), or an executor does; the caller's thread muxes. What waits
between them is bounded, and any of them that fails ends the others.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from velocity_engine.cache.render_cache import CacheUse
from velocity_engine.errors import RenderCancelled, RenderFailed, VelocityError
from velocity_engine.model.gc_threshold import raised_gc_threshold
from velocity_engine.mux.muxer import Beside, Muxer, Sound
from velocity_engine.pipeline.captions import write_sidecar
from velocity_engine.pipeline.draw import SegmentWork, StageClock, TileCount
from velocity_engine.pipeline.executed_segments import Execute, ExecutedSegments, SegmentWatch
from velocity_engine.pipeline.packet_source import PacketSource
from velocity_engine.pipeline.poster import write_poster
from velocity_engine.pipeline.prepared import Video
from velocity_engine.pipeline.progress import Progress, ProgressMeter
from velocity_engine.pipeline.repeated_segments import RepeatedSegments
from velocity_engine.pipeline.reuse import ReusedSegments, look_up
from velocity_engine.pipeline.segment_prints import Printing, SegmentPrint
from velocity_engine.pipeline.segment_workers import SegmentWorkers
from velocity_engine.pipeline.written import check_files
from velocity_engine.plugin_types import EncodedSegment, FileRequest, FileWriter, RenderWatch, Segment, WritesFiles
from velocity_engine.plugins.asked import asked_writer
from velocity_engine.plugins.outputs import numbered
from velocity_engine.sound.mixing import mix_audio
from velocity_engine.sound.tracks import RATE, AudioPlan
from velocity_engine.storage.delivery import Deliveries


@dataclass(frozen=True, slots=True)
class RenderStats:
    """``seconds`` is wall time, ``seconds_by_stage`` the time each stage worked, over all threads (they overlap).

    ``held_frames`` of the ``frames`` and ``held_tiles`` of all their ``tiles`` were the same as in the frame before.
    ``reused_frames`` were not drawn, since an earlier render had encoded them. ``segments`` are the fingerprints.
    """

    frames: int
    held_frames: int
    seconds: float
    size_bytes: int
    tiles: int = 0
    held_tiles: int = 0
    seconds_by_stage: Mapping[str, float] = field(default_factory=dict)
    reused_frames: int = 0
    segments: tuple[SegmentPrint, ...] = ()


@dataclass(frozen=True, slots=True)
class Ways:
    """How a file comes to be: ``execute`` renders the segments; None: threads of this process, with the same bytes as
    the result. ``cache`` has segments of earlier renders, and gets these. ``finished`` is called with the files by what
    they are, "video", "poster" and "sidecar", when they are whole and checked, before they are stored."""

    execute: Execute | None = None
    cache: CacheUse | None = None
    finished: Callable[[Mapping[str, Path], RenderStats], None] | None = None


def render_to_file(
    video: Video,
    output_path: str | os.PathLike[str],
    audio_plan: AudioPlan | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    ways: Ways | None = None,
) -> RenderStats:
    """Renders a video to a path or a URL, where it appears when it is whole, checked and stored; else nothing is left.

    ``cancelled`` is asked at every frame, from several threads; ``progress`` is called on the caller's.

    Raises RenderCancelled, StorageError, MediaError, RenderFailed.
    """
    started = time.perf_counter()
    meter = ProgressMeter(progress, video.frame_count)
    ways = ways or Ways()
    clock = StageClock()

    def working() -> None:
        _stop_if(cancelled)
        meter.tell(video.frame_count, "finishing")

    try:
        with Deliveries(output_path, numbered if video.container.numbered else None) as delivery:
            further: dict[str, Path] = {}
            if video.poster is not None:
                with clock.stage("poster"):
                    size = video.scene.width, video.scene.height
                    further["poster"] = delivery.beside(video.poster.poster.output)
                    write_poster(video.poster, size, further["poster"])
            if video.captions is not None and video.captions.sidecar is not None:
                further["sidecar"] = delivery.beside(video.captions.sidecar)
                write_sidecar(video.captions, further["sidecar"])
            source = _source(video, ways, cancelled, meter, clock)
            writer = _open_writer(delivery, video, audio_plan, working)
            try:
                with raised_gc_threshold(), source:
                    printing = _write(source, writer, meter, clock, cancelled)
                meter.tell(video.frame_count, "finishing")
                with clock.stage("mux"):
                    writer.close()
            except BaseException:
                writer.abandon()
                raise
            seconds = float(video.frame_count / video.rate)
            check_files(delivery.parts, video.codec, video.container, video.drawn_frames, seconds)
            stats = replace(_stats(video, source, clock), segments=printing.prints(video.segments, source))
            if ways.finished is not None and len(delivery.parts) == 1:
                ways.finished({"video": delivery.part(), **further}, stats)
            with clock.stage("store"):
                size_bytes = store_finished(delivery, meter, video.frame_count, cancelled)
    except VelocityError:
        raise
    except Exception as error:
        raise _failure(error) from error
    meter.tell(video.frame_count, "done")
    return replace(stats, seconds=time.perf_counter() - started, size_bytes=size_bytes)


def _source(
    video: Video, ways: Ways, cancelled: Callable[[], bool], meter: ProgressMeter, clock: StageClock
) -> PacketSource:
    """Who renders the segments, but for those that the cache has, and those that show an earlier one again."""

    own = [segment for segment in video.segments if segment.number not in video.repeats]

    def rendered(segments: Sequence[Segment]) -> PacketSource:
        if ways.execute is not None or not segments:
            execute = ways.execute if segments else None
            return ExecutedSegments(execute or _nothing, segments, SegmentWatch(cancelled, meter))
        work = SegmentWork(video.scene, video.settings, video.rate, cancelled, codec=video.codec)
        return SegmentWorkers(work, segments)

    keys = None if ways.cache is None else video.keys()
    if ways.cache is None or keys is None:
        source = rendered(own)
    else:
        with clock.stage("lookup"):
            found = look_up(ways.cache, keys, video.scene, own, lambda: _stop_if(cancelled))
        left = [segment for segment in own if segment.number not in found.kept]
        source = ReusedSegments(ways.cache, found, own, rendered(left))
    return RepeatedSegments(source, video.segments, video.repeats) if video.repeats else source


def _nothing(_segments: Sequence[Segment], _watch: RenderWatch) -> tuple[EncodedSegment, ...]:
    return ()


def _stats(video: Video, source: PacketSource, clock: StageClock) -> RenderStats:
    tiles = TileCount()
    source.add_to(clock, tiles)
    return RenderStats(
        frames=video.drawn_frames,
        held_frames=source.frames_held,
        seconds=0.0,
        size_bytes=0,
        tiles=tiles.total,
        held_tiles=tiles.held,
        seconds_by_stage=clock.seconds,
        reused_frames=source.frames_reused,
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
    sound = mix_audio(plan) if plan is not None and not plan.is_silent else None
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
        Beside(
            sound=None if sound is None else Sound(sound, bit_rate=video.config.audio_bitrate),
            texts=None if video.captions is None else video.captions.track,
        ),
    )


def _write(
    source: PacketSource, writer: FileWriter, meter: ProgressMeter, clock: StageClock, cancelled: Callable[[], bool]
) -> Printing:
    meter.tell(0, "rendering")
    printing = Printing()
    for packet, first in source:
        _stop_if(cancelled)
        printing.add(packet, first)
        with clock.stage("mux"):
            writer.write(packet, first)
        if meter.is_due("rendering"):
            meter.tell(source.frames_done, "rendering")
    return printing


def store_finished(delivery: Deliveries, meter: ProgressMeter, frame_count: int, cancelled: Callable[[], bool]) -> int:
    """Stores the finished files, and returns the size of the video in bytes."""

    def sent(_count: int) -> None:
        _stop_if(cancelled)
        meter.tell(frame_count, "storing")

    meter.tell(frame_count, "storing")
    return delivery.store(cancelled, sent)
