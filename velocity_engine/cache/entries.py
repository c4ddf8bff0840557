"""Entries of the cache as bytes: a head of JSON, what it describes, and a checksum of both.

An entry that does not fit its checksum, or is written in another version of this form, is no entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, BinaryIO

from velocity_engine.plugin_types import EncodedPacket, EncodedSegment, Segment

MAGIC = b"velocity 1\n"
LENGTH_BYTES, SUM_BYTES = 8, 32
MAX_HEAD = 64 << 20
CHUNK = 1 << 20


class Damaged(Exception):
    """An entry is not what was written."""


def packed(head: Mapping[str, Any], body: Iterable[bytes]) -> Iterator[bytes]:
    """Yields the bytes of an entry, part by part."""
    checksum = new_checksum()
    text = json.dumps(head, separators=(",", ":")).encode()
    for part in (MAGIC, len(text).to_bytes(LENGTH_BYTES, "big"), text):
        checksum.update(part)
        yield part
    for part in body:
        checksum.update(part)
        yield part
    yield checksum.digest()


def read_head(file: BinaryIO, checksum: hashlib.blake2b) -> dict[str, Any]:
    """Reads the head of an entry. Raises Damaged."""
    start = file.read(len(MAGIC) + LENGTH_BYTES)
    length = int.from_bytes(start[len(MAGIC) :], "big")
    if start[: len(MAGIC)] != MAGIC or length > MAX_HEAD:
        raise Damaged("it does not begin like an entry")
    text = file.read(length)
    checksum.update(start)
    checksum.update(text)
    with suppress(ValueError):
        head = json.loads(text)
        if isinstance(head, dict):
            return head
    raise Damaged("its head is no JSON")


def read_body(file: BinaryIO, size: int, checksum: hashlib.blake2b) -> Iterator[bytes]:
    """Yields the ``size`` bytes behind the head, part by part. At the end, it raises Damaged where they are others."""
    left = size
    while left:
        part = file.read(min(CHUNK, left))
        if not part:
            raise Damaged("it ends early")
        checksum.update(part)
        left -= len(part)
        yield part
    if file.read(SUM_BYTES + 1) != checksum.digest():
        raise Damaged("its checksum is another one")


def new_checksum() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=SUM_BYTES)


# --- segments -------------------------------------------------------------------------------------------------------


def packed_segment(encoded: EncodedSegment) -> Iterator[bytes]:
    """Yields the bytes of the entry of a segment. Where it stands in a video is not part of it."""
    head = {
        "packets": [
            [packet.pts, packet.dts, packet.duration, int(packet.key), len(packet.data), len(packet.alpha)]
            for packet in encoded.packets
        ],
        "extradata": len(encoded.extradata),
        "content": encoded.content.hex(),
        "held": [encoded.held_frames, encoded.tiles, encoded.held_tiles],
    }
    return packed(head, _parts(encoded))


def _parts(encoded: EncodedSegment) -> Iterator[bytes]:
    yield encoded.extradata
    for packet in encoded.packets:
        yield packet.data
        yield packet.alpha


def read_segment(file: BinaryIO, segment: Segment) -> EncodedSegment:
    """Reads the entry of a segment, which stands as ``segment`` in its video. Raises Damaged."""
    checksum = new_checksum()
    head = read_head(file, checksum)
    try:
        sizes = [head["extradata"], *(size for row in head["packets"] for size in row[4:6])]
        held, tiles, held_tiles = head["held"]
        content = bytes.fromhex(head["content"])
        body = memoryview(b"".join(read_body(file, sum(sizes), checksum)))
        parts = _cut(body, sizes)
        extradata = next(parts)
        packets = tuple(
            EncodedPacket(data=next(parts), pts=pts, dts=dts, duration=duration, key=bool(key), alpha=next(parts))
            for pts, dts, duration, key, _size, _alpha in head["packets"]
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise Damaged("its head is that of something else") from error
    return EncodedSegment(
        segment=segment,
        packets=packets,
        extradata=extradata,
        held_frames=held,
        tiles=tiles,
        held_tiles=held_tiles,
        content=content,
    )


def _cut(body: memoryview, sizes: Iterable[int]) -> Iterator[bytes]:
    at = 0
    for size in sizes:
        yield bytes(body[at : at + size])
        at += size
