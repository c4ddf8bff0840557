"""A still picture, or all frames one after the other, as arrays."""

from __future__ import annotations

import warnings
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from velocity_engine.api.arguments import check_template
from velocity_engine.api.captions import checked_captions
from velocity_engine.captions.captions import Captions
from velocity_engine.display import CLEAR
from velocity_engine.errors import FindingWarning, wrong_type
from velocity_engine.evaluate.soundtrack import OwnSound
from velocity_engine.evaluate.timelines import planned_timeline, shown_range
from velocity_engine.given.arguments import Cancelled, FrameRange, question, sides
from velocity_engine.given.arguments import rate as exact_fps
from velocity_engine.given.files import Source
from velocity_engine.given.fonts import Strictness, is_strict
from velocity_engine.order import MotionBlur
from velocity_engine.order.duration import Length, duration_of
from velocity_engine.order.motion_blur import motion_blur_of
from velocity_engine.pipeline.frame_stream import Frames, FrameSource, Held
from velocity_engine.pipeline.prepared import BLACK, frame_total, raise_on_errors, refuse_boxes
from velocity_engine.pipeline.timeline_scene import TimelineScene
from velocity_engine.plugins.output_shape import exact_rate
from velocity_engine.stills.still import Still
from velocity_engine.template import Assets, Customizations, Template


def still(
    template: Template,
    frame: float | None = None,
    size: tuple[int, int] | None = None,
    customizations: Customizations | None = None,
    assets: Assets | None = None,
    fonts: Strictness = "boxes",
    captions: Captions | Source | None = None,
    motion_blur: MotionBlur | bool | None = None,
) -> Still:
    """Draws one frame, and tells what of it is not drawn as the designer meant.

    Args:
        template: What ``open_template`` returned.
        frame: The moment, in frames of the composition; by default the first. It can lie between two frames.
        size: (width, height) in pixels; by default the composition's. With another aspect ratio the whole composition
            is fitted inside.
        customizations: The entries of a ``customizationMap``. Each call with some makes a plan; for several stills of
            the same ones, ``template.customized`` makes one for all.
        assets: The files that ``{"assetId": ...}`` names, by id.
        captions: What is said in it, as ``render`` takes it.
        fonts: "strict" to refuse letters that no font has; by default boxes stand for them, and a finding says so.
        motion_blur: How layers that have the motion blur switch are blurred: a ``MotionBlur``, or True for
            that of After Effects. By default all is sharp.

    Returns:
        ``pixels``, (height, width, 4) uint8 with straight alpha on a clear ground, and ``findings``.

    Raises:
        CustomizationError: An entry of ``customizations`` is wrong. The error names it.
        CaptionsError: The captions cannot be read, or their layer cannot show them.
        FrameRangeError: The composition does not have the frame, or ``size`` cannot be drawn.
        PackageError: The template is closed.
        RenderFailed: No font has some letters, and ``fonts`` is "strict".
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> with ve.open_template("promo.zip") as template:
        ...     still = ve.still(template, frame=75, size=(640, 360))
        ...     print(still.pixels.shape, *still.findings)
    """
    check_template(template)
    strict, said, blur = is_strict(fonts), checked_captions(captions), motion_blur_of(motion_blur)
    if customizations or assets or said is not None or blur is not None:
        with template.customized(customizations, assets, said, blur) as changed:
            drawn = changed.still(frame, size)
    else:
        drawn = template.still(frame, size)
    if strict:
        refuse_boxes(drawn.findings)
    return drawn


def render_still(
    template: Template,
    frame: float | None = None,
    size: tuple[int, int] | None = None,
    customizations: Customizations | None = None,
    assets: Assets | None = None,
    fonts: Strictness = "boxes",
    captions: Captions | Source | None = None,
    motion_blur: MotionBlur | bool | None = None,
) -> NDArray[np.uint8]:
    """Renders one frame as an array: the ``pixels`` of what ``still`` returns.

    What is missing or not supported is left out, and a ``FindingWarning`` says so. ``still`` returns it.

    Args:
        template: What ``open_template`` returned.
        frame: The moment, in frames of the composition; by default the first. It can lie between two frames.
        size: (width, height) in pixels; by default the composition's. With another aspect ratio the whole composition
            is fitted inside.
        customizations: The entries of a ``customizationMap``. Each call with some makes a plan; for several frames of
            the same ones, ``template.customized`` makes one for all.
        assets: The files that ``{"assetId": ...}`` names, by id.
        captions: What is said in it, as ``render`` takes it.
        fonts: "strict" to refuse letters that no font has; by default boxes stand for them, and a finding says so.
        motion_blur: How layers that have the motion blur switch are blurred: a ``MotionBlur``, or True for
            that of After Effects. By default all is sharp.

    Returns:
        (height, width, 4) uint8: RGBA with straight alpha, on a clear ground.

    Raises:
        CustomizationError: An entry of ``customizations`` is wrong. The error names it.
        CaptionsError: The captions cannot be read, or their layer cannot show them.
        FrameRangeError: The composition does not have the frame, or ``size`` cannot be drawn.
        PackageError: The template is closed.
        RenderFailed: No font has some letters, and ``fonts`` is "strict".
        WrongTypeError: An argument has a wrong type.

    Example:
        >>> with ve.open_template("promo.zip") as template:
        ...     pixels = ve.render_still(template, frame=75, size=(640, 360))
    """
    drawn = still(template, frame, size, customizations, assets, fonts, captions, motion_blur)
    if drawn.findings:
        first, more = drawn.findings[0], len(drawn.findings) - 1
        where = f" ({first.place})" if str(first.place) else ""
        others = f" (and {more} more)" if more else ""
        warnings.warn(f"{first.message}{where}; {first.instead}{others}", FindingWarning, stacklevel=2)
    return drawn.pixels


