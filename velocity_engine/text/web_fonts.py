"""Web fonts unpacked: WOFF and WOFF2 to the TrueType or OpenType file that is packed in them, within bounds.

fontTools reads the files. The outlines of WOFF2, of which it decodes each point in Python, are decoded by a kernel: a
large Chinese font takes a tenth of a second then and not ten.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

_STEP = 1 << 20


class TooLarge(Exception):
    """A web font holds more than it may."""


def sfnt_of(data: bytes, most: int) -> bytes:
    """The font file that is packed in a WOFF or WOFF2 file.

    Args:
        data: The whole file.
        most: Bytes that it may hold unpacked.

    Raises:
        TooLarge: It holds more. Nothing of it was kept.
        Exception: It is broken in one of the many ways that fontTools, zlib and Brotli tell.
    """
    from fontTools.ttLib import TTFont

    second = data[:4] == b"wOF2"
    if (_woff2_size(data, most) if second else _woff_size(data, most)) > most:
        raise TooLarge
    font: Any = TTFont(io.BytesIO(_without_metadata(data)), recalcBBoxes=False, recalcTimestamp=False)
    if second:
        _untransform(font.reader, most)
    font.flavor = None
    out = io.BytesIO()
    font.save(out, reorderTables=None)
    return out.getvalue()


def _without_metadata(data: bytes) -> bytes:
    """The offsets and lengths of the metadata and private blocks, which nobody needs, set to 0."""
    at = 28 if data[:4] == b"wOF2" else 24
    return data[:at] + bytes(20) + data[at + 20 :]


def _woff_size(data: bytes, most: int) -> int:
    """The sum of the tables' lengths; no deflate stream may hold more than its entry says. (W3C WOFF 1.0, 4 and 5)"""
    count = struct.unpack(">H", data[12:14])[0]
    total = 0
    for at in range(44, 44 + 20 * count, 20):
        offset, packed, length = struct.unpack(">III", data[at + 4 : at + 16])
        total += length
        if total > most:
            break
        if packed < length:
            unpacker = zlib.decompressobj()
            if len(unpacker.decompress(data[offset : offset + packed], length + 1)) != length:
                raise ValueError("a table has another length than the directory says")
    return total


def _woff2_size(data: bytes, most: int) -> int:
    """The length of the Brotli stream's contents, counted without keeping them. (W3C WOFF 2.0, 4 and 5)

    The stream follows a table directory of variable length, which ends where the stream of the header's length begins.
    """
    import brotli
    from fontTools.misc import sstruct
    from fontTools.ttLib.woff2 import WOFF2DirectoryEntry, woff2DirectoryFormat

    header, rest = sstruct.unpack2(woff2DirectoryFormat, data)
    for _ in range(header["numTables"]):
        rest = WOFF2DirectoryEntry().fromString(rest)
    unpacker: Any = brotli.Decompressor()
    total = len(unpacker.process(rest[: header["totalCompressedSize"]], output_buffer_limit=_STEP))
    while total <= most and not unpacker.can_accept_more_data():
        total += len(unpacker.process(b"", output_buffer_limit=_STEP))
    return total


# --- what WOFF2 transforms ------------------------------------------------------------------------------------------


def _untransform(reader: Any, most: int) -> None:
    """Sets the tables that a ``WOFF2Reader`` would decode itself."""
    tables = reader.tables
    if "glyf" in tables and tables["glyf"].transformed:
        packed = np.frombuffer(bytearray(tables["glyf"].loadData(reader.transformBuffer)), np.uint8)
        head = bytearray(reader["head"])
        head[50:52] = b"\0\1"  # the places of glyphs have 32 bits
        tables["head"].data = bytes(head)
        tables["glyf"].data, tables["loca"].data = _outlines(packed, most)
    if "hmtx" in tables and tables["hmtx"].transformed:
        tables["hmtx"].data = _metrics(tables["hmtx"].loadData(reader.transformBuffer), reader)


def _outlines(packed: NDArray[np.uint8], most: int) -> tuple[bytes, bytes]:
    """The tables ``glyf`` and ``loca``, the latter of 32 bits."""
    from velocity_engine.kernels.paths.packed_glyphs import HEADER, NO_ROOM, unpacked_glyphs

    if len(packed) < HEADER:
        raise ValueError("the outlines have no header")
    starts = np.empty(int.from_bytes(packed[4:6].tobytes(), "big") + 1, np.int64)
    room = np.empty(min(most, 10 * len(packed)), np.uint8)
    written = unpacked_glyphs(packed, room, starts)
    if written == NO_ROOM:
        raise TooLarge
    if written < 0:
        raise ValueError("the outlines are broken")
    return room[:written].tobytes(), starts.astype(">u4").tobytes()


def _metrics(packed: bytes, reader: Any) -> bytes:
    """The table ``hmtx``, in which a packed one leaves out how far from its origin each glyph begins, where its
    outline says so. (W3C WOFF 2.0, 5.4)"""
    lefts = _left_edges(reader)
    flags, wide = packed[0], min(int.from_bytes(reader["hhea"][34:36], "big"), len(lefts))
    numbers = np.frombuffer(packed[1:], ">u2")
    advances, rest = numbers[:wide], numbers[wide:]
    first, last = lefts[:wide], lefts[wide:]
    if not flags & 1:
        first, rest = rest[:wide], rest[wide:]
    if not flags & 2:
        last, rest = rest[: len(last)], rest[len(last) :]
    if flags not in (1, 2, 3) or len(rest) or len(lefts) != wide + len(last):
        raise ValueError("the widths are broken")
    return np.column_stack((advances, first)).astype(">u2").tobytes() + last.astype(">u2").tobytes()


def _left_edges(reader: Any) -> NDArray[np.uint16]:
    """The least x of each glyph's box, as 16 bits; 0 where a glyph has no outline."""
    glyphs = np.frombuffer(reader["glyf"], np.uint8)
    long = int.from_bytes(reader["head"][50:52], "big")
    starts = np.frombuffer(reader["loca"], ">u4" if long else ">u2").astype(np.int64) * (1 if long else 2)
    drawn = np.flatnonzero(starts[1:] > starts[:-1])
    edges = np.zeros(len(starts) - 1, np.uint16)
    at = starts[drawn] + 2
    edges[drawn] = glyphs[at].astype(np.uint16) << 8 | glyphs[at + 1]
    return edges
