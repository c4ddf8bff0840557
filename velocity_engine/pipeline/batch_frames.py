"""How much of a batch is the same in several of its videos: from when the replaced layers are seen, nothing drawn."""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velocity_engine.captions.captions import Captions
from velocity_engine.captions.cues import Cue, Word
from velocity_engine.customize.appearances import layer_spans
from velocity_engine.customize.targets import LayerNames, find_layers
from velocity_engine.encoder_config import EncoderConfig
from velocity_engine.evaluate.timelines import shown_range
from velocity_engine.given.arguments import FrameRange, require
from velocity_engine.pipeline.prepared import cuts_of, frame_total
from velocity_engine.pipeline.segment import plan_segments
from velocity_engine.plan.timeline import Timeline
from velocity_engine.plugins.asked import asked_settings
from velocity_engine.plugins.manager import codec
from velocity_engine.plugins.output_shape import output_rate, output_size, tuned
from velocity_engine.plugins.outputs import ENCODER, container_of, resolve_encoder
from velocity_engine.template import OPENED, Customizations, Template

_Spans = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Shown:
    """A segment: its number and its output frames, the second of the video at which it begins, the first and the last
    moment of the template in it, and a name that is the same for segments that show the same ones."""

    number: int
    frames: int
    seconds: tuple[float, float]
    moments: tuple[float, float]
    name: bytes


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
        self._own, self._said = tuple(template.customizations), template.captions
        self._frames = frames
        self._config = tuned(self._document, resolve_encoder(encoder or EncoderConfig()))
        self._rate = output_rate(self._document, self._config)
        self._seen: set[bytes] = set()
        self._known: dict[tuple[Timeline | None, str], frozenset[int]] = {}
        self._cut: dict[Timeline | None, tuple[_Shown, ...]] = {}
        self.frames = self.unique_frames = 0
        if not any(marker.region for marker in self._document.markers):
            self._segments(None)  # a part of a longer video is known with its timeline
        plan = template.plan()
        try:
            self._computes = plan.expressions is not None
        finally:
            plan.close()
        self._spans = layer_spans(self._document)

    def add(
        self,
        customizations: Customizations | None = None,
        *,
        captions: Captions | None = None,
        timeline: Timeline | None = None,
    ) -> None:
        """Counts a video.

        Args:
            customizations: The entries of its ``customizationMap``, in which nothing is wrong.
            captions: What is said in it; by default the captions of the template.
            timeline: Where it has a length of its own, what ``Template.timeline`` returned.
        """
        entries = [*self._own, *(customizations or ())]
        written = [json.dumps(entry, sort_keys=True, default=repr) for entry in entries]
        touched = [self._touched(entry, timeline) for entry in entries]
        said = _Said.of(captions or self._said)
        for segment in self._segments(timeline):
            digest = hashlib.blake2b(segment.name, digest_size=16)
            for text, numbers in zip(written, touched, strict=True):
                if segment.number in numbers:
                    digest.update(text.encode() + b"\n")
            digest.update(said.between(*segment.seconds))
            self.frames += segment.frames
            if digest.digest() not in self._seen:
                self._seen.add(digest.digest())
                self.unique_frames += segment.frames

    def _segments(self, timeline: Timeline | None) -> tuple[_Shown, ...]:
        """Those of videos with this timeline."""
        if timeline not in self._cut:
            self._cut[timeline] = tuple(self._planned(timeline))
        return self._cut[timeline]

    def _planned(self, timeline: Timeline | None) -> list[_Shown]:
        document, config, rate = self._document, self._config, self._rate
        start, end = shown_range(document, timeline, self._frames)
        shown = container_of(config).frames
        count = 1 if shown == "first" else frame_total(start, end, document.frame_rate, rate)
        if shown == "none":
            return []
        step = document.frame_rate / float(rate)
        settings = asked_settings(codec(config.codec_name), config, *output_size(document, config), rate)
        cuts = cuts_of(document, timeline, (start, step, count), config)
        found = []
        for one in plan_segments(count, config, settings, rate, cuts.edges, cuts.breaks):
            points = [start + number * step for number in range(one.first, one.last)]
            moments = points if timeline is None else [timeline.moment_at(point) for point in points]
            seconds = (points[0] - document.in_point) / document.frame_rate
            name = _name_of(timeline, points, moments)
            lasts = len(points) / float(rate)
            span = min(moments), max(moments) + step
            found.append(_Shown(one.number, len(points), (seconds, seconds + lasts), span, name))
        return found

    def _touched(self, entry: Mapping[str, Any], timeline: Timeline | None) -> frozenset[int]:
        """The numbers of the segments in which something of what an entry replaces may be seen."""
        layer, segments = entry.get("layer"), self._segments(timeline)
        if self._computes or not isinstance(layer, str):
            return frozenset(segment.number for segment in segments)
        key = timeline, layer
        if key not in self._known:
            spans = self._spans_of(layer)
            self._known[key] = frozenset(one.number for one in segments if _meets(one, spans))
        return self._known[key]

    def _spans_of(self, layer: str) -> _Spans:
        _alone, positions = find_layers(self._document, layer, self._names)
        whole = self._document.in_point, self._document.out_point
        copied = any(identity and identity not in self._document.compositions for identity, _number in positions)
        if copied:
            return (whole,)
        return [self._spans[position] for position in positions if position in self._spans]


def _meets(segment: _Shown, spans: _Spans) -> bool:
    first, last = segment.moments
    return any(math.floor(start) < last and first < math.ceil(end) for start, end in spans)


def _name_of(timeline: Timeline | None, points: Sequence[float], moments: Sequence[float]) -> bytes:
    """Segments of the same name show the same moments; where a clip plays on, its own ones too."""
    told: list[Any] = [round(moment, 6) for moment in moments]
    if timeline is not None and timeline.plays_on is not None:
        ahead = [timeline.ahead_at(point) for point in points]
        told += [timeline.plays_on.path, *(round(one.frames, 6) for one in ahead if one.layer is not None)]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class _Said:
    """Captions, and how they look, as a name: empty where there are none."""

    captions: Captions | None
    how: bytes

    @classmethod
    def of(cls, captions: Captions | None) -> _Said:
        if captions is None or (captions.style == "none" and captions.layer is None):
            return cls(None, b"")
        how = {name: value for name, value in captions.to_values().items() if name not in ("cues", "text_track")}
        return cls(captions, json.dumps(how, sort_keys=True).encode())

    def between(self, start: float, end: float) -> bytes:
        """A name of what is seen of them from one second of the video to another."""
        if self.captions is None:
            return b""
        cues = self.captions.cues
        first = bisect_right(cues, start, key=lambda cue: cue.end)
        last = bisect_left(cues, end, key=lambda cue: cue.start)
        seen = [_from(start, cue) for cue in cues[first:last]]
        instead = self.how if self.captions.layer is not None else b""  # its own picture is seen in no segment
        return instead if not seen else self.how + json.dumps(seen).encode()


def _from(start: float, cue: Cue) -> list[Any]:
    """A cue, with seconds that count from ``start``."""
    parts: list[Cue | Word] = [cue, *cue.words]
    times = [[round(one.start - start, 6), round(one.end - start, 6), one.text] for one in parts]
    return [cue.text, times]
