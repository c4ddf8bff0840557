"""Entries as bytes: what is written is read, and what is not what was written is no entry."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from velocity_engine.cache.entries import Damaged, packed_segment, read_segment
from velocity_engine.plugin_types import EncodedPacket, EncodedSegment, Segment

WHERE = Segment(number=3, first=90, last=92)
ENCODED = EncodedSegment(
    segment=WHERE,
    packets=(
        EncodedPacket(data=b"key frame", pts=0, dts=-1, duration=1, key=True, alpha=b"clear"),
        EncodedPacket(data=b"", pts=1, dts=0, duration=1, key=False),
    ),
    extradata=b"\x01\x64",
    held_frames=1,
    tiles=8,
    held_tiles=5,
    content=b"0123456789abcdef",
)
WRITTEN = b"".join(packed_segment(ENCODED))


def test_a_segment_is_read_as_it_was_written_wherever_it_stands() -> None:
    elsewhere = Segment(number=0, first=0, last=2)
    assert read_segment(io.BytesIO(WRITTEN), WHERE) == ENCODED
    assert read_segment(io.BytesIO(WRITTEN), elsewhere) == replace(ENCODED, segment=elsewhere)


@pytest.mark.parametrize("at", range(len(WRITTEN)))
def test_each_changed_byte_is_noticed(at: int) -> None:
    changed = bytearray(WRITTEN)
    changed[at] ^= 0x01
    with pytest.raises(Damaged):
        read_segment(io.BytesIO(bytes(changed)), WHERE)


@pytest.mark.parametrize("content", [b"", WRITTEN[:5], WRITTEN[:-1], WRITTEN + b"x", b"velocity 1\n" + b"\xff" * 40])
def test_what_is_no_entry_is_none(content: bytes) -> None:
    with pytest.raises(Damaged):
        read_segment(io.BytesIO(content), WHERE)
