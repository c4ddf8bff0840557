"""Segments that an earlier render encoded already, between those that are rendered now.

Before anything is drawn, each segment is looked up (``look_up``): by its first frame and its last one, and only where a
segment with such ends is kept, by all its frames. So what is new costs two evaluated frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velocity_engine.cache.keys import ContentDigest, SegmentKeys, segment_name
from velocity_engine.cache.render_cache import CacheUse
from velocity_engine.errors import VelocityError
from velocity_engine.pipeline.draw import StageClock, TileCount
from velocity_engine.pipeline.packet_room import size_of
from velocity_engine.pipeline.packet_source import PacketSource, SegmentFacts
from velocity_engine.pipeline.scene import Scene
from velocity_engine.plugin_types import EncodedPacket, EncodedSegment, Segment

HELD_BYTES = 256 << 20
"""Of packets that were found and wait to be written, or wait to be kept. What goes beyond is rendered; is not kept."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the cache knows of a video: ``ends`` are the first parts of the names of segments, as far as they are
    known, ``kept`` those that need not be rendered, both by number."""

    ends: Mapping[int, str]
    kept: Mapping[int, EncodedSegment]


def look_up(
    use: CacheUse, keys: SegmentKeys, scene: Scene, segments: Sequence[Segment], cancelled: Callable[[], None]
) -> Found:
    """Looks for the segments of a video. ``cancelled`` is called before each, and may raise."""
    ends: dict[int, str] = {}
    kept: dict[int, EncodedSegment] = {}
    room = HELD_BYTES
    for segment in segments:
        cancelled()
        try:
            ends[segment.number] = begin = keys.ends(segment, scene.display_list)
            found = _look_for(use, begin, scene, segment) if room > 0 else None
        except VelocityError:  # which the render meets again, at the frame where it comes first
            break
        if found is not None:
            kept[segment.number] = found
            room -= size_of(found.packets)
    return Found(ends, kept)


def kept_frames(use: CacheUse, keys: SegmentKeys, scene: Scene, segments: Sequence[Segment]) -> int:
    """Returns how many frames of a video are in the cache.

    Raises:
        VelocityError: A frame cannot be evaluated.
    """
    lengths = (
        segment.last - segment.first
        for segment in segments
        if _look_for(use, keys.ends(segment, scene.display_list), scene, segment) is not None
    )
    return sum(lengths)


def _look_for(use: CacheUse, ends: str, scene: Scene, segment: Segment) -> EncodedSegment | None:
    if not use.holds_below(ends):
        return None
    content = ContentDigest()
    for number in range(segment.first, segment.last):
        content.add(scene.display_list(number))
    return use.find_segment(segment_name(ends, content.digest()), segment)


class ReusedSegments:
    """The packets of all segments, in order: those that were found, and the others from ``source``, which are kept.

    ``source`` renders the segments that are not among ``found.kept``.
    """

    def __init__(self, use: CacheUse, found: Found, segments: Sequence[Segment], source: PacketSource) -> None:
        self._use, self._found, self._segments, self._source = use, found, segments, source
        self._written = 0  # frames of found segments

    @property
    def frames_done(self) -> int:
        return self._source.frames_done + self._written

    @property
    def frames_held(self) -> int:
        return self._source.frames_held + sum(one.held_frames for one in self._found.kept.values())

    @property
    def frames_reused(self) -> int:
        return sum(one.segment.last - one.segment.first for one in self._found.kept.values())

    def __iter__(self) -> Iterator[tuple[EncodedPacket, int]]:
        rendered = iter(self._source)
        coming = next(rendered, None)
        for segment in self._segments:
            found = self._found.kept.get(segment.number)
            if found is not None:
                yield from ((packet, segment.first) for packet in found.packets)
                self._written += segment.last - segment.first
                continue
            packets: list[EncodedPacket] = []
            room = HELD_BYTES
            while coming is not None and coming[1] == segment.first:
                room -= size_of(coming[:1])
                if room >= 0:
                    packets.append(coming[0])
                else:
                    packets.clear()
                yield coming
                coming = next(rendered, None)
            if room >= 0:
                self._keep(segment, packets)

    def _keep(self, segment: Segment, packets: Sequence[EncodedPacket]) -> None:
        facts = self.facts_of(segment)
        ends = self._found.ends.get(segment.number)
        if ends is not None and facts is not None and facts.content:
            encoded = EncodedSegment(
                segment=segment, packets=tuple(packets), extradata=facts.extradata, content=facts.content
            )
            self._use.keep_segment(segment_name(ends, facts.content), encoded)

    def facts_of(self, segment: Segment) -> SegmentFacts | None:
        kept = self._found.kept.get(segment.number)
        return self._source.facts_of(segment) if kept is None else SegmentFacts(kept.extradata, kept.content)

    def add_to(self, clock: StageClock, tiles: TileCount) -> None:
        self._source.add_to(clock, tiles)

    def __enter__(self) -> ReusedSegments:
        self._source.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._source.__exit__(*error)
