"""Who renders the segments of a video, as seen by who writes the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from velocity_engine.pipeline.draw import StageClock, TileCount
from velocity_engine.plugin_types import EncodedPacket, Segment


@dataclass(frozen=True, slots=True)
class SegmentFacts:
    """What is known of a segment beside its packets, as in ``EncodedSegment``."""

    extradata: bytes
    content: bytes


class PacketSource(Protocol):
    """Who renders the segments: returns their packets in order, each with the output frame at which its segment
    begins."""

    @property
    def frames_done(self) -> int: ...

    @property
    def frames_held(self) -> int: ...

    @property
    def frames_reused(self) -> int: ...

    def __iter__(self) -> Iterator[tuple[EncodedPacket, int]]: ...

    def facts_of(self, segment: Segment) -> SegmentFacts | None:
        """What is known of a segment once its packets were returned."""
        ...

    def add_to(self, clock: StageClock, tiles: TileCount) -> None: ...

    def __enter__(self) -> PacketSource: ...

    def __exit__(self, *error: Any) -> None: ...
