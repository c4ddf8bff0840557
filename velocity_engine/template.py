"""A template: an opened package with its parsed document, and all that is known of it without rendering."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

from velocity_engine.errors import (
    Finding,
    PackageError,
    Place,
    StorageError,
    VelocityError,
    WrongTypeError,
    wrong_type,
)
from velocity_engine.given.arguments import FrameRange, require, sides
from velocity_engine.given.files import SOUND, TEMPLATES, GivenFiles, Picture, Source
from velocity_engine.given.fonts import USUAL_FONTS, FontOptions, FontPath, Strictness, font_options, is_strict
from velocity_engine.media.decoded_pictures import DecodedPictures
from velocity_engine.media.opened_clips import OpenedClips
from velocity_engine.model.document import Document
from velocity_engine.model.document_facts import DocumentFacts
from velocity_engine.model.frame_ranges import frame_at, frame_range
from velocity_engine.model.gc_threshold import raised_gc_threshold
from velocity_engine.package.package import Package, PackageLimits, open_package
from velocity_engine.parse.document import parse_document
from velocity_engine.storage.fetched import local_path
from velocity_engine.storage.targets import is_local

if TYPE_CHECKING:
    from velocity_engine.captions.captions import Captions
    from velocity_engine.customize.layer_infos import LayerInfo
    from velocity_engine.customize.slot_infos import SlotInfo
    from velocity_engine.encoder_config import EncoderConfig
    from velocity_engine.evaluate.soundtrack import OwnSound
    from velocity_engine.model.regions import Region
    from velocity_engine.order import MotionBlur, SoundMix
    from velocity_engine.order.duration import Length
    from velocity_engine.plan.font_infos import FontInfo
    from velocity_engine.plan.lengths import Lengths
    from velocity_engine.plan.plan import Plan
    from velocity_engine.plan.preflight import Preflight
    from velocity_engine.plan.timeline import Timeline
    from velocity_engine.plugins.layer_plugins import LayerPlugin
    from velocity_engine.stills.still import PreparedStill, Still, StillDrawer

OPENED = "Open it first, and give the Template that this returns"
Customizations: TypeAlias = Sequence[Mapping[str, Any]]
Assets: TypeAlias = Mapping[str, Picture]


class Template(DocumentFacts):
    """An opened template. ``open_template`` returns one.

    It keeps its package open, so call ``close`` at the end or use it in a ``with`` statement. Several threads may use
    it at once; its stills are then drawn one after the other. A notebook shows it with a picture and its layers. It can
    be pickled where it was opened from a path or a URL: whoever unpickles it opens it again.

    Attributes:
        document: The parsed document, customized where the template is.
        package: The files.
        location: The path or URL that it was opened from.
        animation: Which document of the package it is, where that was said.
        customizations: What ``customized`` was given.
        captions: The captions that ``customized`` was given.
        motion_blur: The motion blur that ``customized`` was given.

    Example:
        >>> with ve.open_template("promo.zip") as template:
        ...     for layer in template.layers:
        ...         print(layer.path, layer.kind, layer.value)
    """

    def __init__(self, package: Package, document: Document, location: str, animation: str | None = None) -> None:
        self.package = package
        self.document = document
        self.location = location
        self.animation = animation
        self.customizations: Customizations = ()
        self.captions: Captions | None = None
        self.motion_blur: MotionBlur | None = None
        self._assets: dict[str, str] = {}
        self._origin: Template | None = None
        self._limits: PackageLimits | None = None
        self._fonts = USUAL_FONTS
        self._given = GivenFiles()
        self._in_memory = False
        self._findings: tuple[Finding, ...] | None = None
        self._pictures = DecodedPictures()
        self._clips = OpenedClips()
        self._closing: list[Callable[[], None]] = []
        self._closed = False
        self._children: weakref.WeakSet[Template] = weakref.WeakSet()
        self._preflights: dict[bool, Preflight] = {}
        self._known = 0
        self._drawer: StillDrawer | None = None
        self._lock = threading.Lock()
        self._preflight_lock = threading.Lock()

    # --- what it is ---

    @property
    def layers(self) -> tuple[LayerInfo, ...]:
        """All layers, with their kinds, their present values, and what can be replaced of each."""
        from velocity_engine.customize.layer_infos import layer_infos

        return layer_infos(self.document)

    @property
    def layer_plugins(self) -> tuple[LayerPlugin, ...]:
        """The installed layer plugins, with the data that they take: ``{"plugin": name, "data": ...}`` lets one draw in
        the place of any layer that has "plugin" among its ``customizable`` keys."""
        from velocity_engine.plugins.layer_plugins import available

        return available()

    @property
    def font_sources(self) -> tuple[FontInfo, ...]:
        """The fonts that the document's texts name, and what draws each. Font files are read for that."""
        from velocity_engine.plan.font_infos import font_infos

        self._check_open()
        return font_infos(self.document, self.package, self._local_fonts())

    @property
    def fonts_beside(self) -> FontOptions:
        """Where fonts are looked for beside those of the template: files, folders, and those of the system."""
        return self._fonts

    @property
    def slots(self) -> tuple[SlotInfo, ...]:
        """What the designer opened for replacement: ``{"slot": name, "value": ...}`` of a customization fills it."""
        from velocity_engine.customize.slot_infos import slot_infos

        return slot_infos(self.document)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is not drawn as the designer meant. A render fails where a finding has the severity "error".

        It is found out once, at the first access, by making a plan of the template.
        """
        if self._findings is None:
            plan = self.plan()
            try:
                if plan.expressions is not None:
                    plan.expressions.check()
                self._findings = plan.all_findings()
            finally:
                plan.close()
        return self._findings

    # --- what can be done with it ---

    def customized(
        self,
        customizations: Customizations | None = None,
        assets: Assets | None = None,
        captions: Captions | None = None,
        motion_blur: MotionBlur | bool | None = None,
    ) -> Template:
        """Returns a template with customizations applied. Its stills need one plan, however many are drawn.

        It shares the files of this one, so keep this one open. Close it before, or with this one. What it is given
        further, as by ``render`` or its own ``customized``, is applied after what it has.

        Args:
            customizations: The entries of a ``customizationMap``. "image" and "video" also take a ``pathlib.Path``,
                bytes, an open file, a picture of Pillow or an array of numpy.
            assets: The files that ``{"assetId": ...}`` names, by id: paths, URLs, or what "image" takes.
            captions: What is said in it, in the place of captions that it has.
            motion_blur: How layers that have the motion blur switch are blurred, in the place of what it has; True as
                in After Effects.

        Raises:
            CustomizationError: An entry is wrong. The error names it.
            CaptionsError: The captions name a layer that cannot show them.
            WrongTypeError: An argument has a wrong type.

        Example:
            >>> with template.customized([{"layer": "Headline", "text": "Hello"}]) as hello:
            ...     stills = [ve.render_still(hello, frame) for frame in range(0, 150, 10)]
        """
        from velocity_engine.captions.captions import Captions
        from velocity_engine.customize import customize
        from velocity_engine.customize.captions import with_captions
        from velocity_engine.order.motion_blur import motion_blur_of
        from velocity_engine.order.render_order import CAPTIONS

        self._check_open()
        require("captions", captions, Captions | None, CAPTIONS)
        captions = captions or self.captions
        blur = motion_blur_of(motion_blur) or self.motion_blur
        given = GivenFiles()
        try:
            known = len(self.customizations)
            entries, files = given.request(customizations, assets, known, self._assets)
            entries, files = (*self.customizations, *entries), {**self._assets, **files}
            origin = self._origin or self
            local = {key: local_path(location) for key, location in files.items()}
            document = customize(origin.document, self.package, entries, assets=local, known=known)
            document = document if captions is None else with_captions(document, captions)
        except BaseException:
            given.close()
            raise
        changed = Template(self.package, document, self.location, self.animation)
        changed.customizations, changed._assets, changed._given = entries, files, given
        changed._known, changed.captions, changed.motion_blur = known, captions, blur
        changed._origin, changed._limits, changed._fonts = origin, self._limits, self._fonts
        changed._pictures, changed._clips = self._pictures, self._clips
        changed._in_memory = self.holds_memory
        self._children.add(changed)
        return changed

    @property
    def origin(self) -> Template:
        """The template as it was opened: itself, or what ``customized`` was first called of."""
        return self._origin or self

    @property
    def asset_files(self) -> Mapping[str, str]:
        """The files of ``customizations``: paths or URLs, by id."""
        return self._assets

    @property
    def holds_memory(self) -> bool:
        """Whether anything that it is made of was given in memory, so that no other process could open it."""
        return self._in_memory or self._given.is_used or (self._origin is not None and self._origin.holds_memory)

    def plan(
        self,
        customizations: Customizations | None = None,
        assets: Assets | None = None,
        captions: Captions | None = None,
        motion_blur: MotionBlur | bool | None = None,
        *,
        strict_fonts: bool = False,
    ) -> Plan:
        """Returns a plan of the document with customizations applied. The caller closes the plan.

        Args:
            customizations: The entries of a ``customizationMap``.
            assets: The files that ``{"assetId": ...}`` names, by id.
            captions: What is said in it.
            motion_blur: How layers that have the motion blur switch are blurred.
            strict_fonts: Whether letters that no font has are errors.

        Raises:
            CustomizationError: An entry is wrong. The error names it.
            CaptionsError: The captions name a layer that cannot show them.
        """
        self._check_open()
        if not customizations and captions is None and not motion_blur:
            return self._own_plan(strict_fonts)
        changed = self.customized(customizations, assets, captions, motion_blur)
        try:
            plan = changed.plan(strict_fonts=strict_fonts)
        except BaseException:
            changed.close()
            raise
        plan.resources.insert(0, changed.close)  # what is in memory is needed as long as the plan
        return plan

    def _own_plan(self, strict_fonts: bool) -> Plan:
        from velocity_engine.evaluate.expressions import expression_engine
        from velocity_engine.plan.plan import make_plan

        fonts = self._local_fonts(strict_fonts)
        plan = make_plan(self.document, self.package, self._pictures, expression_engine, self._clips, fonts)
        if self.motion_blur is not None:
            plan.blur(self.motion_blur)
        if self.customizations and any(finding.severity == "error" for finding in plan.findings):
            try:
                self._raise_brought(strict_fonts)
            except BaseException:
                plan.close()
                raise
        return plan

    def _local_fonts(self, strict: bool = False) -> FontOptions:
        files = tuple(local_path(location) for location in self._fonts.files)
        return FontOptions(files, self._fonts.system, strict)

    def _raise_brought(self, strict_fonts: bool) -> None:
        """Raises the first error that a customization brought, with the others as its notes."""
        found = self._preflighted(self.customizations, self._assets, self._known, strict_fonts)
        brought = [one for one in found if one.place.field]
        if brought:
            for other in brought[1:]:
                brought[0].add_note(str(other))
            raise brought[0]

    def _preflighted(
        self, customizations: Customizations, files: Mapping[str, str], known: int, strict_fonts: bool
    ) -> list[VelocityError]:
        """What is wrong with the customizations, and with the template. The first ``known`` are those of an earlier
        call, and are not counted in what is told."""
        local = {key: local_path(location) for key, location in files.items()}
        origin = self.origin
        with origin._preflight_lock:
            return list(origin.preflight(strict_fonts).problems(customizations, local, known=known))

    def still(
        self, frame: float | None = None, size: tuple[int, int] | None = None, timeline: Timeline | None = None
    ) -> Still:
        """Draws one frame.

        Args:
            frame: The moment, in frames of the composition; by default the first. It can lie between two frames.
            size: (width, height) in pixels; by default the composition's. With another aspect ratio the whole
                composition is fitted inside.
            timeline: What ``Template.timeline`` returned: then ``frame`` is counted on that.

        Returns:
            The pixels, and what is not drawn as the designer meant.

        Raises:
            FrameRangeError: The composition does not have the frame, or the size cannot be drawn.
            WrongTypeError: An argument has a wrong type.
        """
        return self.prepare_still(frame, size, timeline).draw()

    def prepare_still(
        self, frame: float | None = None, size: tuple[int, int] | None = None, timeline: Timeline | None = None
    ) -> PreparedStill:
        """Finds out what one frame shows, without drawing it. Two with the same ``digest`` have equal pixels.

        Args:
            frame: As ``still`` takes it.
            size: As ``still`` takes it.
            timeline: As ``still`` takes it.

        Returns:
            What ``draw`` turns into a ``Still``, as long as the template is open.

        Raises:
            FrameRangeError: The composition does not have the frame, or the size cannot be drawn.
            WrongTypeError: An argument has a wrong type.

        Example:
            >>> prepared = template.prepare_still(75, (640, 360))
            >>> if prepared.digest != known:
            ...     prepared.draw().image().save("promo.png")
        """
        drawn = sides((self.width, self.height) if size is None else size)
        _require_timeline(timeline)
        if timeline is None:
            at = self.first_frame if frame is None else self.require_frame(frame)
            return self._still_drawer().prepare(at, *drawn)
        place = self.first_frame if frame is None else frame_at(replace(self.document, out_point=timeline.end), frame)
        moment, ahead = timeline.moment_at(place), timeline.ahead_at(place)
        return self._still_drawer().prepare(moment, *drawn, ahead=ahead)

    def require_frame(self, frame: float) -> float:
        """Returns a moment that the composition has.

        Args:
            frame: The moment, in frames of the composition.

        Raises:
            FrameRangeError: The composition does not have it.
            WrongTypeError: It is no number.
        """
        return frame_at(self.document, frame)

    def _still_drawer(self) -> StillDrawer:
        from velocity_engine.stills.still import StillDrawer

        with self._lock:
            self._check_open()
            if self._drawer is None:
                plan = self.plan()
                self._drawer = StillDrawer(plan, plan.all_findings)
                self.on_close(self._drawer.close)
            return self._drawer

    def frame_range(self, frames: FrameRange | None, timeline: Timeline | None = None) -> tuple[float, float]:
        """Checks a range of frames and returns its start and end.

        Args:
            frames: (start, end), ``range(start, end)`` or ``slice(start, end)`` in frames of the composition,
                half-open; or the name of a marker; or None for all. An open side of a slice is that of the composition.
            timeline: What ``Template.timeline`` returned: then frames and markers are where that has them.

        Returns:
            (start, end) in frames of the composition. The end is not part of the range.

        Raises:
            FrameRangeError: The range is empty or leaves the composition, or there is no such marker.
        """
        _require_timeline(timeline)
        if timeline is None:
            return frame_range(self.document, frames)
        from velocity_engine.evaluate.timelines import shown_range

        return shown_range(self.document, timeline, frames)

    @property
    def lengths(self) -> Lengths:
        """How short and how long videos of the template can become, in seconds: its regions say it.

        Raises:
            DurationError: Its markers say something that cannot be.
        """
        from velocity_engine.plan.lengths import lengths_of

        return lengths_of(self.document)

    @property
    def regions(self) -> tuple[Region, ...]:
        """What its markers protect, and what may become longer or shorter: the whole composition in order.

        Raises:
            DurationError: Its markers say something that cannot be.
        """
        from velocity_engine.model.regions import regions_of

        return regions_of(self.document)

    def timeline(
        self,
        duration: Length,
        *,
        encoder: EncoderConfig | None = None,
        customizations: Customizations | None = None,
        assets: Assets | None = None,
        audio: Source | None = None,
        mix: SoundMix | None = None,
        known: Mapping[str, float] | None = None,
    ) -> Timeline:
        """Returns the timeline of a video of a wanted length, without rendering it: how long it becomes, and which
        moment of the composition each of its frames shows.

        Args:
            duration: How long it is to be: seconds, "audio", "layer:Clip", or a ``Duration``.
            encoder: How the video would be encoded: its frame rate counts.
            customizations: The entries of a ``customizationMap``.
            assets: The files that ``{"assetId": ...}`` names, by id.
            audio: The sound file that "audio" follows.
            mix: How that would be mixed.
            known: How long the clips of some assets are, in seconds by their ids, where they were looked at before:
                these are not opened.

        Raises:
            DurationError: The markers of the template do not allow it, or what it follows is not there.
            CustomizationError, MediaError, WrongTypeError: Another argument is wrong.

        Example:
            >>> timeline = template.timeline(17.4)
            >>> print(timeline.seconds, timeline.frame_count, timeline.moment(300))
        """
        from velocity_engine.encoder_config import EncoderConfig
        from velocity_engine.evaluate.soundtrack import OwnSound
        from velocity_engine.evaluate.timelines import planned_timeline
        from velocity_engine.order.duration import RIGHT, duration_of
        from velocity_engine.plan.plan import PlanBuilder
        from velocity_engine.plugins.output_shape import output_rate

        self._check_open()
        wanted = duration_of(duration)
        if wanted is None:
            raise wrong_type("duration", duration, RIGHT)
        rate = output_rate(self.document, encoder or EncoderConfig())
        with GivenFiles() as given:
            entries, files = given.request(customizations, assets, len(self.customizations), self._assets)
            sound = None if audio is None else local_path(given.path(audio, "audio", SOUND))
            lengths = {files[key]: seconds for key, seconds in (known or {}).items() if key in files}
            with self.customized(entries, files) as changed:
                builder = PlanBuilder(changed.document, self.package, self._pictures, self._clips)
                try:
                    return planned_timeline(builder, rate, wanted, OwnSound(sound, mix), lengths)
                finally:
                    for release in reversed(builder.resources):
                        release()

    def check(
        self,
        encoder: EncoderConfig | None = None,
        customizations: Customizations | None = None,
        frames: FrameRange | None = None,
        assets: Assets | None = None,
        audio: Source | None = None,
        mix: SoundMix | None = None,
        duration: Length | None = None,
        fonts: Strictness = "boxes",
        captions: Captions | None = None,
        motion_blur: MotionBlur | bool | None = None,
    ) -> list[VelocityError]:
        """Returns all that is wrong with a render request, without rendering it.

        Args:
            encoder: How the video would be encoded.
            customizations: The entries of a ``customizationMap``.
            frames: (start, end) in frames of the composition, half-open; or the name of a marker; or None for all.
            assets: The files that ``{"assetId": ...}`` names, by id.
            audio: A sound file that would be mixed with the template's own sound, as ``render`` takes it.
            mix: How the sound would be mixed.
            captions: What would be said in it.
            motion_blur: How layers that have the motion blur switch would be blurred.
            duration: How long the video would be, as ``render`` takes it. Then ``frames`` are counted on its timeline.
            fonts: "strict" where letters that no font has are problems, in place of boxes with a finding.

        Returns:
            One error for each problem. None of them is raised.

        Raises:
            WrongTypeError: An argument has a wrong type.
            PackageError: The template is closed.
        """
        from velocity_engine.encoder_config import EncoderConfig
        from velocity_engine.evaluate.soundtrack import OwnSound
        from velocity_engine.order import SoundMix
        from velocity_engine.plugins.output_shape import encoder_problems
        from velocity_engine.plugins.outputs import ENCODER
        from velocity_engine.sound.decoding import check_sound

        require("encoder", encoder, EncoderConfig | None, ENCODER)
        require("mix", mix, SoundMix | None, "Give a SoundMix, such as SoundMix(volume=0.5)")
        strict = is_strict(fonts)
        self._check_open()
        found: list[VelocityError] = []
        if encoder is not None:
            found += encoder_problems(self.document, encoder)
        with GivenFiles() as given:
            known = len(self.customizations)
            entries: Customizations = ()
            files: Assets = {}
            with _noted(found):
                entries, files = given.request(customizations, assets, known, self._assets)
                if entries or strict:
                    every, of_all = (*self.customizations, *entries), {**self._assets, **files}
                    problems = self._preflighted(every, of_all, known, strict)
                    found += [one for one in problems if one.place.field or strict]
            with _noted(found):
                sound = None if audio is None else given.path(audio, "audio", SOUND)
                span = self.frame_range(frames if duration is None else None)
                if sound is not None:
                    check_sound(local_path(sound), os.path.basename(sound))
                if captions is not None and not found:
                    self.customized(entries, files, captions).close()
                    found += _problems_of_captions(captions, encoder)
                if not found and (encoder is not None or duration is not None):
                    plan = self.plan(entries, files, captions, motion_blur)
                    own = OwnSound(sound and local_path(sound), mix)
                    try:
                        if duration is not None:
                            span = _shown_span(plan, encoder, duration, frames, own)
                        if encoder is not None:
                            found += _problems_of_frames(plan, encoder, span, own)
                    finally:
                        plan.close()
        return found

    def preflight(self, strict_fonts: bool = False) -> Preflight:
        """What looks at customizations as a render would; closed with the template.

        Args:
            strict_fonts: Whether letters that no font has are errors.
        """
        found = self._preflights.get(strict_fonts)
        if found is None:
            from velocity_engine.plan.preflight import Preflight

            fonts = self._local_fonts(strict_fonts)
            found = Preflight(self.document, self.package, self._pictures, self._clips, fonts)
            self._preflights[strict_fonts] = found
            self.on_close(found.close)
        return found

    def on_close(self, release: Callable[[], None]) -> None:
        """Registers a function that is called when the template is closed.

        Args:
            release: The function. The one that was registered last is called first.
        """
        self._closing.append(release)

    def close(self) -> None:
        """Closes the package and releases what is kept for the next render. What was customized of it closes, too."""
        with self._lock:
            self._closed = True
        for changed in list(self._children):
            changed.close()
        while self._closing:
            self._closing.pop()()
        self._preflights.clear()
        self._drawer = None
        self._given.close()
        if self._origin is None:
            self._clips.close()
            self.package.close()

    def _check_open(self) -> None:
        if self._closed:
            hint = "Open it again, and use it before it is closed or its with statement ends"
            raise PackageError("the template is closed", place=Place(file=self.package.file), hint=hint)

    def __enter__(self) -> Template:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        parts = [
            f"{self.name!r}",
            f"{self.width}x{self.height}",
            f"{self.frame_count} frames at {self.frame_rate:g} a second",
            f"{len(self.layers)} layers",
        ]
        if self.customizations:
            parts.append(f"{len(self.customizations)} customizations")
        if self.captions is not None:
            parts.append(f"{len(self.captions.cues)} cues")
        if self.motion_blur is not None:
            parts.append(f"motion blur of {self.motion_blur.samples} samples")
        return f"<Template {', '.join(parts)}{', closed' if self._closed else ''}>"

    def _repr_html_(self) -> str:
        from velocity_engine.stills.notebook import poster_size, template_html

        middle, size = (self.document.in_point + self.document.out_point) / 2.0, poster_size(self.width, self.height)
        try:
            poster = None if self._closed else self.still(middle, size)
        except VelocityError:
            poster = None
        return template_html(repr(self), poster, self.layers)

    def __reduce__(self) -> tuple[Any, ...]:
        if self.holds_memory:
            what = "a template that holds what was given in memory cannot be pickled"
            raise WrongTypeError(what, hint="Send the bytes or the paths, and open it in the other process")
        location = self.location if not is_local(self.location) else os.path.abspath(self.location)
        fonts = {"font_files": self._fonts.files, "system_fonts": self._fonts.system}
        opened = {"animation": self.animation, "limits": self._limits, **fonts}
        changes = (tuple(self.customizations), self._assets, self.captions, self.motion_blur)
        return (_reopened, (location, opened, *changes))


def _reopened(
    location: str,
    opened: Mapping[str, Any],
    customizations: Customizations,
    assets: Assets,
    captions: Captions | None,
    motion_blur: MotionBlur | None,
) -> Template:
    """The template that was pickled. Its origin stays open as long as it does."""
    template = open_template(location, **opened)
    if not customizations and captions is None and motion_blur is None:
        return template
    changed = template.customized(customizations, assets, captions, motion_blur)
    changed.on_close(template.package.close)
    return changed


def _shown_span(
    plan: Plan, encoder: EncoderConfig | None, duration: Length, frames: FrameRange | None, own: OwnSound
) -> tuple[float, float]:
    """The part of the template that a video with a duration shows some of.

    Raises:
        DurationError, FrameRangeError: The template does not allow it, or the frames leave the video.
    """
    from velocity_engine.encoder_config import EncoderConfig
    from velocity_engine.evaluate.timelines import planned_timeline, shown_range
    from velocity_engine.order.duration import duration_of
    from velocity_engine.plugins.output_shape import output_rate

    document, wanted = plan.document, duration_of(duration)
    assert wanted is not None
    timeline = planned_timeline(plan, output_rate(document, encoder or EncoderConfig()), wanted, own)
    shown_range(document, timeline, frames)
    return document.in_point, document.out_point


def _problems_of_frames(
    plan: Plan, encoder: EncoderConfig, frames: tuple[float, float], own: OwnSound
) -> list[VelocityError]:
    """What is wrong where nothing is heard by a codec that takes sound alone, where a frame costs too much, or where
    the mix names a layer that is not there."""
    from velocity_engine.evaluate.soundtrack import audio_plan, silence
    from velocity_engine.plugins.manager import codecs
    from velocity_engine.plugins.output_shape import output_size
    from velocity_engine.plugins.outputs import container_of, resolve_encoder
    from velocity_engine.stills.affordable import unaffordable

    start, end = frames
    encoder = resolve_encoder(encoder)
    shown = container_of(encoder).frames
    if shown == "none" or (own.mix is not None and own.mix.ducking is not None):
        sound = audio_plan(plan, start, Fraction((end - start) / plan.document.frame_rate), own)
        if shown == "none":
            return [silence(codecs()[encoder.codec_name].title)] if sound.is_silent else []
    costly = unaffordable(plan, output_size(plan.document, encoder), (start, start + 1) if shown == "first" else frames)
    return [] if costly is None else [costly]


def _problems_of_captions(captions: Captions, encoder: EncoderConfig | None) -> list[VelocityError]:
    """What is wrong with captions because of the container."""
    from velocity_engine.plugins.outputs import container_of, resolve_encoder
    from velocity_engine.plugins.text_tracks import text_track_problem

    problem = None if encoder is None else text_track_problem(captions, container_of(resolve_encoder(encoder)))
    return [] if problem is None else [problem]


@contextmanager
def _noted(found: list[VelocityError]) -> Iterator[None]:
    """What is wrong in a request is added to ``found``; a wrong type is the program's mistake, and raised."""
    try:
        yield
    except WrongTypeError:
        raise
    except VelocityError as error:
        found.append(error)


