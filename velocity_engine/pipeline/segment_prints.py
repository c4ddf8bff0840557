"""The fingerprints of a video's segments: by them, two renders can be compared where they differ."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from velocity_engine.pipeline.packet_source import PacketSource
from velocity_engine.plugin_types import EncodedPacket, Segment


@dataclass(frozen=True, slots=True)
class SegmentPrint:
    """What a segment showed, and what it became.

    Attributes:
        first: Its first output frame, from 0.
        last: The output frame after its last one.
        content: A digest of what its frames show, in hexadecimal. Empty where an executor does not tell it.
        sha256: The SHA-256 of its packets, in hexadecimal.
    """

    first: int
    last: int
    content: str
    sha256: str


class Printing:
    """Takes the fingerprints of segments: ``add`` all packets, in order."""

    def __init__(self) -> None:
        self._hashes: dict[int, hashlib._Hash] = {}

    def add(self, packet: EncodedPacket, first: int) -> None:
        found = self._hashes.setdefault(first, hashlib.sha256())
        found.update(packet.data)
        found.update(packet.alpha)

    def prints(self, segments: Sequence[Segment], source: PacketSource) -> tuple[SegmentPrint, ...]:
        """What is known once all packets were added; ``source`` returned them."""
        found = []
        for segment in segments:
            facts, packets = source.facts_of(segment), self._hashes.get(segment.first, hashlib.sha256())
            content = facts.content.hex() if facts else ""
            found.append(SegmentPrint(segment.first, segment.last, content, packets.hexdigest()))
        return tuple(found)
