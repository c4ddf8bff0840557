"""A video as a file: rendered at once, or ordered first and rendered from the order."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from velocity_engine.api.arguments import (
    check_named,
    check_template,
    checked_cache,
    checked_encoder,
    checked_executor,
    checked_poster,
    checked_sidecar,
)
from velocity_engine.api.captions import checked_captions
from velocity_engine.api.watches import Watch
from velocity_engine.captions.captions import Captions
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import Finding, OrderError, RenderFailed, wrong_type
from velocity_engine.given.arguments import Cancelled, FrameRange
from velocity_engine.given.files import SOUND, GivenFiles, Source, named_files
from velocity_engine.given.fonts import Strictness, is_strict
from velocity_engine.given.outputs import GivenOutput, Sink
from velocity_engine.order import Duration, FileReference, MotionBlur, Poster, RenderOrder, SoundMix
from velocity_engine.order.duration import Length, duration_of
from velocity_engine.order.motion_blur import motion_blur_of
from velocity_engine.pipeline.prepared import open_ordered, raise_first
from velocity_engine.plugins.asked import executed
from velocity_engine.plugins.output_shape import encoder_problems
from velocity_engine.plugins.outputs import container_of, resolve_encoder
from velocity_engine.storage.delivery import check_target
from velocity_engine.storage.fetched import has_changed, reference_to
from velocity_engine.template import Assets, Customizations, Template

if TYPE_CHECKING:
    from pathlib import Path

    from velocity_engine.cache.render_cache import CacheUse, RenderCache
    from velocity_engine.pipeline.progress import Progress
    from velocity_engine.pipeline.reused_file import Told
    from velocity_engine.pipeline.segment_prints import SegmentPrint
    from velocity_engine.plugin_types import Executor


@dataclass(frozen=True, slots=True)
class RenderResult:
    """What a render wrote.

    Attributes:
        output: The path or URL of the video. Empty where it went into an open file.
        frames: The number of frames in the video.
        seconds: How long the render took.
        size_bytes: The size of the file in bytes.
        held_frames: How many frames were equal to the frame before.
        findings: What was not drawn as the designer meant.
        seconds_by_stage: How many seconds each stage took, by the name of the stage.
        tiles: How many tiles (64 x 64 pixels) all frames have together.
        held_tiles: How many of these were equal to the same tile of the frame before.
        video_seconds: How long the video lasts.
        poster: The path or URL of the poster. Empty where there is none.
        sidecar: The path or URL of the captions' file. Empty where there is none.
        reused_frames: How many frames were not drawn, since they were in the cache.
        cache_faults: What was wrong with the cache, in whole sentences. The video is right all the same.
        segments: The fingerprint of each segment.
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
    poster: str = ""
    sidecar: str = ""
    reused_frames: int = 0
    cache_faults: tuple[str, ...] = ()
    segments: tuple[SegmentPrint, ...] = ()

    @property
    def fps(self) -> float:
        """The number of frames that were rendered per second."""
        return self.frames / self.seconds if self.seconds > 0 else 0.0


