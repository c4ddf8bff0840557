"""Where two display lists differ: what stayed is not damaged, and what changed is covered."""

from __future__ import annotations

import itertools
from dataclasses import replace

from velocity_engine.composite import changed_regions
from velocity_engine.composite.changes import changed_by_label, merged
from velocity_engine.composite.tiles import TILE
from velocity_engine.display import (
    DisplayList,
    DrawCommand,
    FillSource,
    SolidPaint,
    command,
    display_list,
    group_source,
)
from velocity_engine.model.geometry import rectangle_path

WIDTH, HEIGHT = 1920, 1080


def square(x: float, y: float) -> DrawCommand:
    return command(FillSource(rectangle_path(x, y, x + 20, y + 20), SolidPaint((1.0, 0.0, 0.0, 1.0))))


def shown(*commands: DrawCommand) -> DisplayList:
    return display_list(WIDTH, HEIGHT, (0.0, 0.0, 0.0, 1.0), commands)


def test_what_stays_between_others_that_come_and_go_is_not_drawn_again() -> None:
    stays = [square(900, 500), square(1000, 500)]
    before = shown(square(10, 10), *stays, square(1850, 10))
    after = shown(square(10, 1000), square(20, 1000), *stays, square(1850, 1000))
    regions = changed_regions(before, after)
    assert not any(x0 < 1024 and x1 > 896 and y0 < 576 and y1 > 448 for x0, y0, x1, y1 in regions)
    assert len(regions) == 4


def test_boxes_that_touch_are_covered_together() -> None:
    far = (1856, 1024, 1920, 1080)
    touching = [(0, 0, 128, 64), (128, 0, 192, 64), (64, 64, 128, 128)]
    for order in itertools.permutations([*touching, far]):
        regions = merged(order, WIDTH, HEIGHT)
        assert far in regions
        for x0, y0, x1, y1 in touching:
            tiles = itertools.product(range(x0, x1, TILE), range(y0, y1, TILE))
            assert all(any(r[0] <= x < r[2] and r[1] <= y < r[3] for r in regions) for x, y in tiles)


def test_regions_come_from_the_top_and_then_from_the_left() -> None:
    corners = [(0, 0, 64, 128), (1856, 0, 1920, 128), (0, 896, 64, 1024), (1856, 896, 1920, 1024)]
    for order in itertools.permutations(corners):
        assert merged(order, WIDTH, HEIGHT) == tuple(corners)


def test_changes_are_told_by_the_label_of_what_changed() -> None:
    def named(entry: DrawCommand, label: str) -> DrawCommand:
        return replace(entry, label=label)

    stays = named(square(900, 500), "stays")
    kept = square(300, 10)
    inner = [[named(square(10 + x, 10), "moves"), square(100 + x, 10), kept] for x in (0, 30)]
    before, after = (shown(stays, named(command(group_source(one)), "group")) for one in inner)
    found = changed_by_label(before, after)
    assert found == {
        "moves": ((10, 10, 30, 30), (40, 10, 60, 30)),
        "group": ((100, 10, 120, 30), (130, 10, 150, 30)),
    }
    assert changed_by_label(before, before) == {}
    other = display_list(WIDTH, HEIGHT, (1.0, 0.0, 0.0, 1.0), before.commands)
    assert changed_by_label(before, other) == {"": ((0, 0, WIDTH, HEIGHT),)}
