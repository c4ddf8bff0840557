"""How much work and memory drawing a command takes, counted exactly where that is plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from velocity_engine.composite.extents import Extents
from velocity_engine.composite.work import (
    APART,
    BUFFER,
    COLOR,
    COMMAND,
    VERTEX,
    Work,
    WorkEstimate,
    area_of,
    most_for_shapes,
)
from velocity_engine.display import (
    Clip,
    DrawCommand,
    EffectCall,
    FillSource,
    LayerPicture,
    SolidPaint,
    command,
    group_source,
)
from velocity_engine.model.geometry import rectangle_path
from velocity_engine.model.layers import BlendMode

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


sizes = st.floats(0.5, 300.0)
opacities = st.sampled_from([0.0, 0.4, 1.0])
shapes = st.builds(
    lambda width, height, opacity, clips: command(box(width, height).source, opacity=opacity, clips=clips),
    sizes,
    sizes,
    opacities,
    st.sampled_from([(), (Clip((0.0, 0.0, 50.0, 50.0), (0.8, 0.6, -0.6, 0.8, 0.0, 0.0)),)]),
)
groups = st.builds(
    lambda inner, opacity: command(group_source(inner), opacity=opacity), st.lists(shapes, max_size=12), opacities
)


@given(st.one_of(shapes, groups))
def test_shapes_take_no_more_than_the_most_for_them(entry: DrawCommand) -> None:
    most = most_for_shapes(entry, area_of(FRAME))
    assert most is not None
    assert counted(entry).nanoseconds <= most


def test_nothing_is_told_of_what_is_no_shape() -> None:
    inner = box(30, 20)
    assert most_for_shapes(command(inner.source, blend=BlendMode.SCREEN), 100) is None
    assert most_for_shapes(command(group_source([inner]), effects=(EffectCall("any", ()),)), 100) is None
    assert most_for_shapes(command(group_source([command(group_source([inner]))])), 100) is None