def render(
    template: Template,
    output: Sink,
    *,
    encoder: EncoderConfig | None = None,
    customizations: Customizations | None = None,
    assets: Assets | None = None,
    audio: Source | None = None,
    mix: SoundMix | None = None,
    captions: Captions | Source | None = None,
    sidecar: str | os.PathLike[str] | None = None,
    duration: Length | None = None,
    frames: FrameRange | None = None,
    fonts: Strictness = "boxes",
    motion_blur: MotionBlur | bool | None = None,
    poster: Poster | str | os.PathLike[str] | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Cancelled | None = None,
    executor: str | Executor | None = None,
    cache: RenderCache | str | os.PathLike[str] | None = None,
) -> RenderResult:
    """Renders a video file. It makes a ``RenderOrder`` of its arguments and renders that.

    Args:
        template: What ``open_template`` returned.
        output: Where the video goes: a path, a URL of a storage backend ("s3://bucket/promo.mp4"), or a file that is
            open for writing bytes, which gets the video once it is whole, and whose name chooses as that of a path
            does. The folder of a path must exist; a file that is there is replaced. A symbolic link stays, and what it
            points to is replaced.
        encoder: How to encode. By default the ending of the output's name chooses the codec and the container, with the
            composition's size and rate: "a.mp4" is H.264.
        customizations: The entries of a ``customizationMap``. "image" and "video" also take a ``pathlib.Path``, bytes,
            an open file, a picture of Pillow or an array of numpy.
        assets: The files that ``{"assetId": ...}`` names, by id: paths, URLs, or what "image" takes.
        audio: A sound file that is mixed with the template's own sound: a path, a URL, bytes or an open file.
        mix: How the sound is mixed: volumes, fades, ducking, loudness. By default both sounds as they are.
        captions: What is said in the video, shown in a style or by a layer of the template: ``Captions``, or a caption
            file (SRT, WebVTT, ASS, or words with times as JSON) as a path, a URL, bytes or an open file.
        sidecar: Where the captions go as a file beside the video, for players: a path or a URL that ends with ".vtt" or
            ".srt".
        duration: How long the video is to be: seconds, "audio" for as long as ``audio`` is heard, "layer:Clip" for as
            long as the clip of that layer, or a ``Duration``. The elastic regions of the template become longer or
            shorter. By default as long as the template.
        frames: (start, end), ``range(start, end)`` or ``slice(start, end)`` in frames of the composition, half-open; or
            a marker's name; by default all. With a duration they are counted on the timeline of the video.
        fonts: "strict" to refuse letters that no font has; by default boxes stand for them, and a finding says so.
        motion_blur: How layers that have the motion blur switch are blurred: a ``MotionBlur``, or True for
            that of After Effects. By default all is sharp.
        poster: A picture of one frame beside the video: a ``Poster``, or the path or URL of one that shows the middle
            of what is rendered. Both files appear when both are whole, or none does.
        progress: A function that is called several times a second, on the caller's thread. What it raises ends the
            render and is raised by this function.
        cancelled: A function or an event that is asked at each frame, from several threads. The render ends once it is
            true. What it raises is treated as what ``progress`` raises.
        executor: What renders the segments: the name of an installed executor, or an object that follows the protocol.
            By default all processors of this machine render them. The bytes of the file are the same.
        cache: Where segments of earlier renders are looked for, and those of this one are kept: a ``RenderCache``, or
            the folder or URL of one. By default nowhere. The bytes of the file are the same.

    Returns:
        What was written, how long it took, and what was not drawn as the designer meant.

    Raises:
        CustomizationError, CaptionsError, DurationError, EncoderConfigError, FrameRangeError, PluginError: The request
            is wrong. Nothing was written.
        WrongTypeError: An argument has a wrong type. Nothing was written.
        RenderFailed: The template cannot be rendered, for example because a picture is missing.
        RenderCancelled: ``cancelled`` was true. No file is left.
        StorageError: ``output`` cannot be written to, for example because its folder is not there, a folder stands at
            it, or a package for its scheme is missing: said before any work.
        MediaError, StorageError: A file cannot be decoded, read or written.

    Example:
        >>> with ve.open_template("promo.zip") as template:
        ...     ve.render(template, "promo.mp4", customizations=[{"layer": "Headline", "text": "Hello"}])
    """
    check_template(template)
    encoder = checked_encoder(encoder)
    watch = Watch(progress, cancelled)
    how = _How(checked_executor(executor), checked_cache(cache))
    with GivenOutput(output) as target, GivenFiles() as given:
        check_target(target.target)
        entries, files = given.request(customizations, assets, len(template.customizations), template.asset_files)
        sound = None if audio is None else given.path(audio, "audio", SOUND)
        reference = FileReference.unread if how.executor is None and how.cache is None else reference_to
        wish = _Wish(
            entries,
            files,
            sound,
            mix,
            duration_of(duration),
            frames,
            checked_captions(captions),
            motion_blur_of(motion_blur),
        )
        order = _order(template, target.target, encoder, wish, reference)
        order = replace(order, poster=checked_poster(template, poster, order), strict_fonts=is_strict(fonts))
        order = replace(order, sidecar=checked_sidecar(sidecar, order))
        result = _rendered(order, template.origin, watch, how)
        target.deliver(watch.cancelled)
        return replace(result, output=target.name)


