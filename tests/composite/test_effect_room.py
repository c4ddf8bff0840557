from __future__ import annotations

from velocity_engine.composite.effect_room import MAX_FINER_PIXELS, effect_room
from velocity_engine.composite.extents import Extents
from velocity_engine.display import (
    DrawCommand,
    EffectCall,
    FillSource,
    FinerDrawing,
    GroupSource,
    SolidPaint,
    altered,
    command,
    group_source,
)
from velocity_engine.model.geometry import rectangle_path

FRAME = (0, 0, 100, 100)


def filled(x0: float, y0: float, x1: float, y1: float) -> GroupSource:
    return group_source([command(FillSource(rectangle_path(x0, y0, x1, y1), SolidPaint((1.0, 0.0, 0.0, 1.0))))])


def magnified(margin: float = 10.0, side: float = 20.0, steps: int = 2, calls: int = 1) -> DrawCommand:
    coarse = (EffectCall("any", (), margin=(margin,) * 4),) * calls
    fine = (EffectCall("any", (), margin=(margin * steps,) * 4),) * calls
    finer = FinerDrawing(steps, filled(10 * steps, 10 * steps, (10 + side) * steps, (10 + side) * steps), fine)
    return command(filled(10, 10, 10 + side, 10 + side), effects=coarse, finer=finer)


def test_content_and_margin_in_device_pixels() -> None:
    room = effect_room(altered(magnified(), effects=magnified().effects), Extents(), FRAME)
    assert room is not None
    assert (room.steps, room.rect, room.device_rect) == (1, (0, 0, 40, 40), (0, 0, 40, 40))


def test_finer_pixels_where_there_is_room() -> None:
    entry = magnified()
    room = effect_room(entry, Extents(), FRAME)
    assert room is not None and entry.finer is not None
    assert (room.steps, room.rect, room.device_rect) == (2, (0, 0, 80, 80), (0, 0, 40, 40))
    assert room.source is entry.finer.source and room.effects is entry.finer.effects


def test_edges_lie_between_device_pixels() -> None:
    for steps in (2, 4):
        room = effect_room(magnified(margin=3.3, side=7.7, steps=steps), Extents(), FRAME)
        assert room is not None
        assert all(edge % steps == 0 for edge in room.rect)


def test_of_one_effect_only_what_it_can_read_or_change() -> None:
    wide = effect_room(magnified(margin=500.0), Extents(), FRAME)
    assert wide is not None
    assert wide.device_rect == FRAME
    two = effect_room(magnified(margin=500.0, calls=2), Extents(), FRAME)
    assert two is not None
    assert two.device_rect == (-100, -100, 200, 200)


def test_the_frame_as_it_is_where_finer_pixels_would_be_too_many() -> None:
    side = 1 + int(MAX_FINER_PIXELS**0.5) // 2
    frame = (0, 0, side, side)
    room = effect_room(magnified(margin=float(side)), Extents(), frame)
    assert room is not None
    assert room.steps == 1


def test_nothing_outside_of_the_frame() -> None:
    assert effect_room(magnified(), Extents(), (500, 500, 600, 600)) is None


def test_a_finer_drawing_is_part_of_the_digest_and_goes_with_what_it_draws() -> None:
    entry = magnified()
    assert entry.digest != altered(entry, effects=entry.effects).digest
    assert entry.digest != magnified(steps=4).digest
    assert altered(entry, opacity=0.5).finer is entry.finer
    assert altered(entry, source=entry.source).finer is None
