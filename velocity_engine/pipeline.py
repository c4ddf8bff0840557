"""The render pipeline: evaluate and composite, convert, encode, mux, each overlapped with the next, to one finished file.

Two threads and the caller's own: one draws frames and converts what changed of them into a ring of YUV frames, one encodes,
the caller's muxes. What waits between them is bounded, and any of them that fails ends the others.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from velocity_engine import plugins
from velocity_engine.audio import AudioPlan, mix_audio
from velocity_engine.channel import Channel, ChannelClosed
from velocity_engine.convert import YuvFrame, YuvRing
from velocity_engine.encode import SegmentEncoder
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import MediaError, RenderCancelled, RenderFailed, StorageError, VelocityError
from velocity_engine.mux import Muxer
from velocity_engine.plugin_types import EncodedPacket, EncodedSegment, EncoderSettings, Executor, Segment
from velocity_engine.probe import probe_video
from velocity_engine.progress import Progress, ProgressMeter
from velocity_engine.scene import Scene
from velocity_engine.segment import plan_segments

RING = 4  # frames being converted, waiting, or encoded
FRAMES_AHEAD = 16  # of which most are held ones where the ring is smaller
PACKETS_AHEAD = 64

SegmentPacket = tuple[EncodedPacket, int]  # the packet and the output frame at which its segment begins


@dataclass(frozen=True, slots=True)
class RenderStats:
    """``seconds`` is wall time, ``seconds_by_stage`` the time each stage worked (they overlap)."""

    frames: int
    held_frames: int
    seconds: float
    size_bytes: int
    seconds_by_stage: Mapping[str, float] = field(default_factory=dict)


class StageClock:
    """Adds up how long each stage worked. A stage belongs to one thread."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def add(self, seconds: Mapping[str, float]) -> None:
        for name, value in seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + value


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

    The configuration must have no problems. The file appears under its name when it is whole, checked and on the disk; else
    nothing is left. ``executor`` None: this process, overlapped; another gets one segment at a time to render, with
    the same bytes as the result. ``cancelled`` is asked at every frame.

    Raises RenderCancelled, StorageError, MediaError, RenderFailed.
    """
    started = time.perf_counter()
    settings = plugins.codec(config.codec_name).settings(config, scene.width, scene.height, rate)
    segments = plan_segments(frame_count, config, settings, rate)
    work = SegmentWork(scene, settings, rate, cancelled)
    meter = ProgressMeter(progress, frame_count)
    clock = StageClock()
    held = HeldCount()
    target = Path(output_path)
    part = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.part")
    if executor is None:
        packets = overlapped(work, segments, clock, held)
    else:
        packets = executed(work, segments, executor, clock, held)
    try:
        muxer = _open_muxer(part, config, settings, scene, rate, audio_plan)
        try:
            meter.tell(0, "rendering")
            _write(packets, muxer, meter, clock, cancelled)
            meter.tell(frame_count, "finishing")
            with clock.stage("mux"):
                muxer.close()
        except BaseException:
            muxer.abandon()
            raise
        size = _finish(part, target, frame_count, rate)
    except (VelocityError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise RenderFailed(f"rendering failed: {error}") from error
    finally:
        packets.close()
        part.unlink(missing_ok=True)
    meter.tell(frame_count, "done")
    return RenderStats(frame_count, held.count, time.perf_counter() - started, size, clock.seconds)


@dataclass(slots=True)
class HeldCount:
    count: int = 0


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
    packets: Iterable[SegmentPacket],
    muxer: Muxer,
    meter: ProgressMeter,
    clock: StageClock,
    cancelled: Callable[[], bool],
) -> None:
    done = 0
    for packet, first in packets:
        if cancelled():
            raise RenderCancelled("the render was cancelled")
        with clock.stage("mux"):
            muxer.write(packet, first)
        done += 1
        meter.tell(done, "rendering")


def _finish(part: Path, target: Path, frame_count: int, rate: Fraction) -> int:
    """Checks the file, brings it to the disk and gives it its name; its size in bytes."""
    try:
        info = probe_video(part)
    except MediaError as error:
        raise RenderFailed("the finished file cannot be read back") from error
    expected = float(frame_count / rate)
    if info.frames != frame_count or abs(info.seconds - expected) > float(1 / rate):
        found = f"{info.frames} frames and {info.seconds:.3f} s"
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


# --- drawing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SegmentWork:
    """What an executor runs: renders and encodes one segment, in one thread."""

    scene: Scene
    settings: EncoderSettings
    rate: Fraction
    cancelled: Callable[[], bool]

    def __call__(self, segment: Segment) -> EncodedSegment:
        clock = StageClock()
        encoder = self.encoder(segment)
        ring = YuvRing(self.scene.width, self.scene.height, 2)
        packets: list[EncodedPacket] = []
        held = 0
        shown: YuvFrame | None = None
        for filled in draw_frames(self.scene, range(segment.first, segment.last), ring, clock, self.cancelled):
            if filled is None:
                held += 1
            else:
                if shown is not None:
                    ring.give_back(shown)
                shown = filled
            assert shown is not None
            with clock.stage("encode"):
                packets += encoder.encode(shown.frame)
        with clock.stage("encode"):
            packets += encoder.finish()
        return EncodedSegment(
            segment=segment,
            packets=tuple(packets),
            extradata=encoder.extradata,
            held_frames=held,
            seconds_by_stage=clock.seconds,
        )

    def encoder(self, segment: Segment) -> SegmentEncoder:
        frames = segment.last - segment.first
        return SegmentEncoder(self.settings, self.scene.width, self.scene.height, self.rate, frames)


def draw_frames(
    scene: Scene, numbers: Iterable[int], ring: YuvRing, clock: StageClock, cancelled: Callable[[], bool]
) -> Iterator[YuvFrame | None]:
    """For each output frame a frame of the ring, or None where it is the same as the one before (never the first)."""
    from velocity_engine.composite import Compositor, FrameCompositor

    compositor = Compositor(threads=_cores())
    frames = FrameCompositor(scene.width, scene.height, compositor)
    first = True
    try:
        for number in numbers:
            if cancelled():
                raise RenderCancelled("the render was cancelled")
            with clock.stage("evaluate"):
                display = scene.display_list(number)
            with clock.stage("composite"):
                canvas, regions = frames.advance(display)
            if not regions and not first:
                yield None
                continue
            first = False
            with clock.stage("convert"):
                filled = ring.fill(canvas, regions)
            yield filled
    finally:
        compositor.close()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# --- in this process, overlapped --------------------------------------------------------------------------------------


def overlapped(work: SegmentWork, segments: Sequence[Segment], clock: StageClock, held: HeldCount) -> Iterator[SegmentPacket]:
    """The packets of all segments in order, while two threads draw and encode ahead. Closing it ends and joins them."""
    ring = YuvRing(work.scene.width, work.scene.height, RING)
    frames: Channel[YuvFrame | None] = Channel(FRAMES_AHEAD)
    packets: Channel[SegmentPacket] = Channel(PACKETS_AHEAD)

    def draw() -> None:
        numbers = range(segments[0].first, segments[-1].last)
        for filled in draw_frames(work.scene, numbers, ring, clock, work.cancelled):
            held.count += filled is None
            frames.put(filled)

    def encode() -> None:
        encode_segments(work, segments, ring, frames, packets, clock)

    threads = [
        threading.Thread(target=_run, args=(draw, frames), name="velocity-draw", daemon=True),
        threading.Thread(target=_run, args=(encode, packets), name="velocity-encode", daemon=True),
    ]
    for thread in threads:
        thread.start()
    try:
        yield from packets
    finally:
        ring.close()
        frames.abort()
        packets.abort()
        for thread in threads:
            thread.join()


def _run(stage: Callable[[], None], output: Channel[YuvFrame | None] | Channel[SegmentPacket]) -> None:
    """Runs a stage; its output channel ends with it, and carries its error on."""
    try:
        stage()
    except ChannelClosed:
        output.abort()
    except BaseException as error:
        output.fail(error)
    else:
        output.finish()


def encode_segments(
    work: SegmentWork,
    segments: Sequence[Segment],
    ring: YuvRing,
    frames: Channel[YuvFrame | None],
    packets: Channel[SegmentPacket],
    clock: StageClock,
) -> None:
    shown: YuvFrame | None = None
    for segment in segments:
        with clock.stage("encode"):
            encoder = work.encoder(segment)
        for _ in range(segment.first, segment.last):
            filled = frames.get()
            if filled is not None:
                if shown is not None:
                    ring.give_back(shown)
                shown = filled
            assert shown is not None
            with clock.stage("encode"):
                made = encoder.encode(shown.frame)
            for packet in made:
                packets.put((packet, segment.first))
        with clock.stage("encode"):
            made = encoder.finish()
        for packet in made:
            packets.put((packet, segment.first))


# --- by an executor ---------------------------------------------------------------------------------------------------


def executed(
    work: SegmentWork, segments: Sequence[Segment], executor: Executor, clock: StageClock, held: HeldCount
) -> Iterator[SegmentPacket]:
    """The packets of all segments in order, whatever order the executor gives them in."""
    waiting: dict[int, EncodedSegment] = {}
    wanted = 0
    for result in executor.run(work, segments, work.cancelled):
        waiting[result.segment.number] = result
        while wanted in waiting:
            done = waiting.pop(wanted)
            clock.add(done.seconds_by_stage)
            held.count += done.held_frames
            yield from ((packet, done.segment.first) for packet in done.packets)
            wanted += 1
    if wanted < len(segments):
        if work.cancelled():
            raise RenderCancelled("the render was cancelled")
        raise RenderFailed(f"the executor gave {wanted} of {len(segments)} segments")
