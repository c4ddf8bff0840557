"""What must hold between layers: parents, mattes and precomps form no cycle; mattes and precomps no chain or tree
beyond bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from velocity_engine.errors import DocumentError, Place
from velocity_engine.model.document import Composition
from velocity_engine.model.layers import Layer, NullContent, PrecompContent, TextContent
from velocity_engine.model.text import Glyph
from velocity_engine.parse.context import Context

MAX_MATTES = 100
MAX_PRECOMP_DEPTH = 64
MAX_LAYERS = 100_000


def checked_layers(context: Context, composition: Composition) -> Composition:
    """``composition`` without references to layers that it lacks, and without the mattes of chains that are longer
    than MAX_MATTES (both reported). Parents may stand above each other to any depth.

    DocumentError where parents or mattes form a circle.
    """
    first: dict[int, int] = {}
    for number, layer in enumerate(composition.layers):
        if layer.index is not None:
            first.setdefault(layer.index, number)
    layers = [_existing(context, composition, layer, first) for layer in composition.layers]
    _lengths(context, composition, "parent", layers, lambda number: _parent(layers[number], first))
    lengths = _lengths(context, composition, "matte", layers, lambda number: _matte(layers, number, first))
    for number, length in enumerate(lengths):
        if length > MAX_MATTES and length % MAX_MATTES == 1:
            layers[number] = _without_matte(context, composition, layers[number])
    return replace(composition, layers=tuple(layers))


def _without_matte(context: Context, composition: Composition, layer: Layer) -> Layer:
    context.layer = _path(composition, layer)
    what = f"more than {MAX_MATTES} layers are each other's matte"
    context.report("layer.matte", what, f"{layer.pointer}/tt", "the layer has no matte")
    context.layer = ""
    return replace(layer, matte_layer=None, matte=None)


def _existing(context: Context, composition: Composition, layer: Layer, known: Mapping[int, int]) -> Layer:
    if layer.parent is not None and layer.parent not in known:
        context.layer = _path(composition, layer)
        what = f"the layer's parent, layer {layer.parent}, does not exist"
        context.report("layer.parent", what, f"{layer.pointer}/parent", "it has no parent")
        layer = replace(layer, parent=None)
    if layer.matte_layer is not None and layer.matte_layer not in known:
        context.layer = _path(composition, layer)
        what = f"the layer's matte, layer {layer.matte_layer}, does not exist"
        context.report("layer.matte", what, f"{layer.pointer}/tp", "it has no matte")
        layer = replace(layer, matte_layer=None, matte=None)
    context.layer = ""
    return layer


def _path(composition: Composition, layer: Layer) -> str:
    inside = composition.name or composition.id
    return f"{inside}/{layer.name}" if inside and composition.id else layer.name


def _parent(layer: Layer, first: Mapping[int, int]) -> int | None:
    return None if layer.parent is None else first[layer.parent]


def _matte(layers: Sequence[Layer], number: int, first: Mapping[int, int]) -> int | None:
    layer = layers[number]
    if layer.matte is None:
        return None
    if layer.matte_layer is not None:
        return first[layer.matte_layer]
    return number - 1 if number else None


def _lengths(
    context: Context,
    composition: Composition,
    what: str,
    layers: Sequence[Layer],
    next_of: Callable[[int], int | None],
) -> list[int]:
    """How many layers each chain holds, from a layer on; every one is followed once. DocumentError where a chain comes
    back on itself."""
    lengths = [0] * len(layers)
    for start in range(len(layers)):
        chain: list[int] = []
        on_chain: set[int] = set()
        at: int | None = start
        while at is not None and not lengths[at]:
            if at in on_chain:
                names = [_path(composition, layers[n]) or f"layer {layers[n].index}" for n in chain[chain.index(at) :]]
                told = " → ".join([*names[:8], *(["…"] if len(names) > 8 else []), names[0]])
                place = Place(file=context.file or None, layer=names[0], pointer=layers[at].pointer)
                hint = f"A layer cannot be its own {what}, nor through others: break the circle in the project"
                raise DocumentError(f"layers are each other's {what}: {told}", place=place, hint=hint)
            chain.append(at)
            on_chain.add(at)
            at = next_of(at)
        length = 0 if at is None else lengths[at]
        for number in reversed(chain):
            length += 1
            lengths[number] = length
    return lengths


def checked_compositions(
    context: Context, main: Composition, compositions: Mapping[str, Composition]
) -> tuple[Composition, dict[str, Composition]]:
    """Both without the precomps that nest deeper than MAX_PRECOMP_DEPTH or unfold into more than MAX_LAYERS layers
    (reported). DocumentError where compositions contain themselves.
    """
    order = _inner_first(context, main, compositions)
    known = {**compositions, main.id: main}
    unfolding = _Unfolding(known)
    for identity in reversed(order):
        known[identity] = unfolding.kept(context, known[identity])
    return known[main.id], {identity: known[identity] for identity in compositions}


class _Unfolding:
    """What compositions unfold into, from the outermost inwards: how deep each stands, how often it is shown, and the
    layers in all."""

    def __init__(self, compositions: Mapping[str, Composition]) -> None:
        self._sizes = {identity: len(composition.layers) for identity, composition in compositions.items()}
        self._depths = dict.fromkeys(compositions, 1)
        self._shown = dict.fromkeys(compositions, 0)
        self._layers = 0

    def kept(self, context: Context, composition: Composition) -> Composition:
        """``composition``, of which all that hold it have been here, with the precomps that fit."""
        if not self._shown[composition.id]:
            self._shown[composition.id] = 1
            self._layers += self._sizes[composition.id]
        layers = []
        for layer in composition.layers:
            reason = self._reason(composition, layer.content) if isinstance(layer.content, PrecompContent) else None
            layers.append(layer if reason is None else _emptied(context, composition, layer, *reason))
        return replace(composition, layers=tuple(layers))

    def _reason(self, composition: Composition, content: PrecompContent) -> tuple[str, str] | None:
        """Why a precomp of ``composition`` cannot be shown: a feature and a message. None where it can."""
        inner, depth, times = content.composition, self._depths[composition.id], self._shown[composition.id]
        if depth >= MAX_PRECOMP_DEPTH:
            return "composition.depth", f"compositions are nested deeper than {MAX_PRECOMP_DEPTH}"
        if self._layers + times * self._sizes[inner] > MAX_LAYERS:
            return "composition.size", f"the compositions unfold into more than {MAX_LAYERS} layers"
        self._layers += times * self._sizes[inner]
        self._shown[inner] += times
        self._depths[inner] = max(self._depths[inner], depth + 1)
        return None


def _emptied(context: Context, composition: Composition, layer: Layer, feature: str, what: str) -> Layer:
    context.layer = _path(composition, layer)
    context.report(feature, what, f"{layer.pointer}/refId", "nothing is drawn")
    context.layer = ""
    return replace(layer, content=NullContent())


def inner_compositions(composition: Composition) -> list[str]:
    return [layer.content.composition for layer in composition.layers if isinstance(layer.content, PrecompContent)]


def _inner_first(context: Context, main: Composition, compositions: Mapping[str, Composition]) -> list[str]:
    """The ids of all compositions, each after those within it. DocumentError where one contains itself."""
    order: dict[str, None] = {}
    for root in [*compositions.values(), main]:
        if root.id not in order:
            _follow(context, root, compositions, order)
    return list(order)


def _follow(
    context: Context, root: Composition, compositions: Mapping[str, Composition], order: dict[str, None]
) -> None:
    """Depth first without recursion."""
    stack = [(root, iter(inner_compositions(root)))]
    open_ids = {root.id}
    while stack:
        composition, inner = stack[-1]
        pending = next((one for one in inner if one not in order), None)
        if pending is None:
            order[composition.id] = None
            open_ids.discard(composition.id)
            stack.pop()
        elif pending in open_ids:
            names = [entry[0].name or entry[0].id for entry in stack]
            names = names[[entry[0].id for entry in stack].index(pending) :]
            told = " → ".join([*names[:8], *(["…"] if len(names) > 8 else []), names[0]])
            hint = "A precomp cannot show itself: break the circle in the project"
            raise context.error(f"compositions contain each other: {told}", composition.pointer, hint)
        else:
            open_ids.add(pending)
            stack.append((compositions[pending], iter(inner_compositions(compositions[pending]))))


def checked_glyphs(
    context: Context, glyphs: Sequence[Glyph], compositions: Mapping[str, Composition]
) -> tuple[Glyph, ...]:
    """``glyphs`` whose precomps exist and hold no text, which could be drawn with the glyph itself."""
    with_text: dict[str, bool] = {}
    found = []
    for number, glyph in enumerate(glyphs):
        if glyph.precomp is not None:
            known = glyph.precomp in compositions
            if not known or _reaches_text(glyph.precomp, compositions, with_text):
                why = "holds text" if known else "is not in the document"
                what = f'the precomp of glyph "{glyph.character[:8]}" {why}'
                context.report("glyph.precomp", what, f"/chars/{number}", "the glyph is drawn from a font")
                continue
        found.append(glyph)
    return tuple(found)


def _reaches_text(start: str, compositions: Mapping[str, Composition], seen: dict[str, bool]) -> bool:
    if start not in seen:
        reached, waiting = {start}, [start]
        while waiting:
            new = set(inner_compositions(compositions[waiting.pop()])) - reached
            reached |= new
            waiting += new
        inside = (layer for one in reached for layer in compositions[one].layers)
        seen[start] = any(isinstance(layer.content, TextContent) for layer in inside)
    return seen[start]
