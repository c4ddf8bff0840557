"""What must hold between layers: parents, mattes and precomps form no cycle, and no chain or tree beyond bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from velocity_engine.errors import DocumentError, Place
from velocity_engine.model.document import Composition
from velocity_engine.model.layers import Layer, PrecompContent, TextContent
from velocity_engine.model.text import Glyph
from velocity_engine.parse.context import Context

MAX_CHAIN = 256
MAX_PRECOMP_DEPTH = 64
MAX_LAYERS = 100_000


def checked_layers(context: Context, composition: Composition) -> Composition:
    """``composition`` without references to layers that it lacks (reported).

    DocumentError where parents or mattes form a circle.
    """
    first: dict[int, int] = {}
    for number, layer in enumerate(composition.layers):
        if layer.index is not None:
            first.setdefault(layer.index, number)
    layers = tuple(_existing(context, composition, layer, first) for layer in composition.layers)
    _check_chains(context, composition, "parent", layers, lambda number: _parent(layers[number], first))
    _check_chains(context, composition, "matte", layers, lambda number: _matte(layers, number, first))
    return replace(composition, layers=layers)


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


def _check_chains(
    context: Context,
    composition: Composition,
    what: str,
    layers: Sequence[Layer],
    next_of: Callable[[int], int | None],
) -> None:
    """Follows every chain once; DocumentError where one comes back on itself or is longer than MAX_CHAIN."""
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
        if length > MAX_CHAIN:
            place = Place(file=context.file or None, pointer=layers[start].pointer)
            raise DocumentError(f"a chain of {what}s is longer than {MAX_CHAIN} layers", place=place)


def check_compositions(context: Context, main: Composition, compositions: Mapping[str, Composition]) -> None:
    """DocumentError where compositions contain themselves, nest too deep, or unfold into too many layers."""
    sizes: dict[str, int] = {}
    depths: dict[str, int] = {}
    for root in [*compositions.values(), main]:
        _measure(context, root, compositions, sizes, depths)
    if sizes[main.id] > MAX_LAYERS:
        what = f"the composition unfolds into {sizes[main.id]} layers, more than {MAX_LAYERS}"
        raise context.error(what, "/layers", "Use fewer precomps within precomps")
    if depths[main.id] > MAX_PRECOMP_DEPTH:
        raise context.error(f"precomps are nested deeper than {MAX_PRECOMP_DEPTH}", "/layers")


def inner_compositions(composition: Composition) -> list[str]:
    return [layer.content.composition for layer in composition.layers if isinstance(layer.content, PrecompContent)]


def _measure(
    context: Context,
    root: Composition,
    compositions: Mapping[str, Composition],
    sizes: dict[str, int],
    depths: dict[str, int],
) -> None:
    """Depth first without recursion: the layers that each composition unfolds into, and how deep it nests."""
    stack = [(root, inner_compositions(root))]
    open_ids = {root.id}
    if root.id in sizes:
        return
    while stack:
        composition, inner = stack[-1]
        pending = next((one for one in inner if one not in sizes), None)
        if pending is None:
            sizes[composition.id] = len(composition.layers) + sum(sizes[one] for one in inner)
            depths[composition.id] = 1 + max((depths[one] for one in inner), default=0)
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
            stack.append((compositions[pending], inner_compositions(compositions[pending])))


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
