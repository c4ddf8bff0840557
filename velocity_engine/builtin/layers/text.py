"""Text layers. Lottie specification, section "Text Layer"."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from velocity_engine.display import Clip, DrawCommand, digest_of
from velocity_engine.errors import DocumentError, Finding, Place
from velocity_engine.model.geometry import IDENTITY
from velocity_engine.model.layers import Layer, TextContent
from velocity_engine.model.properties import Bezier, Property
from velocity_engine.model.text import Caps, TextDocument, TextPathOptions, WigglySelector
from velocity_engine.plugin_types import LayerContext, PreparedLayer
from velocity_engine.sampler import Sampler
from velocity_engine.text.animators import changes_at, changes_characters, replaced_text
from velocity_engine.text.cluster_matrices import Anchors, anchors_of, cluster_matrices, flat_matrices
from velocity_engine.text.drawing import Outlines, PlacedText, outlines_of, text_commands
from velocity_engine.text.findings import document_findings, missing_finding
from velocity_engine.text.fit import FittedText, fit_text
from velocity_engine.text.fonts import FontCatalogue
from velocity_engine.text.glyph_compositions import composition_commands, glyph_compositions
from velocity_engine.text.limits import (
    MAX_CHARACTERS,
    MAX_CHARACTERS_IN_ALL,
    MAX_POINTS_IN_ALL,
    MAX_SELECTED_IN_ALL,
    bounded,
    length_findings,
)
from velocity_engine.text.on_path import clusters_on_path
from velocity_engine.text.typesetter import catalogue_of

_KEPT = 256  # laid out texts a layer remembers


@dataclass(slots=True, eq=False)
class _Laid:
    """One text, laid out. ``commands``: what it draws where nothing moves it."""

    document: TextDocument
    fitted: FittedText
    outlines: Outlines
    anchors: Anchors
    clips: tuple[Clip, ...]
    commands: tuple[DrawCommand, ...] | None = None


class PreparedText:
    """Shapes a text once; what animators do to it is arithmetic on arrays."""

    def __init__(
        self, layer: Layer, content: TextContent, catalogue: FontCatalogue, compositions: Sequence[str] = ()
    ) -> None:
        """``compositions``: the ids of those that may stand for characters of the text."""
        self.compositions = compositions
        self._text = content.text
        self._catalogue = catalogue
        self._path = _path_property(layer, content.text.path)
        self._seed = int.from_bytes(digest_of("text", layer.index, layer.name)[:4], "big")
        self._lock = threading.Lock()
        self._laid: OrderedDict[TextDocument, _Laid] = OrderedDict()
        self._changes_characters = changes_characters(content.text.animators)
        self._start = layer.start_time
        self._matrices_move = bool(compositions) or _matrices_move(content, self._path)
        self._told: Callable[[Finding], None] | None = None
        self._place = Place(layer=layer.name or None, pointer=layer.pointer or None)

    @property
    def moves(self) -> bool:
        return self._text.document.moves or self._matrices_move

    def tell(self, report: Callable[[Finding], None]) -> None:
        """From now on ``report`` is told of letters that no font has, in texts that expressions and animators make."""
        self._told = report

    def draw(self, sampler: Sampler) -> Sequence[DrawCommand]:
        document = bounded(sampler.text(self._text.document))
        laid = self.laid(document)
        if self._changes_characters:
            replaced = replaced_text(laid.fitted.layout, document, self._text.animators, sampler, self._seed)
            caps = Caps.NORMAL if document.caps is Caps.ALL else document.caps
            laid = self.laid(replace(replaced, caps=caps))
        if self._matrices_move:
            return self._commands(laid, sampler)
        if laid.commands is None:
            laid.commands = tuple(self._commands(laid, sampler))
        return laid.commands

    def laid(self, document: TextDocument) -> _Laid:
        with self._lock:
            found = self._laid.get(document)
            if found is not None:
                self._laid.move_to_end(document)
                return found
            found = self._laid[document] = self._lay_out(document)
            while len(self._laid) > _KEPT:
                self._laid.popitem(last=False)
            return found

    def _lay_out(self, document: TextDocument) -> _Laid:
        fitted = fit_text(document, self._catalogue.choose, ligatures=not self._text.animators)
        if self._told is not None and fitted.shaped.missing:
            self._told(missing_finding(fitted, self._place))
        clips = () if fitted.clip is None else (Clip(fitted.clip, IDENTITY),)
        layout = fitted.layout
        return _Laid(document, fitted, outlines_of(layout), anchors_of(layout, self._text.anchor_grouping), clips)

    def _commands(self, laid: _Laid, sampler: Sampler) -> list[DrawCommand]:
        text, document, layout = self._text, laid.document, laid.fitted.layout
        if not len(layout) or document.size <= 0.0:
            return []
        changes = changes_at(layout, document, text.animators, sampler, self._seed) if text.animators else None
        path = None
        if text.path is not None and self._path is not None:
            path = clusters_on_path(layout, document, text.path, sampler.path(self._path), sampler)
        if changes is None and path is None:
            matrices = flat_matrices(layout)
        else:
            alignment = sampler.vector(text.grouping_alignment) if text.grouping_alignment is not None else (0.0, 0.0)
            anchors = laid.anchors.at(np.array((*alignment, 0.0)[:2], np.float64))
            matrices = cluster_matrices(layout, anchors, document.justify, changes, path)
        scale = layout.size / document.size
        placed = PlacedText(matrices, document, changes, scale, laid.clips)
        commands = text_commands(laid.outlines, placed)
        if layout.compositions:
            commands += composition_commands(layout.compositions, placed, sampler, self._start)
        return commands


class TextLayerType:
    key = "text"
    lottie_types = (5,)

    def prepare(self, layer: Layer, context: LayerContext) -> PreparedLayer:
        assert isinstance(layer.content, TextContent)
        catalogue = catalogue_of(context)
        _take_allowance(layer, layer.content, catalogue)
        compositions = glyph_compositions(context.document, layer.content.text)
        prepared = PreparedText(layer, layer.content, catalogue, compositions)
        for finding in _findings(prepared, layer, layer.content, catalogue):
            context.report(finding)
        prepared.tell(context.report)
        return prepared


def _take_allowance(layer: Layer, content: TextContent, catalogue: FontCatalogue) -> None:
    """DocumentError where the document's texts are too long, or have too many selectors, with this one."""
    prop = content.text.document
    texts = {frame.value.text for frame in prop.keyframes} or {prop.value.text}
    lengths = [min(len(text), MAX_CHARACTERS) for text in texts]
    place = Place(layer=layer.name or None, pointer=layer.pointer or None)
    if not catalogue.allowance.takes(sum(lengths)):
        raise DocumentError(
            f"the texts of the document hold more than {MAX_CHARACTERS_IN_ALL} characters in all",
            place=place,
            hint="Shorten the texts, or give the template fewer of them",
        )
    selectors = sum(len(animator.selectors) for animator in content.text.animators)
    if not catalogue.allowance.selects(selectors, max(lengths)):
        raise DocumentError(
            f"the animators of texts look at more than {MAX_SELECTED_IN_ALL} characters in all, each selector counted",
            place=place,
            hint="Shorten the text, or give it fewer animators and selectors",
        )


