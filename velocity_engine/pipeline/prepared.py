"""An order, ready to be drawn: its template planned with its customizations, the encoder's settings, the segments."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

from velocity_engine import plugins
from velocity_engine.cache.keys import SegmentKeys
from velocity_engine.customize.appearances import frames_of, replaceable_edges
from velocity_engine.display import CLEAR, RGBA
from velocity_engine.encode.encoder import require_encoder
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.errors import DurationError, Finding, RenderFailed, VelocityError
from velocity_engine.evaluate.soundtrack import OwnSound, audio_plan, silence
from velocity_engine.evaluate.timelines import planned_timeline, require_shown, shown_range
from velocity_engine.model.document import Document
from velocity_engine.order import Poster, RenderOrder
from velocity_engine.pipeline.captions import VideoCaptions, captions_findings, captions_of
from velocity_engine.pipeline.pixel_formats import pixel_format
from velocity_engine.pipeline.poster import VideoPoster
from velocity_engine.pipeline.repeated_segments import Repeat, repeats_of
from velocity_engine.pipeline.scene import Scene
from velocity_engine.pipeline.segment import plan_segments
from velocity_engine.pipeline.timeline_scene import TimelineScene
from velocity_engine.plan.lengths import own_timeline
from velocity_engine.plan.plan import Plan
from velocity_engine.plan.timeline import Timeline
from velocity_engine.plugin_types import Codec, Container, EncoderSettings, EncodesFrames, Segment, WritesFiles
from velocity_engine.plugins.asked import CHOOSING, asked_settings, codec_named
from velocity_engine.plugins.output_shape import encoder_problems, output_rate, output_size, tuned
from velocity_engine.plugins.outputs import container_of, resolve_encoder
from velocity_engine.sound.tracks import AudioPlan
from velocity_engine.storage.fetched import local_path
from velocity_engine.template import Template, open_template
from velocity_engine.text.findings import GLYPH_MISSING

BLACK: RGBA = (0.0, 0.0, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where segments are cut, as ``plan_segments`` takes it."""

    edges: Mapping[int, int] = field(default_factory=dict)
    breaks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Video:
    """What is encoded: output frames 0 .. ``frame_count`` - 1 of ``scene`` at ``rate`` frames a second.

    ``codec``, ``container``, ``settings`` and ``segments`` follow from ``config``, which must have no problems. There
    are no segments where the container takes no frames; the sound is as long as they would be. ``poster`` is a picture
    beside it. ``repeats`` are the segments that show an earlier one again, by number. ``captions`` are those beside its
    pictures.
    """

    scene: Scene
    config: EncoderConfig
    settings: EncoderSettings
    rate: Fraction
    frame_count: int
    segments: tuple[Segment, ...]
    codec: Codec
    container: Container
    poster: VideoPoster | None = None
    captions: VideoCaptions | None = None
    repeats: Mapping[int, Repeat] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        scene: Scene,
        config: EncoderConfig,
        rate: Fraction,
        frame_count: int,
        cuts: Cuts | None = None,
    ) -> Video:
        """The video of a scene, cut into segments."""
        cuts = cuts or Cuts()
        config = resolve_encoder(config)
        codec, container = plugins.codec(config.codec_name), container_of(config)
        settings = asked_settings(codec, config, scene.width, scene.height, rate)
        by_itself = isinstance(codec, EncodesFrames) and isinstance(codec, WritesFiles)
        if container.frames != "none" and not by_itself:  # libavcodec encodes the frames, or writes their headers
            with codec_named(codec, CHOOSING):
                require_encoder(settings.encoder)
        count = 1 if container.frames == "first" else frame_count
        segments = (
            () if container.frames == "none" else plan_segments(count, config, settings, rate, cuts.edges, cuts.breaks)
        )
        return cls(scene, config, settings, rate, count, segments, codec, container)

    def keys(self) -> SegmentKeys | None:
        """Names its segments in a cache; None where a plugin takes part that nobody can tell from a changed one."""
        return SegmentKeys.of(self.codec, self.settings, (self.scene.width, self.scene.height), self.rate)

    @property
    def drawn_frames(self) -> int:
        """How many frames are drawn."""
        return self.segments[-1].last if self.segments else 0


