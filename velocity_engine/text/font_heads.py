"""What a font file says of itself, without its outlines: a few tables of each tell what a folder of fonts holds."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from velocity_engine.text.font_files import MAX_FACES

TELLING = (b"OS/2", b"cmap", b"fvar", b"head", b"hhea", b"maxp", b"name")
MAX_TABLE_BYTES = 8 << 20
MAX_TABLES = 4096
_COLLECTION = b"ttcf"
_SIZE = 16  # of an entry of a directory: tag, checksum, offset, length


def font_heads(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Reads a TrueType or OpenType file or collection.

    Args:
        file: The file, open for reading bytes.

    Returns:
        The number of each face, and a font that has only those tables of it that tell names, styles and characters.
        Nothing where the file ends within a directory.
    """
    start = file.read(12)
    offsets = [0]
    if start[:4] == _COLLECTION and len(start) == 12:
        count = min(struct.unpack(">I", start[8:])[0], MAX_FACES)
        data = file.read(4 * count)
        offsets = list(struct.unpack(f">{len(data) // 4}I", data[: len(data) // 4 * 4]))
    for index, offset in enumerate(offsets):
        if (head := _head(file, offset)) is not None:
            yield index, head


def _head(file: BinaryIO, offset: int) -> bytes | None:
    file.seek(offset)
    start = file.read(12)
    if len(start) < 12:
        return None
    count = min(struct.unpack(">H", start[4:6])[0], MAX_TABLES)
    directory = file.read(_SIZE * count)
    tables = []
    for at in range(0, len(directory) - _SIZE + 1, _SIZE):
        tag, checksum, place, length = struct.unpack(">4sIII", directory[at : at + _SIZE])
        if tag in TELLING and length <= MAX_TABLE_BYTES:
            file.seek(place)
            tables.append((tag, checksum, file.read(length)))
    return _assembled(start[:4], tables)


def _assembled(kind: bytes, tables: list[tuple[bytes, int, bytes]]) -> bytes:
    entries, bodies = [], []
    at = 12 + _SIZE * len(tables)
    for tag, checksum, data in tables:
        entries.append(struct.pack(">4sIII", tag, checksum, at, len(data)))
        padded = data + bytes(-len(data) % 4)
        bodies.append(padded)
        at += len(padded)
    return b"".join((kind, struct.pack(">HHHH", len(tables), 0, 0, 0), *entries, *bodies))
