"""The outlines of a web font: the transformed ``glyf`` table of WOFF2 made the table that TrueType has.

Source: W3C WOFF 2.0, section 5.1 (the transform) and 5.2 (the triplets); OpenType, the ``glyf`` table.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined

BROKEN = -1
"""The table is not as the format asks for."""
NO_ROOM = -2
"""The glyphs are longer than the room for them."""

HEADER = 36
MAX_GLYPH_POINTS = 65_535
_COUNTS, _FLAGS, _TRIPLETS, _PARTS, _BOXES, _PROGRAMS = 1, 2, 3, 4, 5, 6  # the streams; the first is that of contours
_ON, _X_SHORT, _Y_SHORT, _REPEAT, _X_SAME, _Y_SAME, _OVERLAP = 1, 2, 4, 8, 16, 32, 64
_WORDS, _SCALE, _MORE, _TWO_SCALES, _MATRIX, _PROGRAM = 1, 8, 0x20, 0x40, 0x80, 0x100  # of a part of a composite


@inlined
def _word(table, at):
    return (np.int64(table[at]) << 8) | np.int64(table[at + 1])


@inlined
def _signed(table, at):
    value = (np.int64(table[at]) << 8) | np.int64(table[at + 1])
    return value - 65_536 if value >= 32_768 else value


@inlined
def _put(out, at, value):
    out[at], out[at + 1] = (value >> 8) & 255, value & 255
    return at + 2


@inlined
def _streams(table, at, ends):
    """Sets where each stream begins and ends. False where they are longer than the table."""
    position = np.int64(HEADER)
    for stream in range(7):
        size = np.int64(0)
        for byte in range(4):
            size = (size << 8) | np.int64(table[8 + 4 * stream + byte])
        at[stream] = position
        position += size
        ends[stream] = position
    return position <= table.shape[0]


@inlined
def _count(table, at, ends, stream):
    """The next 255UInt16 of a stream; -1 where it has ended."""
    position, end = at[stream], ends[stream]
    code = np.int64(table[position]) if position < end else np.int64(-1)
    length = 3 if code == 253 else 2 if code > 253 else 1
    if position + length > end:
        return np.int64(-1)
    at[stream] = position + length
    if code == 253:
        return (np.int64(table[position + 1]) << 8) | np.int64(table[position + 2])
    if code == 254:
        return np.int64(table[position + 1]) + 506
    if code == 255:
        return np.int64(table[position + 1]) + 253
    return code


@inlined
def _points(table, at, ends, count, steps, on):
    """Decodes ``count`` triplets: how far each point is from the one before, and whether it is on the curve. False
    where a stream ends before."""
    flags, position = at[_FLAGS], at[_TRIPLETS]
    if flags + count > ends[_FLAGS]:
        return False
    for i in range(count):
        flag = np.int64(table[flags + i])
        on[i] = flag < 128
        flag &= 127
        length = 1 if flag < 84 else 2 if flag < 120 else 3 if flag < 124 else 4
        if position + length > ends[_TRIPLETS]:
            return False
        a = np.int64(table[position])
        b = np.int64(table[position + 1]) if length > 1 else np.int64(0)
        c = np.int64(table[position + 2]) if length > 2 else np.int64(0)
        if flag < 10:
            x, y = np.int64(0), ((flag & 14) << 7) + a
            y = y if flag & 1 else -y
        elif flag < 20:
            x, y = (((flag - 10) & 14) << 7) + a, np.int64(0)
            x = x if flag & 1 else -x
        else:
            if flag < 84:
                base = flag - 20
                x, y = 1 + (base & 0x30) + (a >> 4), 1 + ((base & 0x0C) << 2) + (a & 15)
            elif flag < 120:
                base = flag - 84
                x, y = 1 + ((base // 12) << 8) + a, 1 + (((base % 12) >> 2) << 8) + b
            elif flag < 124:
                x, y = (a << 4) + (b >> 4), ((b & 15) << 8) + c
            else:
                x, y = (a << 8) + b, (c << 8) + np.int64(table[position + 3])
            x = x if flag & 1 else -x
            y = y if flag & 2 else -y
        steps[i, 0], steps[i, 1] = x, y
        position += length
    at[_FLAGS], at[_TRIPLETS] = flags + count, position
    return True


@inlined
def _measured(steps, count, box):
    """Sets the box around the points. False where a number does not fit into 16 bits."""
    x = y = np.int64(0)
    box[0] = box[1] = 32_767
    box[2] = box[3] = -32_768
    for i in range(count):
        x += steps[i, 0]
        y += steps[i, 1]
        if min(x, y, steps[i, 0], steps[i, 1]) < -32_768 or max(x, y, steps[i, 0], steps[i, 1]) > 32_767:
            return False
        box[0], box[1] = min(box[0], x), min(box[1], y)
        box[2], box[3] = max(box[2], x), max(box[3], y)
    return True


@inlined
def _write_points(steps, on, count, overlaps, out, n):
    """Appends flags, then all x, then all y, each as short as TrueType can say it. Returns where they end."""
    before, repeats = np.int64(-1), 0
    for i in range(count):
        x, y = steps[i, 0], steps[i, 1]
        flag = np.int64(_ON) if on[i] else np.int64(0)
        if i == 0 and overlaps:
            flag |= _OVERLAP
        if x == 0:
            flag |= _X_SAME
        elif -256 < x < 256:
            flag |= (_X_SHORT | _X_SAME) if x > 0 else _X_SHORT
        if y == 0:
            flag |= _Y_SAME
        elif -256 < y < 256:
            flag |= (_Y_SHORT | _Y_SAME) if y > 0 else _Y_SHORT
        if flag == before and repeats < 255:
            repeats += 1
            if repeats == 1:
                out[n - 1] |= _REPEAT
                n += 1
            out[n - 1] = repeats
        else:
            before, repeats = flag, 0
            out[n] = flag
            n += 1
    for axis in range(2):
        for i in range(count):
            step = steps[i, axis]
            if step != 0 and -256 < step < 256:
                out[n] = abs(step)
                n += 1
            elif step != 0:
                n = _put(out, n, step)
    return n


@inlined
def _program(table, at, ends, out, n):
    """Appends a glyph's instructions after their length. Returns where they end, -1 where a stream does before."""
    length = _count(table, at, ends, _TRIPLETS)
    begin = at[_PROGRAMS]
    if length < 0 or begin + length > ends[_PROGRAMS]:
        return np.int64(BROKEN)
    if n + 2 + length > out.shape[0]:
        return np.int64(NO_ROOM)
    n = _put(out, n, length)
    out[n : n + length] = table[begin : begin + length]
    at[_PROGRAMS] = begin + length
    return n + length


