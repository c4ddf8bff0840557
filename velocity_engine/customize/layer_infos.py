"""The layers of a template as people see them: their present values, and what can be replaced of each."""

from __future__ import annotations

import posixpath
from collections import Counter
from dataclasses import dataclass, replace

from velocity_engine import plugins
from velocity_engine.customize.box import content_box
from velocity_engine.customize.targets import fills_of, kind_of, replacements_for
from velocity_engine.model.document import Composition, Document, MediaAsset
from velocity_engine.model.layers import (
    AudioContent,
    Content,
    ImageContent,
    PluginContent,
    PrecompContent,
    ShapeContent,
    SolidContent,
    TextContent,
    UnknownContent,
    VideoContent,
)
from velocity_engine.model.properties import Property, Vector


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """One layer of a template.

    Attributes:
        name: The layer's name.
        path: The address of the layer in a customization ("Comp/Layer", or "Layer" in the main composition).
        kind: "text", "image", "shape" and so on.
        value: Its present text, file name or colour ("#rrggbb").
        in_point: The first frame at which it is shown, in frames of the composition that holds it.
        out_point: The frame from which on it is not shown any more, in the same frames.
        customizable: The keys of a ``customizationMap`` entry that the layer accepts.
        size: (width, height) in pixels of the box that a picture in the layer's place fills, or None where the layer
            has no size.
        namesakes: How many other layers have the same address. A customization changes all of them.
    """

    name: str
    path: str
    kind: str
    value: str
    in_point: float
    out_point: float
    customizable: tuple[str, ...]
    size: tuple[float, float] | None = None
    namesakes: int = 0


def layer_infos(document: Document) -> tuple[LayerInfo, ...]:
    """Returns all layers: first those of the main composition, then those of each precomp, once.

    Args:
        document: The document. A layer without a name cannot be addressed, so nothing of it can be replaced.
    """
    found = _infos(document, document.main, "")
    for composition in document.compositions.values():
        found += _infos(document, composition, f"{composition.name or composition.id}/")
    count = Counter(info.path for info in found)
    return tuple(replace(one, namesakes=count[one.path] - 1) if count[one.path] > 1 else one for one in found)


def _infos(document: Document, composition: Composition, prefix: str) -> list[LayerInfo]:
    return [
        LayerInfo(
            name=layer.name,
            path=prefix + layer.name,
            kind=_kind(layer.content),
            value=_value(document, layer.content),
            in_point=layer.in_point,
            out_point=layer.out_point,
            customizable=replacements_for(layer.content) if layer.name else (),
            size=_size(document, layer.content),
        )
        for layer in composition.layers
    ]


def _kind(content: Content) -> str:
    """As ``kind_of``; a layer that only a plugin knows is of the kind that the plugin calls it."""
    found = plugins.layer_type(content.type) if isinstance(content, UnknownContent) else None
    return kind_of(content) if found is None else found.key


def _size(document: Document, content: Content) -> tuple[float, float] | None:
    box = content_box(document, content)
    return None if box is None else (round(box[2] - box[0], 2), round(box[3] - box[1], 2))


def _value(document: Document, content: Content) -> str:
    match content:
        case TextContent(text=text):
            return text.document.value.text
        case ImageContent(asset=identity) | VideoContent(asset=identity) | AudioContent(asset=identity):
            return _file(document.assets.get(identity))
        case SolidContent(color=color):
            return hex_of(color.value)
        case ShapeContent(items=items):
            paints = (fill.paint for fill in fills_of(items))
            return next((hex_of(paint.value) for paint in paints if isinstance(paint, Property)), "")
        case PrecompContent(composition=identity):
            shown = document.compositions.get(identity)
            return (shown.name if shown is not None else "") or identity
        case PluginContent(plugin=plugin):
            return plugin
        case UnknownContent(type=number):
            return f"type {number}"
        case _:
            return ""


def _file(asset: MediaAsset | None) -> str:
    """Returns the name of the file: "embedded" where the document holds it, "missing" where there is none."""
    if asset is None or asset.media is None:
        return f"missing: {asset.name}" if asset is not None and asset.name else "missing"
    named = asset.media.name or asset.media.path
    return posixpath.basename(named) if named else "embedded"


def hex_of(color: Vector) -> str:
    """Returns a colour as ``#rrggbb``, or as ``#rrggbbaa`` where it is not opaque.

    Args:
        color: Straight RGB or RGBA, 0 to 1.
    """
    parts = [round(255.0 * min(1.0, max(0.0, part))) for part in color]
    if len(parts) > 3 and parts[3] == 255:
        parts = parts[:3]
    return "#" + "".join(f"{part:02x}" for part in parts)
