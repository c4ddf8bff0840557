"""What a render of a template would find, without rendering: quick for many customizations of one template, as only
the layers that they change are made ready again."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from velocity_engine.customize import Applied, apply_all
from velocity_engine.customize.problems import Sources, entry_field
from velocity_engine.customize.targets import LayerNames, Position, layer_at
from velocity_engine.errors import CustomizationError, Finding, Place, PluginError, VelocityError
from velocity_engine.given.fonts import USUAL_FONTS, FontOptions
from velocity_engine.media.decoded_pictures import DecodedPictures
from velocity_engine.media.opened_clips import OpenedClips
from velocity_engine.model.document import Document
from velocity_engine.model.layers import ImageContent, Layer, TextContent, VideoContent
from velocity_engine.package.package import Package
from velocity_engine.plan.layers import PlannedLayer
from velocity_engine.plan.plan import PlanBuilder

MISSING = "asset.missing"
MANY = 20


@dataclass(frozen=True, slots=True)
class Preflighted:
    """``problems``: what a render would fail of, each with the field of the customization map that is at fault, or
    without a field where the template is. ``warnings``: what would not show as its author meant."""

    problems: tuple[VelocityError, ...]
    warnings: tuple[Finding, ...]


class Preflight:
    """Looks at customizations of one opened template. ``close`` it before the template. Not for several threads."""

    def __init__(
        self,
        document: Document,
        package: Package,
        pictures: DecodedPictures,
        clips: OpenedClips,
        fonts: FontOptions = USUAL_FONTS,
    ) -> None:
        self._fonts = fonts
        self._document = document
        self._package = package
        self._pictures = pictures
        self._clips = clips
        self._names = LayerNames(document)
        self._context: _Watching | None = None

    def look(
        self,
        customizations: Sequence[Mapping[str, Any]],
        assets: Mapping[str, str | os.PathLike[str]],
        probed: Collection[str] = (),
    ) -> Preflighted:
        """All that is wrong with ``customizations``, and what will not show.

        Args:
            customizations: The customization map.
            assets: The files of ``{"assetId": ...}`` by their ids.
            probed: Those of the files that were looked at before; they are not opened again.
        """
        return self._judged(customizations, assets, frozenset(probed), (), 0)

    def problems(
        self,
        customizations: Sequence[Mapping[str, Any]],
        assets: Mapping[str, str | os.PathLike[str]],
        probed: Collection[str] = (),
        known: int = 0,
    ) -> tuple[VelocityError, ...]:
        """As ``look``, without the warnings: no text is laid out where no render fails of one.

        The first ``known`` entries are those of an earlier call: errors count from the one behind them.
        """
        passed = () if self._fonts.strict else (TextContent,)
        return self._judged(customizations, assets, frozenset(probed), passed, known).problems

    def _judged(
        self,
        customizations: Sequence[Mapping[str, Any]],
        assets: Mapping[str, str | os.PathLike[str]],
        probed: frozenset[str],
        passed: tuple[type, ...],
        known: int,
    ) -> Preflighted:
        if strangers := self._strangers(customizations, known):
            return Preflighted(tuple(strangers), ())
        sources = Sources(package=self._package, assets=assets)
        applied = apply_all(self._document, customizations, sources, self._names, known)
        if applied.problems:
            return Preflighted(tuple(applied.problems), ())
        if applied.reparsed:
            return self._look_at_all(applied)
        return self._look_at_changed(applied, probed, passed)

    def close(self) -> None:
        if self._context is not None:
            self._context.release(0)
            self._context = None

    def _strangers(self, customizations: Any, known: int) -> list[VelocityError]:
        """Where very many entries name layers that are not there, the first of them; the rest is not looked at then."""
        if not isinstance(customizations, Sequence):
            return []
        names = self._names.of(self._document)
        entries = enumerate(customizations)
        named = [(number, entry.get("layer")) for number, entry in entries if isinstance(entry, Mapping)]
        unknown = [
            (number, name)
            for number, name in named
            if isinstance(name, str) and name and name not in names and "/" not in name
        ]
        if len(unknown) <= MANY:
            return []
        found: list[VelocityError] = [
            CustomizationError(
                f"there is no layer {name[:200]!r}",
                place=Place(layer=name, field=f"{entry_field(number, known)}.layer"),
                hint=self._names.hint(name),
            )
            for number, name in unknown[:MANY]
        ]
        what = f"{len(unknown) - MANY} more entries name layers that are not there"
        found.append(CustomizationError(what, place=Place(field="customizationMap")))
        return found

    def _base(self) -> _Watching:
        """The context in which every layer of the template itself was made ready once."""
        if self._context is None:
            self._context = _Watching(self._document, self._package, self._pictures, self._clips, self._fonts)
            self._context.composition("")
        return self._context

    def _look_at_all(self, applied: Applied) -> Preflighted:
        context = _Watching(applied.document, self._package, self._pictures, self._clips, self._fonts)
        try:
            context.composition("")
            owners: dict[int | None, tuple[str, str]] = {
                id(layer_at(applied.document, position)): owner for position, owner in applied.changed.items()
            }
            return _judged([*_own(applied.document, None), *context.found], owners)
        finally:
            context.release(0)

    def _look_at_changed(self, applied: Applied, probed: frozenset[str], passed: tuple[type, ...]) -> Preflighted:
        context, document = self._base(), applied.document
        replaced = {
            id(layer_at(self._document, position)) for position in applied.changed if _exists(self._document, position)
        }
        found = [*_own(document, None), *(one for one in context.found if one[0] not in replaced)]
        owners: dict[int | None, tuple[str, str]] = {}
        with context.aside(document) as looked:
            for position, owner in applied.changed.items():
                layer = layer_at(document, position)
                owners[id(layer)] = owner
                if not (layer.hidden or isinstance(layer.content, passed) or _is_probed(document, layer, probed)):
                    context.prepare_content(PlannedLayer(layer, layer.name))
                if owner[1] == "visible":
                    for matte in _mattes(document, position):
                        owners.setdefault(id(matte), owner)
                        context.prepare_content(PlannedLayer(matte, matte.name))
            found += looked
        return _judged(found, owners)


Found = tuple[int | None, Finding, VelocityError | None]
"""A finding, the identity of the layer that it is about, and the error that it tells of."""


class _Watching(PlanBuilder):
    """A plan's context that knows which layer each finding is about, and that can look at other versions of its
    document beside its own."""

    def __init__(
        self,
        document: Document,
        package: Package,
        pictures: DecodedPictures,
        clips: OpenedClips,
        fonts: FontOptions,
    ) -> None:
        super().__init__(document, package, pictures, clips, fonts)
        self.found: list[Found] = []
        self._layers: list[int] = []
        self._error: VelocityError | None = None

    def report(self, finding: Finding) -> None:
        before = len(self.findings)
        super().report(finding)
        if len(self.findings) > before:
            self.found.append((self._layers[-1] if self._layers else None, self.findings[-1], self._error))

    def report_layer(self, error: VelocityError, layer: Layer, path: str) -> None:
        self._error = error
        try:
            super().report_layer(error, layer, path)
        finally:
            self._error = None

    def prepare_content(self, planned: PlannedLayer) -> None:
        self._layers.append(id(planned.layer))
        try:
            super().prepare_content(planned)
        finally:
            self._layers.pop()

    @contextmanager
    def aside(self, document: Document) -> Iterator[list[Found]]:
        """What is found while ``document`` stands in the place of the context's own; nothing of it stays."""
        kept = (self.document, self.found, self._pictures, self._clips, self._reported, self.compositions)
        mark, known = len(self.resources), len(self.findings)
        own = {key for key, asset in document.assets.items() if self.document.assets.get(key) is asset}
        self.document, self.found, self._reported = document, [], set()
        self._pictures = {key: value for key, value in self._pictures.items() if key in own}
        self._clips = {key: value for key, value in self._clips.items() if key in own}
        self.compositions = dict(self.compositions)
        try:
            yield self.found
        finally:
            self.release(mark)
            del self.findings[known:]
            self.document, self.found, self._pictures, self._clips, self._reported, self.compositions = kept

    def release(self, mark: int) -> None:
        """Closes what was opened since there were ``mark`` resources."""
        while len(self.resources) > mark:
            self.resources.pop()()