@inlined
def _simple(table, at, ends, contours, steps, on, box, overlaps, out, n):
    """Appends a glyph of contours behind its first ten bytes. Returns where it ends, or what is wrong."""
    if n + 10 + 2 * contours > out.shape[0]:
        return np.int64(NO_ROOM)
    points, n = np.int64(0), n + 10
    for _ in range(contours):
        count = _count(table, at, ends, _COUNTS)
        points += count
        if count < 0 or not 0 < points <= MAX_GLYPH_POINTS:
            return np.int64(BROKEN)
        n = _put(out, n, points - 1)
    if not (_points(table, at, ends, points, steps, on) and _measured(steps, points, box)):
        return np.int64(BROKEN)
    n = _program(table, at, ends, out, n)
    if n >= 0 and n + 5 * points > out.shape[0]:
        return np.int64(NO_ROOM)
    return _write_points(steps, on, points, overlaps, out, n) if n >= 0 else n


@inlined
def _composite(table, at, ends, out, n):
    """Appends a glyph of glyphs behind its first ten bytes. Returns where it ends, or what is wrong."""
    begin = position = at[_PARTS]
    flags, programmed = np.int64(_MORE), False
    while flags & _MORE:
        if position + 4 > ends[_PARTS]:
            return np.int64(BROKEN)
        flags = _word(table, position)
        programmed |= flags & _PROGRAM != 0
        position += 8 if flags & _WORDS else 6
        position += 2 if flags & _SCALE else 4 if flags & _TWO_SCALES else 8 if flags & _MATRIX else 0
    if position > ends[_PARTS]:
        return np.int64(BROKEN)
    n += 10
    if n + position - begin > out.shape[0]:
        return np.int64(NO_ROOM)
    out[n : n + position - begin] = table[begin:position]
    at[_PARTS] = position
    n += position - begin
    return _program(table, at, ends, out, n) if programmed else n


@inlined
def _boxed(table, at, ends, given, box):
    """Sets the box that the table gives, if it gives one. False where the stream ends before."""
    position = at[_BOXES]
    if given and position + 8 > ends[_BOXES]:
        return False
    if given:
        for i in range(4):
            box[i] = _signed(table, position + 2 * i)
        at[_BOXES] = position + 8
    return True


@kernel("int64(uint8[::1], uint8[::1], int64[::1])", error_model="numpy")
def unpacked_glyphs(table: NDArray[np.uint8], out: NDArray[np.uint8], starts: NDArray[np.int64]) -> int:
    """Writes the ``glyf`` table of a transformed one into ``out``, and where each glyph begins into ``starts``.

    Args:
        table: The transformed table, at least HEADER bytes.
        out: Room for the glyphs.
        starts: One more than the glyphs that the table's header tells.

    Returns:
        How many bytes were written; BROKEN or NO_ROOM.
    """
    at, ends = np.empty(7, np.int64), np.empty(7, np.int64)
    glyphs = starts.shape[0] - 1
    bitmap = (glyphs + 31) // 32 * 4
    if not _streams(table, at, ends) or ends[0] - at[0] < 2 * glyphs or ends[_BOXES] - at[_BOXES] < bitmap:
        return BROKEN
    contours, boxed, overlaps = at[0], at[_BOXES], ends[_PROGRAMS]
    at[_BOXES] += bitmap
    with_overlaps = _word(table, 2) & 1
    if with_overlaps and overlaps + (glyphs + 7) // 8 > table.shape[0]:
        return BROKEN
    steps, on = np.empty((MAX_GLYPH_POINTS, 2), np.int64), np.empty(MAX_GLYPH_POINTS, np.bool_)
    box = np.empty(4, np.int64)
    n = np.int64(0)
    for glyph in range(glyphs):
        starts[glyph] = begin = n
        count = _signed(table, contours + 2 * glyph)
        bit = 0x80 >> (glyph & 7)
        given = table[boxed + (glyph >> 3)] & bit != 0
        if count == 0:
            if given:
                return BROKEN
            continue
        if count < 0:
            n = _composite(table, at, ends, out, n) if given else np.int64(BROKEN)
        else:
            overlapping = with_overlaps != 0 and table[overlaps + (glyph >> 3)] & bit != 0
            n = _simple(table, at, ends, count, steps, on, box, overlapping, out, n)
        if n < 0:
            return int(n)
        if not _boxed(table, at, ends, given, box):
            return BROKEN
        _put(out, begin, count)
        for i in range(4):
            _put(out, begin + 2 + 2 * i, box[i])
        while n & 3:
            if n == out.shape[0]:
                return NO_ROOM
            out[n] = 0
            n += 1
    starts[glyphs] = n
    return int(n)
