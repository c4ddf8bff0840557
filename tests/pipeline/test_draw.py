"""What drawing counts."""

from __future__ import annotations

from velocity_engine.pipeline.draw import TileCount


def test_tiles_are_counted_as_the_compositor_cuts_them() -> None:
    tiles = TileCount()
    tiles.add_frame((130, 70), ((0, 0, 130, 70),))
    assert (tiles.total, tiles.held) == (6, 0)
    tiles.add_frame((130, 70), ())
    assert (tiles.total, tiles.held) == (12, 6)
    tiles.add_frame((130, 70), ((64, 0, 130, 64), (0, 64, 64, 70)))
    assert (tiles.total, tiles.held) == (18, 6 + 3)
