"""When layers are seen, and where those that people replace come and go.

A layer is seen while it and the layers that show its composition are: opacity, masks and what covers it are not looked
at. So nothing of a layer is seen outside of its span, and not always something within.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from velocity_engine.customize.targets import Position
from velocity_engine.model.document import Composition, Document
from velocity_engine.model.layers import ImageContent, Layer, PrecompContent, TextContent, VideoContent

MAX_EDGES = 500


@dataclass(frozen=True, slots=True)
class _Showing:
    """One way in which a composition is shown: from ``start`` to ``end`` in frames of the main composition, where its
    own frame is ``(frame - offset) / stretch``. ``stretch`` is 0 where that is not known."""

    start: float
    end: float
    offset: float
    stretch: float

    def of(self, layer: Layer) -> tuple[float, float]:
        """When a layer of the composition is seen; an empty span where it is not."""
        if not self.stretch:
            return self.start, self.end
        ends = sorted((layer.in_point * self.stretch + self.offset, layer.out_point * self.stretch + self.offset))
        return max(self.start, ends[0]), min(self.end, ends[1])

    def inside(self, layer: Layer, content: PrecompContent) -> _Showing | None:
        """How it shows the composition of one of its layers, where that is seen at all."""
        start, end = self.of(layer)
        if not start < end:
            return None
        stretch = 0.0 if content.time_remap is not None else self.stretch * layer.stretch
        return _Showing(start, end, self.offset + layer.start_time * self.stretch, stretch)


def layer_spans(document: Document) -> Mapping[Position, tuple[float, float]]:
    """Returns when each layer is seen that is seen at all.

    Args:
        document: The document.

    Returns:
        (start, end) by the position of the layer, in frames of the main composition. A layer that is seen several times
        has one span around all of them.
    """
    whole = _Showing(document.in_point, document.out_point, 0.0, 1.0)
    found: dict[Position, tuple[float, float]] = {}
    waiting: list[tuple[Composition, _Showing]] = [(document.main, whole)]
    for composition, showing in waiting:  # which ends: the parser bounds what compositions unfold into
        for number, layer in enumerate(composition.layers):
            start, end = showing.of(layer)
            if not start < end:
                continue
            before = found.get((composition.id, number), (start, end))
            found[composition.id, number] = min(start, before[0]), max(end, before[1])
            if isinstance(layer.content, PrecompContent):
                shown = document.compositions.get(layer.content.composition)
                inner = showing.inside(layer, layer.content)
                if shown is not None and inner is not None:
                    waiting.append((shown, inner))
    return found


def replaceable_edges(document: Document) -> tuple[tuple[float, int], ...]:
    """Returns where layers that people replace begin and end to be seen.

    These are texts, pictures and clips with a name that are seen for less than half of the composition. Beyond 500
    moments, those at which the fewest layers come and go are left out.

    Args:
        document: The document as it was parsed, without customizations.

    Returns:
        (moment, how many of them begin or end there) in frames of the main composition, in order.
    """
    length = document.out_point - document.in_point
    counts: Counter[float] = Counter()
    compositions = {document.main.id: document.main, **document.compositions}
    for (identity, number), (start, end) in layer_spans(document).items():
        layer = compositions[identity].layers[number]
        replaced = layer.name and isinstance(layer.content, TextContent | ImageContent | VideoContent)
        if replaced and end - start < length / 2:
            counts.update(edge for edge in (start, end) if document.in_point < edge < document.out_point)
    return tuple(sorted(counts.most_common(MAX_EDGES)))


def frames_of(edges: tuple[tuple[float, int], ...], start: float, step: float, count: int) -> Mapping[int, int]:
    """Returns edges by the first output frame that shows what is new.

    Args:
        edges: What ``replaceable_edges`` returned.
        start: The moment that output frame 0 shows, in frames of the composition.
        step: The frames of the composition from one output frame to the next.
        count: The number of output frames.
    """
    found: defaultdict[int, int] = defaultdict(int)
    for moment, layers in edges:
        frame = math.ceil((moment - start) / step - 1e-6)
        if 0 < frame < count:
            found[frame] += layers
    return found
