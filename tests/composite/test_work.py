"""How much work and memory drawing a command takes, counted exactly where that is plain."""

from __future__ import annotations

import pytest

from velocity_engine.composite.extents import Extents
from velocity_engine.composite.work import APART, BUFFER, COLOR, COMMAND, VERTEX, Work, WorkEstimate, area_of
from velocity_engine.display import (
    DrawCommand,
    EffectCall,
    FillSource,
    LayerPicture,
    SolidPaint,
    command,
    group_source,
)
from velocity_engine.model.geometry import rectangle_path

FRAME = (0, 0, 200, 100)
POINTS = 13  # of a rectangle's path


def box(width: float, height: float) -> DrawCommand:
    return command(FillSource(rectangle_path(0, 0, width, height), SolidPaint((1.0, 0.0, 0.0, 1.0))))


def counted(entry: DrawCommand) -> Work:
    work = Work(1e12)
    WorkEstimate(Extents()).command(work, entry, FRAME, FRAME)
    assert work.held == 0, "what is held at the end was never given back"
    return work


def test_the_area_of_a_rectangle() -> None:
    assert area_of((10, 20, 13, 31)) == 3 * 11


def test_a_shape_costs_its_pixels_and_points_and_no_memory() -> None:
    work = counted(box(30, 20))
    assert work.nanoseconds == pytest.approx(COMMAND + COLOR * 600 + VERTEX * POINTS)
    assert work.most == 0


def test_an_effect_holds_its_picture_what_it_gives_and_what_it_needs_besides() -> None:
    inner = box(30, 20)
    work = counted(command(group_source([inner]), effects=(EffectCall("any", (), nanoseconds=7.0),)))
    own = counted(inner).nanoseconds + COMMAND
    assert work.nanoseconds == pytest.approx(own + APART + (BUFFER + 7.0) * 600)
    assert work.most == 12 * 600


def test_the_picture_of_another_layer_that_an_effect_reads_is_drawn_and_held_too() -> None:
    read = LayerPicture((box(500, 500),), 50, 40, (50.0, 40.0))
    plain, reading = (
        counted(command(group_source([box(30, 20)]), effects=(EffectCall("any", (), picture=one),)))
        for one in (None, read)
    )
    assert reading.most - plain.most == 4 * 50 * 40
    drawing = BUFFER * 2000 + COMMAND + COLOR * 2000 + VERTEX * POINTS
    assert reading.nanoseconds - plain.nanoseconds == pytest.approx(drawing)
