"""Rendering: a still picture as an array, or a video as a file."""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from velocity_engine import plugins
from velocity_engine.display import RGBA
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import Finding, FrameRangeError, OrderError, Place
from velocity_engine.evaluate.evaluation_pass import fit_viewport
from velocity_engine.evaluate.evaluator import Evaluator
from velocity_engine.order import FileReference, RenderOrder
from velocity_engine.pipeline.prepared import raise_first
from velocity_engine.plan.plan import Plan
from velocity_engine.plugins.outputs import resolve_encoder
from velocity_engine.storage.delivery import check_target
from velocity_engine.storage.fetched import has_changed, reference_to
from velocity_engine.template import (
    Assets,
    Customizations,
    FrameRange,
    Template,
    encoder_problems,
    open_template,
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
    """What a render wrote.

    Attributes:
        output: The path of the video.
        frames: The number of frames in the video.
        seconds: How long the render took.
        size_bytes: The size of the file in bytes.
        held_frames: How many frames were equal to the frame before.
        findings: What was not drawn as the designer meant.
        seconds_by_stage: How many seconds each stage took, by the name of the stage.
        tiles: How many tiles (64 x 64 pixels) all frames have together.
        held_tiles: How many of these were equal to the same tile of the frame before.
        video_seconds: How long the video lasts.
    """

    output: str
    frames: int
    seconds: float
    size_bytes: int
    held_frames: int = 0
    findings: tuple[Finding, ...] = ()
    seconds_by_stage: dict[str, float] = field(default_factory=dict)
    tiles: int = 0
    held_tiles: int = 0
    video_seconds: float = 0.0

    @property
    def fps(self) -> float:
        """The number of frames that were rendered per second."""
        return self.frames / self.seconds if self.seconds > 0 else 0.0


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


_warm_stills: WeakKeyDictionary[Template, WarmStill] = WeakKeyDictionary()
_warm_lock = threading.Lock()


def _warm_still(template: Template) -> WarmStill:
    with _warm_lock:
        warm = _warm_stills.get(template)
        if warm is None:
            warm = _warm_stills[template] = _new_still(template.plan())
            template.on_close(lambda: _forget_still(template))
        return warm


def _forget_still(template: Template) -> None:
    with _warm_lock:
        warm = _warm_stills.pop(template, None)
    if warm is not None:
        warm.close()


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
    """Renders one frame as an array.

    What is missing or not supported is left out. ``template.findings`` lists it.

    Args:
        template: What ``open_template`` returned.
        frame: The moment, in frames of the composition. It can lie between two frames.
        size: (width, height) in pixels; by default the composition's. With another aspect ratio the whole composition
            is fitted inside.
        customizations: The entries of a ``customizationMap``.
        assets: The files that ``{"assetId": ...}`` names, by id.

    Returns:
        (height, width, 4) uint8: RGBA with straight alpha, on a clear ground.

    Raises:
        CustomizationError: An entry of ``customizations`` is wrong. The error names it.
        FrameRangeError: ``frame`` is not a finite number, or ``size`` cannot be drawn.

    Example:
        >>> with ve.open_template("promo.zip") as template:
        ...     pixels = ve.render_still(template, frame=75, size=(640, 360))
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
    """Renders a video file. It makes a ``RenderOrder`` of its arguments and renders that.

    Args:
        template: What ``open_template`` returned.
        output: Where the video goes: a path, or a URL of a storage backend ("s3://bucket/promo.mp4"). The folder of a
            path must exist; a file that is there is replaced. A symbolic link stays, and what it points to is replaced.
        encoder: How to encode. By default the ending of the output's name chooses the codec and the container, with the
            composition's size and rate: "a.mp4" is H.264.
        customizations: The entries of a ``customizationMap``.
        assets: The files that ``{"assetId": ...}`` names, by id: paths or URLs.
        audio: A sound file that is mixed with the template's own sound: a path or a URL.
        frames: (start, end) in frames of the composition, half-open, or a marker's name; by default all.
        progress: A function that is called several times a second, on the caller's thread.
        cancelled: A function or an event that is asked at each frame, from several threads. The render ends once it is
            true.
        executor: What renders the segments: the name of an installed executor, or an object that follows the protocol.
            By default all processors of this machine render them. The bytes of the file are the same.

    Returns:
        What was written, how long it took, and what was not drawn as the designer meant.

    Raises:
        CustomizationError, EncoderConfigError, FrameRangeError, PluginError: The request is wrong. Nothing was written.
        RenderFailed: The template cannot be rendered, for example because a picture is missing.
        RenderCancelled: ``cancelled`` was true. No file is left.
        StorageError: ``output`` cannot be written to, for example because its folder is not there, a folder stands at
            it, or a package for its scheme is missing: said before any work.
        MediaError, StorageError: A file cannot be decoded, read or written.

    Example:
        >>> with ve.open_template("promo.zip") as template:
        ...     ve.render(template, "promo.mp4", customizations=[{"layer": "Headline", "text": "Hello"}])
    """
    check_target(output)
    reference = FileReference.unread if executor is None else reference_to
    order = _order(template, output, encoder, customizations, assets, audio, frames, reference)
    return _rendered(order, template, progress, cancelled, executor)


def order_for(
    template: Template,
    output: str | os.PathLike[str],
    *,
    encoder: EncoderConfig | None = None,
    customizations: Customizations | None = None,
    assets: Assets | None = None,
    audio: str | os.PathLike[str] | None = None,
    frames: FrameRange | None = None,
) -> RenderOrder:
    """Returns the order that ``render`` makes of the same arguments. It can be stored, sent, and rendered later.

    Raises:
        EncoderConfigError, FrameRangeError: The configuration or the frames are wrong for this template.
        StorageError: A file cannot be read.

    Example:
        >>> order = ve.order_for(template, "promo.mp4")
        >>> result = ve.render_order(order)
    """
    return _order(template, output, encoder, customizations, assets, audio, frames, reference_to)


def _order(
    template: Template,
    output: str | os.PathLike[str],
    encoder: EncoderConfig | None,
    customizations: Customizations | None,
    assets: Assets | None,
    audio: str | os.PathLike[str] | None,
    frames: FrameRange | None,
    reference: Callable[[str | os.PathLike[str]], FileReference],
) -> RenderOrder:
    encoder = resolve_encoder(encoder or EncoderConfig(), output)
    raise_first(encoder_problems(template, encoder))
    return RenderOrder(
        template=reference(template.location),
        animation=template.animation,
        output=os.fspath(output),
        encoder=encoder,
        customizations=tuple(customizations or ()),
        assets={key: reference(path) for key, path in (assets or {}).items()},
        frames=template.frame_range(frames),
        soundtrack=None if audio is None else reference(audio),
    )


def render_order(
    order: RenderOrder,
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | threading.Event | None = None,
    executor: str | Executor | None = None,
) -> RenderResult:
    """Renders an order.

    The other arguments are those of ``render``. It raises what ``render`` raises, and OrderError.

    Args:
        order: What ``order_for`` returned, or ``RenderOrder.from_json``.
        progress: A function that is called several times a second, on the caller's thread.
        cancelled: A function or an event. The render ends once it is true.
        executor: What renders the segments.

    Raises:
        OrderError: The template has changed since the order was made.
    """
    check_target(order.output)
    if has_changed(order.template):
        raise OrderError("the template is not the one that was ordered", hint="Make the order anew")
    with open_template(order.template.location, animation=order.animation) as template:
        return _rendered(order, template, progress, cancelled, executor)


def _rendered(
    order: RenderOrder,
    template: Template,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool] | threading.Event | None,
    executor: str | Executor | None,
) -> RenderResult:
    from velocity_engine.pipeline.prepared import prepare
    from velocity_engine.pipeline.render_file import render_to_file
    from velocity_engine.pipeline.render_segment import lent

    chosen = plugins.executor(executor) if isinstance(executor, str) else executor
    render = prepare(order, template)
    try:
        execute = None if chosen is None else partial(chosen.run, order)
        video = render.video
        with nullcontext() if chosen is None else lent(order, render):
            stats = render_to_file(video, order.output, render.sound(), progress, _question(cancelled), execute)
        findings = render.findings()
    finally:
        render.close()
    return RenderResult(
        order.output,
        stats.frames,
        stats.seconds,
        stats.size_bytes,
        stats.held_frames,
        findings,
        dict(stats.seconds_by_stage),
        stats.tiles,
        stats.held_tiles,
        float(video.frame_count / video.rate),
    )


def _question(cancelled: Callable[[], bool] | threading.Event | None) -> Callable[[], bool]:
    if cancelled is None:
        return lambda: False
    return cancelled.is_set if isinstance(cancelled, threading.Event) else cancelled