def order_for(
    template: Template,
    output: str | os.PathLike[str],
    *,
    encoder: EncoderConfig | None = None,
    customizations: Customizations | None = None,
    assets: Assets | None = None,
    audio: str | os.PathLike[str] | None = None,
    mix: SoundMix | None = None,
    captions: Captions | Source | None = None,
    sidecar: str | os.PathLike[str] | None = None,
    duration: Length | None = None,
    frames: FrameRange | None = None,
    fonts: Strictness = "boxes",
    motion_blur: MotionBlur | bool | None = None,
    poster: Poster | str | os.PathLike[str] | None = None,
) -> RenderOrder:
    """Returns the order that ``render`` makes of the same arguments. It can be stored, sent, and rendered later.

    An order names files, so all that is given must have a path or a URL.

    Args:
        template: What ``open_template`` returned for a path or a URL.
        output: Where the video will go: a path, or a URL of a storage backend.
        encoder: How to encode. By default the ending of the output's name chooses the codec and the container, with the
            composition's size and rate.
        customizations: The entries of a ``customizationMap``. They follow those of the template, where it has some.
        assets: The files that ``{"assetId": ...}`` names, by id: paths or URLs.
        audio: A sound file that is mixed with the template's own sound: a path or a URL.
        mix: How the sound is mixed: volumes, fades, ducking, loudness. By default both sounds as they are.
        captions: What is said in the video, shown in a style or by a layer of the template: ``Captions``, or a caption
            file (SRT, WebVTT, ASS, or words with times as JSON) as a path, a URL, bytes or an open file.
        sidecar: Where the captions go as a file beside the video, for players: a path or a URL that ends with ".vtt" or
            ".srt".
        duration: How long the video is to be: seconds, "audio" for as long as ``audio`` is heard, "layer:Clip" for as
            long as the clip of that layer, or a ``Duration``. The elastic regions of the template become longer or
            shorter. By default as long as the template.
        frames: (start, end), ``range(start, end)`` or ``slice(start, end)`` in frames of the composition, half-open; or
            a marker's name; by default all. With a duration they are counted on the timeline of the video.
        fonts: "strict" to refuse letters that no font has; by default boxes stand for them, and a finding says so.
        motion_blur: How layers that have the motion blur switch are blurred: a ``MotionBlur``, or True for
            that of After Effects. By default all is sharp.
        poster: A picture of one frame beside the video: a ``Poster``, or the path or URL of one that shows the middle
            of what is rendered.

    Returns:
        The order. It pickles, and ``to_json`` writes it down. Each file in it is named with what tells whether it has
        changed since.

    Raises:
        DurationError, EncoderConfigError, FrameRangeError: The duration, the configuration or the frames are wrong for
            this template.
        CaptionsError: The captions cannot be read, or the sidecar has no name of one.
        StorageError: A file cannot be read.
        WrongTypeError: An argument has a wrong type, or is in memory.

    Example:
        >>> order = ve.order_for(template, "promo.mp4")
        >>> result = ve.render_order(order)
    """
    check_template(template)
    if template.holds_memory:
        raise wrong_type("template", template, "An order names files: open the template from a path or a URL")
    files = named_files(assets)
    check_named("output", output)
    if audio is not None:
        check_named("audio", audio)
    with GivenFiles() as given:
        entries, files = given.request(customizations, files, len(template.customizations), template.asset_files)
        if given.is_used:
            right = "An order names files: put the picture into a file, and name that"
            raise wrong_type("customizations", customizations, right)
    wish = _Wish(
        entries,
        files,
        audio,
        mix,
        duration_of(duration),
        frames,
        checked_captions(captions),
        motion_blur_of(motion_blur),
    )
    order = _order(template, output, checked_encoder(encoder), wish, reference_to)
    order = replace(order, poster=checked_poster(template, poster, order), strict_fonts=is_strict(fonts))
    return replace(order, sidecar=checked_sidecar(sidecar, order))


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is rendered of a template: its own values and these, with this sound; all files by their names."""

    customizations: Customizations
    assets: Mapping[str, str]
    audio: str | os.PathLike[str] | None
    mix: SoundMix | None
    duration: Duration | None
    frames: FrameRange | None
    captions: Captions | None
    motion_blur: MotionBlur | None


def _order(
    template: Template,
    output: str | os.PathLike[str],
    encoder: EncoderConfig,
    wish: _Wish,
    reference: Callable[[str | os.PathLike[str]], FileReference],
) -> RenderOrder:
    encoder = resolve_encoder(encoder, output)
    raise_first(encoder_problems(template.document, encoder))
    shown = None
    if wish.duration is None:
        shown = template.frame_range(wish.frames)
    elif wish.frames is not None:
        shown = _range_along(template, encoder, wish.duration, wish)
    return RenderOrder(
        template=reference(template.location),
        animation=template.animation,
        output=os.fspath(output),
        encoder=encoder,
        customizations=(*template.customizations, *wish.customizations),
        assets={key: reference(path) for key, path in {**template.asset_files, **wish.assets}.items()},
        frames=shown,
        soundtrack=None if wish.audio is None else reference(wish.audio),
        captions=wish.captions or template.captions,
        mix=wish.mix,
        duration=wish.duration,
        fonts=tuple(map(reference, template.fonts_beside.files)),
        system_fonts=tuple(map(reference, template.fonts_beside.system)),
        motion_blur=wish.motion_blur or template.motion_blur,
    )


def _range_along(template: Template, encoder: EncoderConfig, duration: Duration, wish: _Wish) -> tuple[float, float]:
    """Which frames of the timeline of a video with a duration are rendered."""
    timeline = template.timeline(
        duration,
        encoder=encoder,
        customizations=wish.customizations,
        assets=wish.assets,
        audio=wish.audio,
        mix=wish.mix,
    )
    return template.frame_range(wish.frames, timeline)


def render_order(
    order: RenderOrder,
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Cancelled | None = None,
    executor: str | Executor | None = None,
    cache: RenderCache | str | os.PathLike[str] | None = None,
) -> RenderResult:
    """Renders an order.

    Args:
        order: What ``order_for`` returned, or ``RenderOrder.from_json``.
        progress: A function that is called several times a second, on the caller's thread. What it raises ends the
            render and is raised by this function.
        cancelled: A function or an event that is asked at each frame, from several threads. The render ends once it is
            true. What it raises is treated as what ``progress`` raises.
        executor: What renders the segments: the name of an installed executor, or an object that follows the protocol.
            By default all processors of this machine render them. The bytes of the file are the same.
        cache: Where segments of earlier renders are looked for, and those of this one are kept: a ``RenderCache``, or
            the folder or URL of one. By default nowhere. The bytes of the file are the same.

    Returns:
        What was written, how long it took, and what was not drawn as the designer meant.

    Raises:
        OrderError: The template has changed since the order was made.
        CustomizationError, EncoderConfigError, FrameRangeError, PluginError: The order is wrong. Nothing was written.
        WrongTypeError: An argument has a wrong type. Nothing was written.
        RenderFailed: The template cannot be rendered, for example because a picture is missing.
        RenderCancelled: ``cancelled`` was true. No file is left.
        MediaError, PackageError, StorageError: A file cannot be decoded, read or written.

    Example:
        >>> order = ve.RenderOrder.from_json(Path("order.json").read_text())
        >>> print(ve.render_order(order).output)
    """
    if not isinstance(order, RenderOrder):
        raise wrong_type("order", order, "Give a RenderOrder")
    watch = Watch(progress, cancelled)
    how = _How(checked_executor(executor), checked_cache(cache))
    check_target(order.output)
    if order.poster is not None:
        check_target(order.poster.output, "poster")
    if order.sidecar is not None:
        check_target(order.sidecar, "sidecar")
    if has_changed(order.template):
        raise OrderError("the template is not the one that was ordered", hint="Make the order anew")
    with open_ordered(order) as template:
        return _rendered(order, template, watch, how)


@dataclass(frozen=True, slots=True)
class _How:
    """What renders the segments, and where those of earlier renders are."""

    executor: Executor | None = None
    cache: RenderCache | None = None


def _rendered(order: RenderOrder, template: Template, watch: Watch, how: _How) -> RenderResult:
    from velocity_engine.cache.keys import video_name
    from velocity_engine.cache.render_cache import CacheUse
    from velocity_engine.pipeline.reused_file import deliver_kept

    use = None if how.cache is None else CacheUse(how.cache)
    name = None if use is None or container_of(order.encoder).numbered else video_name(order)
    try:
        told = None
        if use is not None and name is not None:
            told = deliver_kept(order, use, name, watch.progress, watch.cancelled)
        if told is None:
            told = _rendered_anew(order, template, watch, how.executor, _Kept(use, name))
    except RenderFailed:
        if watch.error is not None:
            raise watch.error from None
        raise
    stats = told.stats
    return RenderResult(
        output=order.output,
        frames=stats.frames,
        seconds=stats.seconds,
        size_bytes=stats.size_bytes,
        held_frames=stats.held_frames,
        findings=told.findings,
        seconds_by_stage=dict(stats.seconds_by_stage),
        tiles=stats.tiles,
        held_tiles=stats.held_tiles,
        video_seconds=told.video_seconds,
        poster="" if order.poster is None else order.poster.output,
        sidecar=order.sidecar or "",
        reused_frames=stats.reused_frames,
        cache_faults=() if use is None else tuple(use.faults),
        segments=stats.segments,
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    """The cache that a render uses, and the name of its finished files in there."""

    use: CacheUse | None
    name: str | None


def _rendered_anew(
    order: RenderOrder, template: Template, watch: Watch, executor: Executor | None, kept: _Kept
) -> Told:
    from velocity_engine.pipeline.prepared import prepare
    from velocity_engine.pipeline.render_file import RenderStats, Ways, render_to_file
    from velocity_engine.pipeline.render_segment import lent
    from velocity_engine.pipeline.reused_file import Told

    render = prepare(order, template)
    video = render.video

    def told(stats: RenderStats) -> Told:
        return Told(stats, render.findings(), float(video.frame_count / video.rate))

    def keep(files: Mapping[str, Path], stats: RenderStats) -> None:
        if kept.use is not None and kept.name is not None:
            kept.use.keep_files(kept.name, files, told(stats).to_values())

    try:
        execute = None if executor is None else partial(executed, executor, order)
        with nullcontext() if executor is None else lent(order, render):
            ways = Ways(execute, kept.use, keep)
            stats = render_to_file(video, order.output, render.sound(), watch.progress, watch.cancelled, ways)
        return told(stats)
    finally:
        render.close()
