"""Sweeping a row of cells, as ``coverage.accumulate`` left it, to coverage. It is cleared on the way.

Only the blocks that are marked are looked at; between two of them every pixel has the coverage of the running sum.
"""

from __future__ import annotations

import numpy as np

from velocity_engine.kernels.compiler.inlined import inlined
from velocity_engine.kernels.coverage.coverage import ONE, cells_a_row, first_column, words_a_row
from velocity_engine.kernels.vectors.running_sum import BLOCK, WHOLE, sweep_block


@inlined
def coverage_of(total, even_odd):
    """The coverage 0..255 of a running sum, under a fill rule."""
    value = abs(np.int64(total))
    if even_odd:
        value &= 2 * WHOLE - 1
        if value > WHOLE:
            value = 2 * WHOLE - value
    else:
        value = min(value, WHOLE)
    return (value * 255 + WHOLE // 2) >> 17


@inlined
def sweep_row(cells, bits, row, width, even_odd, runs, cover):
    """Turns a row of cells into runs, and clears it. Returns the number of runs.

    ``runs``: (k, 3) int64, rows of first column, column after the last, coverage; a coverage of -1 means that of
    ``cover``: (cells_a_row(width),) uint8. Runs without coverage are left out. k >= width + 2.
    """
    base, word = row * cells_a_row(width), row * words_a_row(width)
    total, x, count = np.int32(0), 0, 0
    for k in range(words_a_row(width)):
        mask = bits[word + k]
        bits[word + k] = np.uint64(0)
        while mask != np.uint64(0):
            column = first_column(mask, k)
            mask &= mask - ONE
            count = _add_run(runs, count, x, column, coverage_of(total, even_odd))
            total = sweep_block(cells, np.uint64(base + column), total, even_odd, cover, np.uint64(column))
            x = min(column + BLOCK, width)
            if count > 0 and runs[count - 1, 2] == -1 and runs[count - 1, 1] == column:
                runs[count - 1, 1] = x
            else:
                count = _add_run(runs, count, column, x, -1)
    return _add_run(runs, count, x, width, coverage_of(total, even_odd))


@inlined
def _add_run(runs, count, start, stop, coverage):
    if start >= stop or coverage == 0:
        return count
    runs[count, 0], runs[count, 1], runs[count, 2] = start, stop, coverage
    return count + 1
