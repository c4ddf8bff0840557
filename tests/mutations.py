"""Damages files at random, by a seed, as fuzzers do: bits, runs of bytes, lengths, pieces moved and cut."""

from __future__ import annotations

import random
from collections.abc import Iterator

EDGES = (0, 1, 0x7F, 0x80, 0xFF)
NUMBERS = (0, 1, 8, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def mutations(data: bytes, count: int, seed: int, *, within: tuple[int, int] | None = None) -> Iterator[bytes]:
    """``count`` damaged copies of ``data``. ``within``: the part of it that is damaged."""
    chance = random.Random(seed)
    first, last = within or (0, len(data))
    for _ in range(count):
        damaged = bytearray(data)
        for _ in range(chance.choice((1, 1, 2, 4, 12))):
            at = chance.randrange(first, last)
            _damage(damaged, at, chance)
        yield bytes(damaged)


def _damage(data: bytearray, at: int, chance: random.Random) -> None:
    match chance.randrange(7):
        case 0:
            data[at : at + 1] = bytes([data[at] ^ 1 << chance.randrange(8)]) if at < len(data) else b""
        case 1:
            data[at : at + 1] = bytes([chance.choice(EDGES)])
        case 2:
            data[at : at + 4] = chance.choice(NUMBERS).to_bytes(4, chance.choice(("big", "little")))
        case 3:
            length = chance.randrange(1, 64)
            data[at : at + length] = chance.randbytes(length)
        case 4:
            del data[at : at + chance.randrange(1, 200)]
        case 5:
            data[at:at] = data[at : at + chance.randrange(1, 64)]
        case _:
            del data[max(at, 1) :]


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes]]:
    """Where the boxes of an MP4 begin, and their types, with those inside (ISO/IEC 14496-12)."""
    end = len(data) if end is None else end
    while start + 8 <= end:
        size, kind = int.from_bytes(data[start : start + 4], "big"), bytes(data[start + 4 : start + 8])
        size = min(size if size >= 8 else end - start, end - start)
        yield start, kind
        if kind in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"dinf", b"edts", b"udta"):
            yield from boxes(data, start + 8, start + size)
        start += size


def box_mutations(data: bytes) -> Iterator[bytes]:
    """An MP4 with each of its boxes in turn of another type, of another length, empty, and filled with 0xFF."""
    for start, _ in boxes(data):
        size = int.from_bytes(data[start : start + 4], "big")
        yield data[: start + 4] + b"free" + data[start + 8 :]
        for lie in (0, 1, size - 1, 0x7FFFFFFF):
            yield data[:start] + lie.to_bytes(4, "big", signed=False) + data[start + 4 :]
        yield data[: start + 8] + b"\xff" * (size - 8) + data[start + size :]
        yield data[: start + 8] + bytes(size - 8) + data[start + size :]
