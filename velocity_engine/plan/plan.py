"""The plan: a document made ready for any frame. Parents, mattes, precomps and effects are resolved; pictures, fonts
and clips are opened once. What cannot be shown is reported, never raised, so that one bad layer does not hide the
others."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from velocity_engine import plugins
from velocity_engine.customize.box import content_box
from velocity_engine.display import FrameReader, Picture, digest_of
from velocity_engine.errors import Finding, MediaError, Place, PluginError, RenderFailed, VelocityError
from velocity_engine.files.regular import open_regular
from velocity_engine.given.fonts import USUAL_FONTS, FontOptions
from velocity_engine.media.decoded_pictures import DecodedPictures
from velocity_engine.media.opened_clips import OpenedClips
from velocity_engine.model.document import Document, Media
from velocity_engine.model.geometry import Bounds
from velocity_engine.model.layers import (
    AudioContent,
    CameraContent,
    CaptionsContent,
    Effect,
    ImageContent,
    Layer,
    PluginContent,
    Replay,
    TextContent,
    UnknownContent,
    VideoContent,
)
from velocity_engine.model.properties import Property
from velocity_engine.motion.keyframes import Curves
from velocity_engine.order import MotionBlur
from velocity_engine.package.package import Package
from velocity_engine.plan.guarded import GuardedLayer, evaluated_by, guarded, prepared_by, styled_by
from velocity_engine.plan.layers import (
    PlannedComposition,
    PlannedEffect,
    PlannedLayer,
    PlannedStyle,
    ReplayedLayers,
    bind,
    drawable,
    note_stillness,
    numbers_read,
)
from velocity_engine.plan.sources import named_media
from velocity_engine.plugin_types import (
    DrawsCompositions,
    DrawsPlaced,
    LayerType,
    MediaSource,
    ShowsEchoes,
    TellsLimits,
)
from velocity_engine.plugins.manager import built_in_layer
from velocity_engine.text.findings import GLYPH_MISSING
from velocity_engine.text.typesetter import LayerTypesetter, catalogue_of
from velocity_engine.typesetting import Typesetter

if TYPE_CHECKING:
    from velocity_engine.media.clip import ClipReader

MAX_FINDINGS = 1000
NOT_EXPORTED = {
    "ADBE FreePin3": "mesh",
    "ADBE FreePin2": "mesh",
    "ADBE MESH WARP": "mesh",
    "ADBE LIQUIFY": "mesh",
}
"""What of effects no document has, by their match names: they cannot be drawn by who reads it."""
_CONTROL_TYPES = (5,)  # Bodymovin's number for controls, but for every effect that it has no number for, too
_CONTROL_PREFIXES = ("ADBE Slider Control", "ADBE Angle Control", "ADBE Color Control", "ADBE Point", "ADBE Checkbox",
                     "ADBE Layer Control", "ADBE Dropdown Control", "ADBE CM ", "Pseudo/", "PSEUDO/")  # fmt: skip


def _only_controls(effect: Effect) -> bool:
    """Whether an effect only holds values for expressions."""
    return effect.match_name.startswith(_CONTROL_PREFIXES) or (not effect.match_name and effect.type in _CONTROL_TYPES)


class ExpressionEngine(Protocol):
    """Computes the values of properties that have an expression; see ``velocity_engine.evaluate.expressions``."""

    def begin_frame(self) -> None: ...

    def evaluate(self, prop: Property[Any], layer: PlannedLayer | None, frame: float, value: Any) -> Any: ...

    def select(
        self,
        prop: Property[Any],
        layer: PlannedLayer | None,
        frame: float,
        units: NDArray[np.int64],
        total: int,
        before: NDArray[np.float64],
    ) -> NDArray[np.float64]: ...

    def check(self) -> None: ...


@dataclass(slots=True, eq=False, repr=False)
class Plan:
    document: Document
    main: PlannedComposition
    compositions: dict[str, PlannedComposition]
    curves: Curves
    findings: list[Finding]  # grows while expressions fail
    report: Callable[[Finding], None]
    read: Callable[[Media], bytes]
    clip: Callable[[str], FrameReader | None]
    resources: list[Callable[[], None]] = field(default_factory=list)
    expressions: ExpressionEngine | None = None  # where the document has expressions
    motion_blur: MotionBlur | None = None  # how layers with the switch are blurred

    def all_findings(self) -> tuple[Finding, ...]:
        """Returns the findings of the parser and of the plan, as they are by now.

        A missing asset is among them only where a visible layer needs it.
        """
        own = [finding for finding in self.document.findings if finding.feature != "asset.missing"]
        return (*own, *self.findings)

    @property
    def has_blurred_layers(self) -> bool:
        """Whether a layer has the motion blur switch."""
        compositions = (self.document.main, *self.document.compositions.values())
        return any(layer.motion_blur for composition in compositions for layer in composition.layers)

    def blur(self, motion_blur: MotionBlur) -> None:
        """Blurs layers that have the motion blur switch; reports where none has it."""
        self.motion_blur = motion_blur
        if not self.has_blurred_layers:
            hint = "no layer has the motion blur switch, which the designer sets in After Effects"
            self.report(Finding("motion_blur.none", hint, instead="all layers stay sharp"))

    def close(self) -> None:
        """Closes clips and deletes temporary files. A plan that was closed must not be evaluated."""
        while self.resources:
            self.resources.pop()()


def make_plan(
    document: Document,
    package: Package | None,
    pictures: DecodedPictures | None = None,
    expressions: Callable[[Plan], ExpressionEngine | None] | None = None,
    clips: OpenedClips | None = None,
    fonts: FontOptions = USUAL_FONTS,
) -> Plan:
    """Makes a document ready to be evaluated.

    Args:
        document: The document, with its layers replaced already.
        package: Where its files are; None for a document that has none.
        pictures: What earlier plans decoded, and this one will.
        expressions: Returns the engine that evaluates the plan's expressions; None leaves them out.
        clips: What earlier plans opened, and this one will.
        fonts: Where fonts are beside the template's own.

    Returns:
        The plan. What is wrong with a layer is in its ``findings``, with severity "error" where it must not render.
    """
    context = PlanBuilder(document, package, pictures or DecodedPictures(), clips or OpenedClips(most=0), fonts)
    try:
        main = context.composition("")
        plan = Plan(
            document,
            main,
            context.compositions,
            context.curves,
            context.findings,
            context.report,
            context.read,
            context.clip,
            context.resources,
        )
        plan.expressions = None if expressions is None else expressions(plan)
        context.is_drawing = True
    except BaseException:
        for release in reversed(context.resources):
            release()
        raise
    return plan


class PlanBuilder:
    """``LayerContext`` for layer types, and the state of a plan while it is made."""

    def __init__(
        self,
        document: Document,
        package: Package | None,
        pictures: DecodedPictures,
        clips: OpenedClips,
        fonts: FontOptions = USUAL_FONTS,
    ) -> None:
        self.document = document
        self.package = package
        self.font_options = fonts
        self._decoded = pictures
        self._opened = clips
        self.curves = Curves()
        self.compositions: dict[str, PlannedComposition] = {}
        self.findings: list[Finding] = []
        self.resources: list[Callable[[], None]] = []
        self._reported: set[tuple[str, str | None, str | None]] = set()
        self._fails = self._more = False
        self.is_drawing = False
        self._pictures: dict[Hashable, Sequence[tuple[float, Picture]]] = {}
        self._clips: dict[Hashable, FrameReader | None] = {}

    # --- what layer types ask for ---

    def report(self, finding: Finding) -> None:
        if self.font_options.strict and finding.feature == GLYPH_MISSING:
            finding = self._refused(finding)
        key = (finding.feature, finding.place.pointer or finding.message, finding.place.layer)
        if key in self._reported:
            return
        fails = finding.severity == "error"
        if len(self.findings) < MAX_FINDINGS or (fails and not self._fails):
            self._reported.add(key)
            self.findings.append(finding)
            self._fails = self._fails or fails
        elif not self._more:
            self._more = True
            place = Place(file=self.document.file or None)
            self.findings.append(Finding("document.findings", "more findings are not listed", place))

    def _refused(self, finding: Finding) -> Finding:
        """Letters that no font has, as an error: raised where they are found while frames are drawn."""
        message = f"{finding.message}, which the layer {finding.place.layer!r} shows, and fonts are strict"
        if self.is_drawing:
            raise RenderFailed(
                message, place=finding.place, hint="Add a font that has them, or let boxes stand for them"
            )
        return replace(finding, message=message, severity="error")

    def read(self, media: Media) -> bytes:
        if media.data is not None:
            return media.data
        if media.path is not None:
            try:
                with open_regular(media.path) as file:
                    return file.read()
            except OSError as error:
                place = Place(file=Path(media.path).name)
                raise MediaError(f"the file cannot be read: {error.strerror}", place=place) from None
        if self.package is None or media.name is None:
            raise MediaError("the package is gone", place=Place(file=media.name))
        return self.package.read(media.name)

    def font_files(self) -> Sequence[str]:
        if self.package is None:
            return ()
        return [n for n in self.package.names if n.lower().endswith((".ttf", ".otf", ".ttc", ".woff", ".woff2"))]

    def picture(self, source: MediaSource) -> Sequence[tuple[float, Picture]]:
        named = named_media(source, self.document, self.package)
        found = self._pictures.get(named.key)
        if found is None:
            found = self._pictures[named.key] = self._decoded.decode(self.read(named.media), named.name)
        return found

    def clip(self, source: MediaSource) -> FrameReader | None:
        named = named_media(source, self.document, self.package)
        if named.key not in self._clips:
            from velocity_engine.media.clip import open_clip

            def opened(folder: Path) -> ClipReader:
                return open_clip(self._local_file(named.media, folder), named.name)

            reader, give_back = self._opened.lend((named.name, *self._origin(named.media)), opened)
            self.resources.append(give_back)
            self._clips[named.key] = reader
        return self._clips[named.key]

    def typesetter(self, layer: Layer) -> Typesetter:
        place = Place(layer=layer.name or None, pointer=layer.pointer or None)
        return LayerTypesetter(catalogue_of(self), place, self.report)

    def box(self, layer: Layer) -> Bounds:
        whole = (0.0, 0.0, float(self.document.width), float(self.document.height))
        return content_box(self.document, layer.content) or whole

    def span(self, layer: Layer) -> tuple[float, float]:
        rate = self.document.frame_rate
        return (layer.in_point / rate, layer.out_point / rate)

    def _origin(self, media: Media) -> tuple[Hashable, ...]:
        """What tells the bytes of a file from others, without reading them."""
        path = media.path
        if path is None and media.name is not None and self.package is not None:
            path = self.package.path(media.name)
            if path is None:
                return ("package", media.name)
        if path is None:
            return ("data", digest_of(self.read(media)))
        try:
            status = os.stat(path)
        except OSError:
            return ("path", path)
        return ("path", path, status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)

    def _local_file(self, media: Media, folder: Path) -> Path:
        """A file that a decoder can open by name: where it lies, or in ``folder``."""
        if media.path is not None:
            return Path(media.path)
        if media.name is not None and self.package is not None:
            return Path(self.package.extract(media.name, folder))
        target = folder / "clip.mp4"
        target.write_bytes(self.read(media))
        return target

    # --- compositions ---

    def composition(self, composition_id: str, path: str = "") -> PlannedComposition:
        """The plan of a composition, made once however often it is used."""
        found = self.compositions.get(composition_id)
        if found is not None:
            return found
        source = self.document.main if composition_id == "" else self.document.compositions[composition_id]
        planned = PlannedComposition(source)
        self.compositions[composition_id] = planned
        layers = [PlannedLayer(layer, f"{path}/{layer.name}" if path else layer.name) for layer in source.layers]
        bind(layers)
        for one in drawable(layers):
            self._prepare(one)
        note_stillness(layers)
        self._report_sources(layers)
        planned.layers = tuple(layers)
        planned.cameras = tuple(p for p in layers if isinstance(p.layer.content, CameraContent))
        return planned

    def _prepare(self, planned: PlannedLayer) -> None:
        if planned.layer.replay is None:
            self.prepare_content(planned)
        try:
            planned.effects = self._effects(planned.layer, planned.path)
            planned.styles = self._styles(planned.layer, planned.path)
        except PluginError as error:
            self.report_layer(error, planned.layer, planned.path)
        if planned.layer.replay is not None:
            self._prepare_replay(planned, planned.layer.replay)

    def _prepare_replay(self, planned: PlannedLayer, replay: Replay) -> None:
        """The layers of the cues are made ready when they are shown. What no font has is known before that."""
        self._report_missing(planned.layer, replay)
        first = self._replayed(planned, replay, 0)
        planned.prepared, planned.placed = first.prepared, first.placed
        planned.replayed = ReplayedLayers(partial(self._replayed, planned, replay))

    def _replayed(self, planned: PlannedLayer, replay: Replay, number: int) -> PlannedLayer:
        """A layer with the content of a cue, and all else as the one that is planned."""
        content = replay.cues[number].content
        layer = replace(planned.layer, content=content, in_point=replay.begins, out_point=replay.ends, replay=None)
        shown = replace(planned, layer=layer, replayed=None)
        self.prepare_content(shown)
        return shown

    def _report_missing(self, layer: Layer, replay: Replay) -> None:
        """Sets every character of a text's cues once."""
        if isinstance(layer.content, TextContent):
            contents = [cue.content for cue in replay.cues]
            texts = [one.text.document.value.text for one in contents if isinstance(one, TextContent)]
            characters = "".join(dict.fromkeys(char for text in texts for char in text if not char.isspace()))
            designed = layer.content.text.document.value
            self.typesetter(layer).set(replace(designed, text=characters, box=None, fit=None, fit_reference=None))

    def prepare_content(self, planned: PlannedLayer) -> None:
        """Makes what the layer itself shows ready, or reports why it cannot be."""
        layer, path = planned.layer, planned.path
        kind = self._layer_type(layer, path)
        if kind is not None:
            try:
                planned.prepared = prepared = prepared_by(kind, layer, self, path)
                planned.placed = prepared if isinstance(prepared, DrawsPlaced) else None
                drawing = prepared.prepared if isinstance(prepared, GuardedLayer) else prepared
                if isinstance(drawing, DrawsCompositions):
                    for identity in drawing.compositions:
                        self.composition(identity, path)
            except VelocityError as error:
                self.report_layer(error, layer, path)

    def _layer_type(self, layer: Layer, path: str) -> LayerType | None:
        content = layer.content
        place = Place(layer=path, pointer=layer.pointer)
        if isinstance(content, PluginContent):
            found = plugins.plugin_layer(content.plugin)
            if found is None:
                self.report(
                    Finding(
                        "plugin.missing", f"no layer plugin {content.plugin!r} is installed", place, severity="error"
                    )
                )
            return found
        if isinstance(content, CaptionsContent):
            return built_in_layer(content.kind)
        if isinstance(content, UnknownContent):
            found = plugins.layer_type(content.type)
            if found is None:
                self.report(Finding(f"layer.{content.type}", f"layers of type {content.type} are not known", place))
            return found
        if isinstance(content, AudioContent | CameraContent):  # heard, or looked through
            return None
        return plugins.layer_type(content.lottie_type)

    def report_layer(self, error: VelocityError, layer: Layer, path: str) -> None:
        """Reports that a layer cannot be drawn, with what the error says."""
        field = error.place.field if isinstance(layer.content, PluginContent) else None
        place = Place(file=error.place.file, layer=path, pointer=error.place.pointer or layer.pointer, field=field)
        feature = "asset.missing" if self._lacks_asset(layer) else "layer.broken"
        hint = f". {error.hint}" if error.hint else ""
        self.report(Finding(feature, f"{error.message}{hint}", place, severity="error"))

    def _lacks_asset(self, layer: Layer) -> bool:
        if not isinstance(layer.content, ImageContent | VideoContent):
            return False
        asset = self.document.assets.get(layer.content.asset)
        return asset is not None and asset.media is None

    def _effects(self, layer: Layer, path: str) -> tuple[PlannedEffect, ...]:
        found = []
        for effect in layer.effects:
            if not effect.enabled or _only_controls(effect):
                continue
            kind = plugins.effect_for(effect.match_name, effect.type)
            if kind is None:
                name = effect.match_name or effect.name or str(effect.type)
                lacking = NOT_EXPORTED.get(name)
                why = f": Bodymovin leaves its {lacking} out of the document" if lacking else ""
                message = f"the effect {effect.name or name!r} ({name}) is not supported{why}"
                self.report(Finding(f"effect.{name}", message, Place(layer=path, pointer=effect.pointer)))
            else:
                echoes = kind if isinstance(kind, ShowsEchoes) else None
                found.append(PlannedEffect(effect, kind, evaluated_by(kind, path), echoes))
                with guarded("the effect", kind, path):
                    self._report_limits(effect, kind, Place(layer=path, pointer=effect.pointer))
        return tuple(found)

    def _report_limits(self, effect: Effect, kind: object, place: Place) -> None:
        if isinstance(kind, TellsLimits):
            name = effect.name or effect.match_name
            for limit in kind.limits(effect):
                self.report(Finding("effect.part", f"of the effect {name!r}, {limit} is not drawn", place))

    def _report_sources(self, layers: Sequence[PlannedLayer]) -> None:
        for planned in layers:
            for one in planned.effects:
                effect = one.effect
                missing = [n for n in numbers_read(effect, one.kind) if n not in planned.neighbours]
                if missing:
                    name = effect.name or effect.match_name
                    message = f"the effect {name!r} reads layer {missing[0]}, which is missing"
                    self.report(Finding("effect.layer", message, Place(layer=planned.path, pointer=effect.pointer)))

    def _styles(self, layer: Layer, path: str) -> tuple[PlannedStyle, ...]:
        found = []
        for style in layer.styles:
            place = Place(layer=path, pointer=style.pointer)
            kind = plugins.style_type(style.type)
            if kind is None:
                message = f"the layer style {style.name or str(style.type)!r} (type {style.type}) is not supported"
                self.report(Finding(f"style.{style.type}", message, place))
                continue
            with guarded("the layer style", kind, path):
                for feature, message in kind.problems(style):
                    self.report(Finding(feature, message, place))
            found.append(PlannedStyle(style, kind.order, styled_by(kind, path)))
        return tuple(sorted(found, key=lambda one: one.order))
