"""Rendering: a still picture as an array, or a video as a file."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from velocity_engine import plugins
from velocity_engine.display import RGBA, DisplayList
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import Finding, FrameRangeError, Place, RenderFailed, VelocityError
from velocity_engine.evaluate.evaluation_pass import Viewport, fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.files.regular import output_file
from velocity_engine.plan.plan import Plan
from velocity_engine.template import (
    Assets,
    Customizations,
    FrameRange,
    Template,
    all_findings,
    encoder_problems,
    output_rate,
    output_size,
)

if TYPE_CHECKING:
    from velocity_engine.composite import Compositor
    from velocity_engine.pipeline.progress import Progress
    from velocity_engine.plugin_types import Executor

CLEAR: RGBA = (0.0, 0.0, 0.0, 0.0)
BLACK: RGBA = (0.0, 0.0, 0.0, 1.0)
MAX_STILL_PIXELS = 16_384 * 8_192


@dataclass(frozen=True, slots=True)
class RenderResult:
    """``frames`` written, ``seconds`` the render took, ``size_bytes`` of the file, ``held_frames`` that were the same
    as the one before, ``held_tiles`` of all their ``tiles`` (64 x 64 pixels) in which nothing changed; ``findings`` is
    what was not drawn as the author meant."""

    output: str
    frames: int
    seconds: float
    size_bytes: int
    held_frames: int = 0
    findings: tuple[Finding, ...] = ()
    seconds_by_stage: dict[str, float] = field(default_factory=dict)
    tiles: int = 0
    held_tiles: int = 0

    @property
    def fps(self) -> float:
        return self.frames / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class TimelineScene:
    """``Scene`` of a plan: output frame n shows composition time ``start + n * step``."""

    evaluator: Evaluator
    viewport: Viewport
    background: RGBA
    start: float
    step: float

    @property
    def width(self) -> int:
        return self.viewport.width

    @property
    def height(self) -> int:
        return self.viewport.height

    def display_list(self, output_frame: int) -> DisplayList:
        return self.evaluator.display_list(self.start + output_frame * self.step, self.viewport, self.background)


class WarmStill:
    """The plan, evaluator and compositor of the last still, kept for the next one of the same template."""

    def __init__(self, plan: Plan, compositor: Compositor) -> None:
        self.plan = plan
        self.evaluator = Evaluator(plan)
        self.compositor = compositor
        self.lock = threading.Lock()

    def close(self) -> None:
        with self.lock:
            self.plan.close()


def _warm_still(template: Template) -> WarmStill:
    if template.warm is None:
        template.warm = _new_still(template.plan())
    warm: WarmStill = template.warm
    return warm


def _new_still(plan: Plan) -> WarmStill:
    from velocity_engine.composite import Compositor

    return WarmStill(plan, Compositor())


def render_still(
    template: Template,
    frame: float = 0.0,
    size: tuple[int, int] | None = None,
    customizations: Customizations | None = None,
    assets: Assets | None = None,
) -> NDArray[np.uint8]:
    """One frame as (height, width, 4) uint8, straight alpha, on a clear ground.

    ``frame`` in frames of the composition's own timeline, ``size`` (width, height) in pixels, by default the
    composition's. Another aspect ratio is fitted inside. What is missing or not supported is left out
    (``template.findings`` tells); CustomizationError and FrameRangeError are raised.
    """
    width, height = size or (template.width, template.height)
    if not (width >= 1 and height >= 1 and width * height <= MAX_STILL_PIXELS):
        raise FrameRangeError(
            f"the size {width}x{height} cannot be drawn", place=Place(field="size"), hint="Sides start at 1 pixel"
        )
    if not math.isfinite(frame):
        raise FrameRangeError(f"frame {frame} is not a number", place=Place(field="frame"))
    if not customizations:
        return _draw_still(_warm_still(template), template, frame, width, height)
    still = _new_still(template.plan(customizations, assets))
    try:
        return _draw_still(still, template, frame, width, height)
    finally:
        still.close()


def _draw_still(still: WarmStill, template: Template, frame: float, width: int, height: int) -> NDArray[np.uint8]:
    from velocity_engine.kernels.pixels.unpremultiply import to_straight

    viewport = fit_viewport((template.width, template.height), width, height)
    canvas = np.zeros((height, width, 4), np.uint8)
    with still.lock:
        still.compositor.draw(still.evaluator.display_list(frame, viewport, CLEAR), canvas)
    to_straight(canvas)
    return canvas


def render(
    template: Template,
    output: str | os.PathLike[str],
    *,
    encoder: EncoderConfig | None = None,
    customizations: Customizations | None = None,
    assets: Assets | None = None,
    audio: str | os.PathLike[str] | None = None,
    frames: FrameRange | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | threading.Event | None = None,
    executor: str | Executor | None = None,
) -> RenderResult:
    """Renders a video file.

    ``frames`` is (start, end) in frames of the composition, half-open, or a marker's name. ``audio`` is mixed with the
    template's audio layers. ``progress`` is called some times a second; ``cancelled`` (a function or an event) is asked
    at every frame and ends the render with RenderCancelled, without a file. ``assets`` gives the files that
    ``{"assetId": ...}`` names. ``executor``, an installed one's name or an object that follows its protocol, renders
    the segments, to the same bytes; by default all processors of this machine do.

    What stands at ``output`` is replaced where it is a file; a symbolic link stays, and what it points to is replaced.

    Raises CustomizationError, EncoderConfigError, FrameRangeError, PluginError before any work, and StorageError where
    a device, a pipe, a socket or a folder stands at ``output``; RenderFailed where the template itself cannot be
    rendered (a missing picture, say); MediaError, StorageError.
    """
    from velocity_engine.evaluate.soundtrack import audio_plan
    from velocity_engine.pipeline.render_file import render_to_file

    output_file(output)
    encoder = encoder or EncoderConfig()
    raise_first(encoder_problems(template, encoder))
    chosen = plugins.executor(executor) if isinstance(executor, str) else executor
    start, end = template.frame_range(frames)
    width, height = output_size(template, encoder)
    rate = output_rate(template, encoder)
    count = frame_total(start, end, template.frame_rate, rate)
    plan = template.plan(customizations, assets)
    try:
        _raise_on_errors(all_findings(plan.document, plan))
        scene = TimelineScene(
            Evaluator(plan),
            fit_viewport((template.width, template.height), width, height),
            plan.document.background or BLACK,
            start,
            template.frame_rate / float(rate),
        )
        sound = audio_plan(plan, start, count / rate, os.fspath(audio) if audio is not None else None)
        stats = render_to_file(
            scene, os.fspath(output), encoder, count, rate, sound, progress, _question(cancelled), chosen
        )
        findings = all_findings(plan.document, plan)
    finally:
        plan.close()
    return RenderResult(
        os.fspath(output),
        stats.frames,
        stats.seconds,
        stats.size_bytes,
        stats.held_frames,
        findings,
        dict(stats.seconds_by_stage),
        stats.tiles,
        stats.held_tiles,
    )


def frame_total(start: float, end: float, frame_rate: float, rate: Fraction) -> int:
    """How many output frames at ``rate`` the composition's frames [start, end) take, at least one."""
    return max(math.ceil((end - start) / frame_rate * rate - 1e-6), 1)


def raise_first(problems: list[VelocityError]) -> None:
    """Raises the first problem; the others go with it as notes."""
    if problems:
        for other in problems[1:]:
            problems[0].add_note(str(other))
        raise problems[0]


def _question(cancelled: Callable[[], bool] | threading.Event | None) -> Callable[[], bool]:
    if cancelled is None:
        return lambda: False
    return cancelled.is_set if isinstance(cancelled, threading.Event) else cancelled


def _raise_on_errors(findings: tuple[Finding, ...]) -> None:
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        failure: Any = RenderFailed(f"{errors[0].message}{more}", place=errors[0].place)
        for finding in errors[1:]:
            failure.add_note(f"{finding.message} ({finding.place})")
        raise failure