def _require_timeline(timeline: object) -> None:
    from velocity_engine.plan.timeline import Timeline

    require("timeline", timeline, Timeline | None, "Give what Template.timeline returned")


def open_template(
    path: Source,
    *,
    animation: str | None = None,
    limits: PackageLimits | None = None,
    font_files: FontPath | Sequence[FontPath] | None = None,
    system_fonts: bool | Sequence[FontPath] | None = None,
) -> Template:
    """Opens a template: a ZIP, a folder, a ``.lottie`` file or a single ``.json``.

    Args:
        path: The file or folder, or a URL of a file ("s3://bucket/promo.zip"), which is fetched once into the user's
            cache. Also the bytes of a ZIP, ``.lottie`` or ``.json``, or a file that is open for reading bytes.
        animation: Which document to open, where the package holds several: an id of the ``.lottie`` file's manifest, or
            the name of a JSON file. None for the one that the manifest starts with, or else for ``data.json``.
        limits: The largest sizes that are accepted; by default those of ``PackageLimits()``.
        font_files: Fonts for its texts beside those in the package: a folder, a file, or several, by path or URL. By
            default the folder that the environment variable ``VELOCITY_FONT_FOLDER`` names, if it names one.
        system_fonts: Whether the fonts of this system are used as a last resort, or the folders that count as such; by
            default where the environment variable ``VELOCITY_SYSTEM_FONTS`` is "1".

    Returns:
        The template. The caller closes it.

    Raises:
        PackageError: The package cannot be read, is unsafe or is too large, or it is not clear which document is meant.
        DocumentError: Its document is not a Lottie document.
        StorageError: What is at a URL cannot be fetched, or there is nothing at a path of ``font_files``.
        WrongTypeError: ``path`` is none of these, or another argument has a wrong type.
    """
    require("limits", limits, PackageLimits | None, "Give PackageLimits, such as PackageLimits(total_bytes=256 << 20)")
    require("animation", animation, str | None, "Give the name of a document of the package as a text")
    fonts = font_options(font_files, system_fonts)
    for one in fonts.files:
        if not os.path.exists(local_path(one)):
            hint = "Name a folder of fonts, or a font file"
            raise StorageError(f"there are no fonts at {one}", place=Place(field="font_files"), hint=hint)
    given = GivenFiles()
    try:
        location = given.path(path, "path", TEMPLATES)
        package = open_package(local_path(location), animation=animation, limits=limits or PackageLimits())
    except BaseException:
        given.close()
        raise
    try:
        with raised_gc_threshold():
            document = parse_document(package.document_bytes, file=package.document_name, package=package)
        template = Template(package, document, location, animation)
        template._limits, template._given, template._in_memory = limits, given, given.is_used
        template._fonts = fonts
        return template
    except BaseException:
        package.close()
        given.close()
        raise