def frames(
    template: Template,
    *,
    customizations: Customizations | None = None,
    assets: Assets | None = None,
    captions: Captions | Source | None = None,
    size: tuple[int, int] | None = None,
    fps: float | Fraction | None = None,
    frames: FrameRange | None = None,
    duration: Length | None = None,
    alpha: bool = True,
    held: Held = "repeat",
    fonts: Strictness = "boxes",
    motion_blur: MotionBlur | bool | None = None,
    cancelled: Cancelled | None = None,
) -> Frames:
    """Draws the frames of a video as arrays, one after the other, without encoding them.

    Threads draw ahead of the caller, a few frames at most. Leaving a loop early is safe; ``close`` or a ``with``
    statement ends the threads at once.

    Args:
        template: What ``open_template`` returned. It must stay open.
        customizations: The entries of a ``customizationMap``.
        assets: The files that ``{"assetId": ...}`` names, by id.
        captions: What is said in it, as ``render`` takes it.
        size: (width, height) in pixels; by default the composition's.
        fps: Output frames per second; by default the composition's. 29.97 stands for 30000/1001.
        frames: (start, end), a range or a slice in frames of the composition, half-open; or a marker's name; by
            default all.
        duration: How long the video is: seconds, or "layer:Clip", as ``render`` takes it. Then ``frames`` are counted
            on its timeline.
        alpha: True for RGBA with straight alpha on a clear ground. False for RGB on the document's ground, or on black
            where it has none, as in a video.
        held: "repeat" for every frame, "skip" to leave out those that are equal to the one before.
        fonts: "strict" to refuse letters that no font has; by default boxes stand for them, and a finding says so.
        motion_blur: How layers that have the motion blur switch are blurred: a ``MotionBlur``, or True for
            that of After Effects. By default all is sharp.
        cancelled: A function or an event that is asked at each frame, from another thread.

    Returns:
        An iterator of ``Frame``: ``pixels``, ``seconds``, and whether it is ``held``. It has ``findings``, ``fps``,
        ``width``, ``height``, a ``len`` and ``close``.

    Raises:
        CustomizationError, CaptionsError, DurationError, FrameRangeError, WrongTypeError: The request is wrong.
        RenderFailed: The template cannot be rendered, for example because a picture is missing.
        RenderCancelled: ``cancelled`` was true. It is raised where the next frame is asked for.

    Example:
        >>> with ve.frames(template, size=(640, 360), frames="intro", alpha=False) as frames:
        ...     for seconds, pixels in frames:
        ...         print(seconds, pixels.mean())
    """
    check_template(template)
    if held not in ("repeat", "skip"):
        raise wrong_type("held", held, 'Give "repeat" or "skip"')
    lasting = duration_of(duration)
    if lasting is None:
        template.frame_range(frames)
    drawn = (template.width, template.height) if size is None else sides(size)
    rate = exact_rate(template.frame_rate) if fps is None else exact_fps(fps, exact_rate)
    asked = question(cancelled)
    said, blur, strict = checked_captions(captions), motion_blur_of(motion_blur), is_strict(fonts)
    plan = template.plan(customizations, assets, said, blur, strict_fonts=strict)
    try:
        raise_on_errors(plan.all_findings())
        ground = CLEAR if alpha else plan.document.background or BLACK
        timeline = None if lasting is None else planned_timeline(plan, rate, lasting, OwnSound())
        start, end = shown_range(template.document, timeline, frames)
        scene = TimelineScene.of(plan, drawn, rate, start, ground, timeline)
        count = frame_total(start, end, template.frame_rate, rate)
        source = FrameSource(
            scene, rate, count, start, scene.step, bool(alpha), held, asked, plan.all_findings,
            plan.close,
        )  # fmt: skip
        return Frames(source)
    except BaseException:
        plan.close()
        raise