@dataclass(frozen=True, slots=True)
class PreparedRender:
    """An order whose template is planned. ``close`` it; the template stays open."""

    order: RenderOrder
    plan: Plan
    video: Video

    def sound(self) -> AudioPlan | None:
        """The sound of the template and of the order; None where the container takes none.

        Raises:
            NoSoundError: The container takes sound alone, and there is none.
            MediaError: The sound of the order cannot be decoded.
        """
        scene, video = self.video.scene, self.video
        if video.container.sound is None:
            return None
        assert isinstance(scene, TimelineScene)
        soundtrack = None if self.order.soundtrack is None else local_path(self.order.soundtrack.location)
        own = OwnSound(soundtrack, self.order.mix)
        sound = audio_plan(self.plan, scene.start, video.frame_count / video.rate, own, scene.timeline)
        if video.container.frames == "none" and sound.is_silent:
            raise silence(video.codec.title)
        return sound

    def findings(self) -> tuple[Finding, ...]:
        """What is not drawn as the designer meant, as far as it is known by now."""
        return self.plan.all_findings()

    def close(self) -> None:
        self.plan.close()


def open_ordered(order: RenderOrder) -> Template:
    """Opens the template of an order, with its fonts. The caller closes it.

    Args:
        order: The order.

    Raises:
        PackageError, DocumentError, StorageError: The template cannot be opened, or fonts are not there.
    """
    return open_template(
        order.template.location,
        animation=order.animation,
        font_files=[font.location for font in order.fonts],
        system_fonts=[folder.location for folder in order.system_fonts],
    )


def prepare(order: RenderOrder, template: Template) -> PreparedRender:
    """Plans an order.

    Args:
        order: The order. Its template is not opened.
        template: Its template.

    Raises:
        EncoderConfigError, FrameRangeError, CustomizationError, CaptionsError: The order does not fit the template.
        RenderFailed: The template cannot be rendered, for example because a picture is missing.
    """
    encoder = resolve_encoder(order.encoder, order.output)
    raise_first(encoder_problems(template.document, encoder))
    encoder = tuned(template.origin.document, encoder)
    if order.duration is None:
        template.frame_range(order.frames)
    size = output_size(template.document, encoder)
    rate = output_rate(template.document, encoder)
    assets = {key: file.location for key, file in order.assets.items()}
    said, blur = order.captions, order.motion_blur
    plan = template.plan(order.customizations, assets, said, blur, strict_fonts=order.strict_fonts)
    try:
        raise_on_errors(plan.all_findings())
        sound = OwnSound(None if order.soundtrack is None else local_path(order.soundtrack.location), order.mix)
        timeline = None if order.duration is None else planned_timeline(plan, rate, order.duration, sound)
        start, end = shown_range(template.document, timeline, order.frames)
        count = frame_total(start, end, template.frame_rate, rate)
        scene = scene_of(plan, encoder, (start, end), size, timeline)
        cuts = cuts_of(template.origin.document, timeline, (scene.start, scene.step, count), encoder)
        video = Video.of(scene, encoder, rate, count, cuts)
        video = replace(video, repeats=repeats_of(scene, video.segments))
        begins = (start - plan.document.in_point) / plan.document.frame_rate
        beside = captions_of(order, (begins, video.frame_count / rate), video.container)
        video = replace(video, captions=beside)
        for finding in captions_findings(order, float(video.frame_count / rate)):
            plan.report(finding)
        if order.poster is not None:
            moment = poster_moment(order.poster, (start, end))
            if timeline is not None:
                require_shown(template.document, timeline, moment)
            video = replace(video, poster=VideoPoster(order.poster, partial(scene.shown_at, moment)))
        return PreparedRender(order, plan, video)
    except BaseException:
        plan.close()
        raise


