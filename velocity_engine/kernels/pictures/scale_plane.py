"""One plane of 8-bit samples, resampled along both axes with weights that are found beforehand.

Rows are mixed first, in whole vectors. Columns need samples from anywhere, which vectors cannot load, so four rows go
together as the bytes of one uint32: one load then brings two neighbours of all four.
"""

from __future__ import annotations

import numpy as np
from numba import types

from velocity_engine.kernels.compiler.decorator import kernel
from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.vectors.packed import EIGHT, EVEN, HALF, ODD

_CHUNK = 256  # columns gathered at a time
_ROWS = 4  # that go together
_PLANE = types.Array(types.uint8, 2, "C")
_SOURCE = types.Array(types.uint8, 2, "C", readonly=True)
_FIRST = types.Array(types.int64, 1, "C", readonly=True)
_WEIGHTS = types.Array(types.uint16, 2, "C", readonly=True)
_COVER = types.Array(types.uint8, 1, "C", readonly=True)
_ONE = np.uint64(1)
_S16, _S24, _S32 = np.uint32(16), np.uint32(24), np.uint64(32)
_HALF16, _EIGHT16 = np.uint16(128), np.uint16(8)


@inlined
def _mix_rows(source, row, weights, k, low, high, sums, out):
    """out[x] = the rows from ``row`` on at column ``low`` + x, times column ``k`` of ``weights`` (of 256)."""
    count = high - low
    here, w = source[row, low:high], weights[0, k]
    if w == 256:
        for x in range(count):
            out[x] = here[x]
        return
    for x in range(count):
        sums[x] = np.uint16(np.uint16(np.uint16(here[x]) * w) + _HALF16)
    for t in range(1, weights.shape[0]):
        w = weights[t, k]
        if w == 0:
            continue
        here = source[row + t, low:high]
        for x in range(count):
            sums[x] = np.uint16(sums[x] + np.uint16(np.uint16(here[x]) * w))
    for x in range(count):
        out[x] = np.uint8(np.uint16(sums[x] >> _EIGHT16))


@inlined
def _pack(mixed, packed):
    one, two, three, four = mixed[0], mixed[1], mixed[2], mixed[3]
    for x in range(packed.shape[0]):
        low = np.uint32(np.uint32(one[x]) | np.uint32(np.uint32(two[x]) << EIGHT))
        high = np.uint32(np.uint32(np.uint32(three[x]) << _S16) | np.uint32(np.uint32(four[x]) << _S24))
        packed[x] = np.uint32(low | high)


@inlined
def _mix_columns(packed, first, low, weights, k, count, pairs, even, odd, out):
    """out[x] = the samples from ``first[k + x]`` - ``low`` on, times column ``k`` + x of ``weights``."""
    for x in range(count):
        even[x], odd[x] = HALF, HALF
    for t in range(0, weights.shape[0], 2):
        for x in range(count):
            at = np.uint64(first[k + x] - low + t)
            pairs[x] = np.uint64(packed[at]) | (np.uint64(packed[at + _ONE]) << _S32)
        near, far = weights[t, k : k + count], weights[t + 1, k : k + count]
        for x in range(count):
            one, two = np.uint32(pairs[x]), np.uint32(pairs[x] >> _S32)
            v, w = np.uint32(near[x]), np.uint32(far[x])
            both = np.uint32(np.uint32((one & EVEN) * v) + np.uint32((two & EVEN) * w))
            even[x] = np.uint32(even[x] + both)
            both = np.uint32(np.uint32(np.uint32(one >> EIGHT) & EVEN) * v)
            both = np.uint32(both + np.uint32(np.uint32(np.uint32(two >> EIGHT) & EVEN) * w))
            odd[x] = np.uint32(odd[x] + both)
    for x in range(count):
        out[x] = np.uint32(np.uint32(np.uint32(even[x] >> EIGHT) & EVEN) | np.uint32(odd[x] & ODD))


@inlined
def _store(row, samples, shift):
    for x in range(row.shape[0]):
        row[x] = np.uint8(np.uint32(samples[x] >> shift))


@inlined
def _lay(row, samples, shift, cover_columns, cover_row, k):
    """The samples onto ``row`` where it is covered (of 255 along each axis)."""
    for x in range(row.shape[0]):
        cover = np.uint32(np.uint32(np.uint32(cover_columns[k + x]) * np.uint32(cover_row)) + np.uint32(127))
        cover = np.uint32(cover // np.uint32(255))
        rest = np.uint32(np.uint32(255) - cover)
        sample = np.uint32(np.uint32(samples[x] >> shift) & np.uint32(255))
        total = np.uint32(np.uint32(sample * cover) + np.uint32(np.uint32(row[x]) * rest))
        row[x] = np.uint8(np.uint32(np.uint32(total + np.uint32(127)) // np.uint32(255)))


@kernel(
    types.void(_SOURCE, _PLANE, _FIRST, _WEIGHTS, _COVER, _FIRST, _WEIGHTS, _COVER, *[types.int64] * 6, types.boolean),
    error_model="numpy",
)
def scale_plane(
    source, out, columns, column_weights, column_cover, rows, row_weights, row_cover, x, y, x0, y0, x1, y1, whole
):
    """Lays a resampled ``source`` onto ``out`` inside [x0, x1) x [y0, y1), its first sample at (``x``, ``y``).

    ``source``: (H, W), ``out``: (h, w) uint8, C-contiguous; ``out`` is written. ``columns``: (n,) int64, the first
    source column that each column needs, ``column_weights``: (even, n) uint16, the weights of that column and of those
    after it, in parts of 256, which they sum to; all of these lie inside ``source``. ``rows``, ``row_weights``: the
    same of the m rows, with any number of weights. ``column_cover``: (n,), ``row_cover``: (m,) uint8, whose product
    says, of 255 squared, how much of the sample is laid over what is there; ``whole`` when all are 255.
    """
    x0, y0 = max(x0, x, 0), max(y0, y, 0)
    x1, y1 = min(x1, x + columns.shape[0], out.shape[1]), min(y1, y + rows.shape[0], out.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    low, high = columns[x0 - x], columns[x0 - x]
    for k in range(x0 - x, x1 - x):
        low, high = min(low, columns[k]), max(high, columns[k])
    high += column_weights.shape[0]
    mixed, sums = np.empty((_ROWS, high - low), np.uint8), np.empty(high - low, np.uint16)
    packed, samples = np.empty(high - low, np.uint32), np.empty(_CHUNK, np.uint32)
    pairs, even, odd = np.empty(_CHUNK, np.uint64), np.empty(_CHUNK, np.uint32), np.empty(_CHUNK, np.uint32)
    for top in range(y0, y1, _ROWS):
        bottom = min(top + _ROWS, y1)
        for j in range(top, bottom):
            _mix_rows(source, rows[j - y], row_weights, j - y, low, high, sums, mixed[j - top])
        _pack(mixed, packed)
        for left in range(x0, x1, _CHUNK):
            size, k = min(_CHUNK, x1 - left), left - x
            _mix_columns(packed, columns, low, column_weights, k, size, pairs, even, odd, samples)
            for j in range(top, bottom):
                row, shift = out[j, left : left + size], np.uint32(8 * (j - top))
                if whole:
                    _store(row, samples, shift)
                else:
                    _lay(row, samples, shift, column_cover, row_cover[j - y], k)
