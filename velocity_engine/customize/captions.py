"""Captions put into a document: as a layer over all others, into the box of a layer, or by playing a text layer anew
for each cue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from velocity_engine.captions.captions import Captions
from velocity_engine.captions.cues import Cue
from velocity_engine.captions.states import CaptionStates
from velocity_engine.customize.apply import with_text
from velocity_engine.customize.box import content_box
from velocity_engine.customize.still_span import still_span
from velocity_engine.customize.targets import (
    LayerNames,
    Position,
    all_compositions,
    find_layers,
    kind_of,
    layer_at,
    with_layers,
)
from velocity_engine.customize.texts import TextReplacement
from velocity_engine.errors import CaptionsError, Place
from velocity_engine.model.document import Document
from velocity_engine.model.layers import (
    CaptionsContent,
    Content,
    Layer,
    PrecompContent,
    Replay,
    ReplayedCue,
    TextContent,
)

LAYER = "Captions"
STILL_STYLES = ("box", "outline")  # those in which nothing moves while a cue is shown
_LINE_BREAKS = re.compile("\r\n|[\r\n\x03]")
MAX_DEPTH = 8
MAX_PRECOMPS = 500


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of a composition: the frame at which second 0 of the captions is, and its frames a second."""

    first: float
    rate: float

    def frame(self, seconds: float) -> float:
        return self.first + seconds * self.rate


def with_captions(document: Document, captions: Captions) -> Document:
    """Returns ``document`` with captions.

    Args:
        document: The document, with its layers replaced already.
        captions: What is shown.

    Raises:
        CaptionsError: The document has no such layer, or the layer cannot show them.
    """
    if captions.layer is not None:
        return _in_layer(document, captions, captions.layer)
    if captions.style == "none":
        return document
    width, height = float(document.width), float(document.height)
    across, down = captions.safe_area * width, captions.safe_area * height
    content = CaptionsContent(
        captions=captions,
        box=(across, down, width - across, height - down),
        size=captions.size * min(width, height),
        first=document.in_point,
        rate=document.frame_rate,
    )
    layer = Layer(content=content, name=LAYER, in_point=document.in_point, out_point=document.out_point)
    return replace(document, main=replace(document.main, layers=(layer, *document.main.layers)))


def caption_states(document: Document) -> CaptionStates | None:
    """Returns when the captions of a document show what; None where it has none.

    Args:
        document: What ``with_captions`` returned, or any other.
    """
    for composition in all_compositions(document):
        for layer in composition.layers:
            if isinstance(layer.content, CaptionsContent):
                captions = layer.content.captions
                starts, ends = zip(*((cue.start, cue.end) for cue in captions.cues), strict=True)
                return CaptionStates(starts, ends, captions.style not in STILL_STYLES)
            if layer.replay is not None:
                replay = layer.replay
                times = [((cue.start - replay.first) / replay.rate, (cue.end - replay.first) / replay.rate)
                         for cue in replay.cues]  # fmt: skip
                starts, ends = zip(*times, strict=True)
                return CaptionStates(starts, ends, moves=True)
    return None


# --- which layer ----------------------------------------------------------------------------------------------------


def _in_layer(document: Document, captions: Captions, address: str) -> Document:
    names = LayerNames(document)
    document, positions = find_layers(document, address, names)
    if not positions:
        raise _error(f"there is no layer {address[:200]!r}", names.hint(address))
    if len(positions) > 1:
        what = f"there are {len(positions)} layers {address[:200]!r}"
        raise _error(what, "Name the composition, too, as Composition/Layer")
    [position] = positions
    layer, clock = layer_at(document, position), _clock(document, position[0], address)
    match layer.content:
        case TextContent():
            return with_layers(document, {position: _replayed(document, position, captions, clock)})
        case PrecompContent() as content:
            return _replayed_precomp(document, position, content, captions, clock)
        case content if kind_of(content) in ("solid", "shape", "image", "video"):
            return with_layers(document, {position: _boxed(document, layer, captions, clock)})
        case content:
            what = f"layer {address[:200]!r} is of kind {kind_of(content)} and shows no captions"
            raise _error(what, "Name a text, a precomp with one text in it, a solid, a shape, a picture or a clip")


def _error(what: str, hint: str) -> CaptionsError:
    return CaptionsError(what, place=Place(field="layer"), hint=hint)


