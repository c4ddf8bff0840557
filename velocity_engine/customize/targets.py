"""Which layers an address means, and what can be done to a layer.

A bare name means every layer of that name, in any composition. ``Comp/Layer`` means the layers of that name inside a
precomp: ``Comp`` is a composition's name, or the name of a layer that shows one. In the second case only what those
layers show is changed: a composition that other layers show too is copied first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from velocity_engine.customize.problems import choices, listing
from velocity_engine.model.document import Composition, Document
from velocity_engine.model.layers import (
    AudioContent,
    CameraContent,
    CaptionsContent,
    Content,
    ImageContent,
    Layer,
    NullContent,
    PluginContent,
    PrecompContent,
    ShapeContent,
    SolidContent,
    TextContent,
    VideoContent,
)
from velocity_engine.model.shapes import Fill, Group, ShapeItem

Position = tuple[str, int]  # a composition's id ("" is the main one), and the number of a layer in it
MAX_STEPS = 8
MAX_HINTS = 1000

_KINDS: tuple[tuple[type[Content], str], ...] = (
    (TextContent, "text"),
    (ImageContent, "image"),
    (VideoContent, "video"),
    (SolidContent, "solid"),
    (ShapeContent, "shape"),
    (PrecompContent, "precomp"),
    (NullContent, "null"),
    (AudioContent, "audio"),
    (CameraContent, "camera"),
    (PluginContent, "plugin"),
    (CaptionsContent, "captions"),
)


def kind_of(content: Content) -> str:
    """What people call a layer of this content: text, image, video, solid, shape, precomp, null, audio, ..."""
    return next((kind for type_, kind in _KINDS if isinstance(content, type_)), "unknown")


def fills_of(items: tuple[ShapeItem, ...]) -> Iterator[Fill]:
    for item in items:
        if isinstance(item, Fill):
            yield item
        elif isinstance(item, Group):
            yield from fills_of(item.items)


def replacements_for(content: Content) -> tuple[str, ...]:
    """The keys of the customization map that a layer of this content takes."""
    match content:
        case TextContent():
            return ("text", "color", "visible", "plugin")
        case ImageContent() | VideoContent() | PrecompContent():
            return ("image", "video", "visible", "plugin")
        case SolidContent():
            return ("color", "image", "video", "visible", "plugin")
        case ShapeContent(items=items):
            return ("color", "visible", "plugin") if any(fills_of(items)) else ("visible", "plugin")
        case PluginContent():
            return ("visible", "plugin")
        case _:
            return ("visible",)


def all_compositions(document: Document) -> Iterator[Composition]:
    yield document.main
    yield from document.compositions.values()


def layer_at(document: Document, position: Position) -> Layer:
    identity, number = position
    composition = document.compositions[identity] if identity else document.main
    return composition.layers[number]


def with_layers(document: Document, changed: Mapping[Position, Layer]) -> Document:
    """``document`` with the layers at some positions replaced."""
    by_composition: defaultdict[str, dict[int, Layer]] = defaultdict(dict)
    for (identity, number), layer in changed.items():
        by_composition[identity][number] = layer
    main, compositions = document.main, dict(document.compositions)
    for identity, layers in by_composition.items():
        old = compositions[identity] if identity else main
        new = replace(old, layers=tuple(layers.get(number, layer) for number, layer in enumerate(old.layers)))
        if identity:
            compositions[identity] = new
        else:
            main = new
    return replace(document, main=main, compositions=compositions)


def addresses(document: Document) -> list[str]:
    """Every layer's address: its name, and behind the composition's name for layers of precomps; each once."""
    found: dict[str, None] = {}
    for composition in all_compositions(document):
        for layer in composition.layers:
            if layer.name:
                found.setdefault(layer.name)
    for composition in document.compositions.values():
        for layer in composition.layers:
            if layer.name:
                found.setdefault(f"{composition.name or composition.id}/{layer.name}")
    return list(found)


class LayerNames:
    """Where the layers of each name stand in a document, and in those that customizing makes of it: replacing a layer
    changes no name, and only a copied composition adds one.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._index = _index_of(document)
        self._addresses: list[str] | None = None
        self._hints: dict[str, str] = {}

    def of(self, document: Document) -> Mapping[str, list[Position]]:
        """The positions by name in ``document``."""
        same = len(document.compositions) == len(self._document.compositions)
        return self._index if same else _index_of(document)

    def hint(self, name: str) -> str:
        """What is said of a layer that is not there. The nearest names are looked for ``MAX_HINTS`` times at most."""
        known = self._hints.get(name)
        if known is not None:
            return known
        if self._addresses is None:
            self._addresses = addresses(self._document)
        if len(self._hints) >= MAX_HINTS:
            return listing(self._addresses, "layers")
        found = self._hints[name] = choices(name, self._addresses, "layers")
        return found


def _index_of(document: Document) -> Mapping[str, list[Position]]:
    index: defaultdict[str, list[Position]] = defaultdict(list)
    for composition in all_compositions(document):
        for number, layer in enumerate(composition.layers):
            index[layer.name].append((composition.id, number))
    return index


def find_layers(document: Document, address: str, names: LayerNames) -> tuple[Document, list[Position]]:
    """The layers that ``address`` means, and the document in which they stand alone (see above)."""
    return _layers_at(document, address, names.of(document), MAX_STEPS)


def _layers_at(
    document: Document, address: str, index: Mapping[str, list[Position]], steps: int
) -> tuple[Document, list[Position]]:
    if address in index:
        return document, list(index[address])
    cut = address.rfind("/")
    while cut > 0 and steps:
        outer, leaf = address[:cut], address[cut + 1 :]
        if leaf in index:
            changed, inside = _compositions_at(document, outer, index, steps - 1)
            found = [
                (identity, number)
                for identity in inside
                for number, layer in enumerate((changed.compositions[identity] if identity else changed.main).layers)
                if layer.name == leaf
            ]
            if found:
                return changed, found
        cut = address.rfind("/", 0, cut)
    return document, []


def _compositions_at(
    document: Document, address: str, index: Mapping[str, list[Position]], steps: int
) -> tuple[Document, list[str]]:
    named = [one.id for one in all_compositions(document) if address and address in (one.name, one.id)]
    if named:
        return document, named
    document, holders = _layers_at(document, address, index, steps)
    shown: defaultdict[str, list[Position]] = defaultdict(list)
    for holder in holders:
        content = layer_at(document, holder).content
        if isinstance(content, PrecompContent):
            shown[content.composition].append(holder)
    inside = []
    for identity, positions in shown.items():
        document, own = _alone(document, identity, positions)
        inside.append(own)
    return document, inside


def _alone(document: Document, identity: str, positions: list[Position]) -> tuple[Document, str]:
    """A composition that only the layers at ``positions`` show: itself, or a copy that they show from now on."""
    users = sum(
        isinstance(layer.content, PrecompContent) and layer.content.composition == identity
        for composition in all_compositions(document)
        for layer in composition.layers
    )
    if users == len(positions):
        return document, identity
    number = 2
    while f"{identity}#{number}" in document.compositions:
        number += 1
    copy = f"{identity}#{number}"
    original = document.compositions[identity]
    document = replace(document, compositions={**document.compositions, copy: replace(original, id=copy)})
    changed = {}
    for position in positions:
        layer = layer_at(document, position)
        if isinstance(layer.content, PrecompContent):
            changed[position] = replace(layer, content=replace(layer.content, composition=copy))
    return with_layers(document, changed), copy
