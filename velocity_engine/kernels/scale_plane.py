"""One plane of 8-bit samples, resampled along both axes with weights that are found beforehand.

Rows are mixed first, in whole vectors. Columns need samples from anywhere: the neighbours of each are gathered by one
load into a short buffer and then mixed in whole vectors, as in ``warp``.
"""

# mypy: allow-untyped-defs, allow-untyped-calls

from __future__ import annotations

import numpy as np
from numba import types

from velocity_engine.kernels.inner import inner
from velocity_engine.kernels.kernel import kernel

_CHUNK = 512  # samples gathered at a time
_PLANE = types.Array(types.uint8, 2, "C")
_SOURCE = types.Array(types.uint8, 2, "C", readonly=True)
_FIRST = types.Array(types.int64, 1, "C", readonly=True)
_WEIGHTS = types.Array(types.uint16, 2, "C", readonly=True)
_COVER = types.Array(types.uint8, 1, "C", readonly=True)
_H16, _H32 = np.uint16(128), np.uint32(128)
_E16, _E32 = np.uint16(8), np.uint32(8)
_LOW16, _LOW32 = np.uint16(255), np.uint32(255)


@inner
def _mix_rows(source, row, weights, k, low, high, sums, out):
    """out[x] = the rows from ``row`` on at column ``low`` + x, times column ``k`` of ``weights`` (of 256)."""
    count = high - low
    here, w = source[row, low:high], weights[0, k]
    if w == 256:
        for x in range(count):
            out[x] = here[x]
        return
    for x in range(count):
        sums[x] = np.uint16(np.uint16(np.uint16(here[x]) * w) + _H16)
    for t in range(1, weights.shape[0]):
        w = weights[t, k]
        if w == 0:
            continue
        here = source[row + t, low:high]
        for x in range(count):
            sums[x] = np.uint16(sums[x] + np.uint16(np.uint16(here[x]) * w))
    for x in range(count):
        out[x] = np.uint8(np.uint16(sums[x] >> _E16))


@inner
def _mix_two(mixed, first, low, weights, k, count, found, out):
    for x in range(count):
        at = np.uint64(first[k + x] - low)
        found[x] = np.uint16(mixed[at]) | np.uint16(np.uint16(mixed[at + np.uint64(1)]) << _E16)
    one, two = weights[0, k : k + count], weights[1, k : k + count]
    for x in range(count):
        pair = found[x]
        total = np.uint16(np.uint16(pair & _LOW16) * one[x])
        total = np.uint16(total + np.uint16(np.uint16(pair >> _E16) * two[x]))
        out[x] = np.uint8(np.uint16(np.uint16(total + _H16) >> _E16))


@inner
def _gather_four(mixed, first, low, k, count, found):
    for x in range(count):
        at = np.uint64(first[k + x] - low)
        found[x] = (
            np.uint32(mixed[at])
            | np.uint32(np.uint32(mixed[at + np.uint64(1)]) << _E32)
            | np.uint32(np.uint32(mixed[at + np.uint64(2)]) << np.uint32(16))
            | np.uint32(np.uint32(mixed[at + np.uint64(3)]) << np.uint32(24))
        )


@inner
def _mix_four(found, weights, t, k, count, sums):
    """Adds the four samples of each of ``found`` times the weights from row ``t`` on."""
    one, two = weights[t, k : k + count], weights[t + 1, k : k + count]
    three, four = weights[t + 2, k : k + count], weights[t + 3, k : k + count]
    for x in range(count):
        all_four = found[x]
        left = np.uint16(np.uint16(all_four & _LOW32) * one[x])
        left = np.uint16(left + np.uint16(np.uint16(np.uint32(all_four >> _E32) & _LOW32) * two[x]))
        right = np.uint16(np.uint16(np.uint32(all_four >> np.uint32(16)) & _LOW32) * three[x])
        right = np.uint16(right + np.uint16(np.uint16(np.uint32(all_four >> np.uint32(24))) * four[x]))
        sums[x] = np.uint16(sums[x] + np.uint16(left + right))


@inner
def _lay(row, line, cover_columns, cover_row, k, count):
    """``line`` onto ``row`` where it is covered (of 255 along each axis)."""
    for x in range(count):
        cover = np.uint32(np.uint32(np.uint32(cover_columns[k + x]) * np.uint32(cover_row)) + np.uint32(127))
        cover = np.uint32(cover // np.uint32(255))
        rest = np.uint32(np.uint32(255) - cover)
        total = np.uint32(np.uint32(np.uint32(line[x]) * cover) + np.uint32(np.uint32(row[x]) * rest))
        row[x] = np.uint8(np.uint32(np.uint32(total + np.uint32(127)) // np.uint32(255)))


@kernel(
    types.void(_SOURCE, _PLANE, _FIRST, _WEIGHTS, _COVER, _FIRST, _WEIGHTS, _COVER, *[types.int64] * 6, types.boolean),
    cache=True,
    error_model="numpy",
)
def scale_plane(
    source, out, columns, column_weights, column_cover, rows, row_weights, row_cover, x, y, x0, y0, x1, y1, whole
):
    """Lays a resampled ``source`` onto ``out`` inside [x0, x1) x [y0, y1), its first sample at (``x``, ``y``).

    ``source``: (H, W), ``out``: (h, w) uint8, C-contiguous; ``out`` is written. ``columns``: (n,) int64, the first
    source column that each column needs, ``column_weights``: (2, 4 or a multiple of 4, n) uint16, the weights of that
    column and of those after it, in parts of 256, which they sum to; all of these lie inside ``source``. ``rows``,
    ``row_weights``: the same of the m rows, with any number of weights. ``column_cover``: (n,), ``row_cover``: (m,)
    uint8, whose product says, of 255 squared, how much of the sample is laid over what is there; ``whole`` when all are
    255.
    """
    taps = column_weights.shape[0]
    x0, y0 = max(x0, x, 0), max(y0, y, 0)
    x1, y1 = min(x1, x + columns.shape[0], out.shape[1]), min(y1, y + rows.shape[0], out.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    low, high = columns[x0 - x], columns[x0 - x]
    for k in range(x0 - x, x1 - x):
        low, high = min(low, columns[k]), max(high, columns[k])
    high += taps
    mixed, sums = np.empty(high - low, np.uint8), np.empty(max(high - low, _CHUNK), np.uint16)
    pairs, fours, line = np.empty(_CHUNK, np.uint16), np.empty(_CHUNK, np.uint32), np.empty(_CHUNK, np.uint8)
    for j in range(y0 - y, y1 - y):
        if row_cover[j] == 0:
            continue
        _mix_rows(source, rows[j], row_weights, j, low, high, sums, mixed)
        for left in range(x0, x1, _CHUNK):
            size, k = min(_CHUNK, x1 - left), left - x
            target = out[y + j, left : left + size]
            if taps == 2:
                _mix_two(mixed, columns, low, column_weights, k, size, pairs, line)
            else:
                for i in range(size):
                    sums[i] = _H16
                for t in range(0, taps, 4):
                    _gather_four(mixed, columns, low - t, k, size, fours)
                    _mix_four(fours, column_weights, t, k, size, sums)
                for i in range(size):
                    line[i] = np.uint8(np.uint16(sums[i] >> _E16))
            if whole:
                for i in range(size):
                    target[i] = line[i]
            else:
                _lay(target, line, column_cover, row_cover[j], k, size)
