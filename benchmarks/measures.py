"""The three things that are measured of a template, each alone: the whole render, compositing, and encoding.

Encoding alone is one continuous encoder with the settings of the render, fed with frames that lie ready in memory: the
fastest that a render with these settings can be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

import velocity_engine as ve
from velocity_engine import plugins
from velocity_engine.api import BLACK, TimelineScene
from velocity_engine.composite import FrameCompositor, Rect
from velocity_engine.encode import SegmentEncoder
from velocity_engine.evaluate import Evaluator, fit_viewport
from velocity_engine.kernels.yuv import rgba_to_yuv420

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


@dataclass(frozen=True, slots=True)
class Job:
    """A render: ``size`` in pixels, ``count`` frames at ``rate``."""

    template: ve.Template
    encoder: ve.EncoderConfig
    size: tuple[int, int]
    count: int
    rate: Fraction


def job(template: ve.Template, encoder: ve.EncoderConfig, size: tuple[int, int]) -> Job:
    return Job(template, encoder, size, template.frame_count, Fraction(template.frame_rate).limit_denominator(1001))


def end_to_end(work: Job, output: Path) -> ve.RenderResult:
    return ve.render(work.template, output, encoder=work.encoder)


@contextmanager
def _scene(work: Job) -> Iterator[TimelineScene]:
    plan = work.template.plan()
    try:
        width, height = work.size
        viewport = fit_viewport((work.template.width, work.template.height), width, height)
        yield TimelineScene(Evaluator(plan), viewport, BLACK, work.template.first_frame, 1.0)
    finally:
        plan.close()


def composite(work: Job) -> int:
    """Evaluates, composites and converts all frames on one thread and keeps none; the number of frames held."""
    held = 0
    with _scene(work) as scene:
        frames = FrameCompositor(*work.size)
        planes = _planes(work.size)
        for index in range(work.count):
            canvas, regions = frames.advance(scene.display_list(index))
            held += not regions
            _convert(canvas, regions, planes)
    return held


def frames_in_memory(work: Job) -> list[Planes]:
    """All frames as planes of YUV 4:2:0; a held frame is the same object as the one before."""
    kept: list[Planes] = []
    with _scene(work) as scene:
        frames = FrameCompositor(*work.size)
        planes = _planes(work.size)
        for index in range(work.count):
            canvas, regions = frames.advance(scene.display_list(index))
            if regions or not kept:
                _convert(canvas, regions, planes)
                kept.append((planes[0].copy(), planes[1].copy(), planes[2].copy()))
            else:
                kept.append(kept[-1])
    return kept


def _planes(size: tuple[int, int]) -> Planes:
    width, height = size
    chroma = (height // 2, width // 2)
    return np.empty((height, width), np.uint8), np.empty(chroma, np.uint8), np.empty(chroma, np.uint8)


def _convert(canvas: NDArray[np.uint8], regions: Sequence[Rect], planes: Planes) -> None:
    for region in regions:
        rgba_to_yuv420(canvas, *planes, *region)


def video_frames(kept: Sequence[Planes], size: tuple[int, int]) -> list[av.VideoFrame]:
    """The frames as the encoder takes them, made before the clock runs."""
    made: list[av.VideoFrame] = []
    before: Planes | None = None
    for planes in kept:
        made.append(made[-1] if planes is before else _video_frame(planes, size))
        before = planes
    return made


def _video_frame(planes: Planes, size: tuple[int, int]) -> av.VideoFrame:
    frame = av.VideoFrame(*size, "yuv420p")
    for plane, pixels in zip(frame.planes, planes, strict=True):
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        rows[: pixels.shape[0], : pixels.shape[1]] = pixels
    return frame


def encode(work: Job, frames: Sequence[av.VideoFrame]) -> int:
    """Encodes all frames as one segment and nothing else; the number of bytes."""
    settings = plugins.codec(work.encoder.codec_name).settings(work.encoder, *work.size, work.rate)
    encoder = SegmentEncoder(settings, *work.size, work.rate, len(frames))
    size = 0
    for frame in frames:
        size += sum(len(packet.data) for packet in encoder.encode(frame))
    return size + sum(len(packet.data) for packet in encoder.finish())
