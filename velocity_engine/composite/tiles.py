"""Sets of square tiles of a frame, as rows of bits: what changed, in few rectangles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

TILE = 64
"""Pixels; even, so that a tile has whole chroma samples."""

Box = tuple[int, int, int, int]
"""Left, top, right, bottom (both past the last) in tiles."""


def tile_rows(boxes: Iterable[Box], count: int) -> list[int]:
    """The tiles that boxes cover: bit x of row y."""
    rows = [0] * count
    for x0, y0, x1, y1 in boxes:
        bits = (1 << x1) - (1 << x0)
        for y in range(y0, y1):
            rows[y] |= bits
    return rows


def tile_rectangles(rows: Sequence[int]) -> list[Box]:
    """The set tiles as disjoint rectangles: runs of each row, joined with equal runs of the row above."""
    done: list[Box] = []
    open_runs: dict[tuple[int, int], int] = {}
    above = 0
    for row, bits in enumerate((*rows, 0)):
        if bits == above:
            continue
        above = bits
        runs = _runs(bits)
        for run in [run for run in open_runs if run not in runs]:
            done.append((run[0], open_runs.pop(run), run[1], row))
        for run in runs:
            open_runs.setdefault(run, row)
    return done


def _runs(bits: int) -> set[tuple[int, int]]:
    """The runs of set bits, each as its first and the one after its last."""
    runs = set()
    while bits:
        first = (bits & -bits).bit_length() - 1
        gaps = ~(bits >> first)
        last = first + (gaps & -gaps).bit_length() - 1
        runs.add((first, last))
        bits &= -1 << last
    return runs