def cuts_of(
    document: Document, timeline: Timeline | None, shown: tuple[float, float, int], encoder: EncoderConfig
) -> Cuts:
    """Returns where the segments of a video are cut.

    Args:
        document: The template as it was opened: what is replaced must not move a cut.
        timeline: The timeline of a longer or shorter video.
        shown: The moment of output frame 0, how many frames of the composition pass from one output frame to the next,
            and the number of output frames.
        encoder: The configuration.
    """
    edges = replaceable_edges(document)
    start, step, count = shown
    try:
        timeline = timeline or own_timeline(document, step)
    except DurationError:
        timeline = None
    if timeline is None:
        return Cuts(frames_of(edges, start, step, count))
    first = round((start - timeline.start) / step)
    breaks = (number - first for number in timeline.breaks(timeline.frames_in(encoder.segment_seconds)))
    placed = tuple((timeline.place_of(moment), layers) for moment, layers in edges)
    cut = frames_of(placed, start, step, count)
    return Cuts(cut, tuple(number for number in breaks if 0 < number < count))


def scene_of(
    plan: Plan,
    encoder: EncoderConfig,
    frames: tuple[float, float],
    size: tuple[int, int],
    timeline: Timeline | None = None,
) -> TimelineScene:
    """Returns what a render draws.

    Args:
        plan: The plan of its template.
        encoder: The configuration, in which nothing is wrong.
        frames: (start, end) in frames of the composition.
        size: (width, height) of the picture in pixels.
        timeline: The timeline of a longer or shorter video.
    """
    rate = output_rate(plan.document, encoder)
    background = plan.document.background or _ground(encoder, output_size(plan.document, encoder), rate)
    return TimelineScene.of(plan, size, rate, frames[0], background, timeline)


def poster_moment(poster: Poster, frames: tuple[float, float]) -> float:
    """Returns the moment that a poster shows, in frames of the composition.

    Args:
        poster: The poster.
        frames: (start, end) of what is rendered, in frames of the composition.
    """
    return sum(frames) / 2 if poster.frame is None else poster.frame


def _ground(encoder: EncoderConfig, size: tuple[int, int], rate: Fraction) -> RGBA:
    """What is seen where nothing is drawn: nothing, where the file can tell that."""
    settings = asked_settings(plugins.codec(encoder.codec_name), encoder, *size, rate)
    return CLEAR if pixel_format(settings.pixel_format).alpha else BLACK


def frame_total(start: float, end: float, frame_rate: float, rate: Fraction) -> int:
    """Returns how many output frames a range of the composition becomes, at least one.

    Args:
        start: The start of the range, in frames of the composition.
        end: The end of the range, in frames of the composition. It is not part of the range.
        frame_rate: The composition's frames per second.
        rate: The output frames per second.
    """
    return max(math.ceil((end - start) / frame_rate * rate - 1e-6), 1)


def raise_first(problems: list[VelocityError]) -> None:
    """Raises the first problem, with the others as its notes. Where there is no problem, it does nothing."""
    if problems:
        for other in problems[1:]:
            problems[0].add_note(str(other))
        raise problems[0]


def refuse_boxes(findings: tuple[Finding, ...]) -> None:
    """Raises RenderFailed with the letters that no font has. Where there is none, it does nothing."""
    raise_on_errors(tuple(replace(one, severity="error") for one in findings if one.feature == GLYPH_MISSING))


def raise_on_errors(findings: tuple[Finding, ...]) -> None:
    """Raises RenderFailed with the findings of which a render must fail. Where there is none, it does nothing."""
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        failure = RenderFailed(f"{errors[0].message}{more}", place=errors[0].place)
        for finding in errors[1:]:
            failure.add_note(f"{finding.message} ({finding.place})")
        raise failure
