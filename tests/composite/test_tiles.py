"""Sets of tiles are covered by rectangles, each tile once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from velocity_engine.composite.tiles import Box, tile_rectangles, tile_rows

EDGES = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(1, 5), st.integers(1, 5))
BOXES = st.lists(EDGES.map(lambda e: (e[0], e[1], e[0] + e[2], e[1] + e[3])), max_size=8)


def tiles_of(boxes: list[Box]) -> list[tuple[int, int]]:
    return [(x, y) for x0, y0, x1, y1 in boxes for y in range(y0, y1) for x in range(x0, x1)]


@given(BOXES)
def test_rectangles_cover_the_tiles_once(boxes: list[Box]) -> None:
    covered = tiles_of(tile_rectangles(tile_rows(boxes, 14)))
    assert len(covered) == len(set(covered))
    assert set(covered) == set(tiles_of(boxes))
