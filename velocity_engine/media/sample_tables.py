"""How many samples an MP4 says it has, compared with the bytes that it has. ISO/IEC 14496-12, 8.7.3.

FFmpeg makes an index of what is said, and a file of a few hundred bytes can say millions.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

_PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_MAX_BOXES = 10_000
_SIZES = b"stsz"


def claims_more_than_it_holds(file: BinaryIO) -> bool:
    """Whether a track of a file says that its samples have more bytes together than the whole file.

    Args:
        file: An MP4 or MOV file, open for reading; where it stands afterwards is not defined.

    Returns:
        True also for a file with so many boxes that no honest one has them.
    """
    size = file.seek(0, 2)
    waiting, seen = [(0, size)], 0
    while waiting:
        begin, end = waiting.pop()
        for kind, inner, after in _boxes(file, begin, end):
            seen += 1
            if seen > _MAX_BOXES:
                return True
            if kind in _PARENTS:
                waiting.append((inner, after))
            elif kind == _SIZES:
                file.seek(inner + 4)
                table = file.read(8)
                each, count = int.from_bytes(table[:4], "big"), int.from_bytes(table[4:], "big")
                if (each * count > size) if each else (count * 4 > after - inner):
                    return True
    return False


def _boxes(file: BinaryIO, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The kind of each box between two positions, where its content begins, and where it ends."""
    at = begin
    while at + 8 <= end:
        file.seek(at)
        head = file.read(16)
        size, inner = int.from_bytes(head[:4], "big"), at + 8
        if size == 1:
            size, inner = int.from_bytes(head[8:], "big"), at + 16
        elif size == 0:
            size = end - at
        if size < inner - at:
            return
        yield head[4:8], inner, min(at + size, end)
        at += size
