"""Segments that show again what an earlier one of the same video shows: a held frame, the next round of a loop.

They are encoded once. An encoder makes the same packets of the same frames, so the bytes are those that it would make
of each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from velocity_engine.pipeline.draw import StageClock, TileCount
from velocity_engine.pipeline.packet_source import PacketSource, SegmentFacts
from velocity_engine.pipeline.timeline_scene import TimelineScene
from velocity_engine.plugin_types import EncodedPacket, Segment


@dataclass(frozen=True, slots=True)
class Repeat:
    """``original``: the number of the segment that is shown again; ``held``: how many of its frames are then the same
    as the one before."""

    original: int
    held: int


def repeats_of(scene: TimelineScene, segments: Sequence[Segment]) -> Mapping[int, Repeat]:
    """Returns the segments that show what an earlier one shows, by number.

    Args:
        scene: What is drawn.
        segments: All segments of the video, in order.
    """
    timeline, shift = scene.timeline, scene.first
    if timeline is None or shift is None:
        return {}
    playing = timeline.plays_on
    seen: dict[Hashable, int] = {}
    found: dict[int, Repeat] = {}
    for segment in segments:
        first, last = segment.first + shift, segment.last + shift
        piece, length = timeline.piece_at(first), segment.last - segment.first
        is_repeated = piece.pace == 0 or piece.rounds > 1
        if not is_repeated or last > piece.last or (playing and first < playing.last and playing.first < last):
            continue
        captioned = scene.captioned(segment.first, segment.last)
        if captioned is None:
            continue
        original = seen.setdefault((piece.pace, piece.index(first), length, captioned), segment.number)
        if original != segment.number:
            found[segment.number] = Repeat(original, length if piece.pace == 0 else 0)
    return found


class RepeatedSegments:
    """The packets of all segments, in order: those that ``source`` renders, and again those that are shown again."""

    def __init__(self, source: PacketSource, segments: Sequence[Segment], repeats: Mapping[int, Repeat]) -> None:
        self._source, self._segments, self._repeats = source, segments, repeats
        self._by_number = {segment.number: segment for segment in segments}
        self._written = 0  # frames of repeated segments

    @property
    def frames_done(self) -> int:
        return self._source.frames_done + self._written

    @property
    def frames_held(self) -> int:
        return self._source.frames_held + sum(one.held for one in self._repeats.values())

    @property
    def frames_reused(self) -> int:
        return self._source.frames_reused

    def __iter__(self) -> Iterator[tuple[EncodedPacket, int]]:
        to_come = Counter(one.original for one in self._repeats.values())
        kept: dict[int, list[EncodedPacket]] = {}
        rendered = iter(self._source)
        coming = next(rendered, None)
        for segment in self._segments:
            repeat = self._repeats.get(segment.number)
            if repeat is not None:
                yield from ((packet, segment.first) for packet in kept[repeat.original])
                self._written += segment.last - segment.first
                to_come[repeat.original] -= 1
                if not to_come[repeat.original]:
                    del kept[repeat.original]
                continue
            packets: list[EncodedPacket] = []
            while coming is not None and coming[1] == segment.first:
                if to_come[segment.number]:
                    packets.append(coming[0])
                yield coming
                coming = next(rendered, None)
            if to_come[segment.number]:
                kept[segment.number] = packets

    def facts_of(self, segment: Segment) -> SegmentFacts | None:
        repeat = self._repeats.get(segment.number)
        return self._source.facts_of(segment if repeat is None else self._by_number[repeat.original])

    def add_to(self, clock: StageClock, tiles: TileCount) -> None:
        self._source.add_to(clock, tiles)

    def __enter__(self) -> RepeatedSegments:
        self._source.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._source.__exit__(*error)
