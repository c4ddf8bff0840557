"""Replacements put into a document. Every function returns a new document; the old one stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

from velocity_engine.customize.box import content_box
from velocity_engine.customize.entries import (
    ColorReplacement,
    Entry,
    MediaReplacement,
    PluginReplacement,
    SlotReplacement,
    VisibleReplacement,
)
from velocity_engine.customize.problems import Problems, choices
from velocity_engine.customize.targets import (
    LayerNames,
    Position,
    all_compositions,
    find_layers,
    kind_of,
    layer_at,
    replacements_for,
    with_layers,
)
from velocity_engine.customize.texts import TextReplacement
from velocity_engine.model.document import Document, MediaAsset
from velocity_engine.model.layers import (
    AudioContent,
    ImageContent,
    Layer,
    PluginContent,
    ShapeContent,
    SolidContent,
    TextContent,
    VideoContent,
)
from velocity_engine.model.properties import Property, Vector
from velocity_engine.model.shapes import Fill, Group, ShapeItem
from velocity_engine.model.text import TextDocument

MISSING = "asset.missing"


def apply_entry(document: Document, entry: Entry, problems: Problems, names: LayerNames) -> Document:
    """``document`` with an entry for a layer or asset applied; unchanged where ``problems`` gets something new."""
    if entry.target == "asset":
        return _to_asset(document, entry, problems)
    return _to_layers(document, entry, problems, names)


def check_layer(document: Document, problems: Problems, names: LayerNames) -> None:
    """Adds to ``problems`` of an entry that cannot be read that the layer it names does not exist either."""
    if problems.layer is not None and not find_layers(document, problems.layer, names)[1]:
        _no_layer(problems.layer, problems, names)


def _no_layer(name: str, problems: Problems, names: LayerNames) -> None:
    problems.add("layer", f"there is no layer {name[:200]!r}", names.hint(name))


def _to_layers(document: Document, entry: Entry, problems: Problems, names: LayerNames) -> Document:
    alone, positions = find_layers(document, entry.name, names)
    if not positions:
        _no_layer(entry.name, problems, names)
        return document
    fitting = [one for one in positions if entry.key in replacements_for(layer_at(alone, one).content)]
    if not fitting:
        content = layer_at(alone, positions[0]).content
        kind, possible = kind_of(content), ", ".join(replacements_for(content))
        what = f"layer {entry.name[:200]!r} is of kind {kind} and takes no {entry.key}"
        problems.add(entry.key, what, f"It takes {possible}")
        return document
    problems.changed = fitting
    match entry.replacement:
        case TextReplacement() as words:
            return _changed(alone, fitting, lambda layer: with_text(layer, words))
        case ColorReplacement(color=shade):
            return _changed(alone, fitting, lambda layer: _with_color(layer, shade))
        case VisibleReplacement(visible=visible):
            return _changed(alone, fitting, lambda layer: replace(layer, hidden=not visible))
        case MediaReplacement() as media:
            return _with_media(alone, fitting, media, problems.number)
        case PluginReplacement() as plugin:
            return _with_plugin(alone, fitting, plugin, entry, problems)
        case SlotReplacement():
            return document
        case other:
            assert_never(other)


def _changed(document: Document, positions: list[Position], change: Callable[[Layer], Layer]) -> Document:
    return with_layers(document, {position: change(layer_at(document, position)) for position in positions})


# --- texts ----------------------------------------------------------------------------------------------------------


def with_text(layer: Layer, new: TextReplacement) -> Layer:
    """Returns a text layer with every keyframe of its text changed. A new text takes the place of an expression too."""
    if not isinstance(layer.content, TextContent):
        return layer
    data = layer.content.text
    old = data.document
    changed = replace(
        old,
        value=_restyled(old.value, new),
        keyframes=tuple(replace(frame, value=_restyled(frame.value, new)) for frame in old.keyframes),
        expression=old.expression if new.value is None else None,
    )
    if new.value is not None and not (new.font or new.size or new.color):
        same = all(frame.value == changed.value for frame in changed.keyframes)
        changed = replace(changed, keyframes=()) if same else changed
    return replace(layer, content=TextContent(text=replace(data, document=changed)))


def _restyled(old: TextDocument, new: TextReplacement) -> TextDocument:
    """A new size scales the line height along."""
    size = old.size if new.size is None else new.size
    line = old.line_height
    if line is not None and old.size > 0.0:
        line = line * size / old.size
    return replace(
        old,
        text=old.text if new.value is None else new.value,
        spans=old.spans if new.value is None else new.spans,
        font=new.font or old.font,
        size=size,
        line_height=line,
        fill=new.color or old.fill,
        fit=new.fit or old.fit,
        fit_reference=(old.fit_reference or old) if new.fit or old.fit else None,
    )


# --- colours --------------------------------------------------------------------------------------------------------


def _with_color(layer: Layer, shade: Vector) -> Layer:
    match layer.content:
        case SolidContent() as solid:
            return replace(layer, content=replace(solid, color=_still(solid.color, shade)))
        case ShapeContent(items=items):
            return replace(layer, content=ShapeContent(items=_filled(items, shade)))
        case _:
            return with_text(layer, TextReplacement(color=shade))


def _still(old: Property[Vector], shade: Vector) -> Property[Vector]:
    return Property(shade, pointer=old.pointer, name=old.name)


def _filled(items: tuple[ShapeItem, ...], shade: Vector) -> tuple[ShapeItem, ...]:
    """All fills in one colour, gradient fills as well; their opacity and all strokes stay."""
    changed: list[ShapeItem] = []
    for item in items:
        if isinstance(item, Group):
            changed.append(replace(item, items=_filled(item.items, shade)))
        elif isinstance(item, Fill):
            pointer = item.paint.pointer if isinstance(item.paint, Property) else item.pointer
            changed.append(replace(item, paint=Property(shade, pointer=pointer, name="color")))
        else:
            changed.append(item)
    return tuple(changed)


# --- pictures and clips ---------------------------------------------------------------------------------------------


def _content(asset: str, new: MediaReplacement) -> ImageContent | VideoContent:
    if new.video:
        return VideoContent(asset=asset, fit=new.fit, trim=new.trim, loop=new.loop, volume=new.volume)
    return ImageContent(asset=asset, fit=new.fit)


def _with_media(document: Document, positions: list[Position], new: MediaReplacement, number: int) -> Document:
    """The layers show the new media in the box of what they showed; other layers with the same asset do not change."""
    assets = dict(document.assets)
    by_box: dict[tuple[float, float], str] = {}
    changed: dict[Position, Layer] = {}
    for position in positions:
        layer = layer_at(document, position)
        box = content_box(document, layer.content) or (0.0, 0.0, 0.0, 0.0)
        size = (box[2], box[3])
        if size not in by_box:
            identity = _free_id(assets, f"customization-{number}")
            by_box[size] = identity
            assets[identity] = MediaAsset(id=identity, media=new.media, width=size[0], height=size[1], name=new.name)
        changed[position] = replace(layer, content=_content(by_box[size], new))
    return without_settled_findings(with_layers(replace(document, assets=assets), changed))


def _free_id(taken: dict[str, MediaAsset], wanted: str) -> str:
    identity, number = wanted, 1
    while identity in taken:
        number += 1
        identity = f"{wanted}-{number}"
    return identity


def _to_asset(document: Document, entry: Entry, problems: Problems) -> Document:
    """All layers that show the asset show the new media, in the box that the document gives it."""
    new = entry.replacement
    old = document.assets.get(entry.name)
    if old is None or not isinstance(new, MediaReplacement):
        hint = choices(entry.name, list(document.assets), "assets")
        problems.add("asset", f"there is no asset {entry.name[:200]!r}", hint)
        return document
    asset = replace(old, media=new.media, missing="", name=new.name)
    changed = {
        (composition.id, number): replace(layer, content=_content(entry.name, new))
        for composition in all_compositions(document)
        for number, layer in enumerate(composition.layers)
        if isinstance(layer.content, ImageContent | VideoContent) and layer.content.asset == entry.name
    }
    problems.changed = list(changed)
    document = replace(document, assets={**document.assets, entry.name: asset})
    return without_settled_findings(with_layers(document, changed))


def without_settled_findings(document: Document) -> Document:
    """Findings about missing assets go where the asset has media now, or no layer uses it any more."""
    if not any(finding.feature == MISSING for finding in document.findings):
        return document
    used = {
        layer.content.asset
        for composition in all_compositions(document)
        for layer in composition.layers
        if isinstance(layer.content, ImageContent | VideoContent | AudioContent)
    }
    lacking = {asset.pointer for asset in document.assets.values() if asset.media is None and asset.id in used}
    kept = tuple(one for one in document.findings if one.feature != MISSING or one.place.pointer in lacking)
    return replace(document, findings=kept)


# --- plugins --------------------------------------------------------------------------------------------------------


def _with_plugin(
    document: Document, positions: list[Position], new: PluginReplacement, entry: Entry, problems: Problems
) -> Document:
    changed: dict[Position, Layer] = {}
    for position in positions:
        layer = layer_at(document, position)
        box = content_box(document, layer.content)
        if box is None:
            what = f"layer {entry.name[:200]!r} has no size that a plugin layer could fill"
            problems.add("layer", what, "Name a picture with a size, a solid, a shape or a text")
            return document
        content = PluginContent(
            plugin=new.plugin,
            data=new.data,
            left=box[0],
            top=box[1],
            width=box[2] - box[0],
            height=box[3] - box[1],
        )
        changed[position] = replace(layer, content=content)
    document = replace(document, uploads={**document.uploads, **new.uploads})
    return without_settled_findings(with_layers(document, changed))