def _path_property(layer: Layer, options: TextPathOptions | None) -> Property[Bezier] | None:
    if options is None or not 0 <= options.mask < len(layer.masks):
        return None
    return layer.masks[options.mask].path


def _matrices_move(content: TextContent, path: Property[Bezier] | None) -> bool:
    """Whether anything beside the document's own keyframes can change from frame to frame."""
    text = content.text
    properties = [path, text.grouping_alignment, *_properties(text.path)]
    for animator in text.animators:
        properties += _properties(animator.style)
        for selector in animator.selectors:
            if isinstance(selector, WigglySelector):
                return True
            properties += _properties(selector)
    return any(prop is not None and prop.moves for prop in properties)


def _properties(holder: object) -> Iterator[Property[object]]:
    if holder is not None:
        for name in type(holder).__dataclass_fields__:  # type: ignore[attr-defined]
            value = getattr(holder, name)
            if isinstance(value, Property):
                yield value


def _findings(
    prepared: PreparedText, layer: Layer, content: TextContent, catalogue: FontCatalogue
) -> Iterator[Finding]:
    """Lays every text out that keyframes show, so that what is wrong is known before the first frame."""
    prop = content.text.document
    frames = [(f"{prop.pointer}/k/{i}/s", frame.value) for i, frame in enumerate(prop.keyframes)]
    for pointer, document in frames or [(prop.pointer, prop.value)]:
        place = Place(layer=layer.name or None, pointer=pointer or None)
        yield from length_findings(document, place)
        fitted = prepared.laid(bounded(document)).fitted
        if not catalogue.allowance.outlines(fitted.layout.points):
            raise DocumentError(
                f"the outlines of the document's texts have more than {MAX_POINTS_IN_ALL} points in all",
                place=place,
                hint="Use a font of simpler shapes, or shorten the texts",
            )
        yield from document_findings(document, fitted, place)
    options = content.text.path
    if options is not None and _path_property(layer, options) is None:
        place = Place(layer=layer.name or None, pointer=layer.pointer or None)
        message = f"the text runs along mask {options.mask}, but the layer has {len(layer.masks)} masks"
        yield Finding("text.path", message, place, "the text stays straight")
