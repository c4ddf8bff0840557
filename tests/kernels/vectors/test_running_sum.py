"""Sixteen cells at once against one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit
from numpy.typing import NDArray

from velocity_engine.kernels.vectors.running_sum import BLOCK, sweep_block

cell = st.integers(-300_000, 300_000)


@njit(error_model="numpy")
def swept(cells: NDArray[np.int32], at: int, total: int, even_odd: bool, cover: NDArray[np.uint8], to: int) -> Any:
    return sweep_block(cells, np.uint64(at), np.int32(total), even_odd, cover, np.uint64(to))


def twin(cells: list[int], total: int, even_odd: bool) -> tuple[list[int], int]:
    shares = []
    for value in cells:
        total += value
        size = abs(total)
        if even_odd:
            size %= 262_144
            size = min(size, 262_144 - size)
        shares.append((min(size, 131_072) * 255 + 65_536) >> 17)
    return shares, total


@settings(max_examples=200, deadline=None)
@given(st.lists(cell, min_size=BLOCK, max_size=BLOCK), cell, st.booleans(), st.integers(0, 5), st.integers(0, 5))
def test_a_block(values: list[int], before: int, even_odd: bool, at: int, to: int) -> None:
    cells = np.arange(1, BLOCK + 7, dtype=np.int32)
    cells[at : at + BLOCK] = values
    cover = np.full(BLOCK + 6, 77, np.uint8)
    shares, after = twin(values, before, even_odd)
    assert swept(cells, at, before, even_odd, cover, to) == after
    assert cover[to : to + BLOCK].tolist() == shares
    assert (np.delete(cover, np.s_[to : to + BLOCK]) == 77).all()
    assert not cells[at : at + BLOCK].any()
    assert cells[:at].all() and cells[at + BLOCK :].all()
