"""What is measured of a template, each alone: the whole render, its stages, and encoding.

Encoding alone has the settings and the segments of the render, on as many threads, and is fed with frames that lie
ready in memory: the fastest that a render with these settings can be. Besides wall time each measure has processor
time, which says the same on a machine that others use too.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.encode.encoder import SegmentEncoder
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.kernels.compiler.parallel import available_cores
from velocity_engine.pipeline.draw import FrameDrawer, StageClock, Tally
from velocity_engine.pipeline.frame_ring import YuvFrame, YuvRing
from velocity_engine.pipeline.prepared import BLACK
from velocity_engine.pipeline.scene import Scene
from velocity_engine.pipeline.segment import plan_segments
from velocity_engine.pipeline.timeline_scene import TimelineScene
from velocity_engine.plugin_types import Segment
from velocity_engine.plugins.output_shape import tuned


@dataclass(frozen=True, slots=True)
class Job:
    """A render: ``size`` in pixels, ``count`` frames from the template's first at ``rate``."""

    template: ve.Template
    encoder: ve.EncoderConfig
    size: tuple[int, int]
    count: int
    rate: Fraction


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds by the clock, and of the processor on all threads of this process."""

    wall: float
    cpu: float


def job(template: ve.Template, size: tuple[int, int], most: int) -> Job:
    """5 Mbit/s at 1920x1080, and as much for each pixel at other sizes."""
    bitrate = 625_000 * size[0] * size[1] // (1920 * 1080)
    encoder = tuned(template.document, ve.EncoderConfig(bitrate=ve.BytesPerSecond(bitrate), resolution=size))
    rate = Fraction(template.frame_rate).limit_denominator(1001)
    return Job(template, encoder, size, min(template.frame_count, most), rate)


def taken(work: Callable[[], object]) -> Taken:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Taken(time.perf_counter() - wall, time.process_time() - cpu)


@contextmanager
def on_processors(count: int | None) -> Iterator[None]:
    """Holds this process to ``count`` processors; None for all."""
    if count is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def end_to_end(work: Job, output: Path) -> ve.RenderResult:
    first = work.template.first_frame
    return ve.render(work.template, output, encoder=work.encoder, frames=(first, first + work.count))


@contextmanager
def scene(work: Job) -> Iterator[TimelineScene]:
    plan = work.template.plan()
    try:
        viewport = fit_viewport((work.template.width, work.template.height), *work.size)
        yield TimelineScene(Evaluator(plan), viewport, BLACK, work.template.first_frame, 1.0)
    finally:
        plan.close()


class ProcessorClock(StageClock):
    """A clock of the stages that counts the processor's time of their thread."""

    now = staticmethod(time.thread_time)


def drawing(work: Job) -> tuple[dict[str, float], dict[str, float]]:
    """Processor seconds of evaluating, compositing and converting on one thread: of the first frame of a new plan, and
    of all frames."""
    clock = ProcessorClock()
    first: dict[str, float] = {}
    with scene(work) as shown:
        for _ in _drawn(shown, work.count, clock):
            first = first or dict(clock.seconds)
    return first, clock.seconds


def stages(work: Job) -> tuple[dict[str, float], dict[str, float]]:
    """What ``drawing`` gives, with encoding: that of the segments, with frames that lie ready in memory."""
    first, whole = drawing(work)
    frames = frames_in_memory(work)
    with on_processors(1):
        first["encode"] = taken(lambda: encode(work, frames[:1])).cpu
        whole["encode"] = taken(lambda: encode(work, frames)).cpu
    return first, whole


def _drawn(scene: Scene, count: int, clock: StageClock) -> Iterator[YuvFrame | None]:
    """Each frame, to be read before the next; None for one that is held."""
    ring = YuvRing(scene.width, scene.height, 1)
    drawer = FrameDrawer(scene, ring, Tally(clock), lambda: False)
    try:
        for drawn in drawer.draw(Segment(number=0, first=0, last=count)):
            yield drawn
            if drawn is not None:
                ring.give_back(drawn)
    finally:
        drawer.close()


def frames_in_memory(work: Job) -> list[av.VideoFrame]:
    """All frames as the encoder takes them; a held frame is the same object as the one before."""
    with scene(work) as shown:
        return frames_of(shown, work.count)


def frames_of(scene: Scene, count: int) -> list[av.VideoFrame]:
    kept: list[av.VideoFrame] = []
    for drawn in _drawn(scene, count, StageClock()):
        kept.append(kept[-1] if drawn is None else _copy(drawn.frame))
    return kept


def _copy(frame: av.VideoFrame) -> av.VideoFrame:
    copied = av.VideoFrame(frame.width, frame.height, "yuv420p")
    for target, source in zip(copied.planes, frame.planes, strict=True):
        np.frombuffer(target, np.uint8)[:] = np.frombuffer(source, np.uint8)  # type: ignore[call-overload]
    return copied


def encode_alone(work: Job, frames: Sequence[av.VideoFrame]) -> int:
    """One encoder with as many threads as it likes, as one would use it through PyAV; the number of bytes."""
    settings = plugins.codec(work.encoder.codec_name).settings(work.encoder, *work.size, work.rate)
    encoder = SegmentEncoder(replace(settings, threads=0), *work.size, work.rate, len(frames))
    size = sum(len(packet.data) for frame in frames for packet in encoder.encode(frame))
    return size + sum(len(packet.data) for packet in encoder.finish())


def encode(work: Job, frames: Sequence[av.VideoFrame]) -> int:
    """Encodes all frames in the segments of the render and does nothing else; the number of bytes."""
    settings = plugins.codec(work.encoder.codec_name).settings(work.encoder, *work.size, work.rate)
    segments = plan_segments(len(frames), work.encoder, settings, work.rate)

    def encoded(segment: Segment) -> int:
        encoder = SegmentEncoder(settings, *work.size, work.rate, segment.last - segment.first)
        size = 0
        for frame in frames[segment.first : segment.last]:
            size += sum(len(packet.data) for packet in encoder.encode(frame))
        return size + sum(len(packet.data) for packet in encoder.finish())

    with ThreadPoolExecutor(min(available_cores(), len(segments))) as workers:
        return sum(workers.map(encoded, segments))
