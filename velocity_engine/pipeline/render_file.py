"""The render pipeline: evaluate and composite, convert, encode, mux, each overlapped with the next, to one finished
file.

Threads draw and encode segments (see ``segment_workers``), or an executor does; the caller's thread muxes. What waits
between them is bounded, and any of them that fails ends the others.
"""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from velocity_engine import plugins
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import MediaError, RenderCancelled, RenderFailed, StorageError, VelocityError
from velocity_engine.files.regular import output_file
from velocity_engine.media.audio import AudioPlan, mix_audio
from velocity_engine.media.probe import written_length
from velocity_engine.model.gc_threshold import raised_gc_threshold
from velocity_engine.mux.muxer import Muxer
from velocity_engine.pipeline.draw import SegmentWork, StageClock, TileCount
from velocity_engine.pipeline.progress import Progress, ProgressMeter
from velocity_engine.pipeline.scene import Scene
from velocity_engine.pipeline.segment import plan_segments
from velocity_engine.pipeline.segment_workers import SegmentWorkers
from velocity_engine.plugin_types import EncodedPacket, EncodedSegment, EncoderSettings, Executor, Segment


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
    """Who renders the segments: gives their packets in order, each with the output frame at which its segment
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
    scene: Scene,
    output_path: str | os.PathLike[str],
    config: EncoderConfig,
    frame_count: int,
    rate: Fraction,
    audio_plan: AudioPlan | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    executor: Executor | None = None,
) -> RenderStats:
    """Renders output frames 0 .. ``frame_count`` - 1 of ``scene`` at ``rate`` frames a second to a file.

    The configuration must have no problems. The file appears under its name when it is whole, checked and on the
    disk; else nothing is left. ``executor`` None: this process; another gets the segments to render, with the same
    bytes as the result. ``cancelled`` is asked at every frame, from several threads; ``progress`` is called on the
    caller's.

    Raises RenderCancelled, StorageError, MediaError, RenderFailed.
    """
    started = time.perf_counter()
    settings = plugins.codec(config.codec_name).settings(config, scene.width, scene.height, rate)
    segments = plan_segments(frame_count, config, settings, rate)
    work = SegmentWork(scene, settings, rate, cancelled)
    source: PacketSource = (
        SegmentWorkers(work, segments) if executor is None else ExecutedSegments(work, segments, executor)
    )
    meter = ProgressMeter(progress, frame_count)
    clock = StageClock()
    target = output_file(output_path)
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        muxer = _open_muxer(part, config, settings, scene, rate, audio_plan)
        try:
            with raised_gc_threshold(), source:
                _write(source, muxer, meter, clock, cancelled)
            meter.tell(frame_count, "finishing")
            with clock.stage("mux"):
                muxer.close()
        except BaseException:
            muxer.abandon()
            raise
        size = _finish(part, target, frame_count, rate)
    except VelocityError:
        raise
    except Exception as error:
        raise _failure(error) from error
    finally:
        part.unlink(missing_ok=True)
    tiles = TileCount()
    source.add_to(clock, tiles)
    meter.tell(frame_count, "done")
    seconds = time.perf_counter() - started
    return RenderStats(frame_count, source.frames_held, seconds, size, tiles.total, tiles.held, clock.seconds)


def _failure(error: Exception) -> RenderFailed:
    """What people read of an error that is no VelocityError: of its own words, none are for them."""
    if isinstance(error, MemoryError):
        return RenderFailed("there is too little memory to render this", hint="Choose a smaller resolution")
    if isinstance(error, OSError) and error.strerror:
        return RenderFailed(f"rendering failed: {error.strerror}")
    return RenderFailed("rendering failed: the engine or a plugin made a mistake")


def _open_muxer(
    part: Path, config: EncoderConfig, settings: EncoderSettings, scene: Scene, rate: Fraction, plan: AudioPlan | None
) -> Muxer:
    return Muxer(
        str(part),
        config.container,
        settings,
        (scene.width, scene.height),
        rate,
        audio=mix_audio(plan) if plan is not None and plan.tracks else None,
        audio_bit_rate=config.audio_bitrate,
    )


def _write(
    source: PacketSource, muxer: Muxer, meter: ProgressMeter, clock: StageClock, cancelled: Callable[[], bool]
) -> None:
    meter.tell(0, "rendering")
    for packet, first in source:
        if cancelled():
            raise RenderCancelled("the render was cancelled")
        with clock.stage("mux"):
            muxer.write(packet, first)
        meter.tell(source.frames_done, "rendering")


def _finish(part: Path, target: Path, frame_count: int, rate: Fraction) -> int:
    """Checks the file, brings it to the disk and gives it its name; its size in bytes."""
    try:
        frames, seconds = written_length(part)
    except MediaError as error:
        raise RenderFailed("the finished file cannot be read back") from error
    expected = float(frame_count / rate)
    if frames != frame_count or abs(seconds - expected) > float(1 / rate):
        found = f"{frames} frames and {seconds:.3f} s"
        raise RenderFailed(f"the finished file has {found}, not {frame_count} and {expected:.3f}")
    try:
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
        _sync_folder(target.parent)
        return target.stat().st_size
    except OSError as error:
        raise StorageError(f"the video cannot be stored: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    with suppress(OSError, AttributeError):  # not every system lets a folder be opened
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# --- by an executor ---------------------------------------------------------------------------------------------------


class ExecutedSegments:
    """The packets of segments that an executor renders, in order, whatever order it gives them in."""

    def __init__(self, work: SegmentWork, segments: Sequence[Segment], executor: Executor) -> None:
        self._work, self._segments, self._executor = work, segments, executor
        self._clock, self._tiles = StageClock(), TileCount()
        self.frames_done = 0
        self.frames_held = 0

    def __iter__(self) -> Iterator[tuple[EncodedPacket, int]]:
        waiting: dict[int, EncodedSegment] = {}
        wanted = 0
        for result in self._executor.run(self._work, self._segments, self._work.cancelled):
            waiting[result.segment.number] = result
            self.frames_done += result.segment.last - result.segment.first
            self.frames_held += result.held_frames
            self._clock.add(result.seconds_by_stage)
            self._tiles.add(result.tiles, result.held_tiles)
            while wanted in waiting:
                done = waiting.pop(wanted)
                yield from ((packet, done.segment.first) for packet in done.packets)
                wanted += 1
        if wanted < len(self._segments):
            if self._work.cancelled():
                raise RenderCancelled("the render was cancelled")
            raise RenderFailed(f"the executor gave {wanted} of {len(self._segments)} segments")

    def add_to(self, clock: StageClock, tiles: TileCount) -> None:
        clock.add(self._clock.seconds)
        tiles.add(self._tiles.total, self._tiles.held)

    def __enter__(self) -> ExecutedSegments:
        return self

    def __exit__(self, *error: Any) -> None:
        return
