"""How much of a batch is the same in several of its videos: from when the replaced layers are seen, nothing drawn."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from velocity_engine.customize.appearances import frames_of, layer_spans, replaceable_edges
from velocity_engine.customize.targets import LayerNames, find_layers
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.given.arguments import FrameRange, require
from velocity_engine.pipeline.prepared import frame_total
from velocity_engine.pipeline.segment import plan_segments
from velocity_engine.plugin_types import Segment
from velocity_engine.plugins.asked import asked_settings
from velocity_engine.plugins.manager import codec
from velocity_engine.plugins.output_shape import output_rate, output_size
from velocity_engine.plugins.outputs import ENCODER, container_of, resolve_encoder
from velocity_engine.template import OPENED, Customizations, Template

_Spans = Sequence[tuple[float, float]]


class BatchFrames:
    """Counts the frames of videos that are rendered of one template, and those of them that differ.

    Segments are compared, since these are what a cache keeps: a segment in which nothing is seen of what two videos
    replace differently is the same in both. What expressions compute, and what fills slots or replaces assets, counts
    as seen throughout.

    Args:
        template: What ``open_template`` returned.
        encoder: How the videos are encoded.
        frames: (start, end) of the videos in frames of the composition, half-open; or the name of a marker; or None
            for all.

    Raises:
        EncoderConfigError, FrameRangeError: The configuration or the frames are wrong for this template.
        WrongTypeError: An argument has a wrong type.

    Attributes:
        frames: How many frames the videos have that were added, at the rate of the videos.
        unique_frames: How many of them are left where each segment counts once.

    Example:
        >>> batch = ve.BatchFrames(template, encoder)
        >>> for row in rows:
        ...     batch.add([{"layer": "Name", "text": row.name}])
        >>> print(f"{batch.unique_frames} of {batch.frames} frames are rendered")
    """

    def __init__(
        self, template: Template, encoder: EncoderConfig | None = None, frames: FrameRange | None = None
    ) -> None:
        require("template", template, Template, OPENED)
        require("encoder", encoder, EncoderConfig | None, ENCODER)
        self._document = template.origin.document
        self._names = LayerNames(self._document)
        self._own = tuple(template.customizations)
        self._known: dict[str, frozenset[int]] = {}
        self._seen: set[tuple[int, bytes]] = set()
        self.frames = self.unique_frames = 0
        start, end = template.frame_range(frames)
        config = resolve_encoder(encoder or EncoderConfig())
        self._start, rate = start, output_rate(self._document, config)
        self._step = self._document.frame_rate / float(rate)
        shown = container_of(config).frames
        count = 1 if shown == "first" else frame_total(start, end, self._document.frame_rate, rate)
        settings = asked_settings(codec(config.codec_name), config, *output_size(self._document, config), rate)
        edges = frames_of(replaceable_edges(self._document), start, self._step, count)
        self._segments = () if shown == "none" else plan_segments(count, config, settings, rate, edges)
        plan = template.plan()
        try:
            self._computes = plan.expressions is not None
        finally:
            plan.close()
        self._spans = layer_spans(self._document)

    def add(self, customizations: Customizations | None = None) -> None:
        """Counts a video.

        Args:
            customizations: The entries of its ``customizationMap``, in which nothing is wrong.
        """
        entries = [*self._own, *(customizations or ())]
        written = [json.dumps(entry, sort_keys=True, default=repr) for entry in entries]
        touched = [self._touched(entry) for entry in entries]
        for segment in self._segments:
            digest = hashlib.blake2b(digest_size=16)
            for text, numbers in zip(written, touched, strict=True):
                if segment.number in numbers:
                    digest.update(text.encode() + b"\n")
            length, name = segment.last - segment.first, (segment.number, digest.digest())
            self.frames += length
            if name not in self._seen:
                self._seen.add(name)
                self.unique_frames += length

    def _touched(self, entry: Mapping[str, Any]) -> frozenset[int]:
        """The numbers of the segments in which something of what an entry replaces may be seen."""
        layer = entry.get("layer")
        if self._computes or not isinstance(layer, str):
            return frozenset(segment.number for segment in self._segments)
        if layer not in self._known:
            spans = self._spans_of(layer)
            self._known[layer] = frozenset(one.number for one in self._segments if self._meets(one, spans))
        return self._known[layer]

    def _spans_of(self, layer: str) -> _Spans:
        _alone, positions = find_layers(self._document, layer, self._names)
        whole = self._document.in_point, self._document.out_point
        copied = any(identity and identity not in self._document.compositions for identity, _number in positions)
        if copied:
            return (whole,)
        return [self._spans[position] for position in positions if position in self._spans]

    def _meets(self, segment: Segment, spans: _Spans) -> bool:
        first, last = (self._start + number * self._step for number in (segment.first, segment.last))
        return any(math.floor(start) < last and first < math.ceil(end) for start, end in spans)