def _clock(document: Document, composition: str, address: str, depth: int = 0) -> Clock:
    """The time of a composition that is shown once, and not remapped."""
    if not composition:
        return Clock(document.in_point, document.frame_rate)
    holders = [
        (outer.id, layer, layer.content)
        for outer in all_compositions(document)
        for layer in outer.layers
        if isinstance(layer.content, PrecompContent) and layer.content.composition == composition
    ]
    if len(holders) != 1 or holders[0][2].time_remap is not None or depth >= MAX_DEPTH:
        shown = "is not shown" if not holders else "is shown several times, or at a time of its own"
        what = f"layer {address[:200]!r} is in a composition that {shown}"
        raise _error(what, "Name a layer that is shown once, or the layer that shows the composition")
    outer, layer, _content = holders[0]
    around, stretch = _clock(document, outer, address, depth + 1), layer.stretch or 1.0
    return Clock((around.first - layer.start_time) / stretch, around.rate / stretch)


def _boxed(document: Document, layer: Layer, captions: Captions, clock: Clock) -> Layer:
    box = content_box(document, layer.content)
    if box is None:
        raise _error(f"layer {layer.name[:200]!r} has no size that captions could fill", "Name one that has a size")
    size = captions.size * min(document.width, document.height)
    content = CaptionsContent(captions=captions, box=box, size=size, first=clock.first, rate=clock.rate)
    return replace(layer, content=content)


# --- playing anew ---------------------------------------------------------------------------------------------------


def _replayed(document: Document, position: Position, captions: Captions, clock: Clock) -> Layer:
    layer = layer_at(document, position)
    cues = [_cue(cue, clock, _spoken(layer, cue, captions).content) for cue in captions.cues]
    return _with_replay(document, position, tuple(cues), clock)


def _cue(cue: Cue, clock: Clock, content: Content) -> ReplayedCue:
    return ReplayedCue(start=clock.frame(cue.start), end=clock.frame(cue.end), content=content)


def _spoken(layer: Layer, cue: Cue, captions: Captions) -> Layer:
    """A text layer with the words of a cue, which are set smaller where they are more than the designer's. A text
    without a box has as many lines as the designer gave it: nothing is known of the room below."""
    assert isinstance(layer.content, TextContent)
    designed = layer.content.text.document.value
    most = captions.lines if designed.box is not None else len(_LINE_BREAKS.split(designed.text.strip()))
    lines = cue.text.split("\n")
    text = "\r".join(lines) if len(lines) <= most else " ".join(lines)
    return with_text(layer, TextReplacement(value=text, fit="shrink"))


def _with_replay(document: Document, position: Position, cues: tuple[ReplayedCue, ...], clock: Clock) -> Layer:
    layer = layer_at(document, position)
    span = still_span(document, position)
    replay = Replay(
        cues=cues, first=clock.first, rate=clock.rate, begins=span.begins, settles=span.settles, leaves=span.leaves,
        ends=span.ends,
    )  # fmt: skip
    ends = (cues[0].start, cues[-1].end)
    return replace(layer, replay=replay, in_point=min(ends), out_point=max(ends), hidden=False)


def _replayed_precomp(
    document: Document, position: Position, content: PrecompContent, captions: Captions, clock: Clock
) -> Document:
    """Each cue gets the composition with its own words."""
    source = document.compositions.get(content.composition)
    texts = [] if source is None else [n for n, one in enumerate(source.layers) if _is_seen_text(one)]
    if source is None or len(texts) != 1:
        name = layer_at(document, position).name
        what = f"the composition of layer {name[:200]!r} has {len(texts)} texts"
        raise _error(what, f"Name the text itself, as {name[:100]}/Text, or a precomp with one text in it")
    if len(captions.cues) > MAX_PRECOMPS:
        what = f"the captions have {len(captions.cues)} cues, each of which would get a composition of its own"
        raise _error(what, f"Give a precomp at most {MAX_PRECOMPS}, or name the text in it")
    [number] = texts
    compositions, cues = dict(document.compositions), []
    for identity, cue in zip(_free_ids(document, source.id), captions.cues, strict=False):
        spoken = _spoken(source.layers[number], cue, captions)
        layers = (*source.layers[:number], spoken, *source.layers[number + 1 :])
        compositions[identity] = replace(source, id=identity, layers=layers)
        cues.append(_cue(cue, clock, replace(content, composition=identity)))
    document = replace(document, compositions=compositions)
    return with_layers(document, {position: _with_replay(document, position, tuple(cues), clock)})


def _is_seen_text(layer: Layer) -> bool:
    return isinstance(layer.content, TextContent) and not layer.hidden


def _free_ids(document: Document, identity: str) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        if (found := f"{identity}#cue-{number}") not in document.compositions:
            yield found