def _exists(document: Document, position: Position) -> bool:
    return not position[0] or position[0] in document.compositions


def _mattes(document: Document, position: Position) -> Iterator[Layer]:
    """The layers through which the one at ``position`` is seen."""
    layers = (document.compositions[position[0]] if position[0] else document.main).layers
    number = position[1]
    while number >= 0 and layers[number].matte is not None:
        wanted = layers[number].matte_layer
        above = number - 1 if wanted is None else next((n for n, one in enumerate(layers) if one.index == wanted), -1)
        if not 0 <= above != number:
            return
        yield layers[above]
        if above >= number:
            return
        number = above


def _own(document: Document, owner: int | None) -> list[Found]:
    """The parser's findings; whether a missing file matters, the layers that show it say."""
    return [(owner, finding, None) for finding in document.findings if finding.feature != MISSING]


def _is_probed(document: Document, layer: Layer, probed: frozenset[str]) -> bool:
    if not isinstance(layer.content, ImageContent | VideoContent):
        return False
    asset = document.assets.get(layer.content.asset)
    return asset is not None and asset.media is not None and asset.media.path in probed


def _field(owner: tuple[str, str], finding: Finding, error: VelocityError | None) -> str:
    """The request's field that brought an error. What a plugin refuses is its data; it may name a part of them
    ("data.bars[2]")."""
    entry, key = owner
    if key == "plugin" and error is not None and not isinstance(error, PluginError):
        named = finding.place.field or ""
        key = named if named.startswith("data") else "data"
    return f"{entry}.{key}"


def _judged(found: Sequence[Found], owners: Mapping[int | None, tuple[str, str]]) -> Preflighted:
    """Errors as problems of the entries that brought them."""
    problems: list[VelocityError] = []
    warnings: list[Finding] = []
    for layer, finding, error in found:
        if finding.severity != "error":
            warnings.append(finding)
            continue
        field = None if (owner := owners.get(layer)) is None else _field(owner, finding, error)
        message, hint = (finding.message, None) if error is None else (error.message, error.hint)
        problems.append(CustomizationError(message, place=Place(layer=finding.place.layer, field=field), hint=hint))
    return Preflighted(tuple(problems), tuple(dict.fromkeys(warnings)))
